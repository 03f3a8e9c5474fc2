"""Adding many students at once: all of a file or none, the same file twice changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from solidarity.rules.access import Person
from solidarity.schools.commands import NewStudent, match_key, student_row
from solidarity.store.tables import SchoolRow, StudentRow
from solidarity.store.transaction import reading, writing
from solidarity.trail.commands import Subject, record

ROWS_A_STATEMENT = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """What would become of a student of a file: `added`, `known` in the same school, or a refusal code."""

    place: int
    fate: str


async def place_students(new: Sequence[NewStudent]) -> list[Placed]:
    """What would become of each student, in their order; changes nothing."""
    async with reading():
        return (await _placed(new))[0]


async def load_students(new: Sequence[NewStudent], *, by: Person | None, now: datetime) -> list[Placed]:
    """Add those who are not known yet; nobody at all when one of them is refused."""
    async with writing():
        placed, schools = await _placed(new)
        if any(one.fate not in {"added", "known"} for one in placed):
            return placed
        rows = [
            student_row(one, schools[one.school]["id"], match=_key(one), distinct=None, by=by, now=now)
            for one, fate in zip(new, placed, strict=True)
            if fate.fate == "added"
        ]
        for start in range(0, len(rows), ROWS_A_STATEMENT):
            await StudentRow.insert(*rows[start : start + ROWS_A_STATEMENT])
        if rows:
            about = Subject(kind="network", id="students")
            await record("students.loaded", about=about, by=by, at=now, detail={"students": len(rows)})
    return placed


async def _placed(new: Sequence[NewStudent]) -> tuple[list[Placed], dict[str, dict[str, Any]]]:
    rows = await SchoolRow.select(SchoolRow.id, SchoolRow.slug, SchoolRow.status)
    schools = {row["slug"]: row for row in rows}
    known = await _known([_key(one) for one in new])
    seen: dict[str, str] = {}
    placed = []
    for place, one in enumerate(new):
        placed.append(Placed(place=place, fate=_fate(one, schools, known, seen)))
        seen[_key(one)] = one.school
    return placed, schools


def _fate(
    one: NewStudent, schools: dict[str, dict[str, Any]], known: dict[str, UUID], seen: dict[str, str]
) -> str:
    school = schools.get(one.school)
    if school is None:
        return "school-unknown"
    if school["status"] != "active":
        return "school-out-of-partnership"
    if _key(one) in seen:
        return "duplicate-student"
    there = known.get(_key(one))
    if there is None:
        return "added"
    return "known" if there == school["id"] else "duplicate-student"


async def _known(keys: Sequence[str]) -> dict[str, UUID]:
    found: dict[str, UUID] = {}
    for start in range(0, len(keys), 500):
        rows = await StudentRow.select(StudentRow.match_key, StudentRow.school).where(
            StudentRow.match_key.is_in(list(keys[start : start + 500]))
        )
        found.update({row["match_key"]: row["school"] for row in rows})
    return found


def _key(one: NewStudent) -> str:
    return match_key(one.given_name, one.family_name, one.birth_date)


async def school_slugs() -> set[str]:
    """The slugs of every school, partners or not."""
    return {row["slug"] for row in await SchoolRow.select(SchoolRow.slug)}
