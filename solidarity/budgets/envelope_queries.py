"""One envelope from close by: its months, where its money comes from, and every movement that touched it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from piccolo.query.functions import Sum

from solidarity.budgets.queries import movements_by_id
from solidarity.rules.calendar import add_months, school_year_bounds
from solidarity.rules.ledger import AccountKind, Posting
from solidarity.rules.money import Cents
from solidarity.store.tables import (
    ContributionRow,
    EnvelopeRow,
    EnvelopeSourceRow,
    FunderRow,
    LedgerMonthRow,
    LedgerPlaceRow,
    LetterRow,
    SchoolRow,
)
from solidarity.store.transaction import reading

_PROMISED = (AccountKind.ENVELOPE_COMMITTED.value, AccountKind.ENVELOPE_PAID.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthView:
    """What envelopes promised in a month, less what they took back, and what of all promises was paid."""

    month: str
    granted_cents: Cents
    paid_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceView:
    """How much of an envelope comes from a contribution, and how much of that is promised or paid."""

    contribution: UUID
    funder_id: UUID
    funder: str
    received_on: date
    until: date | None
    amount_cents: Cents
    used_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One movement as one envelope feels it; `letter` tells what it meant, once there is one."""

    number: int
    month: str
    kind: str
    reason: str
    about_kind: str
    about_id: str
    letter: str | None
    person: str | None
    at: datetime
    allocated_cents: Cents
    reserved_cents: Cents
    committed_cents: Cents
    paid_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What the budget of a year can be narrowed to."""

    school_years: tuple[str, ...]
    regions: tuple[tuple[str, str], ...]
    schools: tuple[tuple[str, str], ...]


async def choices(school_year: str) -> Choices:
    """The years that have envelopes, and the regions and schools that have one of their own this year."""
    async with reading():
        years = await EnvelopeRow.select(EnvelopeRow.school_year).distinct()
        rows = await EnvelopeRow.select(EnvelopeRow.region_code, EnvelopeRow.school).where(
            EnvelopeRow.school_year == school_year
        )
        known = await SchoolRow.select(
            SchoolRow.id, SchoolRow.slug, SchoolRow.name, SchoolRow.region_code, SchoolRow.region
        )
    regions = {row["region_code"] for row in rows}
    own = {row["school"] for row in rows}
    return Choices(
        school_years=tuple(sorted({school_year, *(row["school_year"] for row in years)}, reverse=True)),
        regions=_sorted(
            {(row["region_code"], row["region"]) for row in known if row["region_code"] in regions}
        ),
        schools=_sorted({(row["slug"], row["name"]) for row in known if row["id"] in own}),
    )


def _sorted(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(pairs, key=lambda pair: pair[1]))


async def months(envelopes: Sequence[UUID], school_year: str) -> list[MonthView]:
    """Each month of the school year, and any other that moved money; they add up to what stands today."""
    found = {month: dict.fromkeys(_PROMISED, 0) for month in _months_of(school_year)}
    if envelopes:
        async with reading():
            rows = await (
                LedgerMonthRow.select(
                    LedgerMonthRow.month,
                    LedgerMonthRow.account_kind,
                    Sum(LedgerMonthRow.credit_cents, alias="got_cents"),
                    Sum(LedgerMonthRow.debit_cents, alias="gave_cents"),
                )
                .where(
                    LedgerMonthRow.account_ref.is_in([str(one) for one in envelopes])
                    & LedgerMonthRow.account_kind.is_in(list(_PROMISED))
                )
                .group_by(LedgerMonthRow.month, LedgerMonthRow.account_kind)
            )
        for row in rows:
            of_month = found.setdefault(row["month"], dict.fromkeys(_PROMISED, 0))
            of_month[row["account_kind"]] += int(row["got_cents"]) - int(row["gave_cents"])
    return [
        MonthView(month=month, granted_cents=sum(by_kind.values()), paid_cents=by_kind[_PROMISED[1]])
        for month, by_kind in sorted(found.items())
    ]


async def month_by_envelope(envelopes: Sequence[UUID], month: str) -> dict[UUID, MonthView]:
    """The same for one month, envelope by envelope; those in which nothing moved are left out."""
    if not envelopes:
        return {}
    async with reading():
        rows = await LedgerMonthRow.select().where(
            LedgerMonthRow.account_ref.is_in([str(one) for one in envelopes])
            & LedgerMonthRow.account_kind.is_in(list(_PROMISED))
            & (LedgerMonthRow.month == month)
        )
    found: dict[UUID, dict[str, Cents]] = {}
    for row in rows:
        of_envelope = found.setdefault(UUID(row["account_ref"]), dict.fromkeys(_PROMISED, 0))
        of_envelope[row["account_kind"]] = row["credit_cents"] - row["debit_cents"]
    return {
        envelope: MonthView(
            month=month, granted_cents=sum(by_kind.values()), paid_cents=by_kind[_PROMISED[1]]
        )
        for envelope, by_kind in found.items()
    }


def _months_of(school_year: str) -> list[str]:
    first, _ = school_year_bounds(school_year)
    days = [add_months(first, count) for count in range(12)]
    return [f"{day.year:04}-{day.month:02}" for day in days]


async def sources(envelope: UUID) -> list[SourceView]:
    """The contributions behind an envelope, what lapses first first."""
    async with reading():
        rows = await EnvelopeSourceRow.select().where(EnvelopeSourceRow.envelope == envelope)
        gifts = {
            row["id"]: row
            for row in await ContributionRow.select().where(
                ContributionRow.id.is_in([row["contribution"] for row in rows] or [envelope])
            )
        }
        funders = {row["id"]: row["name"] for row in await FunderRow.select()}
    found = [
        SourceView(
            contribution=row["contribution"],
            funder_id=gifts[row["contribution"]]["funder"],
            funder=funders[gifts[row["contribution"]]["funder"]],
            received_on=gifts[row["contribution"]]["received_on"],
            until=gifts[row["contribution"]]["until"],
            amount_cents=row["amount_cents"],
            used_cents=row["used_cents"],
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.until or date.max, one.received_on, one.funder))


async def changes(
    envelope: UUID, *, month: str | None = None, limit: int = 50, before: tuple[str, int] | None = None
) -> list[Change]:
    """Movements of an envelope, newest first; `before` is the month and number of the last one seen."""
    query = LedgerPlaceRow.select().where(LedgerPlaceRow.account_ref == str(envelope))
    if month is not None:
        query = query.where(LedgerPlaceRow.month == month)
    if before is not None:
        last_month, number = before
        query = query.where(
            (LedgerPlaceRow.month <= last_month)
            & ((LedgerPlaceRow.month < last_month) | (LedgerPlaceRow.number < number))
        )
    async with reading():
        places = await query.order_by(LedgerPlaceRow.month, LedgerPlaceRow.number, ascending=False).limit(
            limit
        )
        moved = await movements_by_id([place["movement"] for place in places])
        letters = await _letters([one.about_id for one in moved.values() if one.about_kind == "request"])
    found = []
    for place in places:
        one = moved[place["movement"]]
        sums = _sums(one.postings, str(envelope))
        found.append(
            Change(
                number=one.number,
                month=place["month"],
                kind=one.kind,
                reason=one.reason,
                about_kind=one.about_kind,
                about_id=one.about_id,
                letter=letters.get((one.about_id, one.at)),
                person=one.person,
                at=one.at,
                allocated_cents=sum(sums.values()),
                reserved_cents=sums[AccountKind.ENVELOPE_RESERVED],
                committed_cents=sums[AccountKind.ENVELOPE_COMMITTED],
                paid_cents=sums[AccountKind.ENVELOPE_PAID],
            )
        )
    return found


def _sums(postings: Iterable[Posting], envelope: str) -> dict[AccountKind, Cents]:
    found = {kind: 0 for kind in AccountKind if kind.value.startswith("envelope_")}
    for posting in postings:
        if posting.account.ref == envelope and posting.account.kind in found:
            found[posting.account.kind] += posting.amount_cents
    return found


async def _letters(references: Sequence[str]) -> dict[tuple[str, datetime], str]:
    """The letter of the decision that moved money: both were written in one transaction, at one instant."""
    if not references:
        return {}
    rows: list[dict[str, Any]] = await LetterRow.select(
        LetterRow.number, LetterRow.issued_at, LetterRow.request.reference.as_alias("reference")
    ).where(LetterRow.request.reference.is_in(sorted(set(references))))
    return {(row["reference"], row["issued_at"]): row["number"] for row in rows}
