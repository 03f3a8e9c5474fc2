"""The transactions: `writing()` is the only way to change the database, `reading()` sees one instant."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, TypeVar
from uuid import UUID

from piccolo.table import Table

from solidarity.store.engine import current_engine
from solidarity.store.failures import TryAgain
from solidarity.store.statements import rows_by_key

TRIES = 3

Row = TypeVar("Row", bound=Table)
Answer = TypeVar("Answer")

_is_joined: ContextVar[bool] = ContextVar("is_joined", default=False)


@asynccontextmanager
async def writing() -> AsyncIterator[None]:
    """One use case, one transaction; it cannot be nested.

    Raises `DatabaseBusy` after 30 seconds of waiting, `TryAgain` when PostgreSQL chose it to end a deadlock,
    and `UnitBroken` when a database error was caught inside the block.
    """
    engine = current_engine()
    if _is_joined.get():
        yield
        return
    assert not engine.transaction_exists(), "one use case, one transaction"
    async with engine.unit():
        yield


@asynccontextmanager
async def joined() -> AsyncIterator[None]:
    """One transaction that the use case inside it joins, so that what is kept about its answer is part of it.

    For `store/idempotency.py`, where an answer stored apart from its effect could outlive it, or be lost; and
    for loading a demo. A use case that fails inside leaves its half behind: the whole transaction must fail.
    """
    async with writing():
        token = _is_joined.set(True)
        try:
            yield
        finally:
            _is_joined.reset(token)


@asynccontextmanager
async def reading() -> AsyncIterator[None]:
    """Everything read in the block is of one instant; inside another transaction, of that one's."""
    engine = current_engine()
    if engine.transaction_exists():
        yield
        return
    async with engine.snapshot():
        yield


async def hold(table: type[Row], row_id: UUID | str | int) -> Row | None:
    """Read a row that this transaction will change. Nobody else may read it to change it."""
    rows = await hold_many(table, [row_id])
    return rows[0] if rows else None


async def hold_many(table: type[Row], row_ids: Iterable[UUID | str | int]) -> list[Row]:
    """As `hold`, several rows in the order of their keys, so that two holders cannot block each other."""
    rows = await hold_rows(table, row_ids)
    return [table(**row, _exists_in_db=True) for row in rows]


async def hold_row(table: type[Table], row_id: UUID | str | int) -> dict[str, Any] | None:
    """As `hold`, the columns by name: making Piccolo's object costs more than reading the row."""
    rows = await hold_rows(table, [row_id])
    return rows[0] if rows else None


async def hold_rows(table: type[Table], row_ids: Iterable[UUID | str | int]) -> list[dict[str, Any]]:
    """As `hold_many`, the columns of each row by name."""
    assert current_engine().transaction_exists(), "hold() only makes sense inside writing()"
    return await rows_by_key(table, row_ids, holds=True)


async def retrying(unit: Callable[[], Awaitable[Answer]]) -> Answer:
    """Run a use case again, at most three times in all, when its transaction lost against another."""
    for _ in range(TRIES - 1):
        try:
            return await unit()
        except TryAgain:
            continue
    return await unit()
