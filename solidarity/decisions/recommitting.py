"""Promising other amounts than before: what changes is given back, then promised anew, line by line."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from solidarity.budgets.movements import Claim, commit, held_envelopes
from solidarity.budgets.promises import Promise, give_back
from solidarity.decisions.succeeding import InForce
from solidarity.requests.case import Assessed
from solidarity.requests.holding import Held
from solidarity.rules.access import Person
from solidarity.rules.envelopes import Envelope
from solidarity.rules.errors import Conflict
from solidarity.rules.money import Cents
from solidarity.rules.ruleset.budget import usable_envelopes


async def recommit(
    held: Held,
    before: InForce,
    assessed: Assessed,
    granted_cents: Sequence[Cents],
    *,
    by: Person,
    now: datetime,
) -> dict[int, UUID]:
    """Give back and promise what the new amounts change; answers the envelope of each line.

    A line stays in its envelope while that has enough; one that was paid in part never leaves it. Raises
    `Conflict` ("envelope-exhausted", "contributions-short").
    """
    wanted = dict(enumerate(granted_cents, start=1))
    promised = {one.position: one for one in before.promises}
    envelopes = {one.position: one.envelope for one in before.promises}
    changed = [one for one in before.promises if wanted[one.position] != one.granted_cents]
    await give_back(held.request["id"], held.reference, changed, by=by, now=now)
    for position, cents in wanted.items():
        promise = promised.get(position)
        paid = promise.paid_cents if promise else 0
        if cents == paid or (promise is not None and cents == promise.granted_cents):
            continue
        claim = Claim(
            position=position,
            category=assessed.case.lines[position - 1].category,
            amount_cents=cents - paid,
        )
        payers = await commit(
            held.request["id"],
            held.reference,
            [claim],
            usable=await _usable(held, assessed, promise, claim.amount_cents),
            place=held.place,
            by=by,
            now=now,
        )
        envelopes |= payers
    return envelopes


async def _usable(
    held: Held, assessed: Assessed, promise: Promise | None, amount: Cents
) -> Sequence[Envelope]:
    """The envelopes a line may be promised from, as they are after what it gave back."""
    now_open = await held_envelopes(held.request["school_year"], held.place)
    own = [_with_own(one, promise) for one in now_open]
    usable = usable_envelopes(assessed.rules.ruleset, replace(assessed.case, envelopes=tuple(own)))
    assert usable is not None, "the envelopes are given"
    if promise is None:
        return usable
    same = [one for one in usable if one.id == str(promise.envelope)]
    if same and same[0].usable_cents >= amount:
        return same
    if promise.paid_cents:
        raise Conflict("envelope-exhausted")
    return usable


def _with_own(envelope: Envelope, promise: Promise | None) -> Envelope:
    """What this line gave back is its own: nothing of that is kept back from it."""
    if promise is None or envelope.id != str(promise.envelope):
        return envelope
    own = promise.unpaid_cents
    return replace(envelope, available_cents=envelope.available_cents - own, own_reserved_cents=own)
