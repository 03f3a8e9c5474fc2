"""Pins of how Piccolo behaves: the day an upgrade changes one, the code that works around it may go."""

import inspect
import sqlite3
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import asyncpg
import pytest
from piccolo.columns import UUID as PiccoloUUID  # noqa: N811
from piccolo.columns import BigInt, Date, ForeignKey, Integer, Numeric, OnDelete, Timestamptz, Varchar
from piccolo.constraints import Check
from piccolo.engine.exceptions import TransactionError
from piccolo.engine.sqlite import SQLiteEngine, SQLiteTransaction, TransactionType, convert_numeric_in
from piccolo.query.functions.aggregate import Max, Min, Sum
from piccolo.table import Table

from solidarity.store.ddl import create_table, run
from solidarity.store.engine import current_engine
from solidarity.store.transaction import writing
from tests.databases import Database


class CoinRow(Table, tablename="coin"):
    """As Piccolo would have us declare it."""

    id = PiccoloUUID(primary_key=True)
    price = Numeric(digits=(20, 2))
    name = Varchar(length=3)
    amount_cents = BigInt()
    minted_on = Date()
    at = Timestamptz()


class CheckedRow(Table, tablename="checked"):
    """A table with a constraint."""

    amount_cents = BigInt()
    positive = Check("amount_cents > 0")


class PocketRow(Table, tablename="pocket"):
    """A foreign key with nothing said about it."""

    coin = ForeignKey(CoinRow)


@pytest.fixture
async def coin(database: Database) -> None:
    await CoinRow.create_table()


@pytest.fixture
async def coin_on_sqlite(sqlite_database: Database) -> None:
    await CoinRow.create_table()


def a_coin(**changes: object) -> CoinRow:
    values = {
        "id": uuid4(),
        "price": Decimal("1.10"),
        "name": "abc",
        "amount_cents": 1,
        "minted_on": date(2026, 10, 1),
        "at": datetime(2026, 10, 1, 8, tzinfo=UTC),
    }
    return CoinRow(**(values | changes))


async def test_numeric_is_a_float_on_sqlite(coin_on_sqlite: None) -> None:
    exact = Decimal("99999999999999.99")
    assert isinstance(convert_numeric_in(exact), float)
    await CoinRow.insert(*(a_coin(price=Decimal("0.10")) for _ in range(10)))
    total = await CoinRow.select(Sum(CoinRow.price)).first()
    assert total is not None
    assert total["sum"] != Decimal("1.00")


async def test_length_and_type_are_not_checked_on_sqlite(coin_on_sqlite: None) -> None:
    await a_coin(name="far too long").save()
    assert await CoinRow.count() == 1


async def test_one_wrong_value_makes_every_read_fail(coin_on_sqlite: None) -> None:
    await a_coin().save()
    await run("UPDATE coin SET amount_cents = 'abc'")
    with pytest.raises(ValueError, match="abc"):
        await CoinRow.select()


async def test_declared_constraint_cannot_be_created_on_sqlite(sqlite_database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="CONSTRAINT"):
        await CheckedRow.create_table()


async def test_declared_constraint_can_be_created_on_postgresql(postgres_database: Database) -> None:
    await CheckedRow.create_table()
    with pytest.raises(asyncpg.CheckViolationError):
        await CheckedRow(amount_cents=0).save()


async def test_column_cannot_be_altered_on_sqlite(coin_on_sqlite: None) -> None:
    with pytest.raises(sqlite3.OperationalError, match="ALTER"):
        await CoinRow.alter().set_null(CoinRow.name, boolean=True)


async def test_rows_cannot_be_locked_on_sqlite(coin_on_sqlite: None) -> None:
    async with writing():
        with pytest.raises(NotImplementedError):
            await CoinRow.objects().lock_rows("UPDATE")


def test_transactions_are_deferred_unless_told_otherwise() -> None:
    default = inspect.signature(SQLiteEngine.transaction).parameters["transaction_type"].default
    assert default is TransactionType.deferred


def test_failed_commit_is_not_cleaned_up_after() -> None:
    """Our `SQLiteUnit` replaces this method whole; when it gains a `finally`, read it again."""
    assert "finally" not in inspect.getsource(SQLiteTransaction.__aexit__)


async def test_inner_transaction_does_nothing_of_its_own(coin: None) -> None:
    engine = current_engine()
    async with engine.transaction() as outer:
        async with engine.transaction() as inner:
            assert inner is outer
        assert engine.transaction_exists()
    with pytest.raises(TransactionError):
        async with engine.transaction():
            engine.transaction(allow_nested=False)


def test_foreign_key_cascades_and_may_be_null_unless_told_otherwise() -> None:
    assert PocketRow.coin._foreign_key_meta.on_delete is OnDelete.cascade
    assert PocketRow.coin._meta.null


def test_forgotten_value_is_an_empty_string_or_zero_unless_told_otherwise() -> None:
    forgotten = CoinRow()
    assert (forgotten.name, forgotten.amount_cents) == ("", 0)


def test_unknown_attribute_is_taken_without_a_word() -> None:
    coin = a_coin()
    coin.colour = "gold"  # type: ignore[attr-defined]
    assert "colour" not in coin.to_dict()


async def test_maximum_of_a_day_has_no_type_on_sqlite(coin: None) -> None:
    await a_coin().save()
    found = await CoinRow.select(Max(CoinRow.minted_on).as_alias("last")).first()
    assert found is not None
    is_sqlite = current_engine().engine_type == "sqlite"
    assert found["last"] == ("2026-10-01" if is_sqlite else date(2026, 10, 1))


async def test_two_aggregates_without_alias_overwrite_each_other(coin: None) -> None:
    await a_coin().save()
    found = await CoinRow.select(Max(CoinRow.amount_cents), Max(CoinRow.name), Min(CoinRow.name)).first()
    assert found is not None
    assert sorted(found) == ["max", "min"]


async def test_sum_of_cents_is_a_decimal_on_postgresql(coin: None) -> None:
    await CoinRow.insert(a_coin(amount_cents=10_000), a_coin(amount_cents=1))
    found = await CoinRow.select(Sum(CoinRow.amount_cents).as_alias("total")).first()
    assert found is not None
    assert found["total"] == 10_001
    is_sqlite = current_engine().engine_type == "sqlite"
    assert isinstance(found["total"], int if is_sqlite else Decimal)


async def test_nulls_come_first_on_sqlite_and_last_on_postgresql(coin: None) -> None:
    await run("ALTER TABLE coin ADD COLUMN note TEXT")
    await CoinRow.insert(a_coin(name="a"), a_coin(name="b"))
    await run("UPDATE coin SET note = 'x' WHERE name = 'a'")
    rows = await CoinRow.raw("SELECT note FROM coin ORDER BY note")
    is_sqlite = current_engine().engine_type == "sqlite"
    assert [row["note"] for row in rows] == ([None, "x"] if is_sqlite else ["x", None])


async def test_naive_moment_is_taken_for_utc(coin: None) -> None:
    naive = datetime(2026, 10, 1, 8)
    await a_coin(at=naive).save()
    found = await CoinRow.select(CoinRow.at).first()
    assert found is not None
    assert found["at"] == naive.replace(tzinfo=UTC)


async def test_plain_save_writes_every_column(coin: None) -> None:
    await a_coin(name="abc").save()
    mine, yours = await CoinRow.objects().first(), await CoinRow.objects().first()
    assert mine is not None
    assert yours is not None
    mine.name, yours.amount_cents = "xyz", 7
    await mine.save([CoinRow.name])
    await yours.save()
    row = await CoinRow.objects().first()
    assert row is not None
    assert (row.name, row.amount_cents) == ("abc", 7)


async def test_update_and_delete_of_everything_must_be_asked_for(coin: None) -> None:
    for query in (CoinRow.update({CoinRow.name: "x"}), CoinRow.delete()):
        with pytest.raises(Exception, match="force"):
            await query


async def test_type_names_that_piccolo_does_not_know_come_back_raw(sqlite_database: Database) -> None:
    await run("CREATE TABLE plain (id TEXT, day TEXT, flag INTEGER)")
    await run("INSERT INTO plain VALUES ('x', '2026-10-01', 1)")
    assert await CoinRow.raw("SELECT * FROM plain") == [{"id": "x", "day": "2026-10-01", "flag": 1}]


def test_integer_column_has_one_type_on_sqlite() -> None:
    assert (BigInt()._get_column_type("sqlite"), Integer().column_type) == ("INTEGER", "INTEGER")


async def test_our_tables_create_what_piccolo_reads(database: Database) -> None:
    await create_table(
        "coin_of_ours", "id UUID PRIMARY KEY", "minted_on DATE NOT NULL", "is_gold BOOLEAN NOT NULL"
    )
    coin_id = uuid4()
    await CoinRow.raw("INSERT INTO coin_of_ours VALUES ({}, {}, {})", coin_id, date(2026, 1, 2), True)
    assert [dict(row) for row in await CoinRow.raw("SELECT * FROM coin_of_ours")] == [
        {"id": coin_id, "minted_on": date(2026, 1, 2), "is_gold": True}
    ]
