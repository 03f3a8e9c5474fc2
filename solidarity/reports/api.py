"""Contributions for programs: what was given, what of it is used, and what it paid."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from solidarity.budgets.api import YEAR_QUERY, RestrictionJson
from solidarity.reports.queries import GiftView, UseView, gifts, uses_of
from solidarity.rules.access import Action
from solidarity.rules.calendar import paris_day, school_year_of
from solidarity.web.access import needs
from solidarity.web.answers import json_answer
from solidarity.web.describing import describes
from solidarity.web.listing import read_listing

Incoming = Request[Any, Any, Any]


class GivenJson(Struct, frozen=True, kw_only=True):
    """One contribution; `used_cents` is promised or paid, `left_cents` neither."""

    id: UUID
    funder: str
    school_year: str
    amount_cents: int
    allocated_cents: int
    used_cents: int
    left_cents: int
    received_on: date
    restriction: RestrictionJson
    carried_from: UUID | None
    created_at: datetime


class OtherJson(Struct, frozen=True, kw_only=True):
    """Another contribution of the envelope, and why it did not pay."""

    funder: str
    reasons: list[str]


class FundingJson(Struct, frozen=True, kw_only=True):
    """A contribution named for one line of a request; below zero what came back."""

    id: UUID
    at: datetime
    request: str
    line: int
    category: str
    amount_cents: int
    envelope: UUID
    reason: str
    passed_over: list[OtherJson]


@get(
    "/api/v1/contributions",
    opt={
        **needs(Action.VIEW_LEDGER),
        **describes(
            "What was given for a school year and what of it is used, newest first",
            answer=GivenJson,
            is_list=True,
            query=(YEAR_QUERY,),
        ),
    },
)
async def list_contributions(request: Incoming, now: NamedDependency[datetime]) -> Response[bytes]:
    listing = read_listing(request, "contributions")
    after = listing.after_instant()
    found = [
        gift
        for gift in await gifts(listing.school_year() or school_year_of(paris_day(now)))
        if after is None or (gift.created_at, gift.id) < after
    ]
    return json_answer(
        listing.page(
            found[: listing.limit + 1],
            place=lambda one: (one.created_at.isoformat(), str(one.id)),
            item=_given_json,
        )
    )


@get(
    "/api/v1/contributions/{contribution_id:uuid}/funding",
    opt={
        **needs(Action.VIEW_LEDGER),
        **describes(
            "What a contribution paid, and why it was chosen, newest first",
            answer=FundingJson,
            is_list=True,
        ),
    },
)
async def list_funding(request: Incoming, contribution_id: FromPath[UUID]) -> Response[bytes]:
    listing = read_listing(request, "funding")
    found = await uses_of(contribution_id, limit=listing.limit + 1, before=listing.after_instant())
    return json_answer(
        listing.page(found, place=lambda one: (one.at.isoformat(), str(one.id)), item=_funding_json)
    )


def _given_json(gift: GiftView) -> GivenJson:
    wanted = gift.restriction
    return GivenJson(
        id=gift.id,
        funder=gift.funder,
        school_year=gift.school_year,
        amount_cents=gift.amount_cents,
        allocated_cents=gift.allocated_cents,
        used_cents=gift.used_cents,
        left_cents=gift.left_cents,
        received_on=gift.received_on,
        restriction=RestrictionJson(
            category=wanted.category,
            region_code=wanted.region_code,
            schools=tuple(sorted(wanted.schools)),
            usable_from=wanted.usable_from,
            until=wanted.until,
            max_share=wanted.max_share,
        ),
        carried_from=gift.carried_from,
        created_at=gift.created_at,
    )


def _funding_json(use: UseView) -> FundingJson:
    return FundingJson(
        id=use.id,
        at=use.at,
        request=use.reference,
        line=use.position,
        category=use.category,
        amount_cents=use.amount_cents,
        envelope=use.envelope,
        reason=use.reason.value,
        passed_over=[
            OtherJson(funder=name, reasons=[reason.value for reason in why]) for name, why in use.passed_over
        ],
    )


HANDLERS: list[Any] = [list_contributions, list_funding]
