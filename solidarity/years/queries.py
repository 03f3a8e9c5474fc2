"""What stands in a school year, what closing it would do, and how far its closing is."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from solidarity.budgets.remainders import may_be_carried
from solidarity.budgets.sources import restriction_of
from solidarity.rules.calendar import next_school_year, paris_day, school_year_bounds, school_year_of
from solidarity.rules.funding import Contribution, order_of_use
from solidarity.rules.lifecycle import APPEAL_OPEN, BEFORE_DECISION, RequestState
from solidarity.rules.money import Cents
from solidarity.rules.year_end import (
    Choices,
    Commitment,
    EnvelopeRest,
    Fate,
    GiftRest,
    OpenRequest,
    YearFacts,
    YearPlan,
    plan_year_end,
)
from solidarity.store.statements import Statement
from solidarity.store.tables import (
    AppealRow,
    ContributionRow,
    EnvelopeRow,
    PersonRow,
    RequestRow,
    SchoolYearRow,
    TransferRow,
    YearClosingRow,
)
from solidarity.store.transaction import reading

_UNUSED: Final = Statement(
    "SELECT source.contribution, SUM(source.amount_cents - source.used_cents) AS cents"
    " FROM envelope_source source JOIN contribution gift ON gift.id = source.contribution"
    " WHERE gift.school_year = {} GROUP BY source.contribution"
)
_SET_ASIDE: Final = Statement(
    "SELECT request.reference, SUM(reservation.amount_cents) AS cents FROM reservation"
    " JOIN aid_request request ON request.id = reservation.request"
    " WHERE reservation.state = 'active' AND request.school_year = {} GROUP BY request.reference"
)
_GRANTED: Final = Statement(
    "SELECT request.reference, line.position, line.granted_cents FROM decision"
    " JOIN aid_request request ON request.id = decision.request"
    " JOIN decision_line line ON line.decision = decision.id"
    " WHERE request.school_year = {} AND line.granted_cents > 0"
    " AND NOT EXISTS (SELECT 1 FROM decision later WHERE later.request = decision.request"
    " AND later.number > decision.number) ORDER BY request.reference, line.position"
)
_PAID: Final = Statement(
    "SELECT movement.about_id, movement.reason, SUM(CASE WHEN entry.credit_kind = 'envelope_paid'"
    " THEN entry.amount_cents ELSE -entry.amount_cents END) AS cents"
    " FROM ledger_movement movement JOIN ledger_entry entry ON entry.movement = movement.id"
    " WHERE movement.about_kind = 'request'"
    " AND movement.about_id IN (SELECT reference FROM aid_request WHERE school_year = {})"
    " AND (entry.credit_kind = 'envelope_paid' OR entry.debit_kind = 'envelope_paid')"
    " GROUP BY movement.about_id, movement.reason"
)
_NAMED: Final = Statement(
    "SELECT request.reference, funding.position, funding.contribution, SUM(funding.amount_cents) AS cents"
    " FROM funding JOIN aid_request request ON request.id = funding.request WHERE request.school_year = {}"
    " GROUP BY request.reference, funding.position, funding.contribution"
)
_UNRATIFIED: Final = Statement(
    "SELECT COUNT(*) AS how_many FROM decision JOIN aid_request request ON request.id = decision.request"
    " WHERE request.school_year = {} AND decision.is_emergency = {} AND decision.granted_cents > 0"
    " AND NOT EXISTS (SELECT 1 FROM ratification WHERE ratification.decision = decision.id)"
    " AND NOT EXISTS (SELECT 1 FROM decision later WHERE later.request = decision.request"
    " AND later.number > decision.number)"
)

Place = tuple[str, int]
"""A request and the position of one of its lines."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClosingView:
    """A closing: `state` is prepared, confirmed (at work) or done; nobody's name means the command line."""

    school_year: str
    state: str
    version: int
    choices: Choices
    prepared_by_id: UUID | None
    prepared_by: str | None
    prepared_at: datetime
    confirmed_by_id: UUID | None
    confirmed_by: str | None
    confirmed_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """What of a year's contributions went to the next year, and back to their funders."""

    carried_cents: Cents
    returned_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class YearView:
    """One school year in a list; `left_cents` is what no promise and no payment took of what was given."""

    school_year: str
    is_closed: bool
    is_known: bool
    closing: str | None
    given_cents: Cents
    left_cents: Cents


async def year_facts(school_year: str) -> YearFacts:
    """Everything that stands in a year now. Raises `Unreadable` for a year that is none."""
    school_year_bounds(school_year)
    following = next_school_year(school_year)
    async with reading():
        return YearFacts(
            school_year=school_year,
            next_year=following,
            is_closed=await _is_closed(school_year),
            requests=await _open_requests(school_year),
            commitments=await _commitments(school_year),
            envelopes=await _envelopes(school_year),
            gifts=await _gifts(school_year, following),
            transfers=await TransferRow.count().where(
                (TransferRow.school_year == school_year) & (TransferRow.state == "proposed")
            ),
            appeals=await AppealRow.count().where(
                (AppealRow.request.school_year == school_year)
                & AppealRow.state.is_in([state.value for state in APPEAL_OPEN])
            ),
            unratified=await _unratified(school_year),
            is_next_closed=await _is_closed(following),
        )


async def year_plan(school_year: str, choices: Choices | None = None) -> YearPlan:
    """What closing the year would do: as prepared, or as usual when nobody prepared it; nothing changes."""
    async with reading():
        kept = await closing_of(school_year) if choices is None else None
        facts = await year_facts(school_year)
    return plan_year_end(facts, choices or (kept.choices if kept else Choices()))


async def closing_of(school_year: str) -> ClosingView | None:
    """The closing of a year, prepared or more; None when nobody began it."""
    async with reading():
        row = await YearClosingRow.select().where(YearClosingRow.school_year == school_year).first()
        if row is None:
            return None
        ids = [row[name] for name in ("prepared_by", "confirmed_by") if row[name] is not None]
        people = await PersonRow.select(PersonRow.id, PersonRow.name).where(PersonRow.id.is_in(ids or [None]))
    names = {one["id"]: one["name"] for one in people}
    return ClosingView(
        school_year=school_year,
        state=row["state"],
        version=row["version"],
        choices=read_choices(row["choices"]),
        prepared_by_id=row["prepared_by"],
        prepared_by=names.get(row["prepared_by"]),
        prepared_at=row["prepared_at"],
        confirmed_by_id=row["confirmed_by"],
        confirmed_by=names.get(row["confirmed_by"]),
        confirmed_at=row["confirmed_at"],
        ended_at=row["ended_at"],
    )


async def settled_of(school_year: str) -> Settled:
    """What the closing of a year moved so far."""
    async with reading():
        gifts = await ContributionRow.select(ContributionRow.settled_cents).where(
            ContributionRow.school_year == school_year
        )
        carried = await ContributionRow.select(ContributionRow.amount_cents).where(
            ContributionRow.carried_from.school_year == school_year
        )
    carried_cents: Cents = sum(row["amount_cents"] for row in carried)
    settled_cents: Cents = sum(row["settled_cents"] for row in gifts)
    return Settled(carried_cents=carried_cents, returned_cents=settled_cents - carried_cents)


async def years(now: datetime) -> list[YearView]:
    """Every school year that money, requests or a closing know of, and this one; the newest first."""
    async with reading():
        states = {row["label"]: row["state"] for row in await SchoolYearRow.select()}
        closings = {row["school_year"]: row["state"] for row in await YearClosingRow.select()}
        gifts = await ContributionRow.select(
            ContributionRow.school_year,
            ContributionRow.amount_cents,
            ContributionRow.allocated_cents,
            ContributionRow.settled_cents,
        )
        envelopes = await EnvelopeRow.select()
    labels = {school_year_of(paris_day(now)), *states, *(row["school_year"] for row in (*gifts, *envelopes))}
    given: dict[str, Cents] = {}
    left: dict[str, Cents] = {}
    for row in gifts:
        _add(given, row["school_year"], row["amount_cents"])
        _add(left, row["school_year"], row["amount_cents"] - row["allocated_cents"] - row["settled_cents"])
    for row in envelopes:
        _add(left, row["school_year"], _free(row) + row["reserved_cents"])
    return [
        YearView(
            school_year=label,
            is_closed=states.get(label) == "closed",
            is_known=label in states,
            closing=closings.get(label),
            given_cents=given.get(label, 0),
            left_cents=left.get(label, 0),
        )
        for label in sorted(labels, reverse=True)
    ]


def read_choices(text: str) -> Choices:
    """The choices as they are kept."""
    kept = json.loads(text)
    return Choices(
        close_undecided=kept["close_undecided"],
        lapsing=frozenset(kept["lapsing"]),
        fates={gift: Fate(fate) for gift, fate in kept["fates"].items()},
    )


def write_choices(choices: Choices) -> str:
    """The choices as JSON, the same bytes for the same choices."""
    kept = {
        "close_undecided": choices.close_undecided,
        "lapsing": sorted(choices.lapsing),
        "fates": {gift: fate.value for gift, fate in (choices.fates or {}).items()},
    }
    return json.dumps(kept, sort_keys=True)


async def _is_closed(school_year: str) -> bool:
    return await SchoolYearRow.exists().where(
        (SchoolYearRow.label == school_year) & (SchoolYearRow.state == "closed")
    )


async def _open_requests(school_year: str) -> tuple[OpenRequest, ...]:
    kept = {row["reference"]: int(row["cents"]) for row in await _SET_ASIDE.rows(school_year)}
    rows = await (
        RequestRow.select(RequestRow.reference, RequestRow.status)
        .where(
            (RequestRow.school_year == school_year)
            & RequestRow.status.is_in([state.value for state in BEFORE_DECISION])
        )
        .order_by(RequestRow.reference)
    )
    return tuple(
        OpenRequest(
            reference=row["reference"],
            state=RequestState(row["status"]),
            reserved_cents=kept.get(row["reference"], 0),
        )
        for row in rows
    )


async def _commitments(school_year: str) -> tuple[Commitment, ...]:
    granted = await _GRANTED.rows(school_year)
    paid: dict[Place, Cents] = {}
    for row in await _PAID.rows(school_year):
        place = row["about_id"], int(row["reason"].rpartition(" / ")[2])
        paid[place] = paid.get(place, 0) + int(row["cents"])
    unpaid: dict[str, dict[Place, Cents]] = {}
    for row in granted:
        place = row["reference"], row["position"]
        cents = row["granted_cents"] - paid.get(place, 0)
        if cents > 0:
            unpaid.setdefault(row["reference"], {})[place] = cents
    named = await _named(school_year)
    return tuple(
        Commitment(
            reference=reference, unpaid_cents=sum(lines.values()), shares=tuple(_would_free(lines, named))
        )
        for reference, lines in unpaid.items()
    )


async def _named(school_year: str) -> dict[Place, list[tuple[str, Cents]]]:
    """Which contributions pay each line, in the order in which they are given back."""
    gifts = await ContributionRow.select().where(ContributionRow.school_year == school_year)
    order = {str(row["id"]): (order_of_use(_contribution(row)), str(row["id"])) for row in gifts}
    found: dict[Place, list[tuple[str, Cents]]] = {}
    for row in await _NAMED.rows(school_year):
        place = row["reference"], row["position"]
        found.setdefault(place, []).append((str(row["contribution"]), int(row["cents"])))
    for shares in found.values():
        shares.sort(key=lambda one: order[one[0]], reverse=True)
    return found


def _would_free(
    lines: Mapping[Place, Cents], named: Mapping[Place, Iterable[tuple[str, Cents]]]
) -> list[tuple[str, Cents]]:
    found = []
    for place, missing in lines.items():
        for gift, cents in named.get(place, ()):
            taken = min(missing, cents)
            missing -= taken  # noqa: PLW2901 - what this line still has to give back
            if taken:
                found.append((gift, taken))
    return found


def _contribution(row: Mapping[str, Any]) -> Contribution:
    return Contribution(id=str(row["id"]), restriction=restriction_of(row), left_cents=0)


async def _envelopes(school_year: str) -> tuple[EnvelopeRest, ...]:
    rows = await EnvelopeRow.select().where(EnvelopeRow.school_year == school_year).order_by(EnvelopeRow.id)
    return tuple(
        EnvelopeRest(
            id=str(row["id"]),
            name=row["name"],
            free_cents=_free(row),
            reserved_cents=row["reserved_cents"],
            committed_cents=row["committed_cents"],
        )
        for row in rows
    )


def _free(row: Mapping[str, Any]) -> Cents:
    spoken_for = row["reserved_cents"] + row["committed_cents"] + row["paid_cents"]
    return int(row["allocated_cents"] - spoken_for)


async def _gifts(school_year: str, following: str) -> tuple[GiftRest, ...]:
    unused = {str(row["contribution"]): int(row["cents"]) for row in await _UNUSED.rows(school_year)}
    rows = await (
        ContributionRow.select(
            *ContributionRow.all_columns(), ContributionRow.funder.name.as_alias("funder_name")
        )
        .where(ContributionRow.school_year == school_year)
        .order_by(ContributionRow.id)
    )
    return tuple(
        GiftRest(
            id=str(row["id"]),
            funder=row["funder_name"],
            is_restricted=not restriction_of(row).is_open,
            until=row["until"],
            outside_cents=row["amount_cents"] - row["allocated_cents"] - row["settled_cents"],
            unused_cents=unused.get(str(row["id"]), 0),
            may_be_carried=may_be_carried(row["until"], following),
        )
        for row in rows
    )


async def _unratified(school_year: str) -> int:
    row = await _UNRATIFIED.row(school_year, True)
    assert row is not None, "a count always answers"
    return int(row["how_many"])


def _add(found: dict[str, Cents], label: str, cents: Cents) -> None:
    found[label] = found.get(label, 0) + cents
