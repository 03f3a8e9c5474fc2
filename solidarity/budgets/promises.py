"""What became of promised money: how much of each line was paid, and giving back what was not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from solidarity.budgets.movements import post_all
from solidarity.budgets.sources import Line, release_funding
from solidarity.rules import ledger
from solidarity.rules.access import Person
from solidarity.rules.ledger import AccountKind
from solidarity.rules.money import Cents
from solidarity.store.tables import DecisionLineRow, DecisionRow, EnvelopeRow, LedgerEntryRow
from solidarity.store.transaction import hold_many
from solidarity.trail.commands import Subject


@dataclass(frozen=True, kw_only=True, slots=True)
class Promise:
    """What the decision in force grants for one line, and how much of it was paid."""

    position: int
    line: UUID
    category: str
    envelope: UUID
    granted_cents: Cents
    paid_cents: Cents

    @property
    def unpaid_cents(self) -> Cents:
        return self.granted_cents - self.paid_cents


async def promises_of(request: UUID, reference: str) -> list[Promise]:
    """The lines granted by the last decision of a request, in their order."""
    last = await (
        DecisionRow.select(DecisionRow.id)
        .where(DecisionRow.request == request)
        .order_by(DecisionRow.number, ascending=False)
        .first()
    )
    if last is None:
        return []
    rows = await (
        DecisionLineRow.select()
        .where((DecisionLineRow.decision == last["id"]) & (DecisionLineRow.granted_cents > 0))
        .order_by(DecisionLineRow.position)
    )
    paid = await paid_by_position(reference)
    return [
        Promise(
            position=row["position"],
            line=row["line"],
            category=row["category"],
            envelope=row["envelope"],
            granted_cents=row["granted_cents"],
            paid_cents=min(paid.get(row["position"], 0), row["granted_cents"]),
        )
        for row in rows
    ]


async def paid_by_position(reference: str) -> dict[int, Cents]:
    """What was paid of each line of a request, from the ledger; a payment that came back counts no more."""
    rows = await LedgerEntryRow.select(
        LedgerEntryRow.movement.reason.as_alias("reason"),
        LedgerEntryRow.debit_kind,
        LedgerEntryRow.credit_kind,
        LedgerEntryRow.amount_cents,
    ).where(
        (LedgerEntryRow.movement.about_kind == "request") & (LedgerEntryRow.movement.about_id == reference)
    )
    found: dict[int, Cents] = {}
    for row in rows:
        cents = _paid_cents(row)
        if cents:
            position = int(row["reason"].rpartition(" / ")[2])
            found[position] = found.get(position, 0) + cents
    return found


def _paid_cents(row: dict[str, Any]) -> Cents:
    arrives = row["credit_kind"] == AccountKind.ENVELOPE_PAID.value
    leaves = row["debit_kind"] == AccountKind.ENVELOPE_PAID.value
    cents: Cents = row["amount_cents"]
    return cents * (int(arrives) - int(leaves))


async def give_back(
    request: UUID, reference: str, promises: Iterable[Promise], *, by: Person | None, now: datetime
) -> Cents:
    """Free what is promised and not paid, with reversing entries; answers how much it was.

    The caller holds the request, and writes the decision that promises less.
    """
    freed = [one for one in promises if one.unpaid_cents > 0]
    await hold_many(EnvelopeRow, {one.envelope for one in freed})
    for one in freed:
        await _uncommit(one.envelope, one.unpaid_cents)
    await release_funding(request, _lines(freed), now=now)
    movements = [
        ledger.released(
            envelope=str(one.envelope),
            committed_cents=one.unpaid_cents,
            reason=f"{reference} / {one.position}",
        )
        for one in freed
    ]
    await post_all(movements, about=Subject(kind="request", id=reference), by=by, at=now)
    return sum(one.unpaid_cents for one in freed)


async def _uncommit(envelope: UUID, cents: Cents) -> None:
    changed = await (
        EnvelopeRow.update({EnvelopeRow.committed_cents: EnvelopeRow.committed_cents - cents})
        .where((EnvelopeRow.id == envelope) & (EnvelopeRow.committed_cents >= cents))
        .returning(EnvelopeRow.id)
    )
    assert changed, "what a decision in force promises is committed"


def _lines(freed: Sequence[Promise]) -> list[Line]:
    return [
        Line(
            position=one.position,
            envelope=one.envelope,
            category=one.category,
            amount_cents=one.unpaid_cents,
        )
        for one in freed
    ]
