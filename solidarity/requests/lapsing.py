"""What is set aside for a school that does not answer: free again after some days, and taken anew later."""

from datetime import datetime
from functools import partial
from typing import Any, Final

from solidarity.budgets.movements import active_reservations, release
from solidarity.requests.holding import Held, hold_request
from solidarity.rules.calendar import paris_day
from solidarity.rules.errors import Stale
from solidarity.rules.lifecycle import RequestState
from solidarity.rules.waiting import lapses_on
from solidarity.store.fund_settings import fund_setting
from solidarity.store.tables import RequestRow
from solidarity.store.transaction import reading, retrying, writing
from solidarity.trail.commands import Subject, record

SETTING: Final = "reservation_days"
USUAL_DAYS: Final = 30


async def reservation_days() -> int:
    """How many days what is set aside waits for an answer; a setting of the fund."""
    kept = await fund_setting(SETTING)
    return int(kept) if kept and kept.isdecimal() else USUAL_DAYS


async def lapsed_reservations(*, now: datetime) -> list[str]:
    """The requests whose reservation has waited too long for an answer, by reference."""
    days = await reservation_days()
    async with reading():
        rows = await RequestRow.select(
            RequestRow.id, RequestRow.reference, RequestRow.changed_at, RequestRow.status_due
        ).where(
            (RequestRow.status == RequestState.INFORMATION_REQUESTED.value)
            & RequestRow.credit_enough.eq(True)
        )
        return sorted(row["reference"] for row in rows if _is_over(row, days, now))


async def lapse_reservations(*, now: datetime) -> list[str]:
    """Free what has waited too long; the answer, when it comes, sets it aside again if money remains."""
    days = await reservation_days()
    found = await lapsed_reservations(now=now)
    return [one for one in found if await retrying(partial(_lapse, one, days, now=now))]


def _is_over(row: dict[str, Any], days: int, now: datetime) -> bool:
    return paris_day(now) >= lapses_on(paris_day(row["changed_at"]), days, row["status_due"])


async def _lapse(reference: str, days: int, *, now: datetime) -> bool:
    try:
        async with writing():
            held = await hold_request(reference, by=None)
            if held.state is not RequestState.INFORMATION_REQUESTED or not _is_over(held.request, days, now):
                return False
            return await _free(held, days, now=now)
    except Stale:
        return False


async def _free(held: Held, days: int, *, now: datetime) -> bool:
    if not await active_reservations(held.request["id"]):
        return False
    freed = await release(held.request["id"], held.reference, by=None, now=now)
    await RequestRow.update({RequestRow.credit_enough: False}).where(RequestRow.id == held.request["id"])
    about = Subject(kind="request", id=held.reference)
    detail = {"released_cents": freed, "days": days}
    await record("request.reservation_lapsed", about=about, by=None, at=now, detail=detail)
    return True
