"""Schools and students for programs."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import UNSET, Meta, Struct, UnsetType

from solidarity.rules.access import Action, Person
from solidarity.rules.calendar import age_on, paris_day
from solidarity.rules.errors import Invalid, Problem, Unknown, Unreadable
from solidarity.rules.money import MOST_CENTS
from solidarity.rules.text import clean_person_name
from solidarity.schools.commands import NewStudent, add_student, edit_student
from solidarity.schools.queries import SchoolView, StudentView, school, schools, student, students
from solidarity.trail.acting import carry_out, carry_out_edit
from solidarity.web.access import needs
from solidarity.web.answers import json_answer, versioned
from solidarity.web.body import Typed, read_body
from solidarity.web.describing import Query, describes
from solidarity.web.listing import instant_place, read_listing
from solidarity.web.respond import required_version
from solidarity.web.shapes import Cents

LEAST_AGE = 10
MOST_AGE = 40
STATUSES = ("active", "out_of_partnership")
Household = Annotated[int, Meta(ge=1, le=30)]
Quotient = Annotated[int, Cents(least=0, most=MOST_CENTS)]


class SchoolJson(Struct, frozen=True, kw_only=True):
    """One school of the network."""

    slug: str
    name: str
    town: str | None
    region_code: str
    region: str
    trades: tuple[str, ...]
    status: str


class GuardianBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To whom a minor's letter goes."""

    name: Annotated[str, Typed(160)]
    address: Annotated[str, Typed(500, lines=True)]


class StudentBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new student."""

    school: Annotated[str, Typed(80)]
    given_name: Annotated[str, Typed(100)]
    family_name: Annotated[str, Typed(100)]
    birth_date: date
    trade: Annotated[str, Typed(120)] | None = None
    boarder: bool = False
    quotient_familial_cents: Quotient | None = None
    household_size: Household | None = None
    guardian: GuardianBody | None = None
    letter_language: Literal["fr", "en"] = "fr"
    confirm_distinct: Annotated[str, Typed(500, lines=True)] | None = None


class StudentChangesBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes of a student; a field left out stays as it is."""

    given_name: Annotated[str, Typed(100)] | UnsetType = UNSET
    family_name: Annotated[str, Typed(100)] | UnsetType = UNSET
    birth_date: date | UnsetType = UNSET
    trade: Annotated[str, Typed(120)] | UnsetType | None = UNSET
    boarder: bool | UnsetType = UNSET
    quotient_familial_cents: Quotient | UnsetType | None = UNSET
    household_size: Household | UnsetType | None = UNSET
    guardian: GuardianBody | UnsetType | None = UNSET
    letter_language: Literal["fr", "en"] | UnsetType = UNSET


class GuardianJson(Struct, frozen=True, kw_only=True):
    """To whom a minor's letter goes."""

    name: str
    address: str


class StudentJson(Struct, frozen=True, kw_only=True):
    """One student."""

    id: UUID
    school: str
    given_name: str
    family_name: str
    birth_date: date
    trade: str | None
    boarder: bool
    quotient_familial_cents: int | None
    household_size: int | None
    guardian: GuardianJson | None
    letter_language: str
    created_at: datetime
    version: int


async def student_in_scope(person: Person, path: Mapping[str, Any]) -> None:
    """Raise `Unknown` for a student whom the person may not know of, whatever the role may do."""
    await student(_student_id(path["student_id"]), person)


@get(
    "/api/v1/schools",
    opt={
        **needs(Action.VIEW_SCHOOLS),
        **describes(
            "Schools, by slug",
            answer=SchoolJson,
            is_list=True,
            query=(Query(name="status", about="Active ones without it.", words=(*STATUSES, "all")),),
        ),
    },
)
async def list_schools(request: Request[Any, Any, Any], person: NamedDependency[Person]) -> Response[bytes]:
    listing = read_listing(request, "schools")
    status = listing.one_of("status", (*STATUSES, "all")) or "active"
    found = await schools(person, status=None if status == "all" else status)
    after = listing.after_word() or ""
    rest = [one for one in found if one.slug > after]
    return json_answer(listing.page(rest, place=lambda one: (one.slug,), item=_school_json))


@get(
    "/api/v1/schools/{slug:str}",
    opt={**needs(Action.VIEW_SCHOOLS), **describes("One school", answer=SchoolJson)},
)
async def one_school(slug: FromPath[str], person: NamedDependency[Person]) -> Response[bytes]:
    return json_answer(_school_json(await school(slug, person)))


@post(
    "/api/v1/students",
    status_code=201,
    opt={
        **needs(Action.ADD_STUDENT),
        **describes("Add a student", body=StudentBody, answer=StudentJson, status=201, is_repeatable=True),
    },
)
async def create_student(
    request: Request[Any, Any, Any], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Response[bytes]:
    body = await read_body(request, StudentBody)
    _check_names(body, now)

    async def act() -> StudentJson:
        added = await add_student(
            _new_student(body), confirm_distinct=body.confirm_distinct, by=person, now=now
        )
        return _student_json(await student(added, person))

    return await carry_out(request, act, now=now, status=201)


@get(
    "/api/v1/students",
    opt={
        **needs(Action.VIEW_STUDENTS),
        **describes(
            "Students, newest first",
            answer=StudentJson,
            is_list=True,
            query=(
                Query(name="school", about="The slug of a school."),
                Query(name="q", about="A part of the name, accents or not."),
            ),
        ),
    },
)
async def list_students(request: Request[Any, Any, Any], person: NamedDependency[Person]) -> Response[bytes]:
    listing = read_listing(request, "students")
    found = await students(
        person,
        school_slug=listing.text("school") or None,
        q=listing.text("q"),
        limit=listing.limit + 1,
        before=listing.after_instant(),
    )
    return json_answer(
        listing.page(found, place=lambda one: instant_place(one.created_at, one.id), item=_student_json)
    )


@get(
    "/api/v1/students/{student_id:str}",
    opt={
        **needs(Action.VIEW_STUDENTS, within=student_in_scope),
        **describes("One student", answer=StudentJson),
    },
)
async def one_student(student_id: FromPath[str], person: NamedDependency[Person]) -> Response[bytes]:
    found = await student(_student_id(student_id), person)
    return versioned(_student_json(found), found.version)


@patch(
    "/api/v1/students/{student_id:str}",
    opt={
        **needs(Action.EDIT_STUDENT, within=student_in_scope),
        **describes("Change a student", body=StudentChangesBody, answer=StudentJson, needs_version=True),
    },
)
async def change_student(
    request: Request[Any, Any, Any],
    student_id: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    before = await student(_student_id(student_id), person)
    version = required_version(request)
    body = await read_body(request, StudentChangesBody)
    _check_names(body, now)
    changes = _changes(body)
    await carry_out_edit(lambda: edit_student(before.id, changes, version=version, by=person, now=now))
    found = await student(before.id, person)
    return versioned(_student_json(found), found.version)


def _student_id(text: str) -> UUID:
    """An id that is none is an id that nobody has."""
    try:
        found = UUID(text)
    except ValueError:
        raise Unknown from None
    if str(found) != text.lower():
        raise Unknown
    return found


def _check_names(body: StudentBody | StudentChangesBody, now: datetime) -> None:
    problems: list[Problem] = []
    for pointer, name in (("/given_name", body.given_name), ("/family_name", body.family_name)):
        if isinstance(name, str):
            _note_name(problems, pointer, name)
    if isinstance(body.guardian, GuardianBody):
        _note_name(problems, "/guardian/name", body.guardian.name)
    if isinstance(body.birth_date, date):
        problems.extend(_problems_of_birth(body.birth_date, paris_day(now)))
    if problems:
        raise Invalid(tuple(problems))


def _note_name(problems: list[Problem], pointer: str, name: str) -> None:
    try:
        clean_person_name(name)
    except Unreadable as fault:
        problems.append(Problem(pointer=pointer, code=fault.code, figures=fault.figures))


def _problems_of_birth(birth_date: date, today: date) -> list[Problem]:
    if birth_date >= today:
        return [Problem(pointer="/birth_date", code="birth-date-in-future")]
    if age_on(birth_date, today) > MOST_AGE:
        return [Problem(pointer="/birth_date", code="birth-date-too-old", figures={"most": MOST_AGE})]
    if age_on(birth_date, today) < LEAST_AGE:
        return [Problem(pointer="/birth_date", code="birth-date-too-young", figures={"least": LEAST_AGE})]
    return []


def _new_student(body: StudentBody) -> NewStudent:
    return NewStudent(
        school=body.school,
        given_name=clean_person_name(body.given_name),
        family_name=clean_person_name(body.family_name),
        birth_date=body.birth_date,
        trade=body.trade or None,
        boarder=body.boarder,
        quotient_familial_cents=body.quotient_familial_cents,
        household_size=body.household_size,
        guardian_name=clean_person_name(body.guardian.name) if body.guardian else None,
        guardian_address=body.guardian.address if body.guardian else None,
        letter_language=body.letter_language,
    )


def _changes(body: StudentChangesBody) -> dict[str, Any]:
    given = {name: getattr(body, name) for name in body.__struct_fields__}
    changes = {name: value for name, value in given.items() if value is not UNSET}
    for name in ("given_name", "family_name"):
        if name in changes:
            changes[name] = clean_person_name(changes[name])
    if "guardian" in changes:
        guardian = changes.pop("guardian")
        changes["guardian_name"] = clean_person_name(guardian.name) if guardian else None
        changes["guardian_address"] = guardian.address if guardian else None
    return changes


def _school_json(view: SchoolView) -> SchoolJson:
    return SchoolJson(
        slug=view.slug,
        name=view.name,
        town=view.town,
        region_code=view.region_code,
        region=view.region,
        trades=view.trades,
        status=view.status,
    )


def _student_json(view: StudentView) -> StudentJson:
    guardian = None
    if view.guardian_name is not None:
        guardian = GuardianJson(name=view.guardian_name, address=view.guardian_address or "")
    return StudentJson(
        id=view.id,
        school=view.school_slug,
        given_name=view.given_name,
        family_name=view.family_name,
        birth_date=view.birth_date,
        trade=view.trade,
        boarder=view.boarder,
        quotient_familial_cents=view.quotient_familial_cents,
        household_size=view.household_size,
        guardian=guardian,
        letter_language=view.letter_language,
        created_at=view.created_at,
        version=view.version,
    )


HANDLERS: list[Any] = [list_schools, one_school, create_student, list_students, one_student, change_student]
