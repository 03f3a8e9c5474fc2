"""What may go wrong between us and the database, in words that do not depend on the engine."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg


class DatabaseUnavailable(Exception):  # noqa: N818 - the word people read
    """The database cannot answer now: it is down, full or unreachable.

    Nothing was changed, unless the connection was lost during COMMIT, when only the database knows.
    """


class DatabaseBusy(DatabaseUnavailable):
    """Others kept the database for longer than anybody should wait. Nothing was changed."""


class TryAgain(Exception):  # noqa: N818 - what to do about it
    """Two transactions stood in each other's way and this one lost; run again, it may well pass."""


class UnitBroken(Exception):  # noqa: N818 - as the others here
    """A transaction was used after its end, or after a database error inside it had been caught."""


_SQLITE_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_SQLITE_UNAVAILABLE = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN})
_PRIMARY_CODE = 0xFF

_POSTGRES_BUSY = (
    asyncpg.LockNotAvailableError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,
)
_POSTGRES_UNAVAILABLE = (
    asyncpg.CannotConnectNowError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    # What asyncpg says when the server ended the connection while nobody was listening.
    asyncpg.InternalClientError,
    OSError,
)
_POSTGRES_TRY_AGAIN = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


def in_our_words(error: Exception) -> Exception:
    """The failure as one of ours when it says something about the moment; otherwise the error itself."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE
        if code in _SQLITE_BUSY:
            return DatabaseBusy(str(error))
        return DatabaseUnavailable(str(error)) if code in _SQLITE_UNAVAILABLE else error
    if isinstance(error, _POSTGRES_TRY_AGAIN):
        return TryAgain(str(error))
    if isinstance(error, _POSTGRES_BUSY):
        return DatabaseBusy(str(error))
    return DatabaseUnavailable(str(error)) if isinstance(error, _POSTGRES_UNAVAILABLE) else error


@contextmanager
def translated() -> Iterator[None]:
    """Raise what the block raises, in our words."""
    try:
        yield
    except Exception as error:
        ours = in_our_words(error)
        if ours is error:
            raise
        raise ours from error
