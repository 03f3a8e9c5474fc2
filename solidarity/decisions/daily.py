"""What is due each day: reservations that lapse, the waiting list, reminders, and what waits for a person."""

from dataclasses import dataclass
from datetime import datetime

from solidarity.decisions.claims import remind_of_claims, unclaimed
from solidarity.decisions.ratifying import to_ratify
from solidarity.requests.lapsing import lapse_reservations, lapsed_reservations
from solidarity.requests.waiting import serve_waiting_list, waiting_list
from solidarity.rules.claims import ClaimStage


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """What was done, or would be, by reference; the last three are for people and only told."""

    lapsed: tuple[str, ...]
    served: tuple[str, ...]
    reminded: tuple[str, ...]
    waiting: tuple[str, ...]
    to_release: tuple[str, ...]
    overdue: tuple[str, ...]


async def run_day(*, now: datetime) -> Day:
    """Do what is due; done again the same day, it finds nothing left. Each request is one transaction."""
    lapsed = await lapse_reservations(now=now)
    served = await serve_waiting_list(now=now)
    reminded = await remind_of_claims(now=now)
    return await _day(lapsed, served, reminded, now=now)


async def preview_day(*, now: datetime) -> Day:
    """What is due; nothing changes. Whom the credit suffices for shows only when the list is served."""
    soon = await unclaimed(now, stages=[ClaimStage.TO_REMIND])
    return await _day(await lapsed_reservations(now=now), [], [one.reference for one in soon], now=now)


async def _day(lapsed: list[str], served: list[str], reminded: list[str], *, now: datetime) -> Day:
    late = await unclaimed(now, stages=[ClaimStage.LAPSED])
    return Day(
        lapsed=tuple(lapsed),
        served=tuple(served),
        reminded=tuple(reminded),
        waiting=tuple(one.reference for one in await waiting_list()),
        to_release=tuple(one.reference for one in late),
        overdue=tuple(one.reference for one in await to_ratify(now) if one.is_overdue),
    )
