"""The page of transfers between envelopes: what waits for a second person, the form, the past ones."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from solidarity.budgets.queries import EnvelopeView, budget
from solidarity.budgets.transfers import (
    NewTransfer,
    approve_transfer,
    propose_transfer,
    return_transfer,
    transfers,
)
from solidarity.rules.access import Action, Person, may
from solidarity.rules.calendar import paris_day, school_year_bounds, school_year_of
from solidarity.rules.errors import Invalid, RuleError, Unreadable
from solidarity.web.access import needs
from solidarity.web.forms import Form, form_with, read_form
from solidarity.web.respond import Page, SeeOther, page, see_other

LIST = "/budget/transferts"
TEMPLATE = "budgets/transfers.html"
MOST_SHOWN = 100
ON_THE_PAGE = frozenset({"transfer-not-covered", "school-year-closed"})
"""Refusals that are explained beside the form, with what was typed."""


@get(LIST, opt=needs(Action.VIEW_LEDGER))
async def transfers_page(
    request: Request[Any, Any, Any], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    return await _shown(form_with(request, {}), _year(request, now), person)


@post(LIST, opt=needs(Action.TRANSFER))
async def propose(
    request: Request[Any, Any, Any], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page | SeeOther:
    form, year = await read_form(request), _year(request, now)
    new = _read_transfer(form)
    if new is None:
        return await _shown(form, year, person, status=422)
    try:
        await propose_transfer(new, by=person, now=now)
    except Invalid as fault:
        form.refuse_all(fault.problems)
        return await _shown(form, year, person, status=422)
    except RuleError as fault:
        if fault.code not in ON_THE_PAGE:
            raise
        form.refuse("amount", fault.code, **fault.figures)
        return await _shown(form, year, person, status=409)
    return see_other(f"{LIST}?annee={year}", done="transfer-proposed")


@post(LIST + "/{transfer_id:uuid}/approuver", opt=needs(Action.TRANSFER), status_code=303)
async def approve(
    request: Request[Any, Any, Any],
    transfer_id: FromPath[UUID],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> SeeOther:
    note = (await read_form(request)).text("note", most=1000, lines=True, required=False)
    await approve_transfer(transfer_id, note=note, by=person, now=now)
    return see_other(LIST, done="transfer-approved")


@post(LIST + "/{transfer_id:uuid}/renvoyer", opt=needs(Action.TRANSFER), status_code=303)
async def send_back(
    request: Request[Any, Any, Any],
    transfer_id: FromPath[UUID],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> SeeOther:
    note = (await read_form(request)).text("note", most=1000, lines=True, required=False)
    await return_transfer(transfer_id, note=note, by=person, now=now)
    return see_other(LIST, done="transfer-returned")


def _read_transfer(form: Form) -> NewTransfer | None:
    source = form.identifier("from", missing="transfer-source-required")
    target = form.identifier("to", missing="transfer-target-required")
    amount_cents = form.amount("amount")
    reason = form.text("reason", most=1000, lines=True, missing="transfer-reason-required")
    if amount_cents == 0:
        form.refuse("amount", "amount-out-of-range")
    if form.errors or source is None or target is None or amount_cents is None or reason is None:
        return None
    return NewTransfer(source=source, target=target, amount_cents=amount_cents, reason=reason)


def _year(request: Request[Any, Any, Any], now: datetime) -> str:
    """The year in the address when there is one that can be read."""
    asked = request.query_params.get("annee")
    try:
        school_year_bounds(asked or "")
    except Unreadable:
        return school_year_of(paris_day(now))
    return str(asked)


async def _shown(form: Form, year: str, person: Person, *, status: int = 200) -> Page:
    found = await transfers(school_year=year, limit=MOST_SHOWN)
    return page(
        TEMPLATE,
        {
            "form": form,
            "year": year,
            "waiting": [one for one in found if one.state == "proposed"],
            "answered": [one for one in found if one.state != "proposed"],
            "envelopes": _by_name(await budget(person, year)),
            "may_transfer": may(person, Action.TRANSFER),
            "person": person,
        },
        status=status,
    )


def _by_name(envelopes: list[EnvelopeView]) -> list[EnvelopeView]:
    return sorted(envelopes, key=lambda one: one.name)


HANDLERS: list[Any] = [transfers_page, propose, approve, send_back]
