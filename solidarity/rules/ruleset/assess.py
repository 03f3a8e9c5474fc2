"""From a ruleset and a case to an assessment: stages in their order, nothing read but the arguments."""

from collections.abc import Mapping, Sequence

from solidarity.rules.envelopes import allot
from solidarity.rules.money import Cents
from solidarity.rules.ruleset import checks, explain, limits, stages
from solidarity.rules.ruleset.assessment import (
    Assessment,
    DiscretionBand,
    LineAssessment,
    Outcome,
    Step,
)
from solidarity.rules.ruleset.authority import approvals_for, emergency_findings
from solidarity.rules.ruleset.budget import budget_of, largest_grantable, needs_of, usable_envelopes
from solidarity.rules.ruleset.case import Case
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.model import (
    AMOUNT_STAGES,
    CapRule,
    CostRule,
    DeductRule,
    DocumentsRule,
    EligibilityRule,
    FloorRule,
    ProrateRule,
    RoundRule,
    Rule,
    Ruleset,
    ScaleRule,
)
from solidarity.rules.ruleset.work import Effect, LineWork, Work, euros, expressions_of, start

ASKED = "requested"
ASKED_TITLE = Text("Montant demandé", "Amount asked for")


def assess(ruleset: Ruleset, case: Case) -> Assessment:
    """What the rules say of the case. Pure: the same arguments give the same bytes."""
    assert case.lines, "a request has at least one line"
    work = _run(ruleset, case, takes_most=False)
    has_band = any(line.has_band for line in work.lines)
    upper = _run(ruleset, case, takes_most=True) if has_band else work
    for rule in ruleset.rules:
        if isinstance(rule, DocumentsRule):
            checks.documents(rule, work)
    proposed = [line.amount for line in work.lines]
    maxima = _maxima(work, upper)
    most = max(sum(proposed), sum(line.amount for line in upper.lines if not _is_refused(work, line)))
    outcome = checks.outcome_of(work)
    envelopes = usable_envelopes(ruleset, case)
    grantable = largest_grantable(case, maxima, most, envelopes) if outcome is Outcome.PAYABLE else 0
    work.findings += emergency_findings(ruleset, case, sum(proposed))
    return Assessment(
        ruleset_id=ruleset.id,
        ruleset_sha256=ruleset.sha256,
        outcome=outcome,
        approvals_required=approvals_for(ruleset, case, sum(proposed)),
        requested_cents=sum(line.requested_cents for line in case.lines),
        proposed_cents=sum(proposed),
        most_grantable_cents=most,
        lines=tuple(
            _line(work, line, most_cents) for line, most_cents in zip(work.lines, maxima, strict=True)
        ),
        checks=checks.checks_of(work.findings, ruleset.rules),
        budget=budget_of(case, proposed, envelopes),
        largest_grantable_cents=grantable,
    )


def would_pass(ruleset: Ruleset, case: Case, assessment: Assessment, granted: Mapping[int, Cents]) -> bool:
    """Whether these amounts by line number need no override and there is money for each of them."""
    amounts = [granted.get(line.line, 0) for line in assessment.lines]
    if assessment.outcome is not Outcome.PAYABLE or not is_within(assessment, amounts):
        return False
    envelopes = usable_envelopes(ruleset, case)
    place = (case.student.school, case.student.region_code)
    return envelopes is None or allot(needs_of(case, amounts), envelopes, *place) is not None


def is_within(assessment: Assessment, amounts: Sequence[Cents]) -> bool:
    """Whether amounts, one a line in order, stay within the proposal or its discretion bands."""
    return sum(amounts) <= assessment.most_grantable_cents and all(
        amount <= line.most_grantable_cents for amount, line in zip(amounts, assessment.lines, strict=True)
    )


def _maxima(work: Work, upper: Work) -> list[Cents]:
    return [
        0 if line.is_refused else max(line.amount, above.amount)
        for line, above in zip(work.lines, upper.lines, strict=True)
    ]


def _is_refused(work: Work, line: LineWork) -> bool:
    return work.lines[line.number - 1].is_refused


def _run(ruleset: Ruleset, case: Case, *, takes_most: bool) -> Work:
    work = start(ruleset, case, takes_most=takes_most)
    for rule in ruleset.rules:
        if isinstance(rule, EligibilityRule):
            checks.eligibility(rule, work)
    checks.refuse_failed_lines(work)
    for stage in AMOUNT_STAGES:
        for rule in ruleset.rules:
            if isinstance(rule, stage):
                _amounts(rule, work)
    return work


def _amounts(rule: Rule, work: Work) -> None:
    if isinstance(rule, CapRule):
        limits.cap(rule, work)
    elif isinstance(rule, FloorRule):
        limits.floor(rule, work)
    else:
        for line in work.concerned(rule):
            work.apply(rule, line, _effect(rule, line, work))


def _effect(rule: Rule, line: LineWork, work: Work) -> Effect:
    match rule:
        case CostRule():
            return stages.cost(rule, line)
        case DeductRule():
            return stages.deduct(rule, line)
        case ScaleRule():
            return stages.scale(rule, line, work)
        case ProrateRule():
            return stages.prorate(rule, line)
        case RoundRule():
            return stages.rounded(rule, line)
    raise AssertionError(rule)


def _line(work: Work, line: LineWork, most_cents: Cents) -> LineAssessment:
    return LineAssessment(
        line=line.number,
        requested_cents=line.facts.requested_cents,
        proposed_cents=line.amount,
        most_grantable_cents=most_cents,
        binding_rule=line.binding_rule,
        is_refused=line.is_refused,
        awaits_rate=_awaits_rate(work, line),
        band=DiscretionBand(minimum_cents=line.amount, maximum_cents=most_cents)
        if line.has_band and not line.is_refused
        else None,
        steps=tuple(line.steps) or (_asked(line),),
    )


def _asked(line: LineWork) -> Step:
    """The only step of a line that no rule touched: it still begins and ends somewhere."""
    figures = {"after": euros(line.amount)}
    return Step(
        rule=ASKED,
        title=ASKED_TITLE,
        before_cents=line.amount,
        after_cents=line.amount,
        explanation=explain.sentence(ASKED, figures),
        inputs={},
    )


def _awaits_rate(work: Work, line: LineWork) -> bool:
    """Whether a rule that worked on the line used a value that is not confirmed yet."""
    unconfirmed = {
        f"params.{name}"
        for name, parameter in work.ruleset.params.items()
        if (dated := parameter.on(line.facts.period_from)) is not None and not dated.is_confirmed
    }
    if not unconfirmed:
        return False
    worked = {step.rule for step in line.steps} | {
        found.rule.id for found in work.findings if found.line == line.number
    }
    return any(
        unconfirmed & set(expression.references)
        for rule in work.ruleset.rules
        if rule.id in worked
        for expression in expressions_of(rule)
    )
