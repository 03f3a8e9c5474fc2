"""From a ruleset and a case to an assessment: stages in their order, nothing read but the arguments."""

from collections.abc import Mapping, Sequence

from solidarity.rules.envelopes import allot
from solidarity.rules.money import Cents
from solidarity.rules.ruleset import checks, explain
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
from solidarity.rules.ruleset.model import Ruleset
from solidarity.rules.ruleset.plan import Plan, plan_of
from solidarity.rules.ruleset.route import Route, route_of
from solidarity.rules.ruleset.work import LineWork, Work, euros, start

ASKED = "requested"
ASKED_TITLE = Text("Montant demandé", "Amount asked for")


def assess(ruleset: Ruleset, case: Case, *, speaks: bool = True) -> Assessment:
    """What the rules say of the case. Pure: the same arguments give the same bytes.

    Without `speaks`, for thousands of cases of which only figures are wanted: the same amounts, outcome,
    checks and binding rules, but no steps, and messages may be empty.
    """
    assert case.lines, "a request has at least one line"
    plan = plan_of(ruleset)
    route = route_of(plan, tuple([(line.category, line.kind) for line in case.lines]))
    work = _run(plan, route, case, takes_most=False, speaks=speaks)
    has_band = any(line.has_band for line in work.lines)
    upper = _run(plan, route, case, takes_most=True, speaks=False) if has_band else work
    for act, places in route.documents:
        act(work, places)
    proposed = [line.amount for line in work.lines]
    maxima = _maxima(work, upper)
    total = sum(proposed)
    most = max(total, sum([line.amount for line in upper.lines if not _is_refused(work, line)]))
    outcome = checks.outcome_of(work)
    envelopes = usable_envelopes(ruleset, case)
    budget = budget_of(case, proposed, envelopes)
    grantable = 0
    if outcome is Outcome.PAYABLE:
        # Without a discretion band the budget has just paid every line its most.
        is_paid = budget.enough and maxima == proposed
        grantable = total if is_paid else largest_grantable(case, maxima, most, envelopes)
    work.findings += emergency_findings(ruleset, case, total, speaks=speaks)
    return Assessment(
        ruleset_id=ruleset.id,
        ruleset_sha256=ruleset.sha256,
        outcome=outcome,
        approvals_required=approvals_for(ruleset, case, total),
        requested_cents=sum([line.requested for line in work.lines]),
        proposed_cents=total,
        most_grantable_cents=most,
        lines=tuple([_line(work, *pair) for pair in zip(work.lines, maxima, strict=True)]),
        checks=checks.checks_of(work),
        budget=budget,
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


def _run(plan: Plan, route: Route, case: Case, *, takes_most: bool, speaks: bool) -> Work:
    work = start(plan, case, takes_most=takes_most, speaks=speaks)
    for act, places in route.eligibility:
        act(work, places)
    if work.findings:
        checks.refuse_failed_lines(work)
    for act, places in route.amounts:
        act(work, places)
    return work


def _line(work: Work, line: LineWork, most_cents: Cents) -> LineAssessment:
    return LineAssessment(
        line=line.number,
        requested_cents=line.requested,
        proposed_cents=line.amount,
        most_grantable_cents=most_cents,
        binding_rule=line.binding_rule,
        is_refused=line.is_refused,
        awaits_rate=_awaits_rate(work, line),
        band=DiscretionBand(minimum_cents=line.amount, maximum_cents=most_cents)
        if line.has_band and not line.is_refused
        else None,
        steps=(tuple(line.steps) or (_asked(line),)) if work.speaks else (),
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
    unconfirmed = work.plan.unconfirmed_on(line.facts.period_from)
    if not unconfirmed:
        return False
    worked = {*line.worked, *[found.rule.id for found in work.findings if found.line == line.number]}
    return any(not unconfirmed.isdisjoint(work.plan.references[rule]) for rule in worked)
