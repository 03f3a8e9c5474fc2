"""The database is held by somebody else, or gone: 503 with a moment to come back, and then all is well."""

import signal
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from solidarity.store import sqlite_connections
from solidarity.store.engine import make_engine, running
from solidarity.store.tables import StudentRow
from tests.api.callers import STUDENT, Callers, the_callers
from tests.databases import Database, PostgresServer, migrated, on_server, postgres_programs

NEW = {**STUDENT, "family_name": "Delcourt"}


@pytest.fixture
async def callers(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Callers]:
    async with the_callers(tmp_path / "files") as everybody:
        yield everybody


@contextmanager
def _held(database: Database) -> Iterator[sqlite3.Connection]:
    """Another program writes to the file, and does not end."""
    path = database.url.removeprefix("sqlite:///")
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield other
    finally:
        other.close()


async def test_a_file_that_somebody_holds_is_busy_not_broken(
    sqlite_database: Database, callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_connections, "BUSY_MILLISECONDS", 100)
    with _held(sqlite_database):
        refused = await callers.director.post("/students", NEW)
        seen = await callers.director.get("/students")
    assert (refused.status_code, refused.json()["type"]) == (503, "busy")
    assert int(refused.headers["retry-after"]) > 0
    assert seen.status_code == 200
    assert (await callers.director.post("/students", NEW)).status_code == 201
    assert await StudentRow.count() == 1


async def test_who_finds_the_file_held_for_a_moment_waits(
    sqlite_database: Database, callers: Callers
) -> None:
    with _held(sqlite_database) as other:
        release = threading.Timer(0.3, lambda: other.execute("COMMIT"))
        release.start()
        answer = await callers.director.post("/students", NEW)
        release.join()
    assert answer.status_code == 201


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    programs = postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed here (apt-get install postgresql)")
    own = PostgresServer(programs, is_durable=True)
    try:
        own.start()
        yield own
    finally:
        own.remove()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["stopped", "crashed"])
async def test_a_database_server_that_ends_and_comes_back(
    server: PostgresServer, tmp_path: Path, how: signal.Signals
) -> None:
    await on_server(server.url("postgres"), "CREATE DATABASE fund")
    migrated(server.url("fund"))
    async with running(make_engine(server.url("fund"))):
        async with the_callers(tmp_path / "files") as callers:
            sent = {"idempotency-key": "once"}
            assert (await callers.director.post("/students", NEW, headers=sent)).status_code == 201
            server.stop(how)
            for path in ("/students", "/me"):
                gone = await callers.director.get(path)
                assert (gone.status_code, gone.headers["retry-after"] != "") == (503, True)
            refused = await callers.director.post("/students", NEW, headers=sent)
            assert refused.status_code == 503
            server.start()
            again = await callers.director.post("/students", NEW, headers=sent)
            assert again.status_code == 201
            assert await StudentRow.count() == 1
