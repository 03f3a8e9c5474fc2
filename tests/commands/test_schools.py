"""Schools and students: added once, changed by whoever read the last version, seen by nobody else."""

import asyncio
from datetime import date
from uuid import uuid4

from solidarity.rules.errors import Conflict, Stale, Unknown
from solidarity.schools.commands import (
    DuplicateStudent,
    NewSchool,
    NewStudent,
    add_student,
    edit_student,
    load_schools,
)
from solidarity.schools.queries import school, schools, student, students
from solidarity.store.tables import SchoolRow, StudentRow
from solidarity.trail.queries import events
from tests.build import LATER, NOW, a_school, a_student
from tests.commands.books import actions, digest, refused
from tests.databases import Database
from tests.people import the_cast

PUPIL = NewStudent(
    school="roubaix", given_name="Maëlle", family_name="d’Œuvray-Nguyễn", birth_date=date(2010, 3, 14)
)


async def test_schools_are_loaded_once(database: Database) -> None:
    await a_school("roubaix")
    again = NewSchool(
        slug="roubaix",
        name="Un autre nom",
        town="Roubaix",
        region_code="32",
        region="Hauts-de-France",
        trades=("usinage", "bois"),
        status="active",
    )
    before = await digest()
    assert await load_schools([again], by=None, now=LATER) == 0
    assert await digest() == before
    assert await SchoolRow.count() == 1
    assert await actions() == ["schools.loaded"]


async def test_a_school_is_seen_by_its_own_people(database: Database) -> None:
    cast = await the_cast()
    assert [view.slug for view in await schools(cast.director)] == ["roubaix"]
    assert [view.slug for view in await schools(cast.auditor)] == ["evreux", "lille", "roubaix"]
    assert (await school("roubaix", cast.director)).trades == ("usinage",)
    with refused(Unknown):
        await school("roubaix", cast.stranger)
    with refused(Unknown):
        await school("nowhere", cast.administrator)


async def test_a_student_is_added_with_a_trace_that_names_nobody(database: Database) -> None:
    cast = await the_cast()
    added = await add_student(PUPIL, confirm_distinct=None, by=cast.director, now=NOW)
    view = await student(added, cast.director)
    assert (view.full_name, view.school_slug, view.version) == ("Maëlle d’Œuvray-Nguyễn", "roubaix", 1)
    newest = (await events(before=None, limit=1))[0]
    assert (newest.action, newest.about_id, newest.actor) == ("student.added", str(added), "Nadia Lemaire")
    assert newest.detail == {"school": "roubaix", "resembles": None}
    assert [found.id for found in await students(cast.administrator, q="oeuvray MAELLE")] == [added]


async def test_another_school_sees_and_changes_nothing(database: Database) -> None:
    cast = await the_cast()
    pupil = await a_student(cast.director)
    before = await digest()
    with refused(Unknown):
        await student(pupil, cast.stranger)
    with refused(Unknown):
        await edit_student(pupil, {"boarder": True}, version=1, by=cast.stranger, now=NOW)
    with refused(Unknown, "school-unknown"):
        await add_student(PUPIL, confirm_distinct=None, by=cast.stranger, now=NOW)
    assert await students(cast.stranger) == await students(cast.stranger, school_slug="roubaix") == []
    assert await digest() == before


async def test_a_school_that_left_takes_no_more_students(database: Database) -> None:
    cast = await the_cast()
    await a_school("douai", status="out_of_partnership")
    gone = NewStudent(school="douai", given_name="Léa", family_name="Caron", birth_date=date(2010, 1, 1))
    before = await digest()
    with refused(Conflict, "school-out-of-partnership"):
        await add_student(gone, confirm_distinct=None, by=cast.administrator, now=NOW)
    assert await digest() == before


async def test_a_likely_duplicate_needs_a_reason(database: Database) -> None:
    cast = await the_cast()
    first = await add_student(PUPIL, confirm_distinct="ignored", by=cast.director, now=NOW)
    elsewhere = NewStudent(
        school="evreux", given_name="MAELLE", family_name="D'Oeuvray Nguyen", birth_date=PUPIL.birth_date
    )
    before = await digest()
    with refused(DuplicateStudent, "duplicate-student") as own:
        await add_student(PUPIL, confirm_distinct=None, by=cast.director, now=NOW)
    assert own.error.figures == {"student": str(first)}
    with refused(DuplicateStudent) as other:
        await add_student(elsewhere, confirm_distinct=None, by=cast.stranger, now=NOW)
    assert other.error.figures == {}
    assert await digest() == before
    await add_student(elsewhere, confirm_distinct="Une cousine.", by=cast.stranger, now=NOW)
    reasons = await StudentRow.select(StudentRow.distinct_reason).order_by(StudentRow.distinct_reason)
    assert {row["distinct_reason"] for row in reasons} == {None, "Une cousine."}


async def test_a_student_is_changed_from_the_last_version(database: Database) -> None:
    cast = await the_cast()
    pupil = await add_student(PUPIL, confirm_distinct=None, by=cast.director, now=NOW)
    changes = {"family_name": "Lévêque", "quotient_familial_cents": None, "boarder": True}
    await edit_student(pupil, changes, version=1, by=cast.director, now=LATER)
    view = await student(pupil, cast.director)
    assert (view.family_name, view.quotient_familial_cents, view.boarder, view.version) == (
        "Lévêque",
        None,
        True,
        2,
    )
    assert [found.id for found in await students(cast.director, q="leveque")] == [pupil]
    assert (await events(before=None, limit=1))[0].detail == {"fields": sorted(changes)}
    before = await digest()
    with refused(Stale):
        await edit_student(pupil, {"boarder": False}, version=1, by=cast.director, now=LATER)
    with refused(Unknown):
        await edit_student(uuid4(), {"boarder": False}, version=1, by=cast.administrator, now=LATER)
    assert await digest() == before
    await add_student(PUPIL, confirm_distinct=None, by=cast.director, now=LATER)


async def test_of_several_who_add_the_same_student_one_succeeds(database: Database) -> None:
    cast = await the_cast()

    async def add() -> str:
        try:
            await add_student(PUPIL, confirm_distinct=None, by=cast.administrator, now=NOW)
        except DuplicateStudent as refusal:
            return refusal.code
        return "added"

    assert sorted(await asyncio.gather(*(add() for _ in range(8)))) == ["added", *["duplicate-student"] * 7]
    assert await StudentRow.count() == 1


async def test_of_several_who_edit_one_version_one_succeeds(database: Database) -> None:
    cast = await the_cast()
    pupil = await a_student(cast.director)

    async def edit(size: int) -> bool:
        try:
            await edit_student(pupil, {"household_size": size}, version=1, by=cast.director, now=NOW)
        except Stale:
            return False
        return True

    assert sum(await asyncio.gather(*(edit(size) for size in range(1, 9)))) == 1
    assert (await student(pupil, cast.director)).version == 2
