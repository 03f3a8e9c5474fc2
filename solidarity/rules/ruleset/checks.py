"""Who may be helped and with which papers: eligibility and documents, and one check for each rule."""

from collections.abc import Iterable

from solidarity.rules.calendar import Duration, minus, school_year_of
from solidarity.rules.ruleset.assessment import Check, Outcome, Step
from solidarity.rules.ruleset.case import Case, DocumentFact
from solidarity.rules.ruleset.expressions import Comparison
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.figures import Figure, Unit, fill, unit_of
from solidarity.rules.ruleset.model import DocumentsRule, EligibilityRule, Rule, Severity
from solidarity.rules.ruleset.wording import document_list
from solidarity.rules.ruleset.work import Finding, LineWork, Work

SEVERITIES = (Severity.REFUSE, Severity.REFER, Severity.WARN)


def eligibility(rule: EligibilityRule, work: Work) -> None:
    for line in work.concerned(rule):
        found = rule.require.evaluate(line.values)
        if not found.is_known:
            work.find_unknown(rule, line, found)
            continue
        message = rule.title if found.value else _failed_message(rule, line, work)
        work.findings.append(
            Finding(
                rule=rule,
                line=line.number,
                passed=found.value is True,
                severity=rule.severity,
                message=message,
            )
        )


def refuse_failed_lines(work: Work) -> None:
    """After every predicate was asked: a line with a failed `refuse` proposes nothing."""
    for line in work.lines:
        failed = next(
            (
                found
                for found in work.findings
                if found.line == line.number and found.passed is False and found.severity is Severity.REFUSE
            ),
            None,
        )
        if failed is not None:
            _refuse(failed, line)


def _refuse(failed: Finding, line: LineWork) -> None:
    line.steps.append(
        Step(
            rule=failed.rule.id,
            title=failed.rule.title,
            before_cents=line.amount,
            after_cents=0,
            explanation=failed.message,
            inputs={},
        )
    )
    if line.amount:
        line.binding_rule = failed.rule.id
    line.amount, line.is_refused = 0, True


def _failed_message(rule: EligibilityRule, line: LineWork, work: Work) -> Text:
    assert rule.message is not None, "an eligibility rule has a message"
    figures = work.figures(line)
    compared = _failing(rule.require.comparisons, line)
    if compared is not None:
        figures |= {
            "value": _figure(compared, "value", line),
            "limit": _figure(compared, "limit", line),
        }
    return fill(rule.message, figures)


def _failing(comparisons: tuple[Comparison, ...], line: LineWork) -> Comparison | None:
    """The first comparison that does not hold; the first of all when they cannot be told apart."""
    for comparison in comparisons:
        if comparison.condition.evaluate(line.values).value is False:
            return comparison
    return comparisons[0] if comparisons else None


def _figure(comparison: Comparison, side: str, line: LineWork) -> Figure:
    expression = comparison.limit if side == "limit" else comparison.value
    other = comparison.value if side == "limit" else comparison.limit
    found = expression.evaluate(line.values).value
    unit = unit_of(expression.source)
    is_plain_number = isinstance(found, int) and not isinstance(found, bool) and unit is Unit.PLAIN
    return Figure(found, unit_of(other.source) if is_plain_number else unit)


# Documents


def documents(rule: DocumentsRule, work: Work) -> None:
    for line in work.concerned(rule):
        present = {
            document.kind
            for document in work.case.documents
            if _is_valid(document, rule, work.case, line.school_year)
        }
        needs = [kind for kind in rule.all_of if kind not in present]
        if rule.any_of and not present & set(rule.any_of):
            needs += [kind for kind in rule.any_of if kind not in needs]
        work.findings.append(_documents_finding(rule, line, work, tuple(needs)))


def _documents_finding(rule: DocumentsRule, line: LineWork, work: Work, needs: tuple[str, ...]) -> Finding:
    assert rule.message is not None, "a documents rule has a message"
    listed = Figure(document_list(needs))
    figures = {**work.figures(line), **dict.fromkeys(("documents", "missing", "needs", "limit"), listed)}
    figures["value"] = Figure(document_list(sorted({document.kind for document in work.case.documents})))
    return Finding(
        rule=rule,
        line=line.number,
        passed=not needs,
        severity=Severity.REFER,
        message=fill(rule.message, figures) if needs else rule.title,
        needs=needs,
    )


def _is_valid(document: DocumentFact, rule: DocumentsRule, case: Case, school_year: str) -> bool:
    if document.dated is None:
        return True
    if rule.is_for_school_year:
        return school_year_of(document.dated) == school_year
    return rule.valid_for is None or document.dated >= minus(case.today, rule.valid_for or Duration())


# One check for each rule


def checks_of(findings: Iterable[Finding], order: tuple[Rule, ...]) -> tuple[Check, ...]:
    """Findings of a rule joined, the worst first: it failed on a line, could not be told, or passed."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule.id, []).append(finding)
    return tuple(_check(by_rule[rule.id]) for rule in order if rule.id in by_rule)


def _check(findings: list[Finding]) -> Check:
    bad = [found for found in findings if found.passed is False] or [
        found for found in findings if found.passed is None
    ]
    worst = min(bad or findings, key=lambda found: SEVERITIES.index(found.severity))
    needs = tuple(dict.fromkeys(kind for found in findings for kind in found.needs))
    return Check(
        rule=worst.rule.id,
        kind=worst.rule.kind,
        passed=worst.passed,
        severity=worst.severity,
        message=worst.message,
        needs=needs,
        lines=tuple(sorted({found.line for found in findings if found.passed is not True})),
    )


def outcome_of(work: Work) -> Outcome:
    """Only lines still alive count; `warn` changes nothing."""
    alive = {line.number for line in work.lines if not line.is_refused}
    if not alive:
        return Outcome.NOT_ELIGIBLE
    counted = [
        found for found in work.findings if found.line in alive and found.severity is not Severity.WARN
    ]
    if any(found.passed is None for found in counted):
        return Outcome.INCOMPLETE
    failed = [found for found in counted if found.passed is False]
    if any(isinstance(found.rule, DocumentsRule) for found in failed):
        return Outcome.INCOMPLETE
    return Outcome.NEEDS_JUDGEMENT if failed else Outcome.PAYABLE
