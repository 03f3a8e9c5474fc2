"""Our PostgreSQL engine for Piccolo: a pool an event loop, transactions that always let go."""

import asyncio
import re
from asyncio import AbstractEventLoop
from collections.abc import Sequence
from contextvars import Token
from functools import lru_cache
from types import TracebackType
from typing import Any, Literal, Self, cast
from weakref import WeakKeyDictionary

import asyncpg
from piccolo.engine.postgres import AsyncBatch, PostgresEngine, PostgresTransaction
from piccolo.query.base import Query
from piccolo.querystring import QueryString

from solidarity.store.failures import DatabaseBusy, DatabaseUnavailable, UnitBroken, translated

PATIENCE_SECONDS = 30.0
POOL_SIZE = 10
PLACE = "{}"
"""A value of a statement that is written for both engines."""

MOST_WRITES = 20
MOST_VALUES = 500
_WRITE = re.compile(r'(?:(?P<insert>INSERT INTO)|UPDATE)\s+"?(?P<table>[a-z_]+)"?\s')
SERVER_SETTINGS = {
    "application_name": "solidarity",
    "lock_timeout": "30s",
    "idle_in_transaction_session_timeout": "120s",
    "timezone": "UTC",
    "jit": "off",
}

_CUT = (asyncpg.InternalClientError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, OSError)


def numbered(sql: str, *, first: int) -> str:
    """The statement with `{}` for each value as PostgreSQL reads it: $1, $2, …"""
    return sql.format(*(f"${place}" for place in range(first, first + sql.count(PLACE))))


@lru_cache(maxsize=512)
def _together(writes: tuple[str, ...]) -> str:
    """Several writes in one statement."""
    if len(writes) == 1:
        return numbered(writes[0], first=1)
    parts, first = [], 1
    for place, sql in enumerate(writes):
        parts.append(f"part{place} AS ({numbered(sql, first=first)})")
        first += sql.count(PLACE)
    return f"WITH {', '.join(parts)} SELECT 1"


class PostgresUnit(PostgresTransaction):
    """One transaction; after a database error inside it, nothing but the end is possible."""

    __slots__ = ("_isolation", "_readonly", "_writes", "is_broken", "is_finished")

    engine: "SolidarityPostgres"
    context: "Token[PostgresTransaction | None]"

    def __init__(
        self, engine: "SolidarityPostgres", *, allow_nested: bool, is_snapshot: bool = False
    ) -> None:
        super().__init__(engine, allow_nested)
        self._isolation: Literal["repeatable_read"] | None = "repeatable_read" if is_snapshot else None
        self._readonly = is_snapshot
        self.is_finished = False
        self.is_broken = False
        self._writes: list[tuple[str, Sequence[Any]]] = []

    async def __aenter__(self) -> Self:
        if self._parent is not None:
            return cast("Self", self._parent)
        with translated():
            self.connection = await self.get_connection()
            try:
                self.transaction = self.connection.transaction(
                    isolation=self._isolation, readonly=self._readonly
                )
                await self.transaction.start()
            except BaseException:
                await self._let_go()
                raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def get_connection(self) -> Any:
        pool = self.engine.pool
        if pool is None:
            return await self.engine.get_new_connection()
        try:
            return await pool.acquire(timeout=PATIENCE_SECONDS)
        except TimeoutError:
            raise DatabaseBusy("too many others are waiting for the database") from None

    async def fetch(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """Run one statement, after what was written before it."""
        self._require_usable()
        await self._send_writes()
        return await self._send(sql, values)

    async def write(self, sql: str, values: Sequence[Any]) -> None:
        """Run a statement before the next one that is asked something, together with its neighbours.

        All parts of one statement see the same rows: a second change in a table must see the first.
        """
        self._require_usable()
        is_insert, table = _target(sql)
        for other, _ in self._writes:
            was_insert, other_table = _target(other)
            if other_table == table and not (is_insert and was_insert):
                await self._send_writes()
                break
        self._writes.append((sql, values))
        if len(self._writes) >= MOST_WRITES or len(values) > MOST_VALUES:
            await self._send_writes()

    async def _send_writes(self) -> None:
        if self._writes:
            writes, self._writes = self._writes, []
            values = [value for _, some in writes for value in some]
            await self._send(_together(tuple(sql for sql, _ in writes)), values)

    def _require_usable(self) -> None:
        if self.is_finished:
            raise UnitBroken("this transaction has ended; its context was carried into another task")
        if self.is_broken:
            raise UnitBroken("an error was caught inside this transaction; let it out of the block instead")

    async def _send(self, sql: str, values: Sequence[Any]) -> list[Any]:
        try:
            return cast("list[Any]", await self.connection.fetch(sql, *values))
        except asyncpg.InterfaceError as error:
            self.is_broken = True
            if _is_cut(self.connection):
                raise DatabaseUnavailable("the connection was cut") from error
            raise
        except BaseException:
            self.is_broken = True
            raise

    async def commit(self) -> None:
        """End it for good. PostgreSQL would answer COMMIT of a failed transaction with a silent ROLLBACK."""
        if self.is_broken:
            await self.rollback()
            raise UnitBroken("an error was caught inside this transaction: nothing was written")
        try:
            await self._send_writes()
        except BaseException:
            await self.rollback()
            raise
        self.is_finished = True
        self._committed = True
        await self.transaction.commit()

    async def rollback(self) -> None:
        self.is_finished = True
        self._rolled_back = True
        if _is_cut(self.connection):
            return
        try:
            await self.transaction.rollback()
        except _CUT:
            # A server that is gone has undone everything; the pool must not lend this connection again.
            self.connection.terminate()

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> Literal[False]:
        if self._parent is not None:
            return False
        try:
            with translated():
                if not self.is_finished:
                    await (self.commit() if exception is None else self.rollback())
        finally:
            self.is_finished = True
            self.engine.current_transaction.reset(self.context)
            await self._let_go()
        return False

    async def _let_go(self) -> None:
        pool = self.engine.pool
        if pool is not None:
            await pool.release(self.connection)
        else:
            await asyncio.shield(self.connection.close())


def _is_cut(connection: Any) -> bool:
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        # The pool took it back by itself when the server ended it.
        return True


@lru_cache(maxsize=512)
def _target(sql: str) -> tuple[bool, str]:
    """Whether the write inserts, and into or in which table."""
    found = _WRITE.match(sql)
    assert found is not None, f"neither INSERT nor UPDATE: {sql}"
    return found["insert"] is not None, found["table"]


class HonestBatch(AsyncBatch):
    """Piccolo's batch hides the errors raised in its block; this one lets them out."""

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await super().__aexit__(exception_type, exception, traceback)  # type: ignore[no-untyped-call]


class SolidarityPostgres(PostgresEngine):
    """PostgreSQL through asyncpg; `open` starts the pool of the running event loop."""

    def __init__(self, url: str, *, pool_size: int = POOL_SIZE) -> None:
        self._pools: WeakKeyDictionary[AbstractEventLoop, asyncpg.Pool[Any]] = WeakKeyDictionary()
        self._pool_size = pool_size
        super().__init__(config={"dsn": url, "server_settings": SERVER_SETTINGS})

    async def check_version(self) -> None:
        """Piccolo would connect when the engine is made; ours connects when somebody asks something."""

    @property
    def pool(self) -> "asyncpg.Pool[Any] | None":
        """The pool of the running event loop: a connection cannot leave the loop that opened it."""
        try:
            return self._pools.get(asyncio.get_running_loop())
        except RuntimeError:
            return None

    @pool.setter
    def pool(self, value: "asyncpg.Pool[Any] | None") -> None:
        if value is not None:
            self._pools[asyncio.get_running_loop()] = value

    async def open(self) -> None:
        """Start the pool of the running event loop, unless it runs."""
        if self.pool is None:
            with translated():
                self.pool = await asyncpg.create_pool(min_size=1, max_size=self._pool_size, **self.config)

    async def close(self) -> None:
        """Close the pool of the running event loop."""
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool is not None:
            await pool.close()

    def unit(self) -> PostgresUnit:
        """A transaction that writes and cannot be nested."""
        return PostgresUnit(self, allow_nested=False)

    def snapshot(self) -> PostgresUnit:
        """A transaction that only reads, and sees one instant."""
        return PostgresUnit(self, allow_nested=False, is_snapshot=True)

    def transaction(self, allow_nested: bool = True) -> PostgresUnit:  # noqa: FBT001, FBT002
        """Piccolo's own door."""
        return PostgresUnit(self, allow_nested=allow_nested)

    async def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> list[Any]:  # noqa: FBT001, FBT002
        sql, values = querystring.compile_string(engine_type=self.engine_type)
        return await self._run(sql, values, in_pool=in_pool)

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> list[Any]:  # noqa: FBT001, FBT002
        return await self._run(ddl, (), in_pool=in_pool)

    async def run_short(self, sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        """One statement that finds its rows by a key; here it is one like any other."""
        return [dict(row) for row in await self._run(sql, values, in_pool=True)]

    async def run_later(self, sql: str, values: Sequence[Any]) -> None:
        """One write, `{}` for each value, that may wait for others of its unit."""
        unit = cast("PostgresUnit | None", self.current_transaction.get())
        if unit is None:
            await self._run(numbered(sql, first=1), values, in_pool=True)
            return
        with translated():
            await unit.write(sql, values)

    async def batch(
        self,
        query: "Query[Any, Any]",
        batch_size: int = 100,
        node: str | None = None,  # noqa: ARG002
    ) -> HonestBatch:
        with translated():
            connection = await self.get_new_connection()
        return HonestBatch(connection=connection, query=query, batch_size=batch_size)

    async def _run(self, sql: str, values: Sequence[Any], *, in_pool: bool) -> list[Any]:
        unit = cast("PostgresUnit | None", self.current_transaction.get())
        with translated():
            if unit is not None:
                return await unit.fetch(sql, values)
            if in_pool and self.pool is not None:
                return cast("list[Any]", await self._run_in_pool(sql, values))
            return cast("list[Any]", await self._run_in_new_connection(sql, values))
