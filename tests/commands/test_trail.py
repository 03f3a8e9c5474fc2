"""The event log: whole after every story, and every changed byte, cut tail or missing row is found and named."""

import asyncio
import sqlite3
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from solidarity.decisions.commands import approve, decide
from solidarity.requests.commands import withdraw
from solidarity.rules.chain import Frontier, merkle_root
from solidarity.store.engine import current_engine
from solidarity.store.tables import ChainHeadRow, EventDetailRow, EventRow
from solidarity.store.transaction import writing
from solidarity.trail.commands import Subject, held_chain_head, record
from solidarity.trail.queries import Fault, checkpoint, events, events_about, verify_log
from tests.build import GRANT, NOW, a_line, a_request, a_ruleset, an_envelope
from tests.databases import Database
from tests.people import the_cast

HERE = Subject(kind="fund", id="test")


async def an_event(number: int = 1, *, at: datetime = NOW) -> int:
    async with writing():
        return await record(f"test.{number}", about=HERE, by=None, at=at, detail={"number": number})


async def some_events(how_many: int = 5) -> None:
    for number in range(1, how_many + 1):
        await an_event(number)


async def _by_hand(sql: str) -> None:
    """Change the log as somebody could who owns the machine: without the triggers that forbid it."""
    if current_engine().engine_type == "sqlite":
        for row in await EventRow.raw("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            await EventRow.raw(f'DROP TRIGGER "{row["name"]}"')
    else:
        await EventRow.raw("ALTER TABLE event DISABLE TRIGGER ALL")
        await EventRow.raw("ALTER TABLE event_detail DISABLE TRIGGER ALL")
    await EventRow.raw(sql)


async def test_an_empty_log_is_whole(database: Database) -> None:
    verdict = await verify_log()
    assert (verdict.valid, verdict.events, verdict.root) == (True, 0, Frontier().root().hex())
    assert (await checkpoint())[0] == 0


async def test_events_are_chained_and_told(database: Database) -> None:
    cast = await the_cast()
    async with writing():
        await record("test.done", about=HERE, by=cast.second, at=NOW, detail={"reason": "Élève — 学生"})
    told = (await events_about("fund", "test"))[0]
    assert (told.actor, told.actor_role, told.at, told.detail) == (
        "Marc Delattre",
        "administrator",
        NOW,
        {"reason": "Élève — 学生"},
    )
    rows = await EventRow.select().order_by(EventRow.sequence)
    assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))
    assert all(after["previous_hash"] == before["hash"] for before, after in pairwise(rows))
    size, root, last = await checkpoint()
    verdict = await verify_log()
    assert verdict.valid
    assert (verdict.events, verdict.root) == (size, root)
    assert (size, last) == (len(rows), rows[-1]["hash"])
    assert root == merkle_root([bytes(row["canonical"]) for row in rows]).hex()
    newest = await events(before=None, limit=2)
    assert [event.sequence for event in newest] == [size, size - 1]
    assert [event.sequence for event in await events(before=size - 1, limit=1)] == [size - 2]


async def test_instants_of_any_precision_are_whole(database: Database) -> None:
    for microsecond in (0, 1, 120_000, 999_999):
        await an_event(at=NOW.replace(microsecond=microsecond, tzinfo=UTC))
    assert (await verify_log()).valid


async def test_a_failed_act_leaves_no_event(database: Database) -> None:
    await an_event()
    with pytest.raises(KeyError):  # noqa: PT012
        async with writing():
            await record("test.lost", about=HERE, by=None, at=NOW)
            raise KeyError
    assert await an_event() == 2
    assert (await verify_log()).valid


async def test_many_writers_make_one_chain(database: Database) -> None:
    found = await asyncio.gather(*(an_event(number) for number in range(40)))
    assert sorted(found) == list(range(1, 41))
    verdict = await verify_log()
    assert (verdict.valid, verdict.events) == (True, 40)


async def test_the_head_is_that_before_the_events_of_the_transaction(database: Database) -> None:
    await some_events(3)
    _, root, _ = await checkpoint()
    async with writing():
        head = await held_chain_head()
        assert (head.size, head.root) == (3, root)


async def test_an_erased_detail_leaves_the_log_whole(database: Database) -> None:
    await some_events()
    await EventDetailRow.delete().where(EventDetailRow.sequence == 3)
    assert (await verify_log()).valid
    assert (await events_about("fund", "test"))[2].detail == {}


TAMPERED = [
    ("UPDATE event SET at = '2026-11-12 09:30:00.000001+00:00' WHERE sequence = 3", "event", "3"),
    ("UPDATE event SET actor = 'somebody' WHERE sequence = 3", "event", "3"),
    ("UPDATE event SET action = 'test.4' WHERE sequence = 3", "event", "3"),
    ("UPDATE event SET about_kind = 'request' WHERE sequence = 3", "event", "3"),
    ("UPDATE event SET about_id = 'other' WHERE sequence = 3", "event", "3"),
    (
        "UPDATE event SET commitment = (SELECT hash FROM event WHERE sequence = 1) WHERE sequence = 3",
        "event",
        "3",
    ),
    ("UPDATE event SET commitment = 'not hexadecimal' WHERE sequence = 3", "event", "3"),
    ("UPDATE event SET commitment = 'abcd' WHERE sequence = 3", "event", "3"),
    (
        "UPDATE event SET canonical = (SELECT canonical FROM event WHERE sequence = 2) WHERE sequence = 3",
        "event",
        "3",
    ),
    ("UPDATE event SET previous_hash = hash WHERE sequence = 3", "event", "3"),
    ("UPDATE event SET hash = 'not hexadecimal' WHERE sequence = 3", "event", "3"),
    ("UPDATE event SET hash = 'not hexadecimal' WHERE sequence = 5", "event", "5"),
    ("UPDATE event SET sequence = 9 WHERE sequence = 3", "event", "3"),
    ("DELETE FROM event WHERE sequence = 1", "event", "1"),
    ("DELETE FROM event WHERE sequence = 3", "event", "3"),
    ("DELETE FROM event WHERE sequence = 5", "chain_head", "5"),
    ("DELETE FROM event WHERE sequence > 2", "chain_head", "5"),
    ("DELETE FROM event", "chain_head", "5"),
    ("UPDATE event_detail SET detail = '{\"number\":4}' WHERE sequence = 3", "event_detail", "3"),
    ("UPDATE event_detail SET salt = 'another' WHERE sequence = 3", "event_detail", "3"),
    ("UPDATE event_detail SET sequence = 99 WHERE sequence = 3", "event_detail", "99"),
    ("UPDATE event_detail SET sequence = -3 WHERE sequence = 3", "event_detail", "-3"),
    ("UPDATE chain_head SET size = 4", "chain_head", "4"),
    ("UPDATE chain_head SET size = 6", "chain_head", "6"),
    ("UPDATE chain_head SET hash = (SELECT hash FROM event WHERE sequence = 4)", "chain_head", "5"),
    ("UPDATE chain_head SET frontier = 'nonsense'", "chain_head", "5"),
    ("UPDATE chain_head SET id = '00000000-0000-0000-0000-000000000002'", "chain_head", "0"),
    ("DELETE FROM chain_head", "chain_head", "0"),
]


@pytest.mark.parametrize(("sql", "table", "row"), TAMPERED, ids=[sql for sql, _, _ in TAMPERED])
async def test_whatever_is_changed_by_hand_is_found_and_named(
    database: Database, sql: str, table: str, row: str
) -> None:
    await some_events()
    await _without_foreign_keys(sql)
    verdict = await verify_log()
    assert not verdict.valid
    assert verdict.first_fault is not None
    assert (verdict.first_fault.table, verdict.first_fault.row) == (table, row)


async def _without_foreign_keys(sql: str) -> None:
    """SQLite checks foreign keys on our connections whatever the triggers; the details lose theirs first."""
    details = "event_detail" if current_engine().engine_type == "sqlite" else None
    if details:
        await EventRow.raw("CREATE TABLE kept AS SELECT * FROM event_detail")
        await EventRow.raw("DROP TABLE event_detail")
        await EventRow.raw("ALTER TABLE kept RENAME TO event_detail")
    await _by_hand(sql)


async def test_a_forged_chain_without_its_head_is_found(database: Database) -> None:
    await some_events()
    await _without_foreign_keys("DELETE FROM event WHERE sequence = 5")
    row = await EventRow.select().where(EventRow.sequence == 4).first()
    assert row is not None
    await ChainHeadRow.update({ChainHeadRow.size: 4, ChainHeadRow.hash: row["hash"]}, force=True)
    verdict = await verify_log()
    assert verdict.first_fault == Fault(
        table="chain_head", row="4", reason="the Merkle root is not that of the events"
    )


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("event", "at = '2026-19-99 09:30:00+00:00'"),
        ("event", "action = CAST(x'ff41' AS TEXT)"),
        ("event_detail", "detail = CAST(x'ff41' AS TEXT)"),
    ],
)
async def test_bytes_that_cannot_even_be_read_are_named(
    sqlite_database: Database, table: str, change: str
) -> None:
    await some_events()
    await _by_hand("ANALYZE")
    hand = sqlite3.connect(sqlite_database.url.removeprefix("sqlite:///"))
    try:
        hand.execute("PRAGMA ignore_check_constraints = 1")
        hand.execute(f"UPDATE {table} SET {change} WHERE sequence = 3")
        hand.commit()
    finally:
        hand.close()
    verdict = await verify_log()
    assert verdict.first_fault is not None
    assert (verdict.first_fault.table, verdict.first_fault.row, verdict.events) == (table, "3", 2)


async def test_the_log_is_whole_after_a_story(database: Database) -> None:
    cast = await the_cast()
    await a_ruleset(activated_by=cast.second)
    await an_envelope(100_000)
    first = await a_request(a_line(40_000), by=cast.director)
    second = await a_request(a_line(10_000), by=cast.neighbour)
    await decide(first, GRANT, by=cast.administrator, now=NOW)
    await approve(first, note=None, by=cast.second, now=NOW)
    await withdraw(second, by=cast.neighbour, now=NOW)
    verdict = await verify_log()
    assert verdict.valid
    assert verdict.events == await EventRow.count() == await EventDetailRow.count()
    details = " ".join(row["detail"] for row in await EventDetailRow.select(EventDetailRow.detail))
    assert "Maëlle" not in details
    assert "emploi" not in details
