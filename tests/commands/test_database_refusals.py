"""What the database refuses by itself, whoever asks: one person for two, one cent too many, a second thought."""

import sqlite3
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from piccolo.table import Table

from solidarity.budgets.transfers import NewTransfer, approve_transfer, propose_transfer
from solidarity.decisions.appeals import file_appeal
from solidarity.decisions.commands import approve, decide
from solidarity.decisions.ratifying import ratify
from solidarity.store.engine import current_engine
from solidarity.store.tables import (
    TABLES,
    DecisionLineRow,
    DecisionRow,
    EnvelopeRow,
    FundingRow,
    LedgerEntryRow,
    LetterFileRow,
    LetterRow,
    ProposalRow,
    RatificationRow,
)
from tests.build import GRANT, NOW, a_line, a_request, a_ruleset, an_envelope
from tests.commands.books import assert_books_agree, digest
from tests.commands.test_decisions import LANE
from tests.databases import Database
from tests.people import Cast, the_cast

REFUSED_BY_DATABASE = (sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError)


@pytest.fixture
async def cast(database: Database) -> Cast:
    people = await the_cast()
    await a_ruleset(activated_by=people.second)
    return people


async def _decided(cast: Cast) -> dict[str, Any]:
    await an_envelope(100_000)
    reference = await a_request(a_line(40_000), by=cast.director)
    await decide(reference, GRANT, by=cast.administrator, now=NOW)
    await approve(reference, note=None, by=cast.second, now=NOW)
    stored: dict[str, Any] | None = await DecisionRow.select().first()
    assert stored is not None
    return stored


async def test_the_database_refuses_one_person_for_two(cast: Cast) -> None:
    decision = await _decided(cast)
    wrong = {**decision, "id": uuid4(), "number": 2, "supersedes": None}
    for changes in (
        {"approved_by": decision["prepared_by"]},
        {"approved_by": None},
        {"approved_by": None, "approvals_required": 1, "override_reason": "Seul."},
        {"granted_cents": 0},
        {"outcome": "refused"},
    ):
        with pytest.raises(REFUSED_BY_DATABASE):
            await DecisionRow.insert(DecisionRow(**(wrong | changes)))
    await DecisionRow.insert(DecisionRow(**wrong))
    with pytest.raises(REFUSED_BY_DATABASE):
        await ProposalRow.raw("UPDATE proposal SET answered_by = prepared_by")
    assert await DecisionRow.count() == 2


async def test_the_database_refuses_to_overspend(cast: Cast) -> None:
    await _decided(cast)
    for change in (
        "committed_cents = allocated_cents + 1",
        "reserved_cents = allocated_cents - committed_cents + 1",
        "reserved_cents = -1",
        "allocated_cents = 39999",
        "paid_cents = 60001",
    ):
        with pytest.raises(REFUSED_BY_DATABASE):
            await EnvelopeRow.raw(f"UPDATE envelope SET {change}")
    await assert_books_agree()


APPEND_ONLY = (
    "event",
    "ledger_movement",
    "ledger_entry",
    "decision",
    "decision_line",
    "letter",
    "letter_file",
    "funding",
    "source_move",
    "ratification",
)


async def test_what_was_written_stands(cast: Cast) -> None:
    await _everything_about_money(cast)
    before = await digest()
    for table in TABLES:
        if table._meta.tablename in APPEND_ONLY:
            assert await table.count() > 0, "there is something to rewrite"
    is_sqlite = current_engine().engine_type == "sqlite"
    for table in APPEND_ONLY:
        key = "sequence" if table == "event" else "id"
        changes = [f"UPDATE {table} SET {key} = {key}", f"DELETE FROM {table}"]
        changes.append(
            f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
            if is_sqlite
            else f"TRUNCATE {table} CASCADE"
        )
        for change in changes:
            with pytest.raises(REFUSED_BY_DATABASE, match=f"append-only: {table}"):
                await DecisionRow.raw(change)
    assert await digest() == before
    await assert_books_agree()


async def test_a_line_of_a_decision_points_to_its_envelope(cast: Cast) -> None:
    await _decided(cast)
    line = await DecisionLineRow.select().first()
    assert line is not None
    decision = await DecisionRow.select().first()
    assert decision is not None
    second = uuid4()
    await DecisionRow.insert(DecisionRow(**{**decision, "id": second, "number": 2}))
    wrong: dict[str, Any] = {**line, "id": uuid4(), "decision": second, "envelope": None}
    with pytest.raises(REFUSED_BY_DATABASE):
        await DecisionLineRow.insert(DecisionLineRow(**wrong))
    with pytest.raises(REFUSED_BY_DATABASE):
        await DecisionLineRow.insert(DecisionLineRow(**{**line, "id": uuid4(), "envelope": UUID(int=9)}))


async def _everything_about_money(cast: Cast) -> None:
    """A grant by two people, an emergency ratified, a transfer made and one proposed, an open appeal, a file."""
    decision = await _decided(cast)
    await a_ruleset(extra=LANE, activated_by=cast.administrator)
    urgent = await a_request(a_line(5_000), by=cast.director, urgency="emergency")
    await decide(urgent, GRANT, by=cast.administrator, now=NOW)
    await ratify(urgent, note=None, by=cast.second, now=NOW)
    source, target = await an_envelope(20_000), await an_envelope(10_000)
    for amount in (500, 700):
        new = NewTransfer(source=source, target=target, amount_cents=amount, reason="Équilibre.")
        moved = await propose_transfer(new, by=cast.administrator, now=NOW)
        if amount == 500:
            await approve_transfer(moved, note=None, by=cast.second, now=NOW)
    await file_appeal(urgent, "Plus cher.", by=cast.director, now=NOW)
    letter = await LetterRow.select().where(LetterRow.decision == decision["id"]).first()
    assert letter is not None
    digests = {"sha256": "0" * 64, "unsigned_sha256": "1" * 64}
    await LetterFileRow.insert(
        LetterFileRow(id=uuid4(), letter=letter["id"], size=1, rendered_at=NOW, **digests)
    )


MONEY_THAT_IS_NOT_THERE = (
    # More from a contribution in an envelope than it put there, or less than nothing.
    "UPDATE envelope_source SET used_cents = amount_cents + 1",
    "UPDATE envelope_source SET used_cents = -1",
    "UPDATE envelope_source SET amount_cents = used_cents - 1",
    # More from a contribution than was given; money that is in an envelope is neither carried nor returned.
    "UPDATE contribution SET allocated_cents = amount_cents + 1",
    "UPDATE contribution SET allocated_cents = -1",
    "UPDATE contribution SET settled_cents = amount_cents - allocated_cents + 1",
    "UPDATE contribution SET amount_cents = allocated_cents - 1",
    # A second movement under the same number; an entry of nothing, or from an account to itself.
    "INSERT INTO ledger_movement SELECT * FROM ledger_movement WHERE number = 1",
    "INSERT INTO ledger_entry SELECT * FROM ledger_entry WHERE position = 1",
    "INSERT INTO funding SELECT * FROM funding",
    "INSERT INTO decision SELECT * FROM decision WHERE number = 1",
    # A reservation of nothing, or a second one for the same line; a transfer of nothing, or to itself.
    "UPDATE reservation SET amount_cents = 0",
    "UPDATE transfer SET amount_cents = -1",
    "UPDATE transfer SET target = source",
    # One person for two: whoever proposed does not confirm, and nothing is confirmed by nobody.
    "UPDATE transfer SET answered_by = prepared_by, answered_at = prepared_at, state = 'approved'",
    "UPDATE transfer SET answered_by = prepared_by WHERE state = 'approved'",
    "UPDATE transfer SET state = 'approved' WHERE state = 'proposed'",
    "UPDATE proposal SET answered_by = prepared_by",
    "UPDATE proposal SET answered_by = NULL WHERE state = 'approved'",
    # An appeal is not answered by nobody, nor upheld without a decision, nor by the one it is about.
    "UPDATE appeal SET state = 'dismissed'",
    "UPDATE appeal SET state = 'upheld', ended_by = filed_by",
    "UPDATE appeal SET state = 'upheld', ended_by = filed_by, outcome = decision",
    "UPDATE appeal SET prepared_by = filed_by",
    "DELETE FROM contribution",
    "DELETE FROM envelope",
    "DELETE FROM envelope_source WHERE used_cents > 0",
)


async def test_money_that_is_not_there_cannot_be_written(cast: Cast) -> None:
    await _everything_about_money(cast)
    before = await digest()
    accepted = []
    for change in MONEY_THAT_IS_NOT_THERE:
        try:
            await DecisionRow.raw(change)
        except REFUSED_BY_DATABASE:
            continue
        accepted.append(change)
    assert accepted == []
    assert await digest() == before
    await assert_books_agree()


async def test_whoever_decided_does_not_ratify_and_no_account_pays_itself(cast: Cast) -> None:
    await _everything_about_money(cast)
    entry = await LedgerEntryRow.select().first()
    ratified = await RatificationRow.select().first()
    named = await FundingRow.select().first()
    assert entry is not None
    assert ratified is not None
    assert named is not None
    same_account = {"credit_kind": entry["debit_kind"], "credit_ref": entry["debit_ref"]}
    wrong: list[tuple[type[Table], dict[str, Any]]] = [
        (RatificationRow, {**ratified, "ratified_by": ratified["decided_by"]}),
        (LedgerEntryRow, {**entry, "position": 9, "amount_cents": 0}),
        (LedgerEntryRow, {**entry, "position": 9, "amount_cents": -5}),
        (LedgerEntryRow, {**entry, "position": 9, **same_account}),
        (FundingRow, {**named, "amount_cents": 0}),
        (FundingRow, {**named, "amount_cents": -1}),
        (FundingRow, {**named, "kind": "released"}),
        (FundingRow, {**named, "contribution": UUID(int=9)}),
    ]
    before = await digest()
    for table, row in wrong:
        with pytest.raises(REFUSED_BY_DATABASE):
            await table.insert(table(**{**row, "id": uuid4()}))
    assert await digest() == before
