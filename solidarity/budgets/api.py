"""Money for programs: the budget, contributions, envelopes, the ledger."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from msgspec import Meta, Struct, field

from solidarity.budgets.commands import NewContribution, NewEnvelope, add_contribution, add_envelope
from solidarity.budgets.queries import (
    ContributionView,
    EnvelopeView,
    MovementView,
    budget,
    contribution,
    envelope,
    ledger_entries,
)
from solidarity.rules.access import Action, Person
from solidarity.rules.calendar import paris_day, school_year_bounds, school_year_of
from solidarity.rules.errors import Invalid, Problem, Unreadable
from solidarity.trail.acting import carry_out
from solidarity.web.access import needs
from solidarity.web.answers import json_answer
from solidarity.web.body import Typed, read_body
from solidarity.web.describing import SCHOOL_YEAR_PATTERN, Query, describes
from solidarity.web.gate import Refused
from solidarity.web.listing import Listing, read_listing
from solidarity.web.shapes import Cents

Category = Literal["transport", "housing", "food"]
SchoolYear = Annotated[str, Typed(9), Meta(pattern=SCHOOL_YEAR_PATTERN)]
RegionCode = Annotated[str, Meta(pattern="^[0-9]{2,3}$")]
Amount = Annotated[int, Cents(least=1)]
Share = Annotated[int, Meta(ge=1, le=10_000)]
YEAR_QUERY: Final = Query(name="school_year", about="Such as 2026-2027.", pattern=SCHOOL_YEAR_PATTERN)

Incoming = Request[Any, Any, Any]


class RestrictionBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the money may be used for; schools by slug, `from` and `until` are the first and last day.

    `max_share`, in basis points (5000 is half), is the most it pays of any one grant line.
    """

    category: Category | None = None
    region_code: RegionCode | None = None
    schools: list[Annotated[str, Typed(80)]] | None = None
    usable_from: date | None = field(name="from", default=None)
    until: date | None = None
    max_share: Share | None = None


class ContributionBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Money received; a funder nobody knows is made known."""

    funder: Annotated[str, Typed(160)]
    amount_cents: Amount
    received_on: date
    school_year: SchoolYear
    restriction: RestrictionBody | None = None


class EnvelopeBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A budget line to open; null is open to any."""

    name: Annotated[str, Typed(160)]
    school_year: SchoolYear
    category: Category | None = None
    school: Annotated[str, Typed(80)] | None = None
    region_code: RegionCode | None = None
    allocated_cents: Amount


class RestrictionJson(Struct, frozen=True, kw_only=True):
    """What the money may be used for."""

    category: str | None
    region_code: str | None
    schools: tuple[str, ...]
    usable_from: date | None = field(name="from")
    until: date | None
    max_share: int | None


class ContributionJson(Struct, frozen=True, kw_only=True):
    """One contribution; what is not allocated may still fill envelopes."""

    id: UUID
    funder: str
    amount_cents: int
    allocated_cents: int
    received_on: date
    school_year: str
    restriction: RestrictionJson
    created_at: datetime


class EnvelopeJson(Struct, frozen=True, kw_only=True):
    """One envelope with where its money stands."""

    id: UUID
    name: str
    school_year: str
    category: str | None
    school: str | None
    region_code: str | None
    allocated_cents: int
    reserved_cents: int
    committed_cents: int
    paid_cents: int
    available_cents: int


class BudgetJson(Struct, frozen=True, kw_only=True):
    """The envelopes of a school year; for a director those that may pay for the own school."""

    school_year: str
    envelopes: list[EnvelopeJson]


class AccountJson(Struct, frozen=True, kw_only=True):
    """An account of the ledger; `ref` is the id of its contribution, envelope or payee."""

    kind: str
    ref: str


class PostingJson(Struct, frozen=True, kw_only=True):
    """One side of an entry: positive on the credited account, negative on the debited one."""

    account: AccountJson
    side: str
    amount_cents: int


class MovementJson(Struct, frozen=True, kw_only=True):
    """One double-entry transaction: its postings add up to zero."""

    id: UUID
    fiscal_year: str
    number: int
    kind: str
    reason: str
    subject_kind: str
    subject_id: str
    actor: str | None
    at: datetime
    postings: list[PostingJson]


@get(
    "/api/v1/budget",
    opt={
        **needs(Action.VIEW_BUDGET),
        **describes("The envelopes of a school year", answer=BudgetJson, query=(YEAR_QUERY,)),
    },
)
async def read_budget(
    request: Incoming, person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Response[bytes]:
    listing = read_listing(request, "budget")
    school_year = listing.school_year() or school_year_of(paris_day(now))
    found = await budget(person, school_year)
    return json_answer(BudgetJson(school_year=school_year, envelopes=[_envelope_json(one) for one in found]))


@post(
    "/api/v1/contributions",
    status_code=201,
    opt={
        **needs(Action.ADD_CONTRIBUTION),
        **describes(
            "Write down money received",
            body=ContributionBody,
            answer=ContributionJson,
            status=201,
            is_repeatable=True,
        ),
    },
)
async def create_contribution(
    request: Incoming, person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Response[bytes]:
    body = await read_body(request, ContributionBody)
    _check_school_year(body.school_year)
    wanted = body.restriction or RestrictionBody()
    new = NewContribution(
        funder=body.funder,
        amount_cents=body.amount_cents,
        received_on=body.received_on,
        school_year=body.school_year,
        category=wanted.category,
        region_code=wanted.region_code,
        schools=tuple(dict.fromkeys(wanted.schools or ())),
        usable_from=wanted.usable_from,
        until=wanted.until,
        max_share=wanted.max_share,
    )

    async def act() -> ContributionJson:
        return _contribution_json(await contribution(await add_contribution(new, by=person, now=now)))

    return await carry_out(request, act, now=now, status=201)


@post(
    "/api/v1/envelopes",
    status_code=201,
    opt={
        **needs(Action.ADD_ENVELOPE),
        **describes(
            "Open an envelope, filled from contributions whose restrictions fit",
            body=EnvelopeBody,
            answer=EnvelopeJson,
            status=201,
            is_repeatable=True,
        ),
    },
)
async def create_envelope(
    request: Incoming, person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Response[bytes]:
    body = await read_body(request, EnvelopeBody)
    _check_school_year(body.school_year)
    new = NewEnvelope(
        name=body.name,
        school_year=body.school_year,
        category=body.category,
        school=body.school or None,
        region_code=body.region_code,
        allocated_cents=body.allocated_cents,
    )

    async def act() -> EnvelopeJson:
        return _envelope_json(await envelope(await add_envelope(new, by=person, now=now)))

    return await carry_out(request, act, now=now, status=201)


@get(
    "/api/v1/ledger/entries",
    opt={
        **needs(Action.VIEW_LEDGER),
        **describes(
            "Transactions of the ledger, newest first",
            answer=MovementJson,
            is_list=True,
            query=(YEAR_QUERY,),
        ),
    },
)
async def list_entries(request: Incoming) -> Response[bytes]:
    listing = read_listing(request, "ledger")
    found = await ledger_entries(
        fiscal_year=listing.school_year(), limit=listing.limit + 1, before=_after_movement(listing)
    )
    return json_answer(
        listing.page(found, place=lambda one: (one.fiscal_year, one.number), item=_movement_json)
    )


def _after_movement(listing: Listing) -> tuple[str, int] | None:
    if listing.after is None:
        return None
    match listing.after:
        case (str() as year, int() as number):
            return year, number
    raise Refused(400, "cursor-unreadable")


def _check_school_year(school_year: str) -> None:
    try:
        school_year_bounds(school_year)
    except Unreadable as fault:
        raise Invalid((Problem(pointer="/school_year", code=fault.code),)) from None


def _contribution_json(view: ContributionView) -> ContributionJson:
    restriction = RestrictionJson(
        category=view.category,
        region_code=view.region_code,
        schools=view.schools,
        usable_from=view.usable_from,
        until=view.until,
        max_share=view.max_share,
    )
    return ContributionJson(
        id=view.id,
        funder=view.funder,
        amount_cents=view.amount_cents,
        allocated_cents=view.allocated_cents,
        received_on=view.received_on,
        school_year=view.school_year,
        restriction=restriction,
        created_at=view.created_at,
    )


def _envelope_json(view: EnvelopeView) -> EnvelopeJson:
    return EnvelopeJson(
        id=view.id,
        name=view.name,
        school_year=view.school_year,
        category=view.category,
        school=view.school,
        region_code=view.region_code,
        allocated_cents=view.allocated_cents,
        reserved_cents=view.reserved_cents,
        committed_cents=view.committed_cents,
        paid_cents=view.paid_cents,
        available_cents=view.available_cents,
    )


def _movement_json(view: MovementView) -> MovementJson:
    return MovementJson(
        id=view.id,
        fiscal_year=view.fiscal_year,
        number=view.number,
        kind=view.kind,
        reason=view.reason,
        subject_kind=view.about_kind,
        subject_id=view.about_id,
        actor=view.person,
        at=view.at,
        postings=[
            PostingJson(
                account=AccountJson(kind=one.account.kind.value, ref=one.account.ref),
                side="credit" if one.amount_cents > 0 else "debit",
                amount_cents=one.amount_cents,
            )
            for one in view.postings
        ],
    )


HANDLERS: list[Any] = [read_budget, create_contribution, create_envelope, list_entries]
