"""Adding and changing schools and students."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from solidarity.rules.access import Person, scope_of
from solidarity.rules.calendar import paris_day, school_year_of
from solidarity.rules.errors import Conflict, Stale, Unknown
from solidarity.rules.text import search_key
from solidarity.store.tables import SchoolRow, StudentRow
from solidarity.store.transaction import hold, writing
from solidarity.trail.commands import Subject, held_chain_head, record

MOST_COMPARED_CHARACTERS = 200
MEANS = {"quotient_familial_cents", "household_size"}
EDITABLE = {
    "given_name",
    "family_name",
    "birth_date",
    "trade",
    "boarder",
    "quotient_familial_cents",
    "household_size",
    "guardian_name",
    "guardian_address",
    "letter_language",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class NewStudent:
    """What is typed to add a student; texts have passed the cleaning gate."""

    school: str
    given_name: str
    family_name: str
    birth_date: date
    trade: str | None = None
    boarder: bool = False
    quotient_familial_cents: int | None = None
    household_size: int | None = None
    guardian_name: str | None = None
    guardian_address: str | None = None
    letter_language: str = "fr"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSchool:
    """One school of the network as it is loaded."""

    slug: str
    name: str
    town: str | None
    region_code: str
    region: str
    trades: tuple[str, ...]
    status: str
    departement: str | None = None
    insee: str | None = None
    holiday_zone: str | None = None
    address: str | None = None
    note: str | None = None


class DuplicateStudent(Conflict):
    """Somebody with this name and birth date is already known; `other` only inside the caller's scope."""

    code = "duplicate-student"

    def __init__(self, other: UUID | None) -> None:
        super().__init__()
        self.other = other
        if other is not None:
            self.figures = {"student": str(other)}


async def add_student(new: NewStudent, *, confirm_distinct: str | None, by: Person, now: datetime) -> UUID:
    """Add a student to a school the person may act for.

    Raises `Unknown` school outside the scope, `DuplicateStudent` unless a reason says why it is another one.
    """
    own = scope_of(by)
    async with writing():
        school = await SchoolRow.select().where(SchoolRow.slug == new.school).first()
        if school is None or (own is not None and school["id"] != own):
            raise Unknown("school-unknown")
        if school["status"] != "active":
            raise Conflict("school-out-of-partnership")
        match = match_key(new.given_name, new.family_name, new.birth_date)
        await held_chain_head()
        other = (
            await StudentRow.select(StudentRow.id, StudentRow.school)
            .where(StudentRow.match_key == match)
            .first()
        )
        if other is not None and not confirm_distinct:
            raise DuplicateStudent(other["id"] if own is None or other["school"] == own else None)
        row = student_row(
            new,
            school["id"],
            match=match,
            distinct=confirm_distinct if other else None,
            by=by,
            now=now,
        )
        await StudentRow.insert(row)
        detail = {"school": new.school, "resembles": str(other["id"]) if other else None}
        await record(
            "student.added", about=Subject(kind="student", id=str(row.id)), by=by, at=now, detail=detail
        )
    return row.id


async def edit_student(
    student_id: UUID, changes: Mapping[str, Any], *, version: int, by: Person, now: datetime
) -> None:
    """Change a student; raises `Unknown` outside the scope and `Stale` when somebody was faster."""
    assert set(changes) <= EDITABLE, "forms and API name only these"
    own = scope_of(by)
    async with writing():
        row = await hold(StudentRow, student_id)
        if row is None or (own is not None and row.school != own):
            raise Unknown
        if row.version != version:
            raise Stale
        values: dict[Any, Any] = {getattr(StudentRow, name): value for name, value in changes.items()}
        names = {
            name: changes.get(name, getattr(row, name))
            for name in ("given_name", "family_name", "birth_date")
        }
        values[StudentRow.search_key] = name_key(names["given_name"], names["family_name"])
        values[StudentRow.match_key] = match_key(**names)
        values[StudentRow.version] = version + 1
        if MEANS & set(changes):
            quotient = changes.get("quotient_familial_cents", row.quotient_familial_cents)
            values[StudentRow.means_confirmed_for] = _confirmed_for(quotient, now)
        await StudentRow.update(values).where(StudentRow.id == student_id)
        about = Subject(kind="student", id=str(student_id))
        await record("student.changed", about=about, by=by, at=now, detail={"fields": sorted(changes)})


async def load_schools(new: list[NewSchool], *, by: Person | None, now: datetime) -> int:
    """Add the schools that are not there yet, by slug; answers how many were added."""
    async with writing():
        known = {row["slug"] for row in await SchoolRow.select(SchoolRow.slug)}
        fresh = [school for school in new if school.slug not in known]
        for school in fresh:
            await SchoolRow.insert(_school_row(school))
        if fresh:
            about = Subject(kind="network", id="schools")
            await record("schools.loaded", about=about, by=by, at=now, detail={"schools": len(fresh)})
    return len(fresh)


def match_key(given_name: str, family_name: str, birth_date: date) -> str:
    """Equal for two entries that are likely the same person: the name without accents, and the birth date."""
    return f"{_compared(family_name)}|{_compared(given_name)}|{birth_date.isoformat()}"


def name_key(given_name: str, family_name: str) -> str:
    """What a search compares with: both names without accents."""
    return f"{_compared(given_name)} {_compared(family_name)}"


def _compared(name: str) -> str:
    # One sign may stand for a whole phrase (U+FDFA gives eighteen letters): the columns hold 200 a name.
    return search_key(name)[:MOST_COMPARED_CHARACTERS].rstrip()


def student_row(
    new: NewStudent, school: UUID, *, match: str, distinct: str | None, by: Person | None, now: datetime
) -> StudentRow:
    return StudentRow(
        id=uuid4(),
        school=school,
        given_name=new.given_name,
        family_name=new.family_name,
        birth_date=new.birth_date,
        trade=new.trade,
        boarder=new.boarder,
        quotient_familial_cents=new.quotient_familial_cents,
        household_size=new.household_size,
        means_confirmed_for=_confirmed_for(new.quotient_familial_cents, now),
        guardian_name=new.guardian_name,
        guardian_address=new.guardian_address,
        letter_language=new.letter_language,
        search_key=name_key(new.given_name, new.family_name),
        match_key=match,
        distinct_reason=distinct,
        created_by=by.id if by else None,
        created_at=now,
        version=1,
    )


def _confirmed_for(quotient_familial_cents: int | None, now: datetime) -> str | None:
    """Means count for the school year in which they were written down."""
    return None if quotient_familial_cents is None else school_year_of(paris_day(now))


def _school_row(new: NewSchool) -> SchoolRow:
    return SchoolRow(
        id=uuid4(),
        slug=new.slug,
        name=new.name,
        town=new.town,
        region_code=new.region_code,
        region=new.region,
        departement=new.departement,
        insee=new.insee,
        holiday_zone=new.holiday_zone,
        trades=json.dumps(list(new.trades), ensure_ascii=False),
        status=new.status,
        address=new.address,
        note=new.note,
    )
