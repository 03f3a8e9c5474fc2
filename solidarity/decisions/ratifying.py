"""The emergency lane: one person decides, another ratifies in time, and its quota holds under any race."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid4

from solidarity.requests.holding import Held, hold_request
from solidarity.rules.access import Person
from solidarity.rules.calendar import paris_day
from solidarity.rules.errors import Conflict, NotAllowed
from solidarity.rules.money import Cents
from solidarity.rules.ruleset.authority import EMERGENCY
from solidarity.store.statements import Statement
from solidarity.store.tables import DecisionRow, RatificationRow, RequestRow
from solidarity.store.tables.counter import Counter
from solidarity.store.transaction import hold, reading, writing
from solidarity.trail.commands import Subject, record

_LANE_IF_NEW: Final = Statement(
    "INSERT INTO counter (name, value) VALUES ({}, 0) ON CONFLICT (name) DO NOTHING"
)
_TO_RATIFY: Final = Statement(
    "SELECT aid_request.reference, school.name AS school_name, decision.granted_cents, decision.decided_on,"
    " decision.ratify_by, decision.prepared_by, person.name AS decided_by"
    " FROM decision JOIN aid_request ON aid_request.id = decision.request"
    " JOIN school ON school.id = aid_request.school JOIN person ON person.id = decision.prepared_by"
    " WHERE decision.is_emergency = {} AND decision.granted_cents > 0"
    " AND NOT EXISTS (SELECT 1 FROM ratification WHERE ratification.decision = decision.id)"
    " AND NOT EXISTS (SELECT 1 FROM decision later WHERE later.request = decision.request"
    " AND later.number > decision.number)"
    " ORDER BY decision.ratify_by, aid_request.reference"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ToRatify:
    """One emergency grant that waits for a second person."""

    reference: str
    school_name: str
    granted_cents: Cents
    decided_on: date
    decided_by: str
    decided_by_id: UUID
    ratify_by: date
    is_overdue: bool


async def hold_lane(held: Held) -> None:
    """Let one emergency of a school year be decided at a time: students who share nothing share its quota.

    Call it after the request is held and before the rules count what was used.
    """
    if held.request["urgency"] != EMERGENCY:
        return
    name = f"emergency:{held.request['school_year']}"
    await _LANE_IF_NEW.rows(name)
    await hold(Counter, name)


async def ratify(reference: str, *, note: str | None, by: Person, now: datetime) -> None:
    """Confirm an emergency grant afterwards.

    Raises `Unknown`, `NotAllowed("same-person")` for whoever decided, `Conflict("nothing-to-ratify")`.
    """
    async with writing():
        held = await hold_request(reference, by=by)
        row = await (
            DecisionRow.select()
            .where(DecisionRow.request == held.request["id"])
            .order_by(DecisionRow.number, ascending=False)
            .first()
        )
        if row is None or not row["is_emergency"] or row["granted_cents"] == 0:
            raise Conflict("nothing-to-ratify")
        if await RatificationRow.exists().where(RatificationRow.decision == row["id"]):
            raise Conflict("nothing-to-ratify")
        if row["prepared_by"] == by.id:
            raise NotAllowed("same-person")
        await RatificationRow.insert(
            RatificationRow(
                id=uuid4(),
                decision=row["id"],
                decided_by=row["prepared_by"],
                ratified_by=by.id,
                ratified_at=now,
                note=note,
            )
        )
        await RequestRow.update(
            {RequestRow.changed_at: now, RequestRow.version: held.request["version"] + 1}
        ).where(RequestRow.id == held.request["id"])
        detail = {"decision": row["number"], "ratify_by": _text(row["ratify_by"]), "note": note}
        about = Subject(kind="request", id=reference)
        await record("request.ratify", about=about, by=by, at=now, detail=detail)


async def to_ratify(now: datetime) -> list[ToRatify]:
    """Every emergency grant nobody ratified yet, the most urgent first."""
    today = paris_day(now)
    async with reading():
        rows = await _TO_RATIFY.rows(True)
    return [
        ToRatify(
            reference=row["reference"],
            school_name=row["school_name"],
            granted_cents=row["granted_cents"],
            decided_on=row["decided_on"],
            decided_by=row["decided_by"],
            decided_by_id=row["prepared_by"],
            ratify_by=row["ratify_by"],
            is_overdue=row["ratify_by"] < today,
        )
        for row in rows
    ]


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
