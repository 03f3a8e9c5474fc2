"""The schema: what the DDL of our migrations refuses, the same on both engines, and how migrations run."""

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from piccolo.apps.migrations.tables import Migration
from piccolo.columns import Column
from piccolo.table import Table

from solidarity.store.columns import cents, day, flag, identity, moment, prose, raw_bytes, small, words
from solidarity.store.ddl import append_only, create_index, create_table, run
from solidarity.store.engine import current_engine, make_engine, running
from solidarity.store.migrate import NewerSchema, migrate, pending
from solidarity.store.tables import TABLES
from solidarity.store.tables.counter import Counter
from solidarity.store.transaction import writing
from tests.databases import Database

REFUSED = (sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError)
MOMENT = datetime(2026, 10, 1, 12, 30, 0, 123456, tzinfo=UTC)


class SampleRow(Table, tablename="sample"):
    """One column of each kind."""

    id = identity()
    body = prose(null=True)
    name = words(3, null=True)
    amount_cents = cents(null=True)
    position = small(null=True)
    day = day(null=True)
    at = moment(null=True)
    is_final = flag()
    content = raw_bytes()


@pytest.fixture
async def sample(database: Database) -> None:
    async with writing():
        await create_table(
            "sample",
            "id UUID PRIMARY KEY",
            "body TEXT",
            "name VARCHAR(3)",
            "amount_cents BIGINT",
            "position INTEGER",
            "day DATE",
            "at TIMESTAMPTZ",
            "is_final BOOLEAN NOT NULL",
            "content BYTES NOT NULL",
        )


def a_row(**changes: Any) -> dict[str, Any]:
    values = {
        "id": uuid4(),
        "body": "Élève — 学生 👩‍🎓",
        "name": "éàü",
        "amount_cents": 2**62 + 1,
        "position": -(2**31),
        "day": date(2028, 2, 29),
        "at": MOMENT,
        "is_final": True,
        "content": b"\x00\xff",
    }
    return values | changes


async def test_each_kind_comes_back_as_it_went_in(sample: None) -> None:
    full = a_row()
    empty = a_row(body=None, name=None, amount_cents=None, position=None, day=None, at=None, is_final=False)
    for row in (full, empty):
        returned = await SampleRow.insert(SampleRow(**row)).returning(*SampleRow.all_columns())
        assert returned == [row]
        assert await SampleRow.select().where(SampleRow.id == row["id"]) == [row]
    same_second = a_row(at=MOMENT.replace(microsecond=0))
    await SampleRow(**same_second).save()
    found = await SampleRow.select(SampleRow.at).order_by(SampleRow.at).where(SampleRow.at.is_not_null())
    assert [row["at"] for row in found] == [same_second["at"], MOMENT]


WRONG = [
    ("id", "not a uuid"),
    ("id", None),
    ("body", b"bytes"),
    ("name", "four"),
    ("amount_cents", "abc"),
    ("amount_cents", 2**63),
    ("position", 2**31),
    ("position", "abc"),
    ("day", "2026-02-30"),
    ("day", "soon"),
    ("at", "soon"),
    ("is_final", 7),
    ("is_final", None),
    ("content", "text"),
    ("content", None),
]


@pytest.mark.parametrize(("column", "value"), WRONG, ids=[f"{column}={value}" for column, value in WRONG])
async def test_value_of_another_kind_is_refused(sample: None, column: str, value: object) -> None:
    values = a_row(**{column: value})
    names = ", ".join(f'"{name}"' for name in values)
    places = ", ".join("{}" for _ in values)
    sql = f"INSERT INTO sample ({names}) VALUES ({places})"
    with pytest.raises((*REFUSED, OverflowError)):
        await SampleRow.raw(sql, *values.values())
    assert await SampleRow.count() == 0


async def test_half_a_cent_is_refused_by_sqlite(sqlite_database: Database) -> None:
    """asyncpg cuts it to a whole one before PostgreSQL sees it: `tests/stack/test_asyncpg.py`."""
    async with writing():
        await create_table("half", "amount_cents BIGINT NOT NULL")
    with pytest.raises(sqlite3.IntegrityError):
        await Counter.raw("INSERT INTO half VALUES ({})", 0.5)


class RecordRow(Table, tablename="record"):
    """One line of an append-only table."""

    id = identity()
    number = cents()
    label = words(20)


FIRST, ANOTHER = UUID(int=1), UUID(int=2)
CHANGES = [
    "UPDATE record SET label = 'changed'",
    f"UPDATE record SET label = 'changed' WHERE id = '{FIRST}'",
    "DELETE FROM record",
    "TRUNCATE record",
    f"INSERT OR REPLACE INTO record VALUES ('{FIRST}', 2, 'replaced')",
    f"REPLACE INTO record VALUES ('{FIRST}', 2, 'replaced')",
    f"INSERT OR REPLACE INTO record VALUES ('{ANOTHER}', 1, 'replaced')",
    f"INSERT INTO record VALUES ('{FIRST}', 1, 'x') ON CONFLICT (id) DO UPDATE SET label = 'changed'",
    f"UPDATE OR REPLACE record SET number = 1 WHERE id <> '{FIRST}'",
]


@pytest.fixture
async def record(database: Database) -> None:
    async with writing():
        await create_table(
            "record",
            "id UUID PRIMARY KEY",
            "number BIGINT NOT NULL",
            "label VARCHAR(20) NOT NULL",
            "UNIQUE (number)",
        )
        await append_only("record", key=("id",), unique=(("number",),))
        await RecordRow(id=FIRST, number=1, label="as written").save()
        await RecordRow(id=uuid4(), number=2, label="as written").save()


@pytest.mark.parametrize("change", CHANGES)
async def test_append_only_table_refuses_change(record: None, change: str) -> None:
    with pytest.raises(REFUSED):
        await run(change)
    labels = [row["label"] for row in await RecordRow.select(RecordRow.label)]
    assert labels == ["as written", "as written"]


@pytest.mark.parametrize("recursive_triggers", [0, 1])
async def test_replace_is_refused_on_a_connection_that_is_not_ours(
    sqlite_database: Database, recursive_triggers: int
) -> None:
    async with writing():
        await create_table(
            "record", "id UUID PRIMARY KEY", "number BIGINT NOT NULL UNIQUE", "label TEXT NOT NULL"
        )
        await append_only("record", key=("id",), unique=(("number",),))
        await RecordRow(id=FIRST, number=1, label="as written").save()
    stranger = sqlite3.connect(sqlite_database.url.removeprefix("sqlite:///"), isolation_level=None)
    try:
        stranger.execute(f"PRAGMA recursive_triggers = {recursive_triggers}")
        for row in (f"('{FIRST}', 2, 'replaced')", f"('{uuid4()}', 1, 'replaced')"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only: record"):
                stranger.execute(f"INSERT OR REPLACE INTO record VALUES {row}")
        assert stranger.execute("SELECT label FROM record").fetchall() == [("as written",)]
    finally:
        stranger.close()


async def test_append_only_table_takes_new_rows(record: None) -> None:
    await RecordRow(id=uuid4(), number=3, label="as written").save()
    assert await RecordRow.count() == 3


async def test_unique_index_with_a_condition(record: None) -> None:
    async with writing():
        await create_index("record", "label", unique=True, where="number > 100")
        await RecordRow(id=uuid4(), number=101, label="as written").save()
    with pytest.raises(REFUSED):
        await RecordRow(id=uuid4(), number=102, label="as written").save()
    await RecordRow(id=uuid4(), number=3, label="as written").save()


@pytest.mark.parametrize("part", ["amount MONEY", "Amount BIGINT", "amount BIGINTEGER", "amount"])
async def test_column_that_cannot_be_understood_is_refused(sqlite_database: Database, part: str) -> None:
    with pytest.raises(AssertionError, match="neither a column nor a constraint"):
        await create_table("odd", part)


async def test_migrating_twice_is_migrating_once(database: Database) -> None:
    assert await pending(database.engine) == []
    assert await migrate(database.engine) == []


async def test_tables_and_schema_agree(database: Database) -> None:
    for table in TABLES:
        assert await columns_in_database(table._meta.tablename) == {
            column._meta.db_column_name: is_nullable(column) for column in table._meta.columns
        }, table


def is_nullable(column: Column) -> bool:
    return bool(column._meta.null) and not column._meta.primary_key


async def columns_in_database(table: str) -> dict[str, bool]:
    if current_engine().engine_type == "sqlite":
        rows = await Counter.raw(f"PRAGMA table_info({table})")
        return {row["name"]: not row["notnull"] for row in rows}
    rows = await Counter.raw(
        "SELECT column_name, is_nullable FROM information_schema.columns WHERE table_name = {}", table
    )
    return {row["column_name"]: row["is_nullable"] == "YES" for row in rows}


MIGRATION = """
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from solidarity.store.ddl import create_table, run

ID = "{number}"


async def _make():
    await create_table("made_{number}", "id UUID PRIMARY KEY")
    {then}


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="solidarity", description="")
    manager.add_raw(_make)
    return manager
"""


def a_folder(path: Path, *endings: str) -> Path:
    path.mkdir()
    for number, then in enumerate(endings):
        (path / f"m{number}.py").write_text(MIGRATION.format(number=number, then=then))
    return path


@pytest.fixture
async def empty_database(database: Database) -> Database:
    """No migration ran here, as far as anybody knows."""
    await run("DROP TABLE migration")
    return database


async def test_migration_that_fails_leaves_no_trace_of_itself(
    empty_database: Database, tmp_path: Path
) -> None:
    engine = empty_database.engine
    folder = a_folder(tmp_path / "migrations", "", "await run('SELECT nonsense')", "")
    with pytest.raises(REFUSED):
        await migrate(engine, folder=folder)
    assert await pending(engine, folder=folder) == ["1", "2"]
    assert await columns_in_database("made_0") != {}
    assert await columns_in_database("made_1") == {}
    (folder / "m1.py").write_text(MIGRATION.format(number=1, then=""))
    assert await migrate(engine, folder=folder) == ["1", "2"]


async def test_schema_of_a_later_version_is_refused(database: Database, tmp_path: Path) -> None:
    await Migration(name="2999-01-01T00:00:00:000000", app_name="solidarity").save()
    with pytest.raises(NewerSchema, match="2999-01-01"):
        await pending(database.engine)
    with pytest.raises(NewerSchema):
        await migrate(database.engine)


async def test_database_that_does_not_exist_yet_is_made(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "below" / "new.sqlite"
    async with running(make_engine(f"sqlite:///{path}")) as engine:
        waiting = await pending(engine)
        assert waiting
        assert await migrate(engine) == waiting
    assert path.exists()
    assert not path.with_name("new.sqlite-wal").exists()
