"""Many at once: tasks, event loops and processes wait for each other, and never for ever."""

import asyncio
import fcntl
import sqlite3
import subprocess
import sys
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from solidarity.store.counters import next_number
from solidarity.store.ddl import create_table
from solidarity.store.engine import DatabaseBusy, TryAgain, current_engine, make_engine, running
from solidarity.store.sqlite_engine import SolidaritySQLite
from solidarity.store.tables.counter import Counter
from solidarity.store.transaction import hold, hold_many, retrying, writing
from tests.commands.purse import PurseRow, SpendingRow, a_purse, spent_cents
from tests.databases import Database, in_a_loop_of_its_own

PROJECT = Path(__file__).parent.parent.parent


@pytest.fixture
async def purse(database: Database) -> UUID:
    return await a_purse()


async def test_waiting_writer_that_is_cancelled_does_not_block_the_line(purse: UUID) -> None:
    async def spend() -> None:
        async with writing():
            await hold(PurseRow, purse)
            await SpendingRow(id=uuid4(), purse=purse).save()
            await asyncio.sleep(0.01)

    tasks = [asyncio.create_task(spend()) for _ in range(9)]
    await asyncio.sleep(0.02)
    for task in tasks[3:6]:
        task.cancel()
    done = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
    assert sum(outcome is None for outcome in done) == await SpendingRow.count()
    assert sum(isinstance(outcome, asyncio.CancelledError) for outcome in done) == 3


async def test_two_event_loops_write_at_the_same_time(database: Database, purse: UUID) -> None:
    async def spend_many() -> None:
        async def spend() -> None:
            async with writing():
                row = await hold(PurseRow, purse)
                assert row is not None
                row.spent_cents += 100
                await row.save([PurseRow.spent_cents])

        await asyncio.gather(*(spend() for _ in range(20)))

    elsewhere = asyncio.to_thread(in_a_loop_of_its_own, spend_many)
    await asyncio.wait_for(asyncio.gather(spend_many(), elsewhere), 20)
    assert await spent_cents(purse) == 4000


SPEND_IN_ANOTHER_PROCESS = """
import asyncio, sys
from uuid import UUID
from solidarity.store.engine import make_engine, running
from solidarity.store.transaction import hold, writing
from tests.commands.purse import PurseRow

async def spend():
    async with running(make_engine(sys.argv[1])):
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range(60):
            async with writing():
                row = await hold(PurseRow, UUID(sys.argv[2]))
                row.spent_cents += 100
                await row.save([PurseRow.spent_cents])

asyncio.run(spend())
"""


def process(code: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def test_processes_write_at_the_same_time(database: Database, purse: UUID) -> None:
    processes = [process(SPEND_IN_ANOTHER_PROCESS, database.url, str(purse)) for _ in range(2)]
    for one in processes:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    said = await asyncio.gather(*(asyncio.to_thread(one.communicate, "go\n", 60) for one in processes))
    assert [errors for _, errors in said] == ["", ""]
    assert [one.returncode for one in processes] == [0, 0]
    assert await spent_cents(purse) == 12_000


def test_process_that_forgets_to_stop_the_engine_ends(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys\n"
        "from solidarity.store.engine import make_engine, start\n"
        "from solidarity.store.ddl import run\n"
        "async def work():\n"
        "    await start(make_engine(sys.argv[1]))\n"
        "    await run('CREATE TABLE t (a INTEGER)')\n"
        "asyncio.run(work())\n"
    )
    forgetful = process(code, f"sqlite:///{tmp_path}/forgotten.sqlite")
    _, errors = forgetful.communicate(timeout=10)
    assert (forgetful.returncode, errors) == (0, "")


async def test_line_behind_a_slow_writer_ends_with_database_busy(tmp_path: Path) -> None:
    engine = SolidaritySQLite(tmp_path / "busy.sqlite", patience_seconds=0.05)
    async with running(engine):

        async def impatient() -> None:
            async with writing():
                pytest.fail("it is not our turn")

        released = asyncio.Event()
        began = asyncio.Event()

        async def slow() -> None:
            async with writing():
                began.set()
                await released.wait()

        task = asyncio.create_task(slow())
        await began.wait()
        with pytest.raises(DatabaseBusy):
            await impatient()
        released.set()
        await task
        async with writing():
            await create_table("later", "id UUID PRIMARY KEY")


async def test_another_process_that_keeps_the_lock_file_makes_us_busy_and_no_more(tmp_path: Path) -> None:
    engine = SolidaritySQLite(tmp_path / "busy.sqlite", patience_seconds=0.05)
    async with running(engine):
        with (tmp_path / "busy.sqlite.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with pytest.raises(DatabaseBusy):
                async with writing():
                    await create_table("never", "id UUID PRIMARY KEY")
        async with writing():
            await create_table("later", "id UUID PRIMARY KEY")
        tables = await Counter.raw("SELECT name FROM sqlite_master WHERE type = 'table'")
    assert [row["name"] for row in tables] == ["later"]


async def test_writer_that_ignores_the_lock_file_is_waited_for(sqlite_database: Database) -> None:
    stranger = sqlite3.connect(sqlite_database.url.removeprefix("sqlite:///"), isolation_level=None)
    try:
        stranger.execute("BEGIN IMMEDIATE")
        asyncio.get_running_loop().call_later(0.1, stranger.execute, "COMMIT")
        async with writing():
            assert await next_number("letter") == 1
    finally:
        stranger.close()


async def test_holders_of_several_rows_in_any_order_do_not_block_each_other(purse: UUID) -> None:
    other = uuid4()
    async with writing():
        await PurseRow(id=other, spent_cents=0).save()

    async def spend(first: UUID, second: UUID) -> None:
        async with writing():
            for row in await hold_many(PurseRow, [first, second]):
                row.spent_cents += 1
                await row.save([PurseRow.spent_cents])

    pairs = [(purse, other), (other, purse)] * 20
    await asyncio.gather(*(spend(*pair) for pair in pairs))
    assert (await spent_cents(purse), await spent_cents(other)) == (40, 40)


async def test_loser_of_a_deadlock_may_try_again(purse: UUID) -> None:
    other = uuid4()
    async with writing():
        await PurseRow(id=other, spent_cents=0).save()
    losses = 0

    async def spend(first: UUID, second: UUID) -> None:
        nonlocal losses
        try:
            async with writing():
                for row_id in (first, second):
                    row = await hold(PurseRow, row_id)
                    assert row is not None
                    row.spent_cents += 1
                    await row.save([PurseRow.spent_cents])
                    await asyncio.sleep(0.02)
        except TryAgain:
            losses += 1
            raise

    await asyncio.gather(
        retrying(lambda: spend(purse, other)),
        retrying(lambda: spend(other, purse)),
    )
    assert (await spent_cents(purse), await spent_cents(other)) == (2, 2)
    assert losses == (0 if current_engine().engine_type == "sqlite" else 1)


async def test_backup_while_others_write_is_whole(sqlite_database: Database, tmp_path: Path) -> None:
    engine = sqlite_database.engine
    assert isinstance(engine, SolidaritySQLite)

    async def number() -> None:
        async with writing():
            await next_number("a")
            await next_number("b")

    await asyncio.gather(*(number() for _ in range(30)), engine.back_up_to(tmp_path / "copy.sqlite"))
    async with running(make_engine(f"sqlite:///{tmp_path}/copy.sqlite")):
        values = [row["value"] for row in await Counter.select(Counter.value)]
    assert len(set(values)) <= 1
