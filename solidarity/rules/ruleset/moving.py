"""A case of one school year read as if it were of another: every day moves by whole years."""

from dataclasses import replace
from datetime import date, timedelta

from solidarity.rules.calendar import age_on, school_year_bounds
from solidarity.rules.ruleset.case import Case, LineFacts, PastGrant, StudentFacts
from solidarity.rules.ruleset.model import FactDeclaration, Ruleset

ONE_DAY = timedelta(days=1)


def years_between(from_year: str, to_year: str) -> int:
    """How many years later "2026-2027" is than "2025-2026"; raises Unreadable("school-year-unreadable")."""
    return school_year_bounds(to_year)[0].year - school_year_bounds(from_year)[0].year


def moved(case: Case, years: int) -> Case:
    """The case so many years later: ages, months, terms and school years stay what they were.

    29 February becomes 28 February where there is none, so that no day changes its month; a birth date
    moves so that the age on the day of the case stays the same.
    """
    if years == 0:
        return case
    today = later(case.today, years)
    return replace(
        case,
        today=today,
        student=_moved_student(case.student, case.today, today, years),
        submitted_on=None if case.submitted_on is None else later(case.submitted_on, years),
        lines=tuple(_moved_line(line, years) for line in case.lines),
        documents=tuple(
            paper if paper.dated is None else replace(paper, dated=later(paper.dated, years))
            for paper in case.documents
        ),
        history=tuple(moved_grant(grant, years) for grant in case.history),
    )


def later(day: date, years: int) -> date:
    """The same day so many years later; 28 February for a 29th that does not exist, as `add_years` says."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def moved_grant(grant: PastGrant, years: int) -> PastGrant:
    return replace(
        grant,
        decided_on=later(grant.decided_on, years),
        period_from=later(grant.period_from, years),
        period_to=later(grant.period_to, years),
    )


def _moved_student(student: StudentFacts, day: date, moved_day: date, years: int) -> StudentFacts:
    birth_date = later(student.birth_date, years)
    if age_on(birth_date, moved_day) != age_on(student.birth_date, day):
        birth_date += ONE_DAY
    return replace(student, birth_date=birth_date)


def _moved_line(line: LineFacts, years: int) -> LineFacts:
    # Every field by name: `replace` would take a third of the time of moving a case.
    return LineFacts(
        category=line.category,
        kind=line.kind,
        amount_cents=line.amount_cents,
        frequency=line.frequency,
        period_from=later(line.period_from, years),
        period_to=later(line.period_to, years),
        description=line.description,
        supplier=line.supplier,
        facts=line.facts,
    )


# What a case may keep under other rules


def facts_in_common(old: Ruleset, new: Ruleset) -> frozenset[str]:
    """Names of facts that mean the same in both: one way in kilometres is never read as a round trip."""
    return frozenset(
        name
        for name, fact in new.facts.items()
        if name in old.facts and _meaning(old.facts[name]) == _meaning(fact)
    )


def _meaning(fact: FactDeclaration) -> tuple[str, str | None]:
    return fact.type, fact.unit


def with_facts(line: LineFacts, names: frozenset[str]) -> LineFacts:
    """The line with those of its facts that the rules it is now read by understand as they were given."""
    kept = {name: value for name, value in line.facts.items() if name in names}
    return line if len(kept) == len(line.facts) else replace(line, facts=kept)
