"""Pages of a review: the school asks for it, an administrator who took no part answers it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from solidarity.decisions.appeal_queries import appeals_of, assessment_now, open_appeals, took_part
from solidarity.decisions.appeals import (
    Answer,
    answer_appeal,
    approve_answer,
    file_appeal,
    return_answer,
    take_appeal,
    withdraw_appeal,
)
from solidarity.decisions.forms import read_grant, read_note
from solidarity.decisions.lanes import REVIEWS, lanes
from solidarity.decisions.wording import APPEAL_STATES
from solidarity.requests.queries import request_view
from solidarity.requests.wording import CATEGORIES, DECISIONS, DOCUMENT_KINDS
from solidarity.rules.access import Action, Person
from solidarity.rules.calendar import paris_day
from solidarity.rules.errors import Invalid, RuleError
from solidarity.rules.lifecycle import RequestAction
from solidarity.web.access import needs
from solidarity.web.forms import Form, form_with, read_form
from solidarity.web.respond import Page, SeeOther, page, see_other
from solidarity.web.visit import Language, visit_of

ASKED = "/demandes/{reference:str}/reexamen"
ANSWERED = "/instruction/{reference:str}/reexamen"
ON_THE_PAGE = frozenset(
    {
        "took-part",
        "appeal-none",
        "appeal-not-better",
        "appeal-awaits-approval",
        "appeal-already-open",
        "appeal-already-answered",
        "envelope-exhausted",
        "contributions-short",
        "nothing-to-grant",
        "same-person",
        "letter-incomplete",
    }
)
"""Refusals that are explained on the page of the review, with what was typed."""
DONE = {
    "upheld": "appeal-corrected",
    "partly_upheld": "appeal-corrected",
    "dismissed": "appeal-maintained",
    "under_review": "appeal-prepared",
}

Incoming = Request[Any, Any, Any]


@get(REVIEWS, opt=needs(Action.DECIDE))
async def reviews(now: NamedDependency[datetime]) -> Page:
    context = {
        "found": await open_appeals(),
        "lanes": await lanes(now, REVIEWS),
        "states": APPEAL_STATES,
        "today": paris_day(now),
    }
    return page("decisions/reviews.html", context)


@get(ASKED, opt=needs(Action.APPEAL))
async def ask_page(
    request: Incoming, reference: FromPath[str], person: NamedDependency[Person]
) -> Page | SeeOther:
    return await _asking(form_with(request, {}), reference, person, visit_of(request.scope).language)


@post(ASKED, opt=needs(Action.APPEAL))
async def ask(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    form, language = await read_form(request), visit_of(request.scope).language
    grounds = form.text("grounds", most=2000, lines=True, missing="grounds-required")
    if grounds is None:
        return await _asking(form, reference, person, language, status=422)
    try:
        await file_appeal(reference, grounds, by=person, now=now)
    except RuleError as fault:
        if fault.code not in ON_THE_PAGE:
            raise
        form.refuse("", fault.code, **fault.figures)
        return await _asking(form, reference, person, language, status=409)
    return see_other(f"/demandes/{reference}/reexamen", done="appeal-filed")


@post(f"{ASKED}/retirer", opt=needs(Action.APPEAL), status_code=303)
async def take_back(
    reference: FromPath[str], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> SeeOther:
    await withdraw_appeal(reference, by=person, now=now)
    return see_other(f"/demandes/{reference}", done="appeal-withdrawn")


@get(ANSWERED, opt=needs(Action.DECIDE))
async def review_page(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    return await _review(form_with(request, {}), reference, person, now)


@post(f"{ANSWERED}/prendre", opt=needs(Action.DECIDE))
async def take(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    async def act() -> str:
        await take_appeal(reference, by=person, now=now)
        return "appeal-taken"

    return await _act(await read_form(request), reference, person, now, act)


@post(f"{ANSWERED}/corriger", opt=needs(Action.DECIDE))
async def correct(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    form = await read_form(request)
    view = await request_view(reference, person)
    choice = read_grant(form, lines=len(view.lines))
    if choice is None:
        return await _review(form, reference, person, now, status=422)
    answer = Answer(
        upholds=True,
        granted_cents=choice.granted_cents,
        reason=choice.note,
        override_reason=choice.override_reason,
    )

    async def act() -> str:
        return DONE[await answer_appeal(reference, answer, by=person, now=now)]

    return await _act(form, reference, person, now, act)


@post(f"{ANSWERED}/maintenir", opt=needs(Action.DECIDE))
async def maintain(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    form = await read_form(request)
    reason = form.text("reason", most=1000, lines=True, missing="review-reason-required")
    if reason is None:
        return await _review(form, reference, person, now, status=422)
    answer = Answer(upholds=False, granted_cents={}, reason=reason)

    async def act() -> str:
        return DONE[await answer_appeal(reference, answer, by=person, now=now)]

    return await _act(form, reference, person, now, act)


@post(f"{ANSWERED}/confirmer", opt=needs(Action.APPROVE))
async def confirm(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    async def act() -> str:
        return DONE[await approve_answer(reference, by=person, now=now)]

    return await _act(await read_form(request), reference, person, now, act)


@post(f"{ANSWERED}/renvoyer", opt=needs(Action.APPROVE))
async def send_back(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    form = await read_form(request)
    note = read_note(form)

    async def act() -> str:
        await return_answer(reference, note=note, by=person, now=now)
        return "appeal-returned"

    return await _act(form, reference, person, now, act)


async def _act(
    form: Form, reference: str, person: Person, now: datetime, act: Callable[[], Awaitable[str]]
) -> Page | SeeOther:
    """Act, and show the review again; what stands against it is said beside what was typed."""
    try:
        done = await act()
    except Invalid as fault:
        form.refuse_all(fault.problems)
        return await _review(form, reference, person, now, status=422)
    except RuleError as fault:
        if fault.code not in ON_THE_PAGE:
            raise
        form.refuse("", fault.code, **fault.figures)
        return await _review(form, reference, person, now, status=409)
    return see_other(f"/instruction/{reference}/reexamen", done=done)


async def _asking(
    form: Form, reference: str, person: Person, language: Language, *, status: int = 200
) -> Page | SeeOther:
    view = await request_view(reference, person)
    if RequestAction.APPEAL not in view.open_actions:
        return see_other(f"/demandes/{reference}")
    found = await appeals_of(reference, person)
    context = {"form": form, "view": view, "decisions": DECISIONS, "states": APPEAL_STATES}
    context |= {"open": next((one for one in found if one.is_open), None)}
    context |= {"ended": [one for one in found if not one.is_open]}
    kinds = [(kind, label.in_language(language)) for kind, label in DOCUMENT_KINDS.items()]
    context |= {"request": view, "document_kinds": kinds, "may": {"add_document": True}}
    return page("decisions/ask_review.html", context, status=status)


async def _review(form: Form, reference: str, person: Person, now: datetime, *, status: int = 200) -> Page:
    view = await request_view(reference, person)
    found = await appeals_of(reference, person)
    context = {
        "form": form,
        "view": view,
        "open": next((one for one in found if one.is_open), None),
        "ended": [one for one in found if not one.is_open],
        "took_part": await took_part(reference, person),
        "found": await assessment_now(reference, person, now=now),
        "person": person,
        "categories": CATEGORIES,
        "decisions": DECISIONS,
        "states": APPEAL_STATES,
    }
    return page("decisions/review.html", context, status=status)


HANDLERS: list[Any] = [
    reviews,
    ask_page,
    ask,
    take_back,
    review_page,
    take,
    correct,
    maintain,
    confirm,
    send_back,
]
