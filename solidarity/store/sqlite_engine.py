"""Our SQLite engine for Piccolo: one writer, a few readers, and transactions that let go whatever happens."""

import asyncio
import re
from asyncio import Future
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import Token
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, cast

from piccolo.engine.base import BaseBatch
from piccolo.engine.sqlite import SQLiteEngine, SQLiteTransaction, TransactionType
from piccolo.query.base import Query
from piccolo.querystring import QueryString

from solidarity.store.failures import DatabaseBusy, UnitBroken, in_our_words, translated
from solidarity.store.sqlite_connections import ConnectionThread, Reader, Rows, Writer
from solidarity.store.turns import Turns

READERS = 4
PATIENCE_SECONDS = 30.0

_READS = re.compile(
    r"\s*(SELECT|EXPLAIN|VALUES|PRAGMA)\b|\s*WITH\b(?!.*\b(INSERT|UPDATE|DELETE)\b)",
    re.IGNORECASE | re.DOTALL,
)


class SQLiteUnit(SQLiteTransaction):
    """A transaction that writes. It begins with its first statement; the turn to write is taken before."""

    __slots__ = ("has_begun", "is_broken", "is_finished")

    engine: "SolidaritySQLite"
    context: "Token[SQLiteTransaction | None]"

    def __init__(self, engine: "SolidaritySQLite", *, allow_nested: bool) -> None:
        super().__init__(engine, TransactionType.immediate, allow_nested)
        self.is_finished = False
        self.is_broken = False
        self.has_begun = False

    async def __aenter__(self) -> Self:
        if self._parent is not None:
            return cast("Self", self._parent)
        await self.begin()
        # Piccolo's savepoints say `transaction.connection.execute(sql)`.
        self.connection = self
        self.context = self.engine.current_transaction.set(self)
        return self

    async def begin(self) -> None:
        await self.engine.take_writing_turn()

    async def execute(self, sql: str, values: Sequence[Any] = ()) -> Rows:
        """Run one statement; after one that failed, nothing but the end is possible, as on PostgreSQL."""
        self.require_usable()
        try:
            return await self.answer(sql, values)
        except BaseException:
            self.is_broken = True
            raise

    def require_usable(self) -> None:
        """Raise `UnitBroken` after its end, and after an error that was caught."""
        if self.is_finished:
            raise UnitBroken("this transaction has ended; its context was carried into another task")
        if self.is_broken:
            raise UnitBroken("an error was caught inside this transaction; let it out of the block instead")

    def has_begun_here(self) -> bool:
        """Whether a statement may run where it is asked: the first one, if nobody need be waited for."""
        self.require_usable()
        if not self.has_begun:
            self.has_begun = self.engine.begin_writing_here()
        return self.has_begun

    async def answer(self, sql: str, values: Sequence[Any]) -> Rows:
        rows = await self.engine.ask_writer(sql, values)
        self.has_begun = True
        return rows

    async def commit(self) -> None:
        """End it for good: everything is on the disk, or an error is raised and nothing is."""
        if self.is_broken:
            await self.rollback()
            raise UnitBroken("an error was caught inside this transaction: nothing was written")
        self.is_finished = True
        self._committed = True
        await self.engine.commit_writing()

    async def rollback(self) -> None:
        self.is_finished = True
        self._rolled_back = True
        self.engine.abandon_writing()

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> Literal[False]:
        if self._parent is not None:
            return False
        try:
            if not self.is_finished:
                await (self.commit() if exception is None else self.rollback())
        finally:
            self.engine.current_transaction.reset(self.context)
        return False


class SQLiteSnapshot(SQLiteUnit):
    """A transaction that only reads, and sees one instant from its first statement to its end."""

    __slots__ = ("seat",)

    async def begin(self) -> None:
        self.seat = await self.engine.take_reader()

    def has_begun_here(self) -> bool:
        return False

    async def answer(self, sql: str, values: Sequence[Any]) -> Rows:
        thread, reader = self.seat
        with translated():
            return cast("Rows", await thread.call(lambda: reader.fetch_in_snapshot(sql, values)))

    async def commit(self) -> None:
        await self.rollback()

    async def rollback(self) -> None:
        self.is_finished = True
        self.engine.return_reader(self.seat)


class SQLiteBatch(BaseBatch):
    """The rows of one query, a few at a time, all of one instant: they are read at once and kept."""

    def __init__(self, engine: "SolidaritySQLite", query: "Query[Any, Any]", batch_size: int) -> None:
        self._engine = engine
        self._query = query
        self._batch_size = batch_size
        self._rows: Rows = []

    async def __aenter__(self) -> Self:
        self._rows = await self._engine.run_querystring(self._query.querystrings[0])
        return self

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> list[dict[str, Any]]:
        some, self._rows = self._rows[: self._batch_size], self._rows[self._batch_size :]
        if not some:
            raise StopAsyncIteration
        return cast("list[dict[str, Any]]", await self._query._process_results(some))  # noqa: SLF001

    async def __aexit__(self, *_: object) -> None:
        self._rows = []


class SolidaritySQLite(SQLiteEngine):
    """SQLite with long-lived connections; several processes may share the file."""

    def __init__(self, path: Path, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        super().__init__(path=str(path))
        self._patience_seconds = patience_seconds
        self._writing_turn = Turns(1)
        self._reading_turns = Turns(READERS)
        self._writer = Writer(path)
        self._writing_thread: ConnectionThread | None = None
        self._readers: list[tuple[ConnectionThread, Reader]] = []
        self._idle: list[tuple[ConnectionThread, Reader]] = []

    # --- life -----------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Make the file if there is none, and check what we promise about durability."""
        await self.take_writing_turn()
        self._writing_turn.give_back()

    async def close(self) -> None:
        """Close every connection and end every thread; the next use opens them again."""
        threads = [self._writing_thread] if self._writing_thread else []
        if self._writing_thread:
            self._writing_thread.post(self._writer.close)
        for thread, reader in self._readers:
            thread.post(reader.close)
            threads.append(thread)
        self._writing_thread, self._readers, self._idle = None, [], []
        await asyncio.gather(*(asyncio.to_thread(thread.stop) for thread in threads))

    async def back_up_to(self, path: Path) -> None:
        """A consistent copy of the database while others read and write."""
        thread, reader = seat = await self.take_reader()
        try:
            with translated():
                await _until_done(thread.call(lambda: reader.copy_to(path)))
        finally:
            self.return_reader(seat)

    # --- transactions ---------------------------------------------------------------------------------------

    def unit(self) -> SQLiteUnit:
        """A transaction that writes and cannot be nested."""
        return SQLiteUnit(self, allow_nested=False)

    def snapshot(self) -> SQLiteSnapshot:
        """A transaction that only reads."""
        return SQLiteSnapshot(self, allow_nested=False)

    def transaction(
        self,
        transaction_type: TransactionType = TransactionType.immediate,  # noqa: ARG002
        allow_nested: bool = True,  # noqa: FBT001, FBT002
    ) -> SQLiteUnit:
        """Piccolo's own door. It always may write: Piccolo's default, DEFERRED, fails when two write."""
        return SQLiteUnit(self, allow_nested=allow_nested)

    # --- statements -----------------------------------------------------------------------------------------

    async def run_querystring(self, querystring: QueryString, in_pool: bool = False) -> Rows:  # noqa: ARG002, FBT001, FBT002
        sql, values = querystring.compile_string(engine_type=self.engine_type)
        return await self._run(sql, values)

    async def run_ddl(self, ddl: str, in_pool: bool = False) -> Rows:  # noqa: ARG002, FBT001, FBT002
        return await self._run(ddl, ())

    async def run_short(self, sql: str, values: Sequence[Any]) -> Rows:
        """One statement of some microseconds: inside a unit, a hop to a thread would cost ten times more."""
        unit = cast("SQLiteUnit | None", self.current_transaction.get())
        if unit is None or not unit.has_begun_here():
            return await self._run(sql, values)
        try:
            return self._writer.fetch_in_unit_here(sql, values)
        except BaseException as error:
            unit.is_broken = True
            ours = in_our_words(error) if isinstance(error, Exception) else error
            if ours is error:
                raise
            raise ours from error

    async def batch(  # type: ignore[override]
        self,
        query: "Query[Any, Any]",
        batch_size: int = 100,
        node: str | None = None,  # noqa: ARG002
    ) -> SQLiteBatch:
        return SQLiteBatch(self, query, batch_size)

    async def _run(self, sql: str, values: Sequence[Any]) -> Rows:
        unit = cast("SQLiteUnit | None", self.current_transaction.get())
        if unit is not None:
            return await unit.execute(sql, values)
        if _READS.match(sql):
            return await self._read(sql, values)
        async with self.unit() as alone:
            return await alone.execute(sql, values)

    async def _read(self, sql: str, values: Sequence[Any]) -> Rows:
        thread, reader = seat = await self.take_reader()
        try:
            with translated():
                return cast("Rows", await thread.call(lambda: reader.fetch(sql, values)))
        finally:
            self.return_reader(seat)

    # --- the writer, for units only -------------------------------------------------------------------------

    async def take_writing_turn(self) -> None:
        """Wait until nobody else in this process writes."""
        async with self._turn(self._writing_turn):
            if self._writing_thread is None:
                self._writing_thread = ConnectionThread("sqlite-writer")
                await self._patiently(self._writing_thread.call(self._writer.open))

    async def ask_writer(self, sql: str, values: Sequence[Any]) -> Rows:
        """One statement of the unit whose turn it is; the first waits for other processes too."""
        assert self._writing_thread is not None, "the turn to write opens the writer"
        answer = self._writing_thread.call(lambda: self._writer.fetch_in_unit(sql, values))
        return cast("Rows", await self._patiently(answer))

    def begin_writing_here(self) -> bool:
        """Begin without a hop, unless another process writes or our thread has not undone the unit before."""
        thread = self._writing_thread
        return thread is not None and thread.is_idle and self._writer.begin_here()

    async def _patiently(self, answer: "Future[Any]") -> Any:
        try:
            async with asyncio.timeout(self._patience_seconds):
                with translated():
                    return await answer
        except TimeoutError:
            raise DatabaseBusy("another process keeps writing") from None

    async def commit_writing(self) -> None:
        """Wait for the end of COMMIT even if the task is cancelled: half-way there is no other answer."""
        assert self._writing_thread is not None, "the turn to write opens the writer"
        try:
            with translated():
                await _until_done(self._writing_thread.call(self._writer.commit))
        finally:
            self._writing_turn.give_back()

    def abandon_writing(self) -> None:
        """Undo; nobody need wait, because the thread does this before anything asked later."""
        if self._writing_thread is not None:
            self._writing_thread.post(self._writer.roll_back)
        self._writing_turn.give_back()

    # --- the readers ----------------------------------------------------------------------------------------

    async def take_reader(self) -> tuple[ConnectionThread, Reader]:
        """A reader for one task alone."""
        if self._writing_thread is None:
            await self.open()
        async with self._turn(self._reading_turns):
            if self._idle:
                return self._idle.pop()
            seat = (ConnectionThread("sqlite-reader"), Reader(Path(self.path)))
            self._readers.append(seat)
            return seat

    def return_reader(self, seat: tuple[ConnectionThread, Reader]) -> None:
        """Let the next one read; a statement still running is finished first."""
        thread, reader = seat
        thread.post(reader.roll_back)
        if seat in self._readers:
            self._idle.append(seat)
        self._reading_turns.give_back()

    @asynccontextmanager
    async def _turn(self, turns: Turns) -> AsyncIterator[None]:
        try:
            await turns.take(patience_seconds=self._patience_seconds)
        except TimeoutError:
            raise DatabaseBusy("too many others are waiting for the database") from None
        try:
            yield
        except BaseException:
            turns.give_back()
            raise


async def _until_done(answer: "Future[Any]") -> None:
    """Wait for the job to end, whatever happens to the task; a cancellation counts afterwards."""
    was_cancelled = False
    while not answer.done():
        try:
            await asyncio.wait({answer})
        except asyncio.CancelledError:
            was_cancelled = True
    failure = answer.exception()
    if was_cancelled:
        raise asyncio.CancelledError from failure
    if failure is not None:
        raise failure
