"""Pins of how SQLite behaves, and of what each of our connections promises about durability."""

import sqlite3
from pathlib import Path

import pytest

from solidarity.store.engine import make_engine, running
from solidarity.store.sqlite_connections import Reader, Writer
from solidarity.store.tables.counter import Counter
from solidarity.store.transaction import reading, writing
from tests.databases import Database

PRAGMAS = ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "query_only")
GUARDED = """
CREATE TABLE record (id INTEGER PRIMARY KEY, label TEXT);
CREATE TRIGGER no_delete BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER no_update BEFORE UPDATE ON record BEGIN SELECT RAISE(ABORT, 'append-only'); END;
INSERT INTO record VALUES (1, 'as written');
"""


@pytest.mark.parametrize(("recursive_triggers", "label"), [(0, "replaced"), (1, "as written")])
def test_replace_passes_the_delete_trigger_unless_triggers_are_recursive(
    recursive_triggers: int, label: str
) -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.executescript(GUARDED)
        connection.execute(f"PRAGMA recursive_triggers = {recursive_triggers}")
        try:
            connection.execute("INSERT OR REPLACE INTO record VALUES (1, 'replaced')")
            was_refused = False
        except sqlite3.IntegrityError:
            was_refused = True
        assert was_refused == bool(recursive_triggers)
        assert connection.execute("SELECT label FROM record").fetchall() == [(label,)]
    finally:
        connection.close()


def test_key_that_is_not_an_integer_may_be_null() -> None:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE TABLE t (id TEXT PRIMARY KEY)")
        connection.execute("INSERT INTO t VALUES (NULL)")
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (1,)
    finally:
        connection.close()


def test_day_that_does_not_exist_passes_date_alone() -> None:
    connection = sqlite3.connect(":memory:")
    try:
        found = connection.execute("SELECT date('2026-02-30') = '2026-02-30', date('2026-02-30', '+0 days')")
        assert found.fetchone() == (1, "2026-03-02")
    finally:
        connection.close()


def test_promises_of_the_writer_and_of_the_readers(tmp_path: Path) -> None:
    path = tmp_path / "promises.sqlite"
    found = []
    for seat in (Writer(path), Reader(path)):
        found.append([seat.fetch(f"PRAGMA {name}", ())[0][name] for name in PRAGMAS])
        seat.close()
    assert found == [["wal", 2, 1, 1, 0], ["wal", 2, 1, 1, 1]]


async def test_read_ahead_of_an_error_leaves_no_statement_open(sqlite_database: Database) -> None:
    """A statement left open would keep the reader's snapshot, and hide what is committed afterwards."""
    async with writing():
        await Counter(name="a", value=1).save()
        await Counter(name="b", value=2).save()
    half_wrong = """SELECT v AS "v [INTEGER]" FROM (SELECT '1' AS v UNION SELECT name FROM counter)"""
    for _ in range(6):
        with pytest.raises(ValueError, match="invalid literal"):
            await Counter.raw(half_wrong)
    await Counter.update({Counter.value: 9}).where(Counter.name == "a")
    for _ in range(6):
        assert await Counter.select(Counter.value).where(Counter.name == "a") == [{"value": 9}]


async def test_nothing_is_left_beside_the_file_but_the_lock(tmp_path: Path) -> None:
    async with running(make_engine(f"sqlite:///{tmp_path}/clean.sqlite")):
        async with writing():
            await Counter.raw("CREATE TABLE counter (name TEXT, value BIGINT)")
        async with reading():
            assert await Counter.count() == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clean.sqlite", "clean.sqlite.lock"]
