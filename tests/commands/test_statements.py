"""Short statements mean what Piccolo's mean, on both engines, and a transaction keeps its promises with them."""

import asyncio
import sqlite3
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from piccolo.table import Table

from solidarity.store.columns import cents, count, day, flag, identity, moment, prose, raw_bytes, small, words
from solidarity.store.counters import next_number, next_numbers
from solidarity.store.ddl import create_table
from solidarity.store.engine import UnitBroken, current_engine, make_engine
from solidarity.store.statements import MOST_ROWS, Statement, change, columns_of, insert, rows_by_key
from solidarity.store.transaction import hold, hold_row, reading, writing
from tests.databases import Database

REFUSED = (sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError)
COUNT = Statement("SELECT count(*) AS rows FROM thing")
BY_NUMBER = Statement("SELECT id, number FROM thing WHERE number = {} ORDER BY id")
MORE = Statement("UPDATE thing SET number = number + {} WHERE id = {}")


class ThingRow(Table, tablename="thing"):
    """One column of each kind of the house, and one of each that may be NULL."""

    id = identity()
    number = count()
    few = small()
    price_cents = cents()
    name = words(20)
    text = prose()
    on = day()
    at = moment()
    is_good = flag()
    raw = raw_bytes()
    no_number = count(null=True)
    no_name = words(20, null=True)
    no_day = day(null=True)
    no_moment = moment(null=True)


@pytest.fixture
async def things(database: Database) -> Database:
    await create_table(
        "thing",
        "id UUID PRIMARY KEY",
        "number BIGINT NOT NULL",
        "few INTEGER NOT NULL",
        "price_cents BIGINT NOT NULL",
        "name VARCHAR(20) NOT NULL",
        "text TEXT NOT NULL",
        "on DATE NOT NULL",
        "at TIMESTAMPTZ NOT NULL",
        "is_good BOOLEAN NOT NULL",
        "raw BYTES NOT NULL",
        "no_number BIGINT",
        "no_name VARCHAR(20)",
        "no_day DATE",
        "no_moment TIMESTAMPTZ",
        "CHECK (number >= 0)",
    )
    return database


def a_thing(**values: Any) -> dict[str, Any]:
    known = {
        "id": uuid4(),
        "number": 2**62,
        "few": -7,
        "price_cents": 12_345,
        "name": 'Maëlle "d\'Œ" {}',
        "text": "une\nligne ? $1 {0}",
        "on": date(2026, 2, 28),
        "at": datetime(2026, 11, 12, 9, 30, 0, 123_456, tzinfo=UTC),
        "is_good": True,
        "raw": b"\x00\xff",
    }
    return known | values


FULL = {
    "no_number": 0,
    "no_name": "",
    "no_day": date(1999, 12, 31),
    "no_moment": datetime(2026, 7, 1, 23, 59, tzinfo=timezone(timedelta(hours=2))),
    "is_good": False,
}


async def test_what_is_inserted_and_read_is_what_piccolo_inserts_and_reads(things: Database) -> None:
    ours, theirs = [a_thing(), a_thing(**FULL)], [a_thing(), a_thing(**FULL)]
    async with writing():
        for row in ours:
            await insert(ThingRow, row)
        await ThingRow.insert(*(ThingRow(**row) for row in theirs))
        inside = await rows_by_key(ThingRow, [row["id"] for row in (*ours, *theirs)])
    expected = await ThingRow.select().order_by(ThingRow.id)
    assert inside == expected
    assert await rows_by_key(ThingRow, {row["id"] for row in (*ours, *theirs)}) == expected
    async with reading():
        assert await rows_by_key(ThingRow, [row["id"] for row in expected]) == expected
    by_id = {row["id"]: row for row in expected}
    for mine, other in zip(ours, theirs, strict=True):
        assert by_id[mine["id"]] | {"id": None} == by_id[other["id"]] | {"id": None}
        assert by_id[mine["id"]] == dict.fromkeys(FULL) | mine
    types = [{name: type(value) for name, value in row.items()} for row in inside]
    assert types == [{name: type(value) for name, value in row.items()} for row in expected]


async def test_a_change_writes_the_named_columns_of_one_row(things: Database) -> None:
    first, second = a_thing(), a_thing(**FULL)
    async with writing():
        await insert(ThingRow, first)
        await insert(ThingRow, second)
        await change(ThingRow, first["id"], {ThingRow.name: "autre", ThingRow.no_day: date(2026, 1, 1)})
        await change(ThingRow, first["id"], {ThingRow.name: "encore", ThingRow.no_number: None})
        held = await hold_row(ThingRow, first["id"])
        assert held is not None
        assert held == (await rows_by_key(ThingRow, [first["id"]]))[0]
        assert (held["name"], held["no_day"], held["no_number"]) == ("encore", date(2026, 1, 1), None)
        row = await hold(ThingRow, second["id"])
        assert row is not None
        assert row.to_dict() == second
        assert await hold_row(ThingRow, uuid4()) is None


async def test_writes_wait_for_nothing_that_reads(things: Database) -> None:
    """On PostgreSQL they are sent together: whoever reads must see them all, in the order they were written."""
    key = uuid4()
    async with writing():
        await insert(ThingRow, a_thing(id=key, number=1))
        await MORE.write(10, key)
        await MORE.write(100, key)
        assert [row["number"] for row in await ThingRow.select().where(ThingRow.id == key)] == [111]
        await change(ThingRow, key, {ThingRow.number: 5})
        assert await BY_NUMBER.rows(5) == [{"id": key, "number": 5}]
        await MORE.write(1, key)
        numbers = await next_numbers("thing", 3)
        assert list(numbers) == [1, 2, 3]
        assert await next_number("thing") == 4
    assert await BY_NUMBER.row(6) == {"id": key, "number": 6}
    assert await BY_NUMBER.row(5) is None


async def test_many_rows_are_several_statements(things: Database) -> None:
    keys = sorted(uuid4() for _ in range(2 * MOST_ROWS + 1))
    async with writing():
        await insert(ThingRow, *(a_thing(id=key, number=place) for place, key in enumerate(keys)))
    async with writing():
        assert [row["id"] for row in await rows_by_key(ThingRow, reversed(keys), holds=True)] == keys
    assert await COUNT.row() == {"rows": len(keys)}


async def test_outside_a_transaction_each_is_one_of_its_own(things: Database) -> None:
    await insert(ThingRow, a_thing(number=3))
    with pytest.raises(REFUSED):
        await insert(ThingRow, a_thing(number=-1))
    assert await COUNT.row() == {"rows": 1}


async def test_a_column_forgotten_or_unknown_is_an_error_of_ours(things: Database) -> None:
    row = a_thing()
    with pytest.raises(AssertionError, match="needs price_cents"):
        await insert(ThingRow, {name: value for name, value in row.items() if name != "price_cents"})
    with pytest.raises(AssertionError, match="has no colour"):
        await insert(ThingRow, row | {"colour": "red"})
    with pytest.raises(AssertionError, match="same columns"):
        await insert(ThingRow, row, a_thing(no_name="x"))
    assert '"thing"."price_cents"' in columns_of(ThingRow)


@pytest.mark.parametrize("is_last", [True, False])
async def test_a_refused_write_undoes_the_transaction(things: Database, is_last: bool) -> None:
    with pytest.raises(REFUSED):  # noqa: PT012
        async with writing():
            await insert(ThingRow, a_thing())
            await insert(ThingRow, a_thing(number=-1))
            if not is_last:
                await COUNT.row()
    async with asyncio.timeout(2):
        assert await COUNT.row() == {"rows": 0}
        await insert(ThingRow, a_thing())


async def test_a_caught_error_breaks_the_transaction(things: Database) -> None:
    with pytest.raises(UnitBroken):  # noqa: PT012
        async with writing():
            await insert(ThingRow, a_thing())
            with pytest.raises(REFUSED):  # noqa: PT012
                await insert(ThingRow, a_thing(number=-1))
                await COUNT.row()
            with pytest.raises(UnitBroken):
                await insert(ThingRow, a_thing())
    assert await COUNT.row() == {"rows": 0}


async def test_a_finished_transaction_takes_no_more(things: Database) -> None:
    ended = asyncio.Event()

    async def late() -> None:
        await ended.wait()
        await insert(ThingRow, a_thing())

    async with writing():
        task = asyncio.create_task(late())
        await insert(ThingRow, a_thing())
    ended.set()
    with pytest.raises(UnitBroken):
        await task
    assert await COUNT.row() == {"rows": 1}


async def test_cancelled_at_any_moment_it_leaves_all_or_nothing(things: Database) -> None:
    async def both(number: int) -> None:
        async with writing():
            await insert(ThingRow, a_thing(id=UUID(int=2 * number)))
            await asyncio.sleep(0)
            await insert(ThingRow, a_thing(id=UUID(int=2 * number + 1)))

    for number in range(60):
        task = asyncio.create_task(both(number))
        await asyncio.sleep(number / 20_000)
        task.cancel()
        await asyncio.wait({task})
    async with asyncio.timeout(5):
        await both(60)
    found = {int(row["id"]) for row in await ThingRow.select(ThingRow.id)}
    assert {120, 121} <= found
    assert all(number ^ 1 in found for number in found)


async def test_the_first_statement_waits_for_another_process(sqlite_database: Database) -> None:
    """It begins where it is asked only when nobody need be waited for; here somebody must be."""
    engine, other, has_written = current_engine(), make_engine(sqlite_database.url), asyncio.Event()

    async def number() -> None:
        async with writing():
            await next_number("thing")
            has_written.set()

    async with other.unit():
        await other.run_ddl("UPDATE counter SET value = value")
        waiting = asyncio.create_task(number())
        await asyncio.sleep(0.05)
        assert not has_written.is_set()
    async with asyncio.timeout(2):
        await waiting
    await other.close()
    assert engine is current_engine()
