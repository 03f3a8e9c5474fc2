"""Which envelope would have paid what, and on which day one was exhausted, commitment after commitment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from solidarity.rules.envelopes import Envelope, matching
from solidarity.rules.money import Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Commitment:
    """What one request would take that day, line by line: (category, cents)."""

    on: date
    school: str
    region_code: str
    needs: tuple[tuple[str, Cents], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class EnvelopeSpending:
    """`exhausted_on` is the first day a line that this envelope should have paid found too little in it."""

    id: str
    name: str
    allocated_cents: Cents
    spent_cents: Cents
    exhausted_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Spending:
    """`unpaid_cents` is what no envelope had left, since `unpaid_from`."""

    envelopes: tuple[EnvelopeSpending, ...]
    unpaid_cents: Cents
    unpaid_from: date | None


def spend(envelopes: Sequence[Envelope], commitments: Iterable[Commitment]) -> Spending:
    """Pay commitments in their order; each line whole by its most specific envelope with enough, else none.

    Nothing is kept back and nothing comes back: a year seen from its decisions alone.
    """
    left = {envelope.id: envelope.available_cents for envelope in envelopes}
    exhausted: dict[str, date] = {}
    payers: dict[tuple[str, str, str], tuple[Envelope, ...]] = {}
    unpaid_cents, unpaid_from = 0, None
    for one in commitments:
        for category, cents in one.needs:
            key = (category, one.school, one.region_code)
            if key not in payers:
                payers[key] = matching(envelopes, *key)
            if not _pay(payers[key], cents, left, exhausted, one.on):
                unpaid_cents += cents
                unpaid_from = unpaid_from or one.on
    return Spending(
        envelopes=tuple(
            EnvelopeSpending(
                id=envelope.id,
                name=envelope.name,
                allocated_cents=envelope.available_cents,
                spent_cents=envelope.available_cents - left[envelope.id],
                exhausted_on=exhausted.get(envelope.id),
            )
            for envelope in envelopes
        ),
        unpaid_cents=unpaid_cents,
        unpaid_from=unpaid_from,
    )


def _pay(
    payers: Sequence[Envelope], cents: Cents, left: dict[str, Cents], exhausted: dict[str, date], on: date
) -> bool:
    if cents == 0:
        return True
    for envelope in payers:
        if left[envelope.id] >= cents:
            left[envelope.id] -= cents
            return True
        exhausted.setdefault(envelope.id, on)
    return False
