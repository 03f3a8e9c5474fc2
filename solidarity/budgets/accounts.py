"""The ledger against everything else that says where money is: balances rebuilt, differences named."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from piccolo.query.functions import Count, Max, Min, Sum

from solidarity.budgets.month_check import month_faults
from solidarity.budgets.source_check import source_faults
from solidarity.rules.ledger import FUNDS, Account, AccountKind, contribution_account, envelope_figures
from solidarity.rules.money import Cents
from solidarity.store.tables import (
    ContributionRow,
    DecisionLineRow,
    DecisionRow,
    EnvelopeRow,
    EnvelopeSourceRow,
    LedgerEntryRow,
    LedgerMovementRow,
    ReservationRow,
    TransferRow,
)
from solidarity.store.transaction import reading

Balance = Mapping[Account, Cents]


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Two places that should say the same; `expected` follows from the ledger or from the numbering."""

    what: str
    id: str
    expected: str
    found: str


async def balance_at(as_of: datetime | None = None) -> dict[Account, Cents]:
    """Credit minus debit of every account, from the entries up to an instant; all together they are zero."""
    found: dict[Account, Cents] = {}
    for kind, ref, sign in (
        (LedgerEntryRow.debit_kind, LedgerEntryRow.debit_ref, -1),
        (LedgerEntryRow.credit_kind, LedgerEntryRow.credit_ref, 1),
    ):
        query = LedgerEntryRow.select(
            kind.as_alias("kind"), ref.as_alias("ref"), Sum(LedgerEntryRow.amount_cents, alias="total_cents")
        ).group_by(kind, ref)
        if as_of is not None:
            query = query.where(LedgerEntryRow.movement.at <= as_of)
        for row in await query:
            account = Account(kind=AccountKind(row["kind"]), ref=row["ref"])
            found[account] = found.get(account, 0) + sign * int(row["total_cents"])
    return found


async def check_ledger() -> list[Difference]:
    """Rebuild every balance from the entries and compare; an empty list means that all agree."""
    async with reading():
        balance = await balance_at()
        return [
            *await _gaps(),
            *await _empty_movements(),
            *_overdrawn(balance),
            *await _envelopes_apart(balance),
            *await _contributions_apart(balance),
            *await _reservations_apart(balance),
            *await _decisions_apart(balance),
            *await _sources_apart(),
        ]


async def _gaps() -> list[Difference]:
    rows = await LedgerMovementRow.select(
        LedgerMovementRow.fiscal_year,
        Count(alias="how_many"),
        Min(LedgerMovementRow.number, alias="least"),
        Max(LedgerMovementRow.number, alias="most"),
    ).group_by(LedgerMovementRow.fiscal_year)
    return [
        Difference(
            what="numbers",
            id=row["fiscal_year"],
            expected=f"1 to {row['how_many']}",
            found=f"{row['least']} to {row['most']}",
        )
        for row in rows
        if (row["least"], row["most"]) != (1, row["how_many"])
    ]


async def _empty_movements() -> list[Difference]:
    written = LedgerEntryRow.select(LedgerEntryRow.movement)
    rows = await LedgerMovementRow.select(LedgerMovementRow.fiscal_year, LedgerMovementRow.number).where(
        LedgerMovementRow.id.not_in(written)
    )
    return [
        Difference(
            what="movement", id=f"{row['fiscal_year']}/{row['number']}", expected="entries", found="none"
        )
        for row in rows
    ]


def _overdrawn(balance: Balance) -> list[Difference]:
    return [
        Difference(what=account.kind.value, id=account.ref, expected="not below 0", found=str(cents))
        for account, cents in balance.items()
        if account.kind in FUNDS and cents < 0
    ]


async def _envelopes_apart(balance: Balance) -> list[Difference]:
    sources = await _sums(EnvelopeSourceRow.envelope, EnvelopeSourceRow.amount_cents)
    found = []
    for row in await EnvelopeRow.select():
        figures = envelope_figures(balance, str(row["id"]))
        expected = {
            name: getattr(figures, name)
            for name in ("allocated_cents", "reserved_cents", "committed_cents", "paid_cents")
        }
        found += [
            _apart(f"envelope.{name}", row["id"], cents, row[name])
            for name, cents in expected.items()
            if cents != row[name]
        ]
        if sources.get(row["id"], 0) != figures.allocated_cents:
            found.append(
                _apart("envelope.sources", row["id"], figures.allocated_cents, sources.get(row["id"], 0))
            )
    return found


async def _contributions_apart(balance: Balance) -> list[Difference]:
    sources = await _sums(EnvelopeSourceRow.contribution, EnvelopeSourceRow.amount_cents)
    found = []
    for row in await ContributionRow.select():
        left = balance.get(contribution_account(str(row["id"])), 0)
        stored = row["amount_cents"] - row["allocated_cents"] - row["settled_cents"]
        if stored != left:
            found.append(_apart("contribution.left", row["id"], left, stored))
        if sources.get(row["id"], 0) != row["allocated_cents"]:
            found.append(
                _apart("contribution.sources", row["id"], row["allocated_cents"], sources.get(row["id"], 0))
            )
    return found


async def _reservations_apart(balance: Balance) -> list[Difference]:
    kept = await _sums(
        ReservationRow.envelope, ReservationRow.amount_cents, where=ReservationRow.state == "active"
    )
    proposed = await _sums(
        TransferRow.source, TransferRow.amount_cents, where=TransferRow.state == "proposed"
    )
    set_aside = {one: kept.get(one, 0) + proposed.get(one, 0) for one in kept.keys() | proposed.keys()}
    return _envelope_sums("reservations", set_aside, balance, (AccountKind.ENVELOPE_RESERVED,))


async def _decisions_apart(balance: Balance) -> list[Difference]:
    """What the last decision of each request granted is promised or paid, and nothing else is."""
    decisions = await DecisionRow.select(DecisionRow.id, DecisionRow.request).order_by(
        DecisionRow.request, DecisionRow.number
    )
    in_force = {row["id"] for row in {row["request"]: row for row in decisions}.values()}
    granted: dict[UUID, Cents] = {}
    rows = await DecisionLineRow.select(
        DecisionLineRow.decision, DecisionLineRow.envelope, DecisionLineRow.granted_cents
    ).where(DecisionLineRow.granted_cents > 0)
    for row in rows:
        if row["decision"] in in_force:
            granted[row["envelope"]] = granted.get(row["envelope"], 0) + row["granted_cents"]
    return _envelope_sums(
        "decisions", granted, balance, (AccountKind.ENVELOPE_COMMITTED, AccountKind.ENVELOPE_PAID)
    )


async def _sources_apart() -> list[Difference]:
    return [
        Difference(what=fault.what, id=fault.id, expected=fault.expected, found=fault.found)
        for fault in [*await source_faults(), *await month_faults()]
    ]


def _envelope_sums(
    what: str, sums: Mapping[UUID, Cents], balance: Balance, kinds: Iterable[AccountKind]
) -> list[Difference]:
    expected: dict[str, Cents] = {}
    wanted = frozenset(kinds)
    for account, cents in balance.items():
        if account.kind in wanted:
            expected[account.ref] = expected.get(account.ref, 0) + cents
    found = {str(envelope): cents for envelope, cents in sums.items()}
    return [
        _apart(what, envelope, expected.get(envelope, 0), found.get(envelope, 0))
        for envelope in sorted(expected.keys() | found.keys())
        if expected.get(envelope, 0) != found.get(envelope, 0)
    ]


async def _sums(by: Any, amount: Any, *, where: Any = None) -> dict[UUID, Cents]:
    query = by._meta.table.select(by.as_alias("owner"), Sum(amount, alias="total_cents")).group_by(by)  # noqa: SLF001
    if where is not None:
        query = query.where(where)
    return {row["owner"]: int(row["total_cents"]) for row in await query}


def _apart(what: str, id_: object, expected: Cents, found: Cents) -> Difference:
    return Difference(what=what, id=str(id_), expected=str(expected), found=str(found))
