"""Which envelope pays: the most specific match with enough left, line by line, each line whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from solidarity.rules.money import Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """A budget line; what the request itself has reserved counts as available for it.

    `allocated_cents` is what a kept-back share is taken of; unknown, the share is of what is available.
    """

    id: str
    name: str
    category: str | None
    school: str | None
    region_code: str | None
    available_cents: Cents
    own_reserved_cents: Cents = 0
    allocated_cents: Cents | None = None

    @property
    def usable_cents(self) -> Cents:
        return self.available_cents + self.own_reserved_cents


def matching(
    envelopes: Sequence[Envelope], category: str, school: str | None, region_code: str | None
) -> tuple[Envelope, ...]:
    """Envelopes that may pay a line, the most specific first, by id among equals."""
    found = [
        envelope
        for envelope in envelopes
        if (envelope.category is None or envelope.category == category)
        and (envelope.school is None or envelope.school == school)
        and (envelope.region_code is None or envelope.region_code == region_code)
    ]
    if len(found) > 1:
        found.sort(key=lambda envelope: (_rank(envelope), envelope.id))
    return tuple(found)


def _rank(envelope: Envelope) -> int:
    """School + category, school, region + category, region, category, general."""
    place = 0 if envelope.school is not None else 2 if envelope.region_code is not None else 4
    return place + (envelope.category is None)


def allot(
    needs: Sequence[tuple[str, Cents]],
    envelopes: Sequence[Envelope],
    school: str | None,
    region_code: str | None,
) -> tuple[str | None, ...] | None:
    """The envelope of each line, in order; None for a line of nothing; None at all if a line finds none."""
    left = {envelope.id: envelope.usable_cents for envelope in envelopes}
    chosen: list[str | None] = []
    for category, amount in needs:
        if amount == 0:
            chosen.append(None)
            continue
        payer = _payer(matching(envelopes, category, school, region_code), left, amount)
        if payer is None:
            return None
        left[payer] -= amount
        chosen.append(payer)
    return tuple(chosen)


def _payer(candidates: Sequence[Envelope], left: dict[str, Cents], amount: Cents) -> str | None:
    return next((envelope.id for envelope in candidates if left[envelope.id] >= amount), None)


def largest_total(
    most: Sequence[tuple[str, Cents]],
    envelopes: Sequence[Envelope],
    school: str | None,
    region_code: str | None,
) -> Cents:
    """The largest total `allot` accepts when any line may be lowered below its most.

    `allot` is greedy, so what a line takes decides where the next one is paid. When every line may keep its
    most the answer is their sum; else each line tries its most and the few amounts at which something
    changes: what an envelope has left, just too much for it, and what leaves room for a later line. The
    search widens until it meets the bound that no choice can pass. Exact for requests of a few lines; for
    very long ones it may stop below, never above: the total is always one that `allot` accepts.
    """
    if allot(most, envelopes, school, region_code) is not None:
        return sum(amount for _, amount in most)
    places = {envelope.id: place for place, envelope in enumerate(envelopes)}
    lines = [
        (amount, [places[found.id] for found in matching(envelopes, category, school, region_code)])
        for category, amount in most
    ]
    start = tuple(envelope.usable_cents for envelope in envelopes)
    bound, best = _bound(lines, start), 0
    for width in SEARCH_WIDTHS if len(lines) <= FEW_LINES else SEARCH_WIDTHS[:-1]:
        best = max(best, _search(lines, start, width))
        if best == bound:
            break
    return best


SEARCH_WIDTHS = (8, 64, 600)
FEW_LINES = 6

_Line = tuple[Cents, list[int]]
_State = tuple[Cents, ...]


def _bound(lines: Sequence[_Line], lefts: _State) -> Cents:
    """No more than the lines ask, and for any lines that share payers no more than these hold."""
    found = sum(amount for amount, _ in lines)
    for group in {frozenset(payers) for _, payers in lines}:
        inside = sum(amount for amount, payers in lines if group.issuperset(payers))
        held = sum(max(0, lefts[place]) for place in group)
        found = min(found, sum(amount for amount, _ in lines) - inside + min(inside, held))
    return found


def _search(lines: Sequence[_Line], start: _State, width: int) -> Cents:
    totals: dict[_State, Cents] = {start: 0}
    for index, (most, payers) in enumerate(lines):
        later = [amount for amount, _ in lines[index + 1 :]]
        totals = _after_line(totals, most, payers, later)
        if len(totals) > width:
            best = sorted(totals, key=lambda state: (-totals[state], state))[:width]
            totals = {state: totals[state] for state in best}
    return max(totals.values())


def _after_line(
    totals: dict[_State, Cents], most: Cents, payers: Sequence[int], later: Sequence[Cents]
) -> dict[_State, Cents]:
    after = dict(totals)
    for left, total in totals.items():
        for amount in _worth_trying(most, [left[place] for place in payers], later):
            payer = next((place for place in payers if left[place] >= amount), None)
            if payer is None:
                continue
            reached = (*left[:payer], left[payer] - amount, *left[payer + 1 :])
            after[reached] = max(after.get(reached, 0), total + amount)
    return after


def _worth_trying(most: Cents, lefts: Sequence[Cents], later: Sequence[Cents]) -> set[Cents]:
    edges = {0, *lefts, *(left + 1 for left in lefts)}
    tried = {most, *edges}
    tried |= {left - edge for left in lefts for edge in edges}
    tried |= {left - amount for left in lefts for amount in later}
    return {amount for amount in tried if 0 < amount <= most}
