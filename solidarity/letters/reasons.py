"""Why less than asked: the reasons of a partial grant or a refusal, each with its rule and its figures."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from solidarity.letters.decided import Decided, DecidedLine, Revision
from solidarity.letters.phrases import REASONS, Language, paper, phrase
from solidarity.rules.calendar import format_day
from solidarity.rules.letter import Ground, LetterKind, Reason, Replaced
from solidarity.rules.money import Cents, format_euros
from solidarity.rules.ruleset import Case, Check, Severity, Step
from solidarity.rules.ruleset.explain import for_people
from solidarity.rules.ruleset.model import EligibilityRule, Rule

ROUNDING: Final = "round"


def reasons_of(decided: Decided, language: Language) -> tuple[Reason, ...]:
    """Every reason once, those the administrator chose first; a reader is never left without one."""
    chosen = [_chosen(code, decided, language) for code in decided.reason_codes]
    granted_cents = sum(line.granted_cents for line in decided.lines)
    found = _of_lines(decided, language) if granted_cents else _of_checks(decided, language)
    reasons = tuple(dict.fromkeys([*chosen, *found]))
    return reasons or (_chosen("judgement", decided, language),)


def reason_of_line(line: DecidedLine, language: Language, kind: LetterKind | None = None) -> str:
    """Why this line was granted less than asked, in one sentence; empty when it was granted whole."""
    if line.granted_cents >= line.assessed.requested_cents:
        return ""
    if kind is LetterKind.TERMINATION:
        return phrase("ended_line", language)
    step = binding_step(line)
    if step is None or line.granted_cents != line.assessed.proposed_cents:
        return phrase("decided_otherwise", language)
    return step.explanation.in_language(language) or step.title.in_language(language)


def revised(revision: Revision, language: Language) -> Reason:
    """Why an aid ends, or why a decision stays as it is after a review."""
    before, paid = revision.granted_before_cents, revision.paid_cents
    ended = "ended" if paid else "ended_unpaid"
    name = ended if revision.kind is LetterKind.TERMINATION else "maintained"
    return Reason(
        ground=Ground.JUDGEMENT,
        text=revision.reason,
        rule=phrase("decision_rule", language),
        figures=phrase(
            name,
            language,
            granted=format_euros(before, language),
            paid=format_euros(paid, language),
            freed=format_euros(before - paid, language),
        ),
    )


def replaced(revision: Revision | None, language: Language) -> Replaced:
    """Which letter the new one replaces, and why."""
    assert revision is not None, "a letter that replaces another knows which"
    name = "why_ended" if revision.asked_on is None else "why_reviewed"
    asked = format_day(revision.asked_on, language) if revision.asked_on else ""
    return Replaced(
        number=revision.former_number,
        issued_on=revision.former_on,
        why=phrase(name, language, day=asked),
    )


def binding_step(line: DecidedLine) -> Step | None:
    """The step that set the amount; when only rounding lowered it, the rounding."""
    changing = [step for step in line.assessed.steps if step.after_cents != step.before_cents]
    bound = [step for step in changing if step.rule == line.assessed.binding_rule]
    candidates = bound or changing
    return candidates[-1] if candidates else None


def _chosen(code: str, decided: Decided, language: Language) -> Reason:
    ground, french, english = REASONS.get(code, REASONS["judgement"])
    asked = decided.assessment.requested_cents
    rule, figures = phrase("decision_rule", language), _amounts(asked, _granted(decided), language)
    if ground is Ground.NO_CREDIT:
        available = decided.assessment.budget.available_cents or 0
        rule = phrase("credit_rule", language)
        figures = phrase(
            "credit",
            language,
            asked=format_euros(asked, language),
            available=format_euros(available, language),
        )
    return Reason(ground=ground, text=english if language == "en" else french, rule=rule, figures=figures)


def _of_lines(decided: Decided, language: Language) -> Iterator[Reason]:
    for line in decided.lines:
        if line.granted_cents >= line.assessed.requested_cents:
            continue
        step = binding_step(line)
        is_by_rules = step is not None and line.granted_cents == line.assessed.proposed_cents
        ground = Ground.JUDGEMENT
        if is_by_rules:
            ground = Ground.NOT_ELIGIBLE if line.assessed.is_refused else Ground.LIMITED
        yield Reason(
            ground=ground,
            text=reason_of_line(line, language),
            rule=_rule_name(step.title.in_language(language), step.rule)
            if step is not None and is_by_rules
            else phrase("decision_rule", language),
            figures=_amounts(line.assessed.requested_cents, line.granted_cents, language),
        )


def _of_checks(decided: Decided, language: Language) -> Iterator[Reason]:
    rules = {rule.id: rule for rule in decided.rules.rules}
    for check in decided.assessment.checks:
        ground = _ground(check)
        if ground is None:
            continue
        rule = rules.get(check.rule)
        name = rule.title.in_language(language) if rule is not None else check.rule
        yield Reason(
            ground=ground,
            text=_check_text(check, name, language),
            rule=_rule_name(name, check.rule),
            figures=_figures(check, rule, decided, language),
        )


def _check_text(check: Check, name: str, language: Language) -> str:
    # A message about papers names them by their codes; the figures below name them in words.
    if check.needs:
        return phrase("papers_missing", language)
    return for_people(check.message.in_language(language)) or name


def _ground(check: Check) -> Ground | None:
    """None for a check that passed or that refuses nothing."""
    if check.kind == "documents":
        return Ground.PAPERS_MISSING if check.needs else None
    if check.severity is Severity.WARN or check.passed is True or check.kind not in {"eligibility", "scale"}:
        return None
    if check.passed is None:
        return Ground.PAPERS_MISSING
    return Ground.NOT_ELIGIBLE if check.severity is Severity.REFUSE else Ground.JUDGEMENT


def _figures(check: Check, rule: Rule | None, decided: Decided, language: Language) -> str:
    if check.needs:
        return phrase(
            "papers_needed", language, papers=", ".join(paper(kind, language) for kind in check.needs)
        )
    named = rule.require.references if isinstance(rule, EligibilityRule) else ()
    known = [written for name in named if (written := _fact(name, decided.case, language))]
    return " ; ".join(known) or _amounts(decided.assessment.requested_cents, _granted(decided), language)


FACTS: Final[Mapping[str, tuple[str, Callable[[Case], int | None], bool]]] = {
    "student.age": ("age", lambda case: case.student.age_on(case.today), False),
    "student.quotient_familial_cents": (
        "quotient",
        lambda case: case.student.quotient_familial_cents,
        True,
    ),
    "student.household_size": ("household", lambda case: case.student.household_size, False),
    "request.total_cents": ("expense", lambda case: sum(line.requested_cents for line in case.lines), True),
}
"""Facts of the pupil that a letter may repeat to the family: phrase, value, whether it is an amount."""


def _fact(name: str, case: Case, language: Language) -> str:
    if name not in FACTS:
        return ""
    label, read, is_amount = FACTS[name]
    value = read(case)
    if value is None:
        return ""
    return phrase(label, language, value=format_euros(value, language) if is_amount else value)


def _rule_name(title: str, rule_id: str) -> str:
    return f"{title} ({rule_id})"


def _amounts(asked_cents: Cents, granted_cents: Cents, language: Language) -> str:
    asked, granted = format_euros(asked_cents, language), format_euros(granted_cents, language)
    return phrase("figures", language, asked=asked, granted=granted)


def _granted(decided: Decided) -> Cents:
    return sum(line.granted_cents for line in decided.lines)
