"""Who may be helped and with which papers: eligibility and documents, and one check for each rule."""

from collections.abc import Mapping

from solidarity.rules.calendar import Duration, minus, school_year_of
from solidarity.rules.ruleset.assessment import Check, Outcome, Step
from solidarity.rules.ruleset.case import Case, DocumentFact
from solidarity.rules.ruleset.expressions import Comparison
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.figures import Figure, Unit, fill_from, unit_beside
from solidarity.rules.ruleset.model import (
    DocumentsRule,
    EligibilityRule,
    Parameter,
    Severity,
    measure_of,
)
from solidarity.rules.ruleset.wording import document_list
from solidarity.rules.ruleset.work import UNSAID, Act, Finding, LineWork, Ready, Work

SEVERITIES = (Severity.REFUSE, Severity.REFER, Severity.WARN)


def eligibility(ready: Ready, rule: EligibilityRule) -> Act:
    direct, evaluate = rule.require.direct, rule.require.evaluate

    def act(work: Work, places: tuple[int, ...]) -> None:
        for line in work.concerned(ready, places):
            if direct is not None and direct(line.values) is True:
                work.passes(ready, line)
                continue
            found = evaluate(line.values)
            if found.value is None:
                work.find_unknown(rule, line, found)
            elif found.value:
                work.passes(ready, line)
            else:
                message = _failed_message(rule, line, work)
                work.findings.append(Finding(rule, line.number, False, rule.severity, message))

    return act


def refuse_failed_lines(work: Work) -> None:
    """After every predicate was asked: a line with a failed `refuse` proposes nothing."""
    refusing = [
        found for found in work.findings if found.passed is False and found.severity is Severity.REFUSE
    ]
    for failed in refusing:
        line = work.lines[failed.line - 1]
        if not line.is_refused:
            _refuse(failed, line)


def _refuse(failed: Finding, line: LineWork) -> None:
    step = Step(
        rule=failed.rule.id,
        title=failed.rule.title,
        before_cents=line.amount,
        after_cents=0,
        explanation=failed.message,
        inputs={},
    )
    line.steps.append(step)
    if line.amount:
        line.binding_rule = failed.rule.id
    line.amount, line.is_refused = 0, True


def _failed_message(rule: EligibilityRule, line: LineWork, work: Work) -> Text:
    assert rule.message is not None, "an eligibility rule has a message"
    if not work.speaks:
        return UNSAID
    compared = _failing(rule.require.comparisons, line)

    def figure_of(name: str) -> Figure | None:
        if compared is not None and name in {"value", "limit"}:
            return _figure(compared, name, line, work.plan.ruleset.params)
        return work.figure(name, line)

    return fill_from(rule.message, figure_of)


def _failing(comparisons: tuple[Comparison, ...], line: LineWork) -> Comparison | None:
    """The first comparison that does not hold; the first of all when they cannot be told apart."""
    for comparison in comparisons:
        if comparison.condition.evaluate(line.values).value is False:
            return comparison
    return comparisons[0] if comparisons else None


def _figure(comparison: Comparison, side: str, line: LineWork, params: Mapping[str, Parameter]) -> Figure:
    expression = comparison.limit if side == "limit" else comparison.value
    other = comparison.value if side == "limit" else comparison.limit
    found = expression.evaluate(line.values).value
    own = measure_of(expression.source, params)
    if own in {Unit.PLAIN, Unit.THOUSANDTHS}:
        return Figure(found, unit_beside(expression.source, measure_of(other.source, params)))
    return Figure(found, own)


# Documents


def documents(ready: Ready, rule: DocumentsRule) -> Act:
    all_of, any_of = frozenset(rule.all_of), frozenset(rule.any_of)

    def act(work: Work, places: tuple[int, ...]) -> None:
        given = work.undated
        is_given = given >= all_of and not (any_of and given.isdisjoint(any_of))
        for line in work.concerned(ready, places):
            needs = () if is_given else _needs(rule, work.case, line.school_year)
            if needs:
                message = _missing_message(rule, line, work, needs)
                work.findings.append(Finding(rule, line.number, False, Severity.REFER, message, needs))
            else:
                work.passes(ready, line)

    return act


def _needs(rule: DocumentsRule, case: Case, school_year: str) -> tuple[str, ...]:
    """Kinds of paper that are missing or no longer valid, in the order of the rule."""
    present = _present(rule, case, school_year)
    needs = [kind for kind in rule.all_of if kind not in present]
    if rule.any_of and not present & set(rule.any_of):
        needs += [kind for kind in rule.any_of if kind not in needs]
    return tuple(needs)


def _missing_message(rule: DocumentsRule, line: LineWork, work: Work, needs: tuple[str, ...]) -> Text:
    assert rule.message is not None, "a documents rule has a message"
    if not work.speaks:
        return UNSAID

    def figure_of(name: str) -> Figure | None:
        if name in {"documents", "missing", "needs", "limit"}:
            return Figure(document_list(needs))
        if name == "value":
            return Figure(document_list(sorted({document.kind for document in work.case.documents})))
        return work.figure(name, line)

    return fill_from(rule.message, figure_of)


def _present(rule: DocumentsRule, case: Case, school_year: str) -> set[str]:
    """Kinds of paper the rule asks for that were given and are still valid."""
    asked = (*rule.all_of, *rule.any_of)
    return {
        document.kind
        for document in case.documents
        if document.kind in asked and _is_valid(document, rule, case, school_year)
    }


def _is_valid(document: DocumentFact, rule: DocumentsRule, case: Case, school_year: str) -> bool:
    if document.dated is None:
        return True
    if rule.is_for_school_year:
        return school_year_of(document.dated) == school_year
    return rule.valid_for is None or document.dated >= minus(case.today, rule.valid_for or Duration())


# One check for each rule


def checks_of(work: Work) -> tuple[Check, ...]:
    """Findings of a rule joined, the worst first: it failed on a line, could not be told, or passed."""
    passed, known = work.passed, work.plan.passed
    if not work.findings:
        return tuple([check for rule, check in known.items() if rule in passed])
    by_rule: dict[str, list[Finding]] = {}
    for finding in work.findings:
        by_rule.setdefault(finding.rule.id, []).append(finding)
    return tuple(
        [
            _check(by_rule[rule.id]) if rule.id in by_rule else known[rule.id]
            for rule in work.plan.ruleset.rules
            if rule.id in by_rule or rule.id in passed
        ]
    )


def _check(findings: list[Finding]) -> Check:
    not_passed = [found for found in findings if found.passed is not True]
    worst = min(not_passed or findings, key=_badness)
    return Check(
        rule=worst.rule.id,
        kind=worst.rule.kind,
        passed=worst.passed,
        severity=worst.severity,
        message=worst.message,
        needs=tuple(dict.fromkeys(kind for found in not_passed for kind in found.needs)),
        lines=tuple(sorted({found.line for found in not_passed})),
    )


def _badness(found: Finding) -> tuple[bool, int]:
    """The smallest is the worst: what failed before what cannot be told, a refusal before a warning."""
    return found.passed is None, SEVERITIES.index(found.severity)


def outcome_of(work: Work) -> Outcome:
    """Only lines still alive count; `warn` changes nothing."""
    alive = {line.number for line in work.lines if not line.is_refused}
    if not alive:
        return Outcome.NOT_ELIGIBLE
    if not work.findings:
        return Outcome.PAYABLE
    counted = [
        found
        for found in work.findings
        if found.passed is not True and found.line in alive and found.severity is not Severity.WARN
    ]
    if any(found.passed is None or isinstance(found.rule, DocumentsRule) for found in counted):
        return Outcome.INCOMPLETE
    return Outcome.NEEDS_JUDGEMENT if counted else Outcome.PAYABLE
