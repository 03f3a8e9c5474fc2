"""Schools and students as people read them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from solidarity.rules.access import Person, scope_of
from solidarity.rules.errors import Unknown
from solidarity.rules.text import search_key
from solidarity.store.search import contains, words
from solidarity.store.statements import rows_by_key
from solidarity.store.tables import SchoolRow, StudentRow
from solidarity.store.transaction import reading


@dataclass(frozen=True, kw_only=True, slots=True)
class SchoolView:
    """One school of the network."""

    id: UUID
    slug: str
    name: str
    town: str | None
    region_code: str
    region: str
    trades: tuple[str, ...]
    status: str
    address: str | None
    note: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StudentView:
    """One student with what the rules need to know."""

    id: UUID
    school_id: UUID
    school_slug: str
    given_name: str
    family_name: str
    birth_date: date
    trade: str | None
    boarder: bool
    quotient_familial_cents: int | None
    household_size: int | None
    guardian_name: str | None
    guardian_address: str | None
    letter_language: str
    created_at: datetime
    version: int

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"


async def schools(person: Person, *, status: str | None = "active") -> list[SchoolView]:
    """The schools this person may see, by slug; a director sees the own one only."""
    query = SchoolRow.select().order_by(SchoolRow.slug)
    if status is not None:
        query = query.where(SchoolRow.status == status)
    own = scope_of(person)
    if own is not None:
        query = query.where(SchoolRow.id == own)
    return [_school(row) for row in await query]


async def school(slug: str, person: Person) -> SchoolView:
    """One school; raises `Unknown` outside the person's scope."""
    row = await SchoolRow.select().where(SchoolRow.slug == slug).first()
    own = scope_of(person)
    if row is None or (own is not None and row["id"] != own):
        raise Unknown
    return _school(row)


async def school_by_id(school_id: UUID) -> SchoolView:
    """One school by its key, for those who already may see it."""
    rows = await rows_by_key(SchoolRow, [school_id])
    if not rows:
        raise Unknown
    return _school(rows[0])


async def student(student_id: UUID, person: Person) -> StudentView:
    """One student; raises `Unknown` outside the person's scope."""
    async with reading():
        row = await StudentRow.select().where(StudentRow.id == student_id).first()
        own = scope_of(person)
        if row is None or (own is not None and row["school"] != own):
            raise Unknown
        return (await _students([row]))[0]


async def students(
    person: Person,
    *,
    school_slug: str | None = None,
    q: str = "",
    limit: int = 50,
    before: tuple[datetime, UUID] | None = None,
) -> list[StudentView]:
    """Students this person may see, newest first; `q` is looked for in the names, accents or not."""
    async with reading():
        query = StudentRow.select()
        own = scope_of(person)
        if own is not None:
            query = query.where(StudentRow.school == own)
        if school_slug:
            chosen = await SchoolRow.select(SchoolRow.id).where(SchoolRow.slug == school_slug).first()
            if chosen is None:
                return []
            query = query.where(StudentRow.school == chosen["id"])
        for word in words(search_key(q)):
            query = query.where(contains(StudentRow.search_key, word))
        if before is not None:
            at, last = before
            query = query.where(
                (StudentRow.created_at < at) | ((StudentRow.created_at == at) & (StudentRow.id < last))
            )
        query = query.order_by(StudentRow.created_at, StudentRow.id, ascending=False).limit(limit)
        return await _students(await query)


async def students_by_id(ids: Iterable[UUID]) -> dict[UUID, StudentView]:
    """Several students at once, for lists that already were scoped."""
    rows = await rows_by_key(StudentRow, ids)
    return {view.id: view for view in await _students(rows)}


def _school(row: dict[str, Any]) -> SchoolView:
    return SchoolView(
        id=row["id"],
        slug=row["slug"],
        name=row["name"],
        town=row["town"],
        region_code=row["region_code"],
        region=row["region"],
        trades=tuple(json.loads(row["trades"])),
        status=row["status"],
        address=row["address"],
        note=row["note"],
    )


async def _students(rows: list[dict[str, Any]]) -> list[StudentView]:
    slugs = await slugs_of({row["school"] for row in rows})
    fields = set(StudentView.__dataclass_fields__) - {"school_id", "school_slug"}
    return [
        StudentView(
            school_id=row["school"],
            school_slug=slugs[row["school"]],
            **{name: row[name] for name in fields},
        )
        for row in rows
    ]


async def slugs_of(ids: set[UUID]) -> dict[UUID, str]:
    """The slug of each school asked for."""
    rows = await rows_by_key(SchoolRow, ids)
    return {row["id"]: row["slug"] for row in rows}
