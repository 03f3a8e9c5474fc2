"""The waiting list: who is on it and where, and giving credit that came back to whoever is first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

from solidarity.budgets.movements import Claim, active_reservations, release, reserve
from solidarity.requests.case import Assessed, assess_held
from solidarity.requests.holding import Held, hold_request
from solidarity.rules.access import Person, scope_of
from solidarity.rules.envelopes import Envelope
from solidarity.rules.errors import RuleError
from solidarity.rules.lifecycle import RequestState
from solidarity.rules.money import Cents
from solidarity.rules.waiting import NO_CREDIT, Waiter, awaited_by, in_order, still_open
from solidarity.store.statements import Statement
from solidarity.store.tables import RequestRow, WaitingRow
from solidarity.store.transaction import reading, retrying, writing
from solidarity.trail.commands import Subject, record

_LISTED: Final = Statement(
    "SELECT aid_request.id, aid_request.reference, aid_request.school_year, aid_request.urgency,"
    " aid_request.proposed_cents, aid_request.school, school.name AS school_name, waiting.since"
    " FROM waiting JOIN aid_request ON aid_request.id = waiting.request"
    " JOIN school ON school.id = aid_request.school"
    " WHERE aid_request.status = {} AND aid_request.status_message = {}"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """One place on the list of a school year; `rank` counts from 1."""

    rank: int
    of: int
    id: UUID
    reference: str
    school_year: str
    school_id: UUID
    school_name: str
    proposed_cents: Cents
    is_emergency: bool
    since: datetime


async def join_list(held: Held, *, now: datetime) -> None:
    """Put a request that goes on hold at the end of the list, unless it has its credit set aside already.

    Such a one waits for somebody's word, not for money: nothing would have to come back for it.
    """
    await leave_list(held)
    if not await active_reservations(held.request["id"]):
        await WaitingRow.insert(WaitingRow(id=uuid4(), request=held.request["id"], since=now))


async def leave_list(held: Held) -> None:
    """Take a request off the list, if it is on it."""
    await WaitingRow.delete().where(WaitingRow.request == held.request["id"])


async def waiting_list(school_year: str | None = None) -> list[Waiting]:
    """Who waits, in the order in which they will be served; ranks count within a school year."""
    async with reading():
        rows = await _LISTED.rows(RequestState.ON_HOLD.value, NO_CREDIT)
    by_reference = {row["reference"]: row for row in rows}
    ordered = [by_reference[one.reference] for one in in_order(_waiter(row) for row in rows)]
    found = []
    for year in sorted({row["school_year"] for row in rows}):
        same = [row for row in ordered if row["school_year"] == year]
        found += [_place(row, rank, len(same)) for rank, row in enumerate(same, start=1)]
    return [one for one in found if school_year is None or one.school_year == school_year]


async def place_on_list(request: UUID, person: Person) -> Waiting | None:
    """Where one request stands; None when it does not wait, or is not for this person to see."""
    own = scope_of(person)
    found = [one for one in await waiting_list() if one.id == request]
    return found[0] if found and own in (None, found[0].school_id) else None


async def serve_waiting_list(*, now: datetime, by: Person | None = None) -> list[str]:
    """Give what is available to whoever is first; answers the references that are back in review.

    Strictly in order for each envelope: what an earlier request waits for is not given to a later one. Each
    request is one transaction, so that the list can be served at any moment, by several at once, and again.
    """
    served = []
    awaited: frozenset[str] = frozenset()
    for one in await waiting_list():
        came = await retrying(partial(_serve, one, awaited, by=by, now=now))
        if came is None:
            served.append(one.reference)
        else:
            awaited |= came
    return served


async def _serve(
    place: Waiting, awaited: frozenset[str], *, by: Person | None, now: datetime
) -> frozenset[str] | None:
    """None when the request got its credit, else the envelopes it goes on waiting for."""
    try:
        async with writing():
            held = await hold_request(place.reference, by=by)
            if not await _still_waits(held):
                return frozenset()
            assessed = await assess_held(held, now=now)
            claims = claims_of(assessed)
            usable = still_open(assessed.usable, awaited)
            await release(held.request["id"], held.reference, by=by, now=now)
            if not await _reserve(held, claims, usable, by=by, now=now):
                needs = [(claim.category, claim.amount_cents) for claim in claims]
                return awaited_by(needs, assessed.usable, held.place.school, held.place.region_code)
            await leave_list(held)
            await _back_to_review(held, assessed, place, by=by, now=now)
    except RuleError:
        # No rules for that year any more, or changed this moment: this one waits, the others need not.
        return frozenset()
    return None


async def _still_waits(held: Held) -> bool:
    is_held = held.state is RequestState.ON_HOLD and held.request["status_message"] == NO_CREDIT
    return is_held and await WaitingRow.exists().where(WaitingRow.request == held.request["id"])


async def _reserve(
    held: Held, claims: Sequence[Claim], usable: Sequence[Envelope], *, by: Person | None, now: datetime
) -> bool:
    return await reserve(
        held.request["id"], held.reference, claims, usable=usable, place=held.place, by=by, now=now
    )


def claims_of(assessed: Assessed) -> list[Claim]:
    """What the rules propose for each line, as claims on envelopes."""
    return [
        Claim(position=place, category=line.category, amount_cents=found.proposed_cents)
        for place, (line, found) in enumerate(
            zip(assessed.case.lines, assessed.assessment.lines, strict=True), start=1
        )
    ]


async def _back_to_review(
    held: Held, assessed: Assessed, place: Waiting, *, by: Person | None, now: datetime
) -> None:
    found = assessed.assessment
    await RequestRow.update(
        {
            RequestRow.status: RequestState.IN_REVIEW.value,
            RequestRow.status_message: None,
            RequestRow.status_due: None,
            RequestRow.requested_cents: found.requested_cents,
            RequestRow.proposed_cents: found.proposed_cents,
            RequestRow.outcome: found.outcome,
            RequestRow.approvals_required: found.approvals_required,
            RequestRow.credit_enough: True,
            RequestRow.changed_at: now,
            RequestRow.version: held.request["version"] + 1,
        }
    ).where(RequestRow.id == held.request["id"])
    about = Subject(kind="request", id=held.reference)
    detail = {"reserved_cents": found.proposed_cents, "rank": place.rank, "since": place.since.isoformat()}
    await record("request.credit_found", about=about, by=by, at=now, detail=detail)


def _waiter(row: dict[str, Any]) -> Waiter:
    return Waiter(reference=row["reference"], is_emergency=row["urgency"] == "emergency", since=row["since"])


def _place(row: dict[str, Any], rank: int, count: int) -> Waiting:
    return Waiting(
        rank=rank,
        of=count,
        id=row["id"],
        reference=row["reference"],
        school_year=row["school_year"],
        school_id=row["school"],
        school_name=row["school_name"],
        proposed_cents=row["proposed_cents"],
        is_emergency=row["urgency"] == "emergency",
        since=row["since"],
    )
