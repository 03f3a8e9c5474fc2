"""What a year leaves: out of its envelopes, then carried to the next year or returned to the funder.

Steps of closing a year, each inside the transaction of its caller; asked again, they find nothing to do.
"""

from datetime import date, datetime
from uuid import UUID, uuid4

from solidarity.budgets.movements import post_all
from solidarity.budgets.sources import empty_envelope
from solidarity.rules import ledger
from solidarity.rules.access import Person
from solidarity.rules.calendar import school_year_bounds
from solidarity.rules.money import Cents
from solidarity.store.tables import ContributionRow, EnvelopeRow
from solidarity.store.transaction import hold, hold_many
from solidarity.trail.commands import Subject


async def take_out(envelope: UUID, *, by: Person | None, now: datetime) -> Cents:
    """Give what is free in an envelope back to its contributions; what is promised stays to be paid.

    Nothing may be reserved any more: a reservation counts on money that would be gone.
    """
    row = await hold(EnvelopeRow, envelope)
    assert row is not None, "the caller knows the envelope"
    assert row.reserved_cents == 0, "reservations are released before an envelope is emptied"
    shares = await empty_envelope(envelope)
    if not shares:
        return 0
    await hold_many(ContributionRow, {contribution for contribution, _cents in shares})
    for contribution, cents in shares:
        await ContributionRow.update(
            {ContributionRow.allocated_cents: ContributionRow.allocated_cents - cents}
        ).where(ContributionRow.id == contribution)
    freed = sum(cents for _contribution, cents in shares)
    await EnvelopeRow.update({EnvelopeRow.allocated_cents: EnvelopeRow.allocated_cents - freed}).where(
        EnvelopeRow.id == envelope
    )
    movement = ledger.emptied(
        envelope=str(envelope),
        shares=[(str(contribution), cents) for contribution, cents in shares],
        reason=row.name,
    )
    await post_all([movement], about=Subject(kind="envelope", id=str(envelope)), by=by, at=now)
    return freed


def may_be_carried(until: date | None, to_year: str) -> bool:
    """Whether money that lapses on a day still serves in a school year."""
    first_day, _last = school_year_bounds(to_year)
    return until is None or until >= first_day


async def carry(contribution: UUID, to_year: str, *, by: Person | None, now: datetime) -> UUID | None:
    """Make what no envelope holds of a contribution one of the next year, under the same restriction.

    None when nothing is left. Money that lapsed is not carried: ask `may_be_carried`, then `give_back`.
    """
    row = await hold(ContributionRow, contribution)
    assert row is not None, "the caller knows the contribution"
    assert may_be_carried(row.until, to_year), "lapsed money is returned or kept apart, never carried"
    rest = await _settle(row)
    if rest == 0:
        return None
    first_day, _last = school_year_bounds(to_year)
    next_row = ContributionRow(
        **{
            **row.to_dict(),
            "id": uuid4(),
            "school_year": to_year,
            "amount_cents": rest,
            "allocated_cents": 0,
            "settled_cents": 0,
            "received_on": first_day,
            "carried_from": contribution,
            "created_by": by.id if by else None,
            "created_at": now,
        }
    )
    await ContributionRow.insert(next_row)
    movement = ledger.carried(
        source=str(contribution),
        target=str(next_row.id),
        amount_cents=rest,
        reason=f"{row.school_year} → {to_year}",
    )
    await post_all([movement], about=_about(contribution), by=by, at=now)
    found: UUID = next_row.id
    return found


async def give_back(contribution: UUID, *, by: Person | None, now: datetime) -> Cents:
    """Return to the funder what no envelope holds of a contribution."""
    row = await hold(ContributionRow, contribution)
    assert row is not None, "the caller knows the contribution"
    rest = await _settle(row)
    if rest:
        movement = ledger.returned(contribution=str(contribution), amount_cents=rest, reason=row.school_year)
        await post_all([movement], about=_about(contribution), by=by, at=now)
    return rest


async def _settle(row: ContributionRow) -> Cents:
    rest: Cents = row.amount_cents - row.allocated_cents - row.settled_cents
    await ContributionRow.update({ContributionRow.settled_cents: ContributionRow.settled_cents + rest}).where(
        ContributionRow.id == row.id
    )
    return rest


def _about(contribution: UUID) -> Subject:
    return Subject(kind="contribution", id=str(contribution))
