"""Pupils who were helped last year and for whom nobody asked again, and last year's request as a new one."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from solidarity.requests.forms import Values, first_values, kinds_of, written
from solidarity.requests.queries import RequestView
from solidarity.rules.access import Person, scope_of
from solidarity.rules.calendar import add_years, previous_school_year, school_year_bounds, school_year_of
from solidarity.rules.money import Cents
from solidarity.rules.ruleset import Ruleset
from solidarity.schools.queries import students_by_id
from solidarity.store.tables import RequestRow
from solidarity.store.transaction import reading

# A request that was withdrawn or closed was not an answer; a draft is one that has begun.
_NOT_RENEWED: Final = (
    "SELECT request.reference, request.student, school.slug AS school, school.name AS school_name,"
    " decision.granted_cents, decision.decided_on"
    " FROM aid_request request JOIN decision ON decision.request = request.id"
    " JOIN school ON school.id = request.school"
    " WHERE request.school_year = {} AND decision.granted_cents > 0"
    " AND NOT EXISTS (SELECT 1 FROM decision later WHERE later.request = request.id"
    "  AND later.number > decision.number)"
    " AND NOT EXISTS (SELECT 1 FROM aid_request renewed WHERE renewed.student = request.student"
    "  AND renewed.school_year = {} AND renewed.status NOT IN ('withdrawn', 'closed'))"
)
_ORDER: Final = " ORDER BY decision.decided_on DESC, request.reference DESC"
_OF_SCHOOL: Final = " AND request.school = {}"


@dataclass(frozen=True, kw_only=True, slots=True)
class NotRenewed:
    """A pupil helped last year, and the last request that did; the name is for who may see pupils."""

    student_id: UUID
    reference: str
    school: str
    school_name: str
    granted_cents: Cents


async def not_renewed(person: Person, school_year: str) -> list[NotRenewed]:
    """Helped in the year before, and no request in this one; a director's own pupils only."""
    before, own = previous_school_year(school_year), scope_of(person)
    async with reading():
        if own is None:
            rows = await RequestRow.raw(_NOT_RENEWED + _ORDER, before, school_year)
        else:
            rows = await RequestRow.raw(_NOT_RENEWED + _OF_SCHOOL + _ORDER, before, school_year, own)
    latest: dict[UUID, NotRenewed] = {}
    for row in rows:
        latest.setdefault(row["student"], _not_renewed(row))
    return list(latest.values())


async def pupils_to_ask_again(person: Person, school_year: str) -> list[tuple[NotRenewed, str]]:
    """The same with the names, in their order."""
    found = await not_renewed(person, school_year)
    people = await students_by_id(one.student_id for one in found)
    named = [(one, people[one.student_id]) for one in found]
    return [
        (one, pupil.full_name)
        for one, pupil in sorted(named, key=lambda each: (each[1].family_name, each[1].given_name))
    ]


def _not_renewed(row: dict[str, Any]) -> NotRenewed:
    return NotRenewed(
        student_id=row["student"],
        reference=row["reference"],
        school=row["school"],
        school_name=row["school_name"],
        granted_cents=row["granted_cents"],
    )


def renewed_values(view: RequestView, ruleset: Ruleset, today: date) -> Values:
    """The form for a request like an earlier one: its lines, their days moved to this school year.

    What the ruleset in force no longer knows is left out; the situation of the family is told anew.
    """
    fresh, kept = first_values(today), written(view)
    years = _first_year(school_year_of(today)) - _first_year(view.school_year)
    known = kinds_of(ruleset)
    places = [place for place, line in enumerate(view.lines) if f"{line.category}.{line.kind}" in known]
    if not places:
        return fresh
    values: Values = {"urgency": "normal"}
    for number, place in enumerate(places):
        line = view.lines[place]
        start = f"lines-{place}-"
        values |= {
            f"lines-{number}-{name.removeprefix(start)}": value
            for name, value in kept.items()
            if name.startswith(start)
        }
        values[f"lines-{number}-period_from"] = f"{add_years(line.period_from, years):%d/%m/%Y}"
        values[f"lines-{number}-period_to"] = f"{add_years(line.period_to, years):%d/%m/%Y}"
    return values


def _first_year(school_year: str) -> int:
    return school_year_bounds(school_year)[0].year
