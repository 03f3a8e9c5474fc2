"""The whole year again: what the contributions pay now, beside what they would best have paid."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from solidarity.reports.queries import GiftView, gifts
from solidarity.rules.allocation import Allocation, allocate, left_to_lapse
from solidarity.rules.funding import Contribution, Need
from solidarity.rules.money import Cents
from solidarity.store.tables import FundingRow
from solidarity.store.transaction import reading

_PAID = (
    "SELECT funding.request AS request, funding.position AS position, funding.contribution AS contribution,"
    " line.category AS category, school.slug AS school, school.region_code AS region_code,"
    " MAX(funding.day) AS day, SUM(funding.amount_cents) AS cents"
    " FROM funding JOIN aid_request request ON request.id = funding.request"
    " JOIN aid_line line ON line.request = funding.request AND line.position = funding.position"
    " JOIN school ON school.id = request.school"
    " WHERE funding.school_year = {}"
    " GROUP BY funding.request, funding.position, funding.contribution, line.category, school.slug,"
    " school.region_code HAVING SUM(funding.amount_cents) > 0"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class GiftCompared:
    """One contribution: what it pays now, what it would pay, and both by category."""

    gift: GiftView
    best_cents: Cents
    by_category: tuple[tuple[str, Cents, Cents], ...]

    @property
    def more_cents(self) -> Cents:
        return self.best_cents - self.gift.used_cents

    @property
    def left_then_cents(self) -> Cents:
        return self.gift.amount_cents - self.gift.settled_cents - self.best_cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Reallocation:
    """The comparison for a year; `lapsing` is what would lapse if nothing more were promised."""

    school_year: str
    gifts: tuple[GiftCompared, ...]
    lines: int
    promised_cents: Cents
    lapsing_now_cents: Cents
    lapsing_then_cents: Cents
    unpaid_cents: Cents

    @property
    def saved_cents(self) -> Cents:
        return self.lapsing_now_cents - self.lapsing_then_cents

    @property
    def differences(self) -> tuple[tuple[GiftCompared, str, Cents, Cents], ...]:
        """Where the two splits differ: contribution, category, what it pays now, what it would pay."""
        return tuple(
            (one, category, now_cents, then_cents)
            for one in self.gifts
            for category, now_cents, then_cents in one.by_category
            if now_cents != then_cents
        )


async def reallocation(school_year: str) -> Reallocation:
    """Split the year's promises again, all at once, and compare. It reads every line of the year."""
    async with reading():
        given = await gifts(school_year)
        rows = await FundingRow.raw(_PAID, school_year)
    contributions = [_contribution(gift) for gift in given]
    needs = _needs(rows)
    best = await asyncio.to_thread(allocate, contributions, needs)
    now = {str(gift.id): gift.used_cents for gift in given}
    return Reallocation(
        school_year=school_year,
        gifts=_compared(given, rows, best),
        lines=len(needs),
        promised_cents=sum(need.amount_cents for need in needs),
        lapsing_now_cents=left_to_lapse(contributions, now),
        lapsing_then_cents=left_to_lapse(contributions, best.used()),
        unpaid_cents=best.unpaid_cents,
    )


def _contribution(gift: GiftView) -> Contribution:
    return Contribution(
        id=str(gift.id),
        restriction=gift.restriction,
        left_cents=gift.amount_cents - gift.settled_cents,
    )


def _needs(rows: Iterable[Mapping[str, Any]]) -> list[Need]:
    """One for each line, whatever number of contributions pays it, of the day it was last promised."""
    found: dict[tuple[Any, int], tuple[Mapping[str, Any], date, Cents]] = {}
    for row in rows:
        key = (row["request"], row["position"])
        _first, day, cents = found.get(key, (row, date.min, 0))
        found[key] = (row, max(day, _day(row["day"])), cents + int(row["cents"]))
    return [
        Need(
            category=row["category"],
            region_code=row["region_code"],
            school=row["school"],
            day=day,
            amount_cents=cents,
        )
        for row, day, cents in found.values()
    ]


def _day(found: date | str) -> date:
    """SQLite answers the largest of several days as a text."""
    return date.fromisoformat(found) if isinstance(found, str) else found


def _compared(
    given: Iterable[GiftView], rows: Iterable[Mapping[str, Any]], best: Allocation
) -> tuple[GiftCompared, ...]:
    now: dict[tuple[str, str], Cents] = {}
    for row in rows:
        key = (str(row["contribution"]), row["category"])
        now[key] = now.get(key, 0) + int(row["cents"])
    then: dict[tuple[str, str], Cents] = {}
    for flow in best.flows:
        key = (flow.contribution, flow.group.category or "")
        then[key] = then.get(key, 0) + flow.amount_cents
    used = best.used()
    return tuple(
        GiftCompared(
            gift=gift,
            best_cents=used.get(str(gift.id), 0),
            by_category=tuple(
                (category, now.get((str(gift.id), category), 0), then.get((str(gift.id), category), 0))
                for category in sorted(
                    {name for one, name in now.keys() | then.keys() if one == str(gift.id)}
                )
            ),
        )
        for gift in sorted(given, key=lambda one: (one.restriction.until or date.max, one.funder, one.id))
    )
