"""Choosing a student, writing a request, changing it, and what the rules would say while it is typed."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from solidarity.requests.commands import NewRequest, create_draft, edit_request
from solidarity.requests.estimates import estimate, rules_now
from solidarity.requests.explaining import Explained, explained
from solidarity.requests.forms import (
    RequestTyped,
    Values,
    facts_of,
    first_values,
    kinds_of,
    read_request,
    read_request_form,
    written,
)
from solidarity.requests.lines import MOST_LINES
from solidarity.requests.lists import RequestSummary, requests_of_student
from solidarity.requests.queries import RequestView, request_view
from solidarity.requests.renewals import renewed_values
from solidarity.requests.wording import WORDS
from solidarity.rules.access import Action, Person, may
from solidarity.rules.calendar import age_on, paris_day, school_year_of
from solidarity.rules.errors import Conflict, Invalid, Stale, Unknown
from solidarity.rules.lifecycle import EDITABLE
from solidarity.rules.ruleset import Ruleset
from solidarity.schools.forms import read_search
from solidarity.schools.pages import list_context, students_shown
from solidarity.schools.queries import student
from solidarity.web.access import needs
from solidarity.web.forms import Form, form_with, read_form
from solidarity.web.respond import Page, SeeOther, page, see_other
from solidarity.web.typed import read_typed
from solidarity.web.visit import Language, visit_of

FORM_TEMPLATE: Final = "requests/form.html"
CHOOSE_TEMPLATE: Final = "requests/choose_student.html"


@get("/demandes/nouvelle", opt=needs(Action.DRAFT_REQUEST))
async def choose_student_page(
    request: Request[Any, Any, Any], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    found = await students_shown(person, "")
    return page(CHOOSE_TEMPLATE, list_context(found, form_with(request, {}), now=now, is_search=False))


@post("/demandes/nouvelle", opt=needs(Action.DRAFT_REQUEST), status_code=200)
async def choose_student_search(
    request: Request[Any, Any, Any], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    form = await read_form(request)
    q = read_search(form)
    found = [] if q is None else await students_shown(person, q)
    context = list_context(found, form, now=now, is_search=bool(q) or q is None)
    return page(CHOOSE_TEMPLATE, context, status=200 if q is not None else 422)


@get("/eleves/{student_id:uuid}", opt=needs(Action.VIEW_STUDENTS))
async def student_page(
    student_id: FromPath[UUID], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    found = await student(student_id, person)
    asked = await requests_of_student(student_id, person)
    today = paris_day(now)
    context = {
        "student": found,
        "age": age_on(found.birth_date, today),
        "requests": asked,
        "words": WORDS,
        "school_year": school_year_of(today),
        "granted_cents": _granted(asked, school_year_of(today)),
        "may_ask": may(person, Action.DRAFT_REQUEST),
        "may_edit": may(person, Action.EDIT_STUDENT),
    }
    return page("requests/student.html", context)


@get("/demandes/nouvelle/{student_id:uuid}", opt=needs(Action.DRAFT_REQUEST))
async def new_request_page(
    request: Request[Any, Any, Any],
    student_id: FromPath[UUID],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """`?comme=2025-000123` fills it with the lines of an earlier request for the same student."""
    earlier = request.query_params.get("comme", "")
    values = await _like(earlier, student_id, person, now) if earlier else first_values(paris_day(now))
    form = form_with(request, values)
    return page(FORM_TEMPLATE, await _form_context(request, form, student_id, None, person=person, now=now))


@post("/demandes/nouvelle/{student_id:uuid}", opt=needs(Action.DRAFT_REQUEST), status_code=303)
async def new_request_submit(
    request: Request[Any, Any, Any],
    student_id: FromPath[UUID],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    form = await _asked_form(request)
    context = await _form_context(request, form, student_id, None, person=person, now=now)
    if await _changes_lines(request):
        return page(FORM_TEMPLATE, {**context, "focus": _last_line(form)})
    typed = read_request(form, context["ruleset"])
    if typed is None:
        return page(FORM_TEMPLATE, context, status=422)
    new = NewRequest(student=student_id, urgency=typed.urgency, narrative=typed.narrative, lines=typed.lines)
    try:
        reference = await create_draft(new, by=person, now=now)
    except Invalid as refusal:
        form.refuse_all(refusal.problems)
        return page(FORM_TEMPLATE, context, status=422)
    return _after_saving(form, reference, is_draft=True)


@get("/demandes/{reference:str}/modifier", opt=needs(Action.EDIT_REQUEST))
async def edit_request_page(
    request: Request[Any, Any, Any],
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    view = await _editable(reference, person)
    form = form_with(request, written(view))
    return page(
        FORM_TEMPLATE, await _form_context(request, form, view.student.id, view, person=person, now=now)
    )


@post("/demandes/{reference:str}/modifier", opt=needs(Action.EDIT_REQUEST), status_code=303)
async def edit_request_submit(
    request: Request[Any, Any, Any],
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    view = await _editable(reference, person)
    form = await _asked_form(request)
    context = await _form_context(request, form, view.student.id, view, person=person, now=now)
    if await _changes_lines(request):
        return page(FORM_TEMPLATE, {**context, "focus": _last_line(form)})
    typed = read_request(form, context["ruleset"])
    version = form.whole("version", least=1, most=999_999)
    if typed is None or version is None or form.errors:
        return page(FORM_TEMPLATE, context, status=422)
    try:
        await edit_request(
            reference,
            version=version,
            urgency=typed.urgency,
            narrative=typed.narrative or "",
            lines=typed.lines,
            by=person,
            now=now,
        )
    except Invalid as refusal:
        form.refuse_all(refusal.problems)
        return page(FORM_TEMPLATE, context, status=422)
    except Stale:
        return await _conflict(request, reference, typed, person)
    return _after_saving(form, reference, is_draft=context["is_draft"])


@post("/demandes/estimation", opt=needs(Action.DRAFT_REQUEST), status_code=200)
async def estimation(
    request: Request[Any, Any, Any], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    """The same form with what the rules would say; htmx takes that block only, and no error while typing."""
    form = await read_request_form(request)
    student_id = form.identifier("student")
    view = await _editable(form.value("reference"), person) if form.value("reference") else None
    if view is not None:
        student_id = view.student.id
    if student_id is None:
        return page(CHOOSE_TEMPLATE, list_context([], form, now=now, is_search=False), status=422)
    context = await _form_context(request, form, student_id, view, person=person, now=now)
    typed = read_request(form, context["ruleset"])
    if typed is not None:
        context["explained"] = await _estimated(request, typed, student_id, view, person=person, now=now)
    is_live = request.headers.get("hx-request") == "true"
    return page(
        FORM_TEMPLATE, {**context, "was_checked": True}, status=422 if form.errors and not is_live else 200
    )


async def _estimated(
    request: Request[Any, Any, Any],
    typed: RequestTyped,
    student_id: UUID,
    view: RequestView | None,
    *,
    person: Person,
    now: datetime,
) -> Explained | None:
    try:
        found = await estimate(
            student_id,
            urgency=typed.urgency,
            lines=typed.lines,
            reference=view.reference if view else None,
            person=person,
            now=now,
        )
    except Conflict:
        return None
    language = visit_of(request.scope).language
    return explained(found.assessment, typed.lines, language, ruleset=found.rules.ruleset)


async def _asked_form(request: Request[Any, Any, Any]) -> Form:
    """The form, with a line more or less when one of those buttons was pressed."""
    typed = await read_typed(request)
    gone = typed.first("remove")
    return await read_request_form(
        request, add=bool(typed.first("add")), remove=int(gone) if gone.isascii() and gone.isdigit() else None
    )


async def _changes_lines(request: Request[Any, Any, Any]) -> bool:
    typed = await read_typed(request)
    return bool(typed.first("add") or typed.first("remove"))


def _last_line(form: Form) -> int:
    return max(0, len(form.group("lines")) - 1)


def _after_saving(form: Form, reference: str, *, is_draft: bool) -> SeeOther:
    if form.value("then") == "later":
        return see_other(f"/demandes/{reference}", done="draft-saved")
    if not is_draft:
        return see_other(f"/demandes/{reference}", done="request-saved")
    return see_other(f"/demandes/{reference}/verifier")


async def _like(reference: str, student_id: UUID, person: Person, now: datetime) -> Values:
    view = await request_view(reference, person)
    if view.student.id != student_id:
        raise Unknown
    return renewed_values(view, await rules_now(now), paris_day(now))


async def _editable(reference: str, person: Person) -> RequestView:
    view = await request_view(reference, person)
    if view.status not in EDITABLE:
        raise Conflict("state", state=view.status.value, action="edit")
    return view


async def _form_context(
    request: Request[Any, Any, Any],
    form: Form,
    student_id: UUID,
    view: RequestView | None,
    *,
    person: Person,
    now: datetime,
) -> dict[str, Any]:
    language = visit_of(request.scope).language
    asked_for = await student(student_id, person)
    ruleset = await rules_now(now, view.school_year if view else None)
    others = [
        one for one in await requests_of_student(student_id, person) if view is None or one.id != view.id
    ]
    lines = form.group("lines", most=MOST_LINES)
    return {
        "form": form,
        "lines": [(line, facts_of(ruleset, *_kind(line))) for line in lines],
        "ruleset": ruleset,
        "kinds": _grouped_kinds(ruleset, language),
        "words": WORDS,
        "student": asked_for,
        "age": age_on(asked_for.birth_date, paris_day(now)),
        "others": others,
        "granted_cents": _granted(others, school_year_of(paris_day(now))),
        "request": view,
        "reference": view.reference if view else None,
        "is_draft": view is None or view.status.value == "draft",
        "explained": None,
        "was_checked": False,
        "focus": None,
        "may_add_line": len(lines) < MOST_LINES,
    }


def _kind(line: Form) -> tuple[str, str]:
    category, _, kind = line.value("kind").partition(".")
    return category, kind


def _grouped_kinds(ruleset: Ruleset, language: Language) -> list[tuple[str, list[tuple[str, str]]]]:
    """By category, what may be asked: (value, label)."""
    return [
        (
            label.in_language(language),
            [
                (one, WORDS.kind(*one.split(".", 1)).in_language(language))
                for one in kinds_of(ruleset)
                if one.startswith(f"{category}.")
            ],
        )
        for category, label in WORDS.categories.items()
    ]


def _granted(asked: list[RequestSummary], school_year: str) -> int:
    return sum(one.granted_cents or 0 for one in asked if one.school_year == school_year)


async def _conflict(
    request: Request[Any, Any, Any], reference: str, typed: RequestTyped, person: Person
) -> Page:
    """Both versions beside each other; nothing was saved."""
    stored = await request_view(reference, person)
    sent = await read_typed(request)
    again = [
        (name, value)
        for name, values in sent.values.items()
        for value in values
        if name not in {"version", "then", "_csrf"}
    ]
    context = {"stored": stored, "typed": typed, "again": again, "words": WORDS}
    return page("requests/conflict.html", context, status=409)


HANDLERS: list[Any] = [
    choose_student_page,
    choose_student_search,
    student_page,
    new_request_page,
    new_request_submit,
    edit_request_page,
    edit_request_submit,
    estimation,
]
