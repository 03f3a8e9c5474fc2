"""Long-lived SQLite connections: each has its own thread, which alone may touch it; one hop a statement."""

import asyncio
import fcntl
import os
import sqlite3
from asyncio import AbstractEventLoop, Future
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any
from uuid import UUID

STOP_SECONDS = 5.0
BUSY_MILLISECONDS = 5_000

_EVERY_CONNECTION = (
    f"busy_timeout = {BUSY_MILLISECONDS}",
    "synchronous = FULL",
    "foreign_keys = 1",
    # Without it, INSERT OR REPLACE deletes the old row past the triggers that refuse DELETE.
    "recursive_triggers = 1",
    "cache_size = -32000",
    # A decision writes some fifty pages; by default twenty of them would have the log copied to the database.
    "wal_autocheckpoint = 4000",
    "temp_store = MEMORY",
)
_MUST_HOLD = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}

Rows = list[dict[str, Any]]
Job = tuple[Callable[[], Any], AbstractEventLoop | None, "Future[Any] | None"]

# Piccolo's own accept what no row of ours can hold (a CHECK guards the shape of each column), and take longer
# to convert a row than SQLite takes to find it. The same keys and days come again and again.
sqlite3.register_converter("INTEGER", int)


@lru_cache(maxsize=8192)
def _uuid(text: bytes) -> UUID:
    return UUID(int=int(text.replace(b"-", b""), 16))


@lru_cache(maxsize=8192)
def _moment(text: bytes) -> datetime:
    return datetime.fromisoformat(text.decode()).replace(tzinfo=UTC)


@lru_cache(maxsize=8192)
def _day(text: bytes) -> date:
    return date.fromisoformat(text.decode())


def _moment_as_text(moment: datetime) -> str:
    is_as_stored = moment.tzinfo is UTC or moment.tzinfo is None
    return (moment if is_as_stored else moment.astimezone(UTC)).isoformat(" ")


sqlite3.register_converter("UUID", _uuid)
sqlite3.register_converter("TIMESTAMPTZ", _moment)
sqlite3.register_converter("DATE", _day)
sqlite3.register_adapter(UUID, str)
sqlite3.register_adapter(datetime, _moment_as_text)


class ConnectionThread:
    """One thread that does jobs in the order in which they came."""

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._asked = 0
        self._done = 0
        self._thread = Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    def call(self, work: Callable[[], Any]) -> "Future[Any]":
        """The answer of the job, for the running event loop. The job runs even if nobody waits any more."""
        loop = asyncio.get_running_loop()
        answer: Future[Any] = loop.create_future()
        self._asked += 1
        self._jobs.put((work, loop, answer))
        return answer

    @property
    def is_idle(self) -> bool:
        """Whether everything asked is done, for whoever alone may ask."""
        return self._asked == self._done

    def post(self, work: Callable[[], Any]) -> None:
        """A job whose outcome nobody waits for; it runs before whatever is asked later."""
        self._asked += 1
        self._jobs.put((work, None, None))

    def stop(self) -> None:
        """Let the thread finish what was asked and end it."""
        self._jobs.put(None)
        self._thread.join(STOP_SECONDS)

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            work, loop, answer = job
            result, error = _outcome(work)
            self._done += 1
            _tell(loop, answer, result, error)
            del job, work, loop, answer, result, error


def _outcome(work: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    try:
        return work(), None
    except BaseException as raised:
        return None, raised


def _tell(
    loop: AbstractEventLoop | None, answer: "Future[Any] | None", result: Any, error: BaseException | None
) -> None:
    if loop is None or answer is None:
        return
    try:
        loop.call_soon_threadsafe(_settle, answer, result, error)
    except RuntimeError:
        # The event loop that asked is closed: there is nobody to tell.
        return


def _settle(answer: "Future[Any]", result: Any, error: BaseException | None) -> None:
    if answer.done():
        return
    if error is None:
        answer.set_result(result)
    else:
        answer.set_exception(error)


class FileLock:
    """The lock on `<database>.lock` by which processes take turns to write.

    The kernel puts them to sleep and wakes them; SQLite's own lock would have them try again and again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self.is_held = False

    def take(self) -> None:
        """Wait until no other process holds it; taking it twice is taking it once."""
        if not self.is_held:
            fcntl.flock(self._opened(), fcntl.LOCK_EX)
            self.is_held = True

    def take_if_free(self) -> bool:
        """Take it unless another process holds it; answers whether it is ours."""
        if not self.is_held:
            try:
                fcntl.flock(self._opened(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            self.is_held = True
        return True

    def _opened(self) -> int:
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._descriptor

    def give_back(self) -> None:
        if self.is_held and self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        self.is_held = False

    def close(self) -> None:
        self.give_back()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class Seat:
    """One connection. Every method but `__init__` runs in the connection's thread."""

    is_for_one_thread = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self._raw: sqlite3.Connection | None = None

    @property
    def raw(self) -> sqlite3.Connection:
        """The connection, opened when it is first needed."""
        if self._raw is None:
            self._raw = self.connect()
        return self._raw

    def connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path,
            detect_types=sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES,
            isolation_level=None,
            cached_statements=512,
            check_same_thread=self.is_for_one_thread,
        )
        try:
            for pragma in _EVERY_CONNECTION:
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection

    def fetch(self, sql: str, values: Sequence[Any]) -> Rows:
        """Run one statement and read all of its rows.

        The cursor is closed whatever happens: a statement left open keeps the snapshot of the connection old,
        and later reads miss what was committed since.
        """
        cursor = self.raw.execute(sql, values)
        try:
            if cursor.description is None:
                return []
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]
        finally:
            cursor.close()

    def roll_back(self) -> None:
        """Undo what is under way. A connection that cannot do even that is closed, which undoes it too."""
        if self._raw is None or not self._raw.in_transaction:
            return
        try:
            self._raw.execute("ROLLBACK")
        except sqlite3.Error:
            self.close()

    def close(self) -> None:
        raw, self._raw = self._raw, None
        if raw is not None:
            raw.close()


class Reader(Seat):
    """A connection that only reads."""

    def connect(self) -> sqlite3.Connection:
        connection = super().connect()
        connection.execute("PRAGMA query_only = 1")
        return connection

    def fetch_in_snapshot(self, sql: str, values: Sequence[Any]) -> Rows:
        """As `fetch`, and everything until `roll_back` sees the same instant."""
        if not self.raw.in_transaction:
            self.raw.execute("BEGIN DEFERRED")
        return self.fetch(sql, values)

    def copy_to(self, path: Path) -> None:
        """The whole database in one step; in smaller steps each write would make it begin again."""
        target = sqlite3.connect(path)
        try:
            self.raw.backup(target)
        finally:
            target.close()


class Writer(Seat):
    """The one connection that writes, and the lock it shares with other processes.

    Its thread waits for others and for the disk; in between, a short statement may run where it is asked.
    """

    is_for_one_thread = False

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._lock = FileLock(path.with_name(path.name + ".lock"))

    def connect(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = super().connect()
        try:
            self._set_write_ahead(connection)
            _check_promises(connection)
            # Only its thread waits, and only to begin: the one who holds the lock waits for nobody.
            connection.execute("PRAGMA busy_timeout = 0")
        except BaseException:
            connection.close()
            raise
        return connection

    def _set_write_ahead(self, connection: sqlite3.Connection) -> None:
        # It is written in the file. Asking again on each connection would need the file for itself alone.
        if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
            return
        was_held = self._lock.is_held
        self._lock.take()
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
        finally:
            if not was_held:
                self._lock.give_back()

    def open(self) -> None:
        """Open the connection, creating the file if there is none."""
        assert not self.raw.in_transaction, "opened once, before anything is written"

    def fetch_in_unit(self, sql: str, values: Sequence[Any]) -> Rows:
        """As `fetch`; the first statement takes the lock and begins the transaction, in the same hop."""
        if self._raw is None or not self._raw.in_transaction:
            self._begin()
        return self.fetch(sql, values)

    def fetch_in_unit_here(self, sql: str, values: Sequence[Any]) -> Rows:
        """As `fetch`, in whichever thread asks, and only while a transaction is under way."""
        if self._raw is None or not self._raw.in_transaction:
            raise sqlite3.ProgrammingError("the transaction is gone")
        return self.fetch(sql, values)

    def begin_here(self) -> bool:
        """Begin in whichever thread asks if nobody need be waited for; answers whether it did."""
        raw = self._raw
        if raw is None or raw.in_transaction or not self._lock.take_if_free():
            return False
        try:
            raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            # Somebody without our lock writes, or the disk fails: the thread waits, and says what is wrong.
            self._lock.give_back()
            return False
        return True

    def _begin(self) -> None:
        self._lock.take()
        try:
            self.raw.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
            try:
                self.raw.execute("BEGIN IMMEDIATE")
            finally:
                self.raw.execute("PRAGMA busy_timeout = 0")
        except BaseException:
            self.roll_back()
            raise

    def commit(self) -> None:
        """Make it last. When COMMIT fails everything is undone, and the next writer finds the lock free."""
        try:
            if self.raw.in_transaction:
                self.raw.execute("COMMIT")
        except BaseException:
            super().roll_back()
            raise
        finally:
            self._lock.give_back()

    def roll_back(self) -> None:
        try:
            super().roll_back()
        finally:
            self._lock.give_back()

    def close(self) -> None:
        super().close()
        self._lock.close()


def _check_promises(connection: sqlite3.Connection) -> None:
    for pragma, wanted in _MUST_HOLD.items():
        found = connection.execute(f"PRAGMA {pragma}").fetchone()[0]
        if found != wanted:
            raise sqlite3.NotSupportedError(f"this SQLite refuses {pragma} = {wanted}: it says {found}")
