"""The students of a school: list, search, add, change."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from solidarity.rules.access import Action, Person
from solidarity.rules.calendar import age_on, paris_day
from solidarity.rules.errors import Conflict, Stale, Unknown
from solidarity.rules.text import search_key
from solidarity.schools.commands import DuplicateStudent, add_student, edit_student
from solidarity.schools.forms import differences, read_school, read_search, read_student, written
from solidarity.schools.queries import SchoolView, StudentView, school_by_id, schools, student, students
from solidarity.web.access import needs
from solidarity.web.forms import Form, form_with, read_form
from solidarity.web.respond import Page, SeeOther, page, see_other

MOST_SHOWN: Final = 100
FOR_A_REQUEST: Final = "demande"


async def students_shown(person: Person, q: str) -> list[StudentView]:
    """The students a page lists, by family name; one more than it shows when there are too many."""
    found = await students(person, q=q, limit=MOST_SHOWN + 1)
    return sorted(found, key=lambda one: search_key(f"{one.family_name} {one.given_name}"))


def list_context(found: list[StudentView], form: Form, *, now: datetime, is_search: bool) -> dict[str, Any]:
    """What a list of students needs, on the page of the list and on the page that chooses one."""
    today = paris_day(now)
    return {
        "form": form,
        "students": found[:MOST_SHOWN],
        "ages": {one.id: age_on(one.birth_date, today) for one in found},
        "is_cut": len(found) > MOST_SHOWN,
        "is_search": is_search,
    }


@get("/eleves", opt=needs(Action.VIEW_STUDENTS))
async def students_page(
    request: Request[Any, Any, Any], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    found = await students_shown(person, "")
    return page(
        "schools/students.html", list_context(found, form_with(request, {}), now=now, is_search=False)
    )


@post("/eleves", opt=needs(Action.VIEW_STUDENTS), status_code=200)
async def students_search(
    request: Request[Any, Any, Any], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    """By POST, so that no name is written in an address."""
    form = await read_form(request)
    q = read_search(form)
    found = [] if q is None else await students_shown(person, q)
    context = list_context(found, form, now=now, is_search=bool(q) or q is None)
    return page("schools/students.html", context, status=200 if q is not None else 422)


@get("/eleves/nouveau", opt=needs(Action.ADD_STUDENT))
async def new_student_page(request: Request[Any, Any, Any], person: NamedDependency[Person]) -> Page:
    purpose = FOR_A_REQUEST if request.query_params.get("pour") == FOR_A_REQUEST else ""
    form = form_with(request, {"purpose": purpose, "letter_language": "fr"})
    return page("schools/student_new.html", await _new_context(form, person))


@post("/eleves/nouveau", opt=needs(Action.ADD_STUDENT), status_code=303)
async def new_student_submit(
    request: Request[Any, Any, Any], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page | SeeOther:
    form = await read_form(request)
    chosen = read_school(form, await schools(person), person)
    typed = read_student(form, today=paris_day(now))
    reason = form.text("confirm_distinct", most=300, required=False)
    context = await _new_context(form, person)
    if typed is None or chosen is None or form.errors:
        return page("schools/student_new.html", context, status=422)
    try:
        added = await add_student(typed.as_new(chosen), confirm_distinct=reason, by=person, now=now)
    except DuplicateStudent as refusal:
        form.refuse("confirm_distinct", refusal.code)
        resembled = await _seen(refusal.other, person)
        return page(
            "schools/student_new.html", {**context, "is_duplicate": True, "resembled": resembled}, status=409
        )
    except (Unknown, Conflict) as refusal:
        form.refuse("school", refusal.code)
        return page("schools/student_new.html", context, status=422)
    if form.value("purpose") == FOR_A_REQUEST:
        return see_other(f"/demandes/nouvelle/{added}", done="student-added")
    return see_other(f"/eleves/{added}", done="student-added")


@get("/eleves/{student_id:uuid}/modifier", opt=needs(Action.EDIT_STUDENT))
async def edit_student_page(
    request: Request[Any, Any, Any], student_id: FromPath[UUID], person: NamedDependency[Person]
) -> Page:
    found = await student(student_id, person)
    return page("schools/student_edit.html", await _edit_context(form_with(request, written(found)), found))


@post("/eleves/{student_id:uuid}/modifier", opt=needs(Action.EDIT_STUDENT), status_code=303)
async def edit_student_submit(
    request: Request[Any, Any, Any],
    student_id: FromPath[UUID],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    form = await read_form(request)
    found = await student(student_id, person)
    typed = read_student(form, today=paris_day(now))
    version = form.whole("version", least=1, most=999_999)
    if typed is None or version is None or form.errors:
        return page("schools/student_edit.html", await _edit_context(form, found), status=422)
    try:
        await edit_student(student_id, typed.changes(), version=version, by=person, now=now)
    except Stale:
        stored = written(await student(student_id, person))
        context = {
            "student": found,
            "stored": stored,
            "differences": differences(form, stored),
            "typed": form,
        }
        return page("schools/student_conflict.html", context, status=409)
    return see_other(f"/eleves/{student_id}", done="student-saved")


async def _new_context(form: Form, person: Person) -> dict[str, Any]:
    choices = await schools(person)
    return {
        "form": form,
        "schools": [(one.slug, one.name) for one in choices] if person.school_slug is None else [],
        "trades": _trades(choices if person.school_slug is not None else []),
        "is_duplicate": False,
        "resembled": None,
    }


async def _edit_context(form: Form, found: StudentView) -> dict[str, Any]:
    trades = _trades([await school_by_id(found.school_id)])
    known = {value for value, _ in trades}
    if found.trade and found.trade not in known:
        trades.append((found.trade, found.trade))
    return {"form": form, "student": found, "trades": trades}


def _trades(of: list[SchoolView]) -> list[tuple[str, str]]:
    return [(trade, trade) for one in of for trade in one.trades]


async def _seen(other: UUID | None, person: Person) -> StudentView | None:
    return None if other is None else await student(other, person)


HANDLERS: list[Any] = [
    students_page,
    students_search,
    new_student_page,
    new_student_submit,
    edit_student_page,
    edit_student_submit,
]
