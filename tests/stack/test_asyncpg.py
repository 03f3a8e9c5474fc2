"""Pins of how asyncpg and PostgreSQL behave."""

import asyncio

import asyncpg
import pytest

from solidarity.store.ddl import create_table
from solidarity.store.engine import make_engine, start, stop
from solidarity.store.failures import DatabaseUnavailable
from solidarity.store.tables.counter import Counter
from solidarity.store.transaction import hold, reading, writing
from tests.databases import Database


async def test_half_a_cent_is_cut_to_a_whole_one(postgres_database: Database) -> None:
    """Amounts are `int` in our code and mypy watches: the database would not see the difference."""
    await create_table("half", "amount_cents BIGINT NOT NULL")
    await Counter.raw("INSERT INTO half VALUES ({})", 1.5)
    assert [row["amount_cents"] for row in await Counter.raw("SELECT * FROM half")] == [1]


async def test_commit_after_an_error_is_a_rollback_without_a_word(postgres_database: Database) -> None:
    connection = await asyncpg.connect(postgres_database.url)
    try:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("INSERT INTO counter VALUES ('a', 1)")
        with pytest.raises(asyncpg.UndefinedColumnError):
            await connection.execute("SELECT nonsense")
        await transaction.commit()
    finally:
        await connection.close()
    assert await Counter.count() == 0


async def decrement(*, is_held: bool) -> None:
    async with writing():
        row = await hold(Counter, "a") if is_held else await Counter.objects().first()
        assert row is not None
        await asyncio.sleep(0.01)
        row.value -= 1
        await row.save([Counter.value])


@pytest.mark.parametrize("is_held", [False, True])
async def test_read_committed_loses_updates_unless_the_row_is_held(
    postgres_database: Database, *, is_held: bool
) -> None:
    await Counter(name="a", value=1000).save()
    await asyncio.gather(*(decrement(is_held=is_held) for _ in range(20)))
    row = await Counter.objects().first()
    assert row is not None
    assert (row.value == 980) is is_held


async def test_gather_inside_a_transaction_is_refused(postgres_database: Database) -> None:
    with pytest.raises(asyncpg.InterfaceError):
        async with reading():
            await asyncio.gather(*(Counter.raw("SELECT pg_sleep(0.01)") for _ in range(2)))


async def test_server_that_is_down_is_unavailable() -> None:
    engine = make_engine("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(DatabaseUnavailable):
        await start(engine)
    with pytest.raises(DatabaseUnavailable):
        await Counter.count()
    await stop(engine)


async def test_connection_cut_in_the_middle_is_unavailable_and_the_next_works(
    postgres_database: Database,
) -> None:
    with pytest.raises(DatabaseUnavailable):  # noqa: PT012
        async with writing():
            own = (await Counter.raw("SELECT pg_backend_pid() AS pid"))[0]["pid"]
            killer = await asyncpg.connect(postgres_database.url)
            try:
                await killer.execute(f"SELECT pg_terminate_backend({own})")
            finally:
                await killer.close()
            await Counter(name="a", value=1).save()
    async with writing():
        await Counter(name="b", value=1).save()
    assert [row["name"] for row in await Counter.select(Counter.name)] == ["b"]
