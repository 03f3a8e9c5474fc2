"""What may be decided: from the assessment and the choice to amounts, outcome and number of people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from solidarity.rules.calendar import plus
from solidarity.rules.errors import Problem
from solidarity.rules.lifecycle import DecisionOutcome
from solidarity.rules.money import Cents
from solidarity.rules.ruleset import Assessment, Case, Outcome, Ruleset, approvals_for, is_within
from solidarity.rules.ruleset.authority import EMERGENCY, is_lane_open, may_apply
from solidarity.rules.ruleset.model import EmergencyRule


class Verdict(StrEnum):
    """What was chosen."""

    GRANT = "grant"
    REFUSE = "refuse"


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What an administrator wants; a line that is not named gets what the rules propose."""

    verdict: Verdict
    granted_cents: Mapping[int, Cents]
    reason_codes: tuple[str, ...] = ()
    note: str | None = None
    override_reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A choice that may go ahead: the amount of each line, in their order, and how many people it takes."""

    granted_cents: tuple[Cents, ...]
    total_cents: Cents
    outcome: DecisionOutcome
    approvals: int
    overrides: bool


NOTHING_TO_GRANT = Problem(pointer="", code="nothing-to-grant")


def plan_decision(
    ruleset: Ruleset, case: Case, assessment: Assessment, choice: Choice
) -> Plan | list[Problem]:
    """The plan, or every reason why the choice cannot be.

    More than a line's maximum, or anything granted although the outcome is not payable, is an override:
    it takes a reason and a second person. Nobody is granted more than was asked.
    """
    if choice.verdict is Verdict.REFUSE:
        return _refusal(assessment)
    problems = _problems_of_lines(assessment, choice.granted_cents)
    if problems:
        return problems
    granted = tuple(
        choice.granted_cents.get(position, line.proposed_cents)
        for position, line in enumerate(assessment.lines, start=1)
    )
    total = sum(granted)
    if total == 0:
        return [NOTHING_TO_GRANT]
    overrides = _overrides(assessment, granted)
    if overrides and not choice.override_reason:
        return [Problem(pointer="/override_reason", code="override-needed")]
    return Plan(
        granted_cents=granted,
        total_cents=total,
        outcome=_outcome(total, assessment.requested_cents),
        approvals=2 if overrides else approvals_for(ruleset, case, total),
        overrides=overrides,
    )


def _refusal(assessment: Assessment) -> Plan:
    return Plan(
        granted_cents=(0,) * len(assessment.lines),
        total_cents=0,
        outcome=DecisionOutcome.REFUSED,
        approvals=1,
        overrides=False,
    )


def _outcome(granted: Cents, requested: Cents) -> DecisionOutcome:
    return DecisionOutcome.GRANTED_FULL if granted >= requested else DecisionOutcome.GRANTED_PARTIAL


def _overrides(assessment: Assessment, granted: Sequence[Cents]) -> bool:
    return assessment.outcome is not Outcome.PAYABLE or not is_within(assessment, granted)


def _problems_of_lines(assessment: Assessment, granted: Mapping[int, Cents]) -> list[Problem]:
    found = []
    for place, (position, cents) in enumerate(granted.items()):
        if not 1 <= position <= len(assessment.lines):
            found.append(Problem(pointer=f"/lines/{place}/line", code="line-unknown"))
            continue
        line = assessment.lines[position - 1]
        most = max(line.requested_cents, line.most_grantable_cents)
        if not 0 <= cents <= most:
            found.append(
                Problem(
                    pointer=f"/lines/{place}/granted_cents", code="more-than-asked", figures={"limit": most}
                )
            )
    return found


def ratify_by(ruleset: Ruleset, case: Case, granted_cents: Cents) -> date | None:
    """The day until which an emergency grant must be ratified; None when the lane was not what allowed it."""
    if case.urgency != EMERGENCY:
        return None
    days = [
        plus(case.today, rule.ratify_within)
        for rule in ruleset.rules
        if isinstance(rule, EmergencyRule)
        and may_apply(rule, ruleset, case)
        and is_lane_open(rule, ruleset, case, granted_cents)
    ]
    return min(days, default=None)
