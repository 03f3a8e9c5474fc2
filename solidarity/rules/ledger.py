"""Double entry: accounts, what each movement posts, and the balances that follow from the entries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from solidarity.rules.money import Cents


class AccountKind(StrEnum):
    BANK = "bank"
    CONTRIBUTION = "contribution"
    ENVELOPE_FREE = "envelope_free"
    ENVELOPE_RESERVED = "envelope_reserved"
    ENVELOPE_COMMITTED = "envelope_committed"
    ENVELOPE_PAID = "envelope_paid"
    PAYEE = "payee"
    RECOVERY = "recovery"


FUNDS: Final = frozenset(
    {
        AccountKind.CONTRIBUTION,
        AccountKind.ENVELOPE_FREE,
        AccountKind.ENVELOPE_RESERVED,
        AccountKind.ENVELOPE_COMMITTED,
        AccountKind.ENVELOPE_PAID,
    }
)
"""The accounts that say what money is for: their balance, credit minus debit, never falls below zero.

The bank, the payees and the recoveries say where the money is; theirs has the other sign.
"""


class MovementKind(StrEnum):
    RECEIVED = "received"
    ALLOCATED = "allocated"
    TRANSFERRED = "transferred"
    RESERVED = "reserved"
    RELEASED = "released"
    COMMITTED = "committed"
    PAID = "paid"
    REVERSED = "reversed"
    CARRIED = "carried"
    RETURNED = "returned"


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """`ref` is the id of the contribution, envelope or payee; the one bank account has none."""

    kind: AccountKind
    ref: str = ""


BANK: Final = Account(kind=AccountKind.BANK)


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A positive amount leaves `debit` and arrives at `credit`, so every entry sums to zero by itself."""

    debit: Account
    credit: Account
    amount_cents: Cents

    def __post_init__(self) -> None:
        assert self.amount_cents > 0, "an entry moves a positive amount"
        assert self.debit != self.credit, "an entry moves money between two accounts"


@dataclass(frozen=True, kw_only=True, slots=True)
class Posting:
    """One side of an entry: positive on the credited account, negative on the debited one."""

    account: Account
    amount_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Movement:
    """One transaction of the ledger: it is posted whole or not at all."""

    kind: MovementKind
    entries: tuple[Entry, ...]
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EnvelopeFigures:
    allocated_cents: Cents
    reserved_cents: Cents
    committed_cents: Cents
    paid_cents: Cents
    available_cents: Cents


# Accounts


def contribution_account(contribution: str) -> Account:
    return Account(kind=AccountKind.CONTRIBUTION, ref=contribution)


def free(envelope: str) -> Account:
    return Account(kind=AccountKind.ENVELOPE_FREE, ref=envelope)


def _kept(envelope: str) -> Account:
    return Account(kind=AccountKind.ENVELOPE_RESERVED, ref=envelope)


def _promised(envelope: str) -> Account:
    return Account(kind=AccountKind.ENVELOPE_COMMITTED, ref=envelope)


def _spent(envelope: str) -> Account:
    return Account(kind=AccountKind.ENVELOPE_PAID, ref=envelope)


# Movements


def received(*, contribution: str, amount_cents: Cents, reason: str) -> Movement:
    arrival = Entry(debit=BANK, credit=contribution_account(contribution), amount_cents=amount_cents)
    return Movement(kind=MovementKind.RECEIVED, entries=(arrival,), reason=reason)


def allocated(*, envelope: str, shares: Iterable[tuple[str, Cents]], reason: str) -> Movement:
    """Fill an envelope from contributions; `shares` are (contribution, cents), as from `funding.choose`."""
    entries = tuple(
        Entry(debit=contribution_account(contribution), credit=free(envelope), amount_cents=cents)
        for contribution, cents in shares
    )
    return Movement(kind=MovementKind.ALLOCATED, entries=entries, reason=reason)


def emptied(*, envelope: str, shares: Iterable[tuple[str, Cents]], reason: str) -> Movement:
    """Undo what is left of an allocation: free money of an envelope goes back to its contributions."""
    entries = tuple(
        Entry(debit=free(envelope), credit=contribution_account(contribution), amount_cents=cents)
        for contribution, cents in shares
    )
    return Movement(kind=MovementKind.REVERSED, entries=entries, reason=reason)


def carried(*, source: str, target: str, amount_cents: Cents, reason: str) -> Movement:
    """What a contribution leaves at the end of a year becomes a contribution of the next."""
    entry = Entry(
        debit=contribution_account(source), credit=contribution_account(target), amount_cents=amount_cents
    )
    return Movement(kind=MovementKind.CARRIED, entries=(entry,), reason=reason)


def returned(*, contribution: str, amount_cents: Cents, reason: str) -> Movement:
    """What a contribution leaves goes back to its funder, from the bank."""
    entry = Entry(debit=contribution_account(contribution), credit=BANK, amount_cents=amount_cents)
    return Movement(kind=MovementKind.RETURNED, entries=(entry,), reason=reason)


def transferred(*, source: str, target: str, amount_cents: Cents, reason: str) -> Movement:
    entry = Entry(debit=free(source), credit=free(target), amount_cents=amount_cents)
    return Movement(kind=MovementKind.TRANSFERRED, entries=(entry,), reason=reason)


def reserved(*, envelope: str, amount_cents: Cents, reason: str) -> Movement:
    entry = Entry(debit=free(envelope), credit=_kept(envelope), amount_cents=amount_cents)
    return Movement(kind=MovementKind.RESERVED, entries=(entry,), reason=reason)


def released(
    *, envelope: str, reserved_cents: Cents = 0, committed_cents: Cents = 0, reason: str
) -> Movement:
    """Give back what was kept aside (reserved) or promised and not yet paid (committed)."""
    entries = _entries(
        (_kept(envelope), free(envelope), reserved_cents),
        (_promised(envelope), free(envelope), committed_cents),
    )
    return Movement(kind=MovementKind.RELEASED, entries=entries, reason=reason)


def committed(*, envelope: str, amount_cents: Cents, reserved_cents: Cents = 0, reason: str) -> Movement:
    """Promise an amount: first from its own reservation, then from what is free; the rest goes back."""
    from_reservation = min(amount_cents, reserved_cents)
    entries = _entries(
        (_kept(envelope), _promised(envelope), from_reservation),
        (free(envelope), _promised(envelope), amount_cents - from_reservation),
        (_kept(envelope), free(envelope), reserved_cents - from_reservation),
    )
    return Movement(kind=MovementKind.COMMITTED, entries=entries, reason=reason)


def paid(*, envelope: str, payee: str, amount_cents: Cents, reason: str) -> Movement:
    """The promise becomes a payment, and the money leaves the bank for the payee."""
    entries = _entries(
        (_promised(envelope), _spent(envelope), amount_cents),
        (Account(kind=AccountKind.PAYEE, ref=payee), BANK, amount_cents),
    )
    return Movement(kind=MovementKind.PAID, entries=entries, reason=reason)


def reversed_(movement: Movement, *, reason: str) -> Movement:
    """Undo a movement by its mirror image; nothing posted is ever edited."""
    entries = tuple(
        Entry(debit=entry.credit, credit=entry.debit, amount_cents=entry.amount_cents)
        for entry in reversed(movement.entries)
    )
    return Movement(kind=MovementKind.REVERSED, entries=entries, reason=reason)


def _entries(*moves: tuple[Account, Account, Cents]) -> tuple[Entry, ...]:
    """Entries for the moves that move something; a movement of nothing at all is our own mistake."""
    assert all(cents >= 0 for _, _, cents in moves), "amounts are never negative"
    entries = tuple(
        Entry(debit=debit, credit=credit, amount_cents=cents) for debit, credit, cents in moves if cents
    )
    assert entries, "a movement moves something"
    return entries


# Balances


def postings(entry: Entry) -> tuple[Posting, Posting]:
    return (
        Posting(account=entry.debit, amount_cents=-entry.amount_cents),
        Posting(account=entry.credit, amount_cents=entry.amount_cents),
    )


def balances(entries: Iterable[Entry]) -> dict[Account, Cents]:
    """Add up credit minus debit for each account; all balances together are zero."""
    found: dict[Account, Cents] = {}
    for entry in entries:
        found[entry.debit] = found.get(entry.debit, 0) - entry.amount_cents
        found[entry.credit] = found.get(entry.credit, 0) + entry.amount_cents
    return found


def overdrawn(before: Mapping[Account, Cents], movement: Movement) -> tuple[Account, ...]:
    """Name the accounts the movement would take more from than they hold; empty means it may be posted."""
    change = balances(movement.entries)
    return tuple(
        account
        for account, cents in change.items()
        if cents < 0 and account.kind in FUNDS and before.get(account, 0) + cents < 0
    )


def envelope_figures(balance: Mapping[Account, Cents], envelope: str) -> EnvelopeFigures:
    available = balance.get(free(envelope), 0)
    kept = balance.get(_kept(envelope), 0)
    promised = balance.get(_promised(envelope), 0)
    spent = balance.get(_spent(envelope), 0)
    return EnvelopeFigures(
        allocated_cents=available + kept + promised + spent,
        reserved_cents=kept,
        committed_cents=promised,
        paid_cents=spent,
        available_cents=available,
    )
