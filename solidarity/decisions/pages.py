"""The administrator's desk: the queue, one request with its waterfall, and every act on it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from solidarity.decisions.commands import Outcome, approve, decide, return_to_preparer
from solidarity.decisions.desk import desk_context, filled_amounts
from solidarity.decisions.forms import (
    read_closing,
    read_grant,
    read_hold,
    read_note,
    read_question,
    read_refusal,
)
from solidarity.decisions.lanes import lanes
from solidarity.decisions.wording import TABS
from solidarity.requests.lists import Filter, count_by_status, requests
from solidarity.requests.queries import request_assessment, request_view
from solidarity.requests.review import close, put_on_hold, request_information, resume
from solidarity.requests.wording import CATEGORIES, OUTCOME_TONES, OUTCOMES, STATES, TONES
from solidarity.rules.access import Action, Person
from solidarity.rules.calendar import paris_day
from solidarity.rules.deciding import Choice
from solidarity.rules.errors import Invalid, RuleError
from solidarity.web.access import needs
from solidarity.web.forms import Form, form_with, read_form
from solidarity.web.respond import Page, SeeOther, page, see_other
from solidarity.web.visit import visit_of

ROWS = 50
DESK = "decisions/desk.html"


@get("/instruction", opt=needs(Action.DECIDE))
async def queue(
    request: Request[Any, Any, Any], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    asked = request.query_params
    tab = asked.get("onglet", "a-decider")
    tab = tab if tab in TABS else "a-decider"
    category = asked.get("categorie") if asked.get("categorie") in CATEGORIES else None
    school = asked.get("ecole") or None
    after = _position(asked.get("apres"))
    is_open = tab in {"a-decider", "en-attente", "a-confirmer"}
    wanted = Filter(
        statuses=TABS[tab][1],
        school=school,
        category=category,
        sort="submitted_at" if is_open else "-submitted_at",
    )
    counts = await count_by_status(person, Filter(school=school, category=category))
    rows = await requests(person, wanted, limit=ROWS + 1, after=after)
    last = rows[ROWS - 1] if len(rows) > ROWS else None
    return page(
        "decisions/queue.html",
        {
            "tab": tab,
            "tabs": [
                (name, label, sum(counts.get(one, 0) for one in states))
                for name, (label, states) in TABS.items()
            ],
            "rows": rows[:ROWS],
            "next_position": f"{last.submitted_at.isoformat()}_{last.id}"
            if last and last.submitted_at
            else None,
            "lanes": await lanes(now),
            "is_first": after is None,
            "category": category,
            "school": school,
            "categories": CATEGORIES,
            "outcomes": OUTCOMES,
            "outcome_tones": OUTCOME_TONES,
            "states": STATES,
            "tones": TONES,
            "today": paris_day(now),
        },
    )


@get("/instruction/{reference:str}", opt=needs(Action.DECIDE))
async def desk(
    request: Request[Any, Any, Any],
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    typed = request.query_params.get("accorder", "")
    filled = filled_amounts(typed, await request_assessment(reference, person, now=now)) if typed else {}
    return await _desk(request, form_with(request, filled), reference, person, now)


@post("/instruction/{reference:str}/accorder", opt=needs(Action.DECIDE))
async def grant(
    request: Request[Any, Any, Any],
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    form = await read_form(request)
    view = await request_view(reference, person)
    choice = read_grant(form, lines=len(view.lines))
    return await _decide(request, form, reference, choice, done="decision-granted", person=person, now=now)


@post("/instruction/{reference:str}/refuser", opt=needs(Action.DECIDE))
async def refuse(
    request: Request[Any, Any, Any],
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    form = await read_form(request)
    return await _decide(
        request, form, reference, read_refusal(form), done="decision-refused", person=person, now=now
    )


@post("/instruction/{reference:str}/confirmer", opt=needs(Action.APPROVE))
async def confirm(
    request: Request[Any, Any, Any],
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    form = await read_form(request)
    note = read_note(form)
    return await _act(
        request,
        form,
        reference,
        done="decision-approved",
        person=person,
        now=now,
        act=lambda: approve(reference, note=note, by=person, now=now),
    )


@post("/instruction/{reference:str}/renvoyer", opt=needs(Action.APPROVE))
async def send_back(
    request: Request[Any, Any, Any],
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    form = await read_form(request)
    note = read_note(form)
    return await _act(
        request,
        form,
        reference,
        done="decision-returned",
        person=person,
        now=now,
        act=lambda: return_to_preparer(reference, note=note, by=person, now=now),
    )


@post("/instruction/{reference:str}/question", opt=needs(Action.REVIEW))
async def ask(
    request: Request[Any, Any, Any],
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    form = await read_form(request)
    asked = read_question(form)
    if asked is None:
        return await _desk(request, form, reference, person, now, status=422)
    return await _act(
        request,
        form,
        reference,
        done="review-asked",
        person=person,
        now=now,
        act=lambda: request_information(
            reference, asked.message, due_date=asked.due_date, by=person, now=now
        ),
    )


@post("/instruction/{reference:str}/attente", opt=needs(Action.REVIEW))
async def hold(
    request: Request[Any, Any, Any],
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    form = await read_form(request)
    pause = read_hold(form)
    if pause is None:
        return await _desk(request, form, reference, person, now, status=422)
    return await _act(
        request,
        form,
        reference,
        done="review-held",
        person=person,
        now=now,
        act=lambda: put_on_hold(reference, pause.message, due_date=pause.due_date, by=person, now=now),
    )


@post("/instruction/{reference:str}/reprendre", opt=needs(Action.REVIEW))
async def take_back(
    request: Request[Any, Any, Any],
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    form = await read_form(request)
    return await _act(
        request,
        form,
        reference,
        done="review-resumed",
        person=person,
        now=now,
        act=lambda: resume(reference, by=person, now=now),
    )


@post("/instruction/{reference:str}/classer", opt=needs(Action.REVIEW))
async def end_without_decision(
    request: Request[Any, Any, Any],
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    form = await read_form(request)
    reason = read_closing(form)
    if reason is None:
        return await _desk(request, form, reference, person, now, status=422)
    return await _act(
        request,
        form,
        reference,
        done="review-closed",
        person=person,
        now=now,
        act=lambda: close(reference, reason, by=person, now=now),
    )


async def _decide(
    request: Request[Any, Any, Any],
    form: Form,
    reference: str,
    choice: Choice | None,
    *,
    done: str,
    person: Person,
    now: datetime,
) -> Page | SeeOther:
    if choice is None:
        return await _desk(request, form, reference, person, now, status=422)
    return await _act(
        request,
        form,
        reference,
        done=done,
        person=person,
        now=now,
        act=lambda: decide(reference, choice, by=person, now=now),
    )


async def _act(
    request: Request[Any, Any, Any],
    form: Form,
    reference: str,
    *,
    done: str,
    person: Person,
    now: datetime,
    act: Callable[[], Awaitable[Outcome | None]],
) -> Page | SeeOther:
    """Act, and go on with the request; what stands against it is shown beside what was typed."""
    try:
        outcome = await act()
    except Invalid as fault:
        form.refuse_all(fault.problems)
        return await _desk(request, form, reference, person, now, status=422)
    except RuleError as fault:
        if fault.code not in ON_THE_DESK:
            raise
        form.refuse("", fault.code, **fault.figures)
        return await _desk(request, form, reference, person, now, status=409)
    if outcome is not None and outcome.status == "awaiting_approval":
        done = "decision-prepared"
    return see_other(f"/instruction/{reference}", done=done)


ON_THE_DESK = frozenset(
    {
        "nothing-to-grant",
        "envelope-exhausted",
        "assessment-changed",
        "letter-incomplete",
        "same-person",
        "state",
    }
)
"""Refusals that are explained on the desk itself, with what was typed; the others have their own page."""


async def _desk(
    request: Request[Any, Any, Any],
    form: Form,
    reference: str,
    person: Person,
    now: datetime,
    *,
    status: int = 200,
) -> Page:
    language = visit_of(request.scope).language
    return page(DESK, await desk_context(form, reference, person, now, language), status=status)


def _position(text: str | None) -> tuple[datetime, UUID] | None:
    """Where a page of the queue begins; an unreadable one begins at the start."""
    if not text or "_" not in text:
        return None
    at, _, last = text.partition("_")
    try:
        instant = datetime.fromisoformat(at)
        return None if instant.tzinfo is None else (instant, UUID(last))
    except ValueError:
        return None


HANDLERS = (
    queue,
    desk,
    grant,
    refuse,
    confirm,
    send_back,
    ask,
    hold,
    take_back,
    end_without_decision,
)
