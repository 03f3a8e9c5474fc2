"""Funders and their contributions as people read them, with what each of them pays."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from solidarity.budgets.sources import restriction_of
from solidarity.rules.errors import Unknown
from solidarity.rules.funding import Objection, Reason, Restriction
from solidarity.rules.money import Cents
from solidarity.store.tables import ContributionRow, EnvelopeSourceRow, FunderRow, FundingRow, SchoolRow
from solidarity.store.transaction import reading

SOON: Final = timedelta(days=60)
"""Money that may be used for so many days more is about to lapse."""

_USED = (
    "SELECT source.contribution AS contribution, SUM(source.used_cents) AS used_cents"
    " FROM envelope_source source JOIN contribution gift ON gift.id = source.contribution"
    " WHERE gift.school_year = {} GROUP BY source.contribution"
)
_USES = (
    "SELECT funding.id, funding.at, funding.day, funding.position, funding.amount_cents, funding.kind,"
    " funding.reason, funding.passed_over, funding.contribution, request.reference, line.category,"
    " envelope.name AS envelope_name, funding.envelope"
    " FROM funding JOIN contribution gift ON gift.id = funding.contribution"
    " JOIN aid_request request ON request.id = funding.request"
    " JOIN aid_line line ON line.request = funding.request AND line.position = funding.position"
    " JOIN envelope ON envelope.id = funding.envelope"
)
_OF_FUNDER = " WHERE gift.funder = {} AND gift.school_year = {}"
_OF_GIFT = " WHERE funding.contribution = {}"
_BEFORE = " AND (funding.at < {} OR (funding.at = {} AND funding.id < {}))"
_NEWEST = " ORDER BY funding.at DESC, funding.id DESC LIMIT {}"


@dataclass(frozen=True, kw_only=True, slots=True)
class GiftView:
    """One contribution: `used_cents` is promised or paid, `settled_cents` carried over or returned."""

    id: UUID
    funder_id: UUID
    funder: str
    school_year: str
    amount_cents: Cents
    allocated_cents: Cents
    settled_cents: Cents
    used_cents: Cents
    received_on: date
    restriction: Restriction
    carried_from: UUID | None
    created_at: datetime

    @property
    def left_cents(self) -> Cents:
        return self.amount_cents - self.used_cents - self.settled_cents

    def lapsed_cents(self, today: date) -> Cents:
        until = self.restriction.until
        return self.left_cents if until is not None and until < today else 0

    def lapsing_cents(self, today: date) -> Cents:
        until = self.restriction.until
        return self.left_cents if until is not None and today <= until <= today + SOON else 0


@dataclass(frozen=True, kw_only=True, slots=True)
class FunderView:
    """One funder in one school year."""

    id: UUID
    name: str
    gifts: tuple[GiftView, ...]
    today: date

    @property
    def given_cents(self) -> Cents:
        return sum(gift.amount_cents for gift in self.gifts)

    @property
    def allocated_cents(self) -> Cents:
        return sum(gift.allocated_cents for gift in self.gifts)

    @property
    def settled_cents(self) -> Cents:
        return sum(gift.settled_cents for gift in self.gifts)

    @property
    def used_cents(self) -> Cents:
        return sum(gift.used_cents for gift in self.gifts)

    @property
    def left_cents(self) -> Cents:
        return sum(gift.left_cents for gift in self.gifts)

    @property
    def lapsing_cents(self) -> Cents:
        return sum(gift.lapsing_cents(self.today) for gift in self.gifts)

    @property
    def lapsed_cents(self) -> Cents:
        return sum(gift.lapsed_cents(self.today) for gift in self.gifts)


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Names by code and by slug."""

    regions: Mapping[str, str]
    schools: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedView:
    """An envelope that a contribution feeds."""

    contribution: UUID
    envelope: UUID
    envelope_name: str
    amount_cents: Cents
    used_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class UseView:
    """A contribution named for one line of a request; below zero what came back.

    `passed_over` says of the other contributions of the envelope, by funder, why they did not pay.
    """

    id: UUID
    at: datetime
    day: date
    reference: str
    position: int
    category: str
    amount_cents: Cents
    contribution: UUID
    envelope: UUID
    envelope_name: str
    reason: Reason
    passed_over: tuple[tuple[str, tuple[Objection, ...]], ...]


async def gifts(school_year: str, *, funder: UUID | None = None) -> list[GiftView]:
    """The contributions of a school year, newest first."""
    async with reading():
        return await _gifts(school_year, funder)


async def funders(school_year: str, *, today: date) -> list[FunderView]:
    """Who gave for a school year, by name."""
    by_funder: dict[tuple[str, UUID], list[GiftView]] = {}
    for gift in await gifts(school_year):
        by_funder.setdefault((gift.funder, gift.funder_id), []).append(gift)
    return [
        FunderView(id=funder_id, name=name, gifts=tuple(found), today=today)
        for (name, funder_id), found in sorted(by_funder.items())
    ]


async def funder(funder_id: UUID, school_year: str, *, today: date) -> FunderView:
    """One funder in a school year, perhaps without a gift; raises `Unknown`."""
    async with reading():
        row = await FunderRow.select(FunderRow.name).where(FunderRow.id == funder_id).first()
        if row is None:
            raise Unknown
        found = tuple(await _gifts(school_year, funder_id))
        return FunderView(id=funder_id, name=row["name"], gifts=found, today=today)


async def years_of(funder_id: UUID | None = None) -> list[str]:
    """The school years somebody, or this funder, gave for, newest first."""
    query = ContributionRow.select(ContributionRow.school_year).group_by(ContributionRow.school_year)
    if funder_id is not None:
        query = query.where(ContributionRow.funder == funder_id)
    return sorted((row["school_year"] for row in await query), reverse=True)


async def funder_names() -> list[str]:
    return sorted(row["name"] for row in await FunderRow.select(FunderRow.name))


async def places() -> Places:
    """The regions and schools of the network."""
    rows = await SchoolRow.select(
        SchoolRow.slug, SchoolRow.name, SchoolRow.region_code, SchoolRow.region
    ).order_by(SchoolRow.region, SchoolRow.slug)
    return Places(
        regions={row["region_code"]: row["region"] for row in rows},
        schools={row["slug"]: row["name"] for row in rows},
    )


async def feeds(contributions: Iterable[UUID]) -> list[FeedView]:
    """Which envelopes the contributions feed."""
    wanted = list(contributions)
    if not wanted:
        return []
    rows = await (
        EnvelopeSourceRow.select(
            EnvelopeSourceRow.contribution,
            EnvelopeSourceRow.envelope,
            EnvelopeSourceRow.envelope.name.as_alias("envelope_name"),
            EnvelopeSourceRow.amount_cents,
            EnvelopeSourceRow.used_cents,
        )
        .where(EnvelopeSourceRow.contribution.is_in(wanted))
        .order_by(EnvelopeSourceRow.envelope.name)
    )
    return [FeedView(**row) for row in rows]


Place = tuple[datetime, UUID]
"""Where a list went on: the instant and the id of the last one shown."""


async def uses(
    funder_id: UUID, school_year: str, *, limit: int, before: Place | None = None
) -> list[UseView]:
    """What a funder's contributions paid, newest first, from a place on."""
    return await _uses(_OF_FUNDER, [funder_id, school_year], limit, before)


async def uses_of(contribution: UUID, *, limit: int, before: Place | None = None) -> list[UseView]:
    """What one contribution paid, newest first, from a place on; raises `Unknown`."""
    async with reading():
        if not await ContributionRow.exists().where(ContributionRow.id == contribution):
            raise Unknown
        return await _uses(_OF_GIFT, [contribution], limit, before)


async def _uses(where: str, values: list[Any], limit: int, before: Place | None) -> list[UseView]:
    async with reading():
        if before is None:
            rows = await FundingRow.raw(_USES + where + _NEWEST, *values, limit)
        else:
            at, last = before
            rows = await FundingRow.raw(_USES + where + _BEFORE + _NEWEST, *values, at, at, last, limit)
        names = await _funder_of({name for row in rows for name in _passed_over(row)})
    return [_use(row, names) for row in rows]


async def last_change(school_year: str, funder_id: UUID) -> datetime | None:
    """When a gift of the funder was last received, promised or given back; None without one."""
    gift = FundingRow.contribution
    async with reading():
        used = await (
            FundingRow.select(FundingRow.at)
            .where((gift.funder == funder_id) & (gift.school_year == school_year))
            .order_by(FundingRow.at, ascending=False)
            .first()
        )
        given = [one.created_at for one in await _gifts(school_year, funder_id)]
    return max([*given, *([used["at"]] if used else [])], default=None)


async def _gifts(school_year: str, funder_id: UUID | None) -> list[GiftView]:
    used = {row["contribution"]: int(row["used_cents"]) for row in await FundingRow.raw(_USED, school_year)}
    query = ContributionRow.select(
        *ContributionRow.all_columns(), ContributionRow.funder.name.as_alias("funder_name")
    ).where(ContributionRow.school_year == school_year)
    if funder_id is not None:
        query = query.where(ContributionRow.funder == funder_id)
    rows = await query.order_by(ContributionRow.created_at, ContributionRow.id, ascending=False)
    return [_gift(row, used.get(row["id"], 0)) for row in rows]


def _gift(row: Mapping[str, Any], used_cents: Cents) -> GiftView:
    return GiftView(
        id=row["id"],
        funder_id=row["funder"],
        funder=row["funder_name"],
        school_year=row["school_year"],
        amount_cents=row["amount_cents"],
        allocated_cents=row["allocated_cents"],
        settled_cents=row["settled_cents"],
        used_cents=used_cents,
        received_on=row["received_on"],
        restriction=restriction_of(row),
        carried_from=row["carried_from"],
        created_at=row["created_at"],
    )


def _use(row: Mapping[str, Any], names: Mapping[UUID, str]) -> UseView:
    fields = ("id", "at", "day", "reference", "position", "category", "amount_cents", "contribution")
    return UseView(
        **{name: row[name] for name in fields},
        envelope=row["envelope"],
        envelope_name=row["envelope_name"],
        reason=Reason(row["reason"]),
        passed_over=tuple(
            (names[contribution], tuple(Objection(one) for one in why))
            for contribution, why in _passed_over(row).items()
        ),
    )


def _passed_over(row: Mapping[str, Any]) -> dict[UUID, Sequence[str]]:
    found = json.loads(row["passed_over"]) if row["passed_over"] else {}
    return {UUID(name): why for name, why in found.items()}


async def _funder_of(contributions: set[UUID]) -> dict[UUID, str]:
    if not contributions:
        return {}
    rows = await ContributionRow.select(
        ContributionRow.id, ContributionRow.funder.name.as_alias("funder_name")
    ).where(ContributionRow.id.is_in(list(contributions)))
    return {row["id"]: row["funder_name"] for row in rows}
