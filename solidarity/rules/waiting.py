"""The waiting list: in which order credit that comes back is given, and when what is set aside lapses."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from solidarity.rules.envelopes import Envelope, allot, matching
from solidarity.rules.money import Cents

NO_CREDIT: Final = "no_credit"
"""The reason of a hold that is the waiting list."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiter:
    """A request that waits for credit."""

    reference: str
    is_emergency: bool
    since: datetime


def in_order(waiters: Iterable[Waiter]) -> tuple[Waiter, ...]:
    """Emergencies first, then who waits longest, then by reference."""
    return tuple(sorted(waiters, key=lambda one: (not one.is_emergency, one.since, one.reference)))


def still_open(usable: Iterable[Envelope], awaited: Collection[str]) -> tuple[Envelope, ...]:
    """The envelopes nobody further up waits for: whoever comes later takes nothing from the others."""
    return tuple(envelope for envelope in usable if envelope.id not in awaited)


def awaited_by(
    needs: Sequence[tuple[str, Cents]], usable: Sequence[Envelope], school: str, region_code: str
) -> frozenset[str]:
    """The envelopes a request that cannot be served waits for; their money comes back for it first.

    Only the lines that find no payer keep their envelopes: a request that lacks credit for housing does not
    hold up others for transport. When each line finds one, but not all together, every line keeps its own.
    """
    alone = [need for need in needs if allot([need], usable, school, region_code) is None]
    return frozenset(
        envelope.id
        for category, amount in alone or needs
        if amount
        for envelope in matching(usable, category, school, region_code)
    )


def lapses_on(asked_on: date, days: int, due_on: date | None) -> date:
    """The first day on which what is set aside for an unanswered request is free again.

    Never before the day after the answer is due.
    """
    last = asked_on + timedelta(days=days)
    return (max(last, due_on) if due_on else last) + timedelta(days=1)
