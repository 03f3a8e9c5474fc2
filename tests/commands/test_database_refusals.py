"""What the database refuses by itself, whoever asks: one person for two, one cent too many, a second thought."""

import sqlite3
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from solidarity.decisions.commands import approve, decide
from solidarity.store.engine import current_engine
from solidarity.store.tables import DecisionLineRow, DecisionRow, EnvelopeRow, ProposalRow
from tests.build import GRANT, NOW, a_line, a_request, a_ruleset, an_envelope
from tests.commands.books import assert_books_agree, digest
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


APPEND_ONLY = ("event", "ledger_movement", "ledger_entry", "decision", "decision_line", "letter")


async def test_what_was_written_stands(cast: Cast) -> None:
    await _decided(cast)
    before = await digest()
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
