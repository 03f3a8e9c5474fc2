"""Means of students, confirmed for each school year: which are older, and saying that they still hold."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from solidarity.rules.access import Person, scope_of
from solidarity.rules.calendar import paris_day, school_year_of
from solidarity.rules.errors import Stale, Unknown
from solidarity.rules.money import Cents
from solidarity.store.tables import StudentRow
from solidarity.store.transaction import hold, reading, writing
from solidarity.trail.commands import Subject, record


@dataclass(frozen=True, kw_only=True, slots=True)
class MeansView:
    """A student whose means date from a year before; `confirmed_for` None is a year nobody noted."""

    id: UUID
    name: str
    quotient_familial_cents: Cents
    household_size: int | None
    confirmed_for: str | None
    version: int


async def means_to_confirm(person: Person, *, now: datetime, limit: int = 100) -> list[MeansView]:
    """The students in the person's scope whose means were not confirmed this school year, by name."""
    own, year = scope_of(person), school_year_of(paris_day(now))
    async with reading():
        query = StudentRow.select().where(_are_old(year))
        if own is not None:
            query = query.where(StudentRow.school == own)
        rows = await query.order_by(StudentRow.search_key, StudentRow.id).limit(limit)
    return [
        MeansView(
            id=row["id"],
            name=f"{row['family_name']} {row['given_name']}",
            quotient_familial_cents=row["quotient_familial_cents"],
            household_size=row["household_size"],
            confirmed_for=row["means_confirmed_for"],
            version=row["version"],
        )
        for row in rows
    ]


async def confirm_means(student: UUID, *, version: int, by: Person, now: datetime) -> None:
    """Say that the means of a student are what they were; said twice, it changes nothing more.

    Raises `Unknown` outside the scope, `Stale` when somebody changed the student meanwhile.
    """
    own, year = scope_of(by), school_year_of(paris_day(now))
    async with writing():
        row = await hold(StudentRow, student)
        if row is None or (own is not None and row.school != own) or row.quotient_familial_cents is None:
            raise Unknown
        if row.means_confirmed_for == year:
            return
        if row.version != version:
            raise Stale
        await StudentRow.update(
            {StudentRow.means_confirmed_for: year, StudentRow.version: row.version + 1}
        ).where(StudentRow.id == student)
        about = Subject(kind="student", id=str(student))
        await record("student.means_confirmed", about=about, by=by, at=now, detail={"school_year": year})


def _are_old(year: str) -> Any:
    """Labels of school years sort as the years do."""
    column = StudentRow.means_confirmed_for
    return StudentRow.quotient_familial_cents.is_not_null() & (column.is_null() | (column < year))
