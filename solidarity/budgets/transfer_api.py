"""Transfers between envelopes for programs: propose, approve, return, list."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct, field

from solidarity.budgets.transfers import (
    NewTransfer,
    TransferView,
    approve_transfer,
    propose_transfer,
    return_transfer,
    transfer_view,
    transfers,
)
from solidarity.rules.access import Action, Person
from solidarity.trail.acting import carry_out
from solidarity.web.access import needs
from solidarity.web.answers import json_answer
from solidarity.web.body import Typed, read_body
from solidarity.web.describing import SCHOOL_YEAR_PATTERN, Query, describes
from solidarity.web.listing import instant_place, read_listing
from solidarity.web.shapes import Cents

Incoming = Request[Any, Any, Any]
ALL: Final = "/api/v1/envelopes/transfers"
ONE: Final = ALL + "/{transfer_id:uuid}"
STATES: Final = ("proposed", "approved", "returned")
STATE_QUERY: Final = Query(name="state", about="Only those in this state.", words=STATES)
YEAR_QUERY: Final = Query(name="school_year", about="Such as 2026-2027.", pattern=SCHOOL_YEAR_PATTERN)


class TransferBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Money to move between two envelopes of one school year, each by its id."""

    source: UUID = field(name="from")
    target: UUID = field(name="to")
    amount_cents: Annotated[int, Cents(least=1)]
    reason: Annotated[str, Typed(1000, lines=True)]


class AnswerBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A word to whoever proposed the transfer."""

    note: Annotated[str, Typed(1000, lines=True)] | None = None


class TransferJson(Struct, frozen=True, kw_only=True):
    """One transfer; its `state` is proposed, approved or returned."""

    id: UUID
    school_year: str
    source: UUID = field(name="from")
    target: UUID = field(name="to")
    amount_cents: int
    reason: str
    state: str
    prepared_by: str
    prepared_at: datetime
    answered_by: str | None
    answered_at: datetime | None
    note: str | None


@get(
    ALL,
    opt={
        **needs(Action.VIEW_LEDGER),
        **describes(
            "Transfers, newest first", answer=TransferJson, is_list=True, query=(YEAR_QUERY, STATE_QUERY)
        ),
    },
)
async def list_transfers(request: Incoming) -> Response[bytes]:
    listing = read_listing(request, "transfers")
    found = await transfers(
        school_year=listing.school_year(),
        state=listing.one_of("state", STATES),
        limit=listing.limit + 1,
        after=listing.after_instant(),
    )
    return json_answer(
        listing.page(found, place=lambda one: instant_place(one.prepared_at, one.id), item=_transfer_json)
    )


@post(
    ALL,
    status_code=201,
    opt={
        **needs(Action.TRANSFER),
        **describes(
            "Propose a transfer; a second administrator approves it",
            body=TransferBody,
            answer=TransferJson,
            status=201,
            is_repeatable=True,
        ),
    },
)
async def create_transfer(
    request: Incoming, person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Response[bytes]:
    body = await read_body(request, TransferBody)
    new = NewTransfer(
        source=body.source, target=body.target, amount_cents=body.amount_cents, reason=body.reason
    )

    async def act() -> TransferJson:
        return _transfer_json(await transfer_view(await propose_transfer(new, by=person, now=now)))

    return await carry_out(request, act, now=now, status=201)


@post(
    f"{ONE}/approve",
    status_code=200,
    opt={
        **needs(Action.TRANSFER),
        **describes("Approve as second person", body=AnswerBody, answer=TransferJson, is_repeatable=True),
    },
)
async def approve_one(
    request: Incoming,
    transfer_id: FromPath[UUID],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    body = await read_body(request, AnswerBody)

    async def act() -> TransferJson:
        await approve_transfer(transfer_id, note=body.note or None, by=person, now=now)
        return _transfer_json(await transfer_view(transfer_id))

    return await carry_out(request, act, now=now)


@post(
    f"{ONE}/return",
    status_code=200,
    opt={
        **needs(Action.TRANSFER),
        **describes("Refuse as second person", body=AnswerBody, answer=TransferJson, is_repeatable=True),
    },
)
async def return_one(
    request: Incoming,
    transfer_id: FromPath[UUID],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    body = await read_body(request, AnswerBody)

    async def act() -> TransferJson:
        await return_transfer(transfer_id, note=body.note or None, by=person, now=now)
        return _transfer_json(await transfer_view(transfer_id))

    return await carry_out(request, act, now=now)


def _transfer_json(view: TransferView) -> TransferJson:
    return TransferJson(
        id=view.id,
        school_year=view.school_year,
        source=view.source,
        target=view.target,
        amount_cents=view.amount_cents,
        reason=view.reason,
        state=view.state,
        prepared_by=view.prepared_by,
        prepared_at=view.prepared_at,
        answered_by=view.answered_by,
        answered_at=view.answered_at,
        note=view.answer_note,
    )


HANDLERS: list[Any] = [list_transfers, create_transfer, approve_one, return_one]
