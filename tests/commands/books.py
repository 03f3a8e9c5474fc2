"""What the database holds, compared: every table in one digest, and the ledger against all that follows from it."""

import hashlib
from collections import Counter as Tally
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

import pytest

from solidarity.rules.errors import RuleError
from solidarity.rules.ledger import Account, AccountKind, Entry, balances, envelope_figures
from solidarity.store.tables import (
    TABLES,
    DecisionLineRow,
    DecisionRow,
    EnvelopeRow,
    EventRow,
    LedgerEntryRow,
    LedgerMovementRow,
    RequestRow,
    ReservationRow,
    TransferRow,
)
from solidarity.trail.queries import verify_log

Kind = TypeVar("Kind", bound=RuleError)
FIGURES = ("allocated_cents", "reserved_cents", "committed_cents", "paid_cents")


async def digest() -> str:
    """A hash over every row of every table."""
    found = hashlib.sha256()
    for table in TABLES:
        key: Any = table._meta.primary_key
        for row in await table.select().order_by(key):
            found.update(repr((table._meta.tablename, sorted(row.items()))).encode())
    return found.hexdigest()


class Refusal(Generic[Kind]):
    """What `refused` caught."""

    error: Kind


@contextmanager
def refused(kind: type[Kind], code: str | None = None) -> Iterator[Refusal[Kind]]:
    """The block is refused in this way, and with this code."""
    caught: Refusal[Kind] = Refusal()
    with pytest.raises(kind) as raised:
        yield caught
    caught.error = raised.value
    if code is not None:
        assert raised.value.code == code


async def actions(reference: str | None = None) -> list[str]:
    """The actions recorded, oldest first, about one request or about everything."""
    query = EventRow.select(EventRow.action).order_by(EventRow.sequence)
    if reference is not None:
        query = query.where((EventRow.about_kind == "request") & (EventRow.about_id == reference))
    return [row["action"] for row in await query]


async def request_row(reference: str) -> dict[str, Any]:
    row = await RequestRow.select().where(RequestRow.reference == reference).first()
    assert row is not None
    return row


async def figures(envelope: object) -> tuple[int, int, int]:
    """Reserved, committed and available cents of an envelope."""
    row = await EnvelopeRow.select().where(EnvelopeRow.id == envelope).first()
    assert row is not None
    spoken_for = row["reserved_cents"] + row["committed_cents"] + row["paid_cents"]
    return row["reserved_cents"], row["committed_cents"], row["allocated_cents"] - spoken_for


async def assert_books_agree() -> None:
    """Entries add up to the envelopes, to the reservations and to the decisions; numbers have no gap."""
    balance = await _balance_step_by_step()
    assert sum(balance.values()) == 0
    reserved, committed = await _reserved(), await _granted()
    for row in await EnvelopeRow.select():
        envelope = str(row["id"])
        folded = envelope_figures(balance, envelope)
        assert {name: getattr(folded, name) for name in FIGURES} == {name: row[name] for name in FIGURES}
        assert reserved[envelope] == row["reserved_cents"]
        assert committed[envelope] == row["committed_cents"] + row["paid_cents"]
    verdict = await verify_log()
    assert verdict.valid, verdict


async def _balance_step_by_step() -> dict[Account, int]:
    """The balances after all movements in their order; none of them leaves less than nothing for a purpose."""
    movements = await LedgerMovementRow.select().order_by(LedgerMovementRow.number)
    assert [row["number"] for row in movements] == list(range(1, len(movements) + 1))
    entries: dict[object, list[Entry]] = {}
    for row in await LedgerEntryRow.select().order_by(LedgerEntryRow.position):
        entries.setdefault(row["movement"], []).append(_entry(row))
    balance: dict[Account, int] = {}
    for movement in movements:
        assert entries[movement["id"]], "a movement moves something"
        for account, cents in balances(entries[movement["id"]]).items():
            balance[account] = balance.get(account, 0) + cents
            if account.kind.value.startswith(("envelope", "contribution")):
                assert balance[account] >= 0, (movement, account)
    return balance


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(
        debit=Account(kind=AccountKind(row["debit_kind"]), ref=row["debit_ref"]),
        credit=Account(kind=AccountKind(row["credit_kind"]), ref=row["credit_ref"]),
        amount_cents=row["amount_cents"],
    )


async def _reserved() -> Tally[str]:
    found: Tally[str] = Tally()
    for row in await ReservationRow.select().where(ReservationRow.state == "active"):
        found[str(row["envelope"])] += row["amount_cents"]
    for row in await TransferRow.select().where(TransferRow.state == "proposed"):
        found[str(row["source"])] += row["amount_cents"]
    return found


async def _granted() -> Tally[str]:
    last = {
        row["request"]: row["id"] for row in await DecisionRow.select().order_by(DecisionRow.number)
    }.values()
    found: Tally[str] = Tally()
    for row in await DecisionLineRow.select().where(DecisionLineRow.granted_cents > 0):
        if row["decision"] in last:
            found[str(row["envelope"])] += row["granted_cents"]
    return found
