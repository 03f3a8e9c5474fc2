"""An assessment as JSON values and back: plain texts for one reader, both languages to be stored."""

from collections.abc import Mapping
from typing import Any

from solidarity.rules.ruleset.assessment import (
    Assessment,
    Budget,
    Check,
    DiscretionBand,
    EnvelopeUse,
    LineAssessment,
    Outcome,
    Step,
)
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.model import Severity


def assessment_to_json(assessment: Assessment, language: str | None) -> dict[str, Any]:
    """With a language texts are strings; with None they are {"fr", "en"}, which is what is stored."""
    return {
        "ruleset": {"id": assessment.ruleset_id, "sha256": assessment.ruleset_sha256},
        "outcome": assessment.outcome.value,
        "approvals_required": assessment.approvals_required,
        "requested_cents": assessment.requested_cents,
        "proposed_cents": assessment.proposed_cents,
        "most_grantable_cents": assessment.most_grantable_cents,
        "lines": [_line(line, language) for line in assessment.lines],
        "checks": [_check(check, language) for check in assessment.checks],
        "budget": _budget(assessment.budget),
        "largest_grantable_cents": assessment.largest_grantable_cents,
    }


def _text(text: Text, language: str | None) -> str | dict[str, str]:
    return {"fr": text.fr, "en": text.en} if language is None else text.in_language(language)


def _line(line: LineAssessment, language: str | None) -> dict[str, Any]:
    band = line.band
    return {
        "line": line.line,
        "requested_cents": line.requested_cents,
        "proposed_cents": line.proposed_cents,
        "most_grantable_cents": line.most_grantable_cents,
        "binding_rule": line.binding_rule,
        "is_refused": line.is_refused,
        "awaits_rate": line.awaits_rate,
        "band": None
        if band is None
        else {"minimum_cents": band.minimum_cents, "maximum_cents": band.maximum_cents},
        "steps": [_step(step, language) for step in line.steps],
    }


def _step(step: Step, language: str | None) -> dict[str, Any]:
    return {
        "rule": step.rule,
        "title": _text(step.title, language),
        "before_cents": step.before_cents,
        "after_cents": step.after_cents,
        "explanation": _text(step.explanation, language),
        "inputs": dict(sorted(step.inputs.items())),
    }


def _check(check: Check, language: str | None) -> dict[str, Any]:
    return {
        "rule": check.rule,
        "kind": check.kind,
        "passed": check.passed,
        "severity": check.severity.value,
        "message": _text(check.message, language),
        "needs": list(check.needs),
        "lines": list(check.lines),
    }


def _budget(budget: Budget) -> dict[str, Any]:
    return {
        "envelope": budget.envelope,
        "available_cents": budget.available_cents,
        "after_cents": budget.after_cents,
        "enough": budget.enough,
        "envelopes": [
            {
                "id": use.id,
                "name": use.name,
                "lines": list(use.lines),
                "available_cents": use.available_cents,
                "after_cents": use.after_cents,
            }
            for use in budget.envelopes
        ],
    }


# Back


def assessment_from_json(stored: Mapping[str, Any]) -> Assessment:
    """The assessment that was stored with both languages."""
    return Assessment(
        ruleset_id=stored["ruleset"]["id"],
        ruleset_sha256=stored["ruleset"]["sha256"],
        outcome=Outcome(stored["outcome"]),
        approvals_required=stored["approvals_required"],
        requested_cents=stored["requested_cents"],
        proposed_cents=stored["proposed_cents"],
        most_grantable_cents=stored["most_grantable_cents"],
        lines=tuple(_stored_line(line) for line in stored["lines"]),
        checks=tuple(_stored_check(check) for check in stored["checks"]),
        budget=_stored_budget(stored["budget"]),
        largest_grantable_cents=stored["largest_grantable_cents"],
    )


def _stored_text(stored: Mapping[str, str]) -> Text:
    return Text(stored["fr"], stored["en"])


def _stored_line(stored: Mapping[str, Any]) -> LineAssessment:
    return LineAssessment(
        line=stored["line"],
        requested_cents=stored["requested_cents"],
        proposed_cents=stored["proposed_cents"],
        most_grantable_cents=stored["most_grantable_cents"],
        binding_rule=stored["binding_rule"],
        is_refused=stored["is_refused"],
        awaits_rate=stored["awaits_rate"],
        band=None if stored["band"] is None else DiscretionBand(**stored["band"]),
        steps=tuple(_stored_step(step) for step in stored["steps"]),
    )


def _stored_step(stored: Mapping[str, Any]) -> Step:
    return Step(
        rule=stored["rule"],
        title=_stored_text(stored["title"]),
        before_cents=stored["before_cents"],
        after_cents=stored["after_cents"],
        explanation=_stored_text(stored["explanation"]),
        inputs=dict(stored["inputs"]),
    )


def _stored_check(stored: Mapping[str, Any]) -> Check:
    return Check(
        rule=stored["rule"],
        kind=stored["kind"],
        passed=stored["passed"],
        severity=Severity(stored["severity"]),
        message=_stored_text(stored["message"]),
        needs=tuple(stored["needs"]),
        lines=tuple(stored["lines"]),
    )


def _stored_budget(stored: Mapping[str, Any]) -> Budget:
    uses = tuple(EnvelopeUse(**{**use, "lines": tuple(use["lines"])}) for use in stored["envelopes"])
    return Budget(
        envelope=stored["envelope"],
        available_cents=stored["available_cents"],
        after_cents=stored["after_cents"],
        enough=stored["enough"],
        envelopes=uses,
    )
