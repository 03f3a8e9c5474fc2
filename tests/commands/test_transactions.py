"""The promises of `writing()`, `reading()`, `hold()` and `next_number()`, kept on SQLite and PostgreSQL."""

import asyncio
import sqlite3
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from solidarity.store.counters import next_number
from solidarity.store.engine import UnitBroken, current_engine
from solidarity.store.tables.counter import Counter
from solidarity.store.transaction import hold, hold_many, reading, writing
from tests.commands.purse import PurseRow, SpendingRow, a_purse, spent_cents
from tests.databases import Database

REFUSED = (sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError)
READ_ONLY = (sqlite3.OperationalError, asyncpg.ReadOnlySQLTransactionError)


@pytest.fixture
async def purse(database: Database) -> UUID:
    return await a_purse()


async def test_fifty_of_two_hundred_updates_fit_and_no_more(purse: UUID) -> None:
    async def spend() -> bool:
        async with writing():
            rows = await PurseRow.raw(
                "UPDATE purse SET spent_cents = spent_cents + 1000 "
                "WHERE id = {} AND spent_cents + 1000 <= 50000 RETURNING id",
                purse,
            )
            if rows:
                await SpendingRow(id=uuid4(), purse=purse).save()
            return bool(rows)

    passed = await asyncio.gather(*(spend() for _ in range(200)))
    assert sum(passed) == 50
    assert await SpendingRow.count() == 50
    assert await spent_cents(purse) == 50_000


async def test_fifty_of_two_hundred_who_hold_and_then_decide(purse: UUID) -> None:
    async def spend() -> bool:
        async with writing():
            row = await hold(PurseRow, purse)
            assert row is not None
            if row.spent_cents + 1000 > 50_000:
                return False
            row.spent_cents += 1000
            await row.save([PurseRow.spent_cents])
            return True

    passed = await asyncio.gather(*(spend() for _ in range(200)))
    assert sum(passed) == 50
    assert await spent_cents(purse) == 50_000


async def test_commit_that_fails_leaves_nothing_and_the_next_writer_works(purse: UUID) -> None:
    for _ in range(3):
        with pytest.raises(REFUSED):  # noqa: PT012
            async with writing():
                await PurseRow.update({PurseRow.spent_cents: 7}).where(PurseRow.id == purse)
                await SpendingRow(id=uuid4(), purse=uuid4()).save()
        assert not current_engine().transaction_exists()
    async with asyncio.timeout(2), writing():
        await SpendingRow(id=uuid4(), purse=purse).save()
    assert await spent_cents(purse) == 0
    assert await SpendingRow.count() == 1


async def test_error_in_the_block_undoes_everything(purse: UUID) -> None:
    with pytest.raises(KeyError):  # noqa: PT012
        async with writing():
            await SpendingRow(id=uuid4(), purse=purse).save()
            raise KeyError
    assert await SpendingRow.count() == 0


async def test_writing_inside_writing_is_refused(purse: UUID) -> None:
    async def nested() -> None:
        async with writing():
            pytest.fail("the inner block began")

    with pytest.raises(AssertionError, match="one use case, one transaction"):  # noqa: PT012
        async with writing():
            await SpendingRow(id=uuid4(), purse=purse).save()
            await nested()
    assert await SpendingRow.count() == 0


async def test_hold_and_numbers_outside_writing_are_refused(purse: UUID) -> None:
    with pytest.raises(AssertionError, match="hold"):
        await hold(PurseRow, purse)
    with pytest.raises(AssertionError, match="number"):
        await next_number("letter")


async def test_hold_of_nothing_is_none(purse: UUID) -> None:
    async with writing():
        assert await hold(PurseRow, uuid4()) is None
        assert await hold_many(PurseRow, []) == []


async def test_caught_database_error_cannot_be_committed(purse: UUID) -> None:
    with pytest.raises(UnitBroken):  # noqa: PT012
        async with writing():
            await SpendingRow(id=uuid4(), purse=purse).save()
            with pytest.raises(REFUSED):
                await PurseRow.update({PurseRow.spent_cents: 50_001}).where(PurseRow.id == purse)
    assert await SpendingRow.count() == 0


async def test_statement_after_a_caught_error_is_refused(purse: UUID) -> None:
    with pytest.raises(UnitBroken):  # noqa: PT012
        async with writing():
            with pytest.raises(REFUSED):
                await PurseRow.update({PurseRow.spent_cents: -1}).where(PurseRow.id == purse)
            await SpendingRow(id=uuid4(), purse=purse).save()
    assert await SpendingRow.count() == 0


async def test_finished_transaction_is_refused_in_another_task(purse: UUID) -> None:
    ended = asyncio.Event()

    async def late() -> None:
        await ended.wait()
        await SpendingRow(id=uuid4(), purse=purse).save()

    async with writing():
        task = asyncio.create_task(late())
        await SpendingRow(id=uuid4(), purse=purse).save()
    ended.set()
    with pytest.raises(UnitBroken):
        await task
    assert await SpendingRow.count() == 1


async def test_reading_sees_one_instant_and_changes_nothing(purse: UUID) -> None:
    async def spend() -> None:
        async with writing():
            await PurseRow.update({PurseRow.spent_cents: 900}).where(PurseRow.id == purse)

    before = asyncio.Event()

    async def watch() -> tuple[int, int]:
        async with reading():
            first = await spent_cents(purse)
            before.set()
            await writer
            async with reading():
                return first, await spent_cents(purse)

    async def spend_when_watched() -> None:
        await before.wait()
        await spend()

    writer = asyncio.create_task(spend_when_watched())
    assert await watch() == (0, 0)
    assert await spent_cents(purse) == 900
    with pytest.raises(READ_ONLY):
        async with reading():
            await PurseRow.update({PurseRow.spent_cents: 1}).where(PurseRow.id == purse)
    assert await spent_cents(purse) == 900


async def test_reading_inside_writing_sees_what_was_written(purse: UUID) -> None:
    async with writing():
        await PurseRow.update({PurseRow.spent_cents: 5}).where(PurseRow.id == purse)
        async with reading():
            assert await spent_cents(purse) == 5


async def test_cancellation_in_the_middle_is_undone(purse: UUID) -> None:
    written = asyncio.Event()

    async def slow() -> None:
        async with writing():
            await SpendingRow(id=uuid4(), purse=purse).save()
            written.set()
            await asyncio.sleep(30)

    task = asyncio.create_task(slow())
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(2), writing():
        assert await SpendingRow.count() == 0


async def test_cancellation_at_any_moment_leaves_all_or_nothing(purse: UUID) -> None:
    async def spend(number: int) -> None:
        async with writing():
            await SpendingRow(id=UUID(int=2 * number), purse=purse).save()
            await SpendingRow(id=UUID(int=2 * number + 1), purse=purse).save()

    for number in range(80):
        task = asyncio.create_task(spend(number))
        await asyncio.sleep(number / 20_000)
        task.cancel()
        await asyncio.wait({task})
    async with asyncio.timeout(2):
        await spend(80)
    found = {int(row["id"]) for row in await SpendingRow.select(SpendingRow.id)}
    assert {160, 161} <= found
    assert all(number ^ 1 in found for number in found)


async def test_numbers_have_no_gap_although_some_transactions_fail(database: Database) -> None:
    given = []

    async def take(number: int) -> None:
        async with writing():
            mine = await next_number("letter")
            if number % 3 == 0:
                raise KeyError(number)
        given.append(mine)

    await asyncio.gather(*(take(number) for number in range(30)), return_exceptions=True)
    assert sorted(given) == list(range(1, 21))
    async with writing():
        assert await next_number("another") == 1


async def test_statement_outside_a_transaction_is_one_of_its_own(purse: UUID) -> None:
    await SpendingRow(id=uuid4(), purse=purse).save()
    with pytest.raises(REFUSED):
        await SpendingRow(id=uuid4(), purse=uuid4()).save()
    assert await SpendingRow.count() == 1


async def test_batches_come_whole_and_let_errors_out(database: Database, purse: UUID) -> None:
    async with writing():
        await SpendingRow.insert(*(SpendingRow(id=uuid4(), purse=purse) for _ in range(25)))
    sizes = []
    batches: Any = await SpendingRow.select().batch(batch_size=10)
    async with batches:
        async for rows in batches:
            sizes.append(len(rows))
            assert all(row["purse"] == purse for row in rows)
    assert sizes == [10, 10, 5]


async def test_batch_that_fails_half_way_says_so(sqlite_database: Database) -> None:
    with pytest.raises(KeyError):
        async with await Counter.select().batch():
            raise KeyError
