"""Pages of what follows a decision: ending an aid, ratifying, the waiting list, unclaimed aid, reviews."""

from datetime import datetime
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from solidarity.decisions import appeal_pages
from solidarity.decisions.claims import release_unclaimed, unclaimed
from solidarity.decisions.lanes import RATIFICATIONS, UNCLAIMED, WAITING, lanes
from solidarity.decisions.ratifying import ratify, to_ratify
from solidarity.decisions.revoking import revocation_preview, revoke
from solidarity.requests.queries import request_view
from solidarity.requests.waiting import serve_waiting_list, waiting_list
from solidarity.requests.wording import CATEGORIES
from solidarity.rules.access import Action, Person
from solidarity.rules.claims import ClaimStage
from solidarity.rules.errors import RuleError
from solidarity.web.access import needs
from solidarity.web.forms import Form, form_with, read_form
from solidarity.web.respond import Page, SeeOther, page, see_other

ONE = "/instruction/{reference:str}"
SHOWN = (ClaimStage.LAPSED, ClaimStage.TO_REMIND, ClaimStage.REMINDED)
ON_THE_PAGE = frozenset({"nothing-in-force", "nothing-to-release", "appeal-open"})
"""Refusals that are explained on the page of the act, with what was typed."""


@get(f"{ONE}/arreter", opt=needs(Action.REVOKE))
async def revoke_page(
    request: Request[Any, Any, Any], reference: FromPath[str], person: NamedDependency[Person]
) -> Page:
    return await _revocation(form_with(request, {}), reference, person)


@post(f"{ONE}/arreter", opt=needs(Action.REVOKE))
async def revoke_submit(
    request: Request[Any, Any, Any],
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    form = await read_form(request)
    reason = form.text("reason", most=1000, lines=True, missing="revoke-reason-required")
    if reason is None:
        return await _revocation(form, reference, person, status=422)
    try:
        await revoke(reference, reason, by=person, now=now)
    except RuleError as fault:
        if fault.code not in ON_THE_PAGE:
            raise
        form.refuse("", fault.code, **fault.figures)
        return await _revocation(form, reference, person, status=409)
    return see_other(f"/instruction/{reference}", done="decision-revoked")


@get(RATIFICATIONS, opt=needs(Action.DECIDE))
async def ratifications(person: NamedDependency[Person], now: NamedDependency[datetime]) -> Page:
    context = {"found": await to_ratify(now), "lanes": await lanes(now, RATIFICATIONS), "person": person}
    return page("decisions/ratifications.html", context)


@post(f"{ONE}/ratifier", opt=needs(Action.APPROVE), status_code=303)
async def ratify_submit(
    request: Request[Any, Any, Any],
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> SeeOther:
    note = (await read_form(request)).text("note", most=1000, lines=True, required=False)
    await ratify(reference, note=note, by=person, now=now)
    return see_other(RATIFICATIONS, done="decision-ratified")


@get(WAITING, opt=needs(Action.DECIDE))
async def waiting_page(now: NamedDependency[datetime]) -> Page:
    return page("decisions/waiting.html", {"found": await waiting_list(), "lanes": await lanes(now, WAITING)})


@post(f"{WAITING}/servir", opt=needs(Action.REVIEW), status_code=303)
async def serve(person: NamedDependency[Person], now: NamedDependency[datetime]) -> SeeOther:
    await serve_waiting_list(now=now, by=person)
    return see_other(WAITING, done="list-served")


@get(UNCLAIMED, opt=needs(Action.DECIDE))
async def unclaimed_page(now: NamedDependency[datetime]) -> Page:
    found = await unclaimed(now, stages=SHOWN)
    return page(
        "decisions/unclaimed.html",
        {
            "lapsed": [one for one in found if one.stage is ClaimStage.LAPSED],
            "soon": [one for one in found if one.stage is not ClaimStage.LAPSED],
            "lanes": await lanes(now, UNCLAIMED),
        },
    )


@post(f"{ONE}/liberer", opt=needs(Action.REVOKE), status_code=303)
async def release_submit(
    reference: FromPath[str], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> SeeOther:
    await release_unclaimed(reference, by=person, now=now)
    return see_other(UNCLAIMED, done="claim-released")


async def _revocation(form: Form, reference: str, person: Person, *, status: int = 200) -> Page:
    view = await request_view(reference, person)
    preview = await revocation_preview(reference, person)
    context = {"form": form, "view": view, "preview": preview, "categories": CATEGORIES}
    return page("decisions/revoke.html", context, status=status)


HANDLERS: list[Any] = [
    revoke_page,
    revoke_submit,
    ratifications,
    ratify_submit,
    waiting_page,
    serve,
    unclaimed_page,
    release_submit,
    *appeal_pages.HANDLERS,
]
