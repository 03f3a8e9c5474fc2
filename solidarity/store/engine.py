"""Which database we work with: makes the engine from its URL, puts it in use, starts it and stops it."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType

from piccolo.conf.apps import DEFAULT_MODULE_NAME, ENGINE_VAR
from piccolo.table import Table

from solidarity.store.failures import DatabaseBusy, DatabaseUnavailable, TryAgain, UnitBroken
from solidarity.store.postgres_engine import POOL_SIZE, SolidarityPostgres
from solidarity.store.sqlite_engine import SolidaritySQLite

__all__ = [
    "DatabaseBusy",
    "DatabaseUnavailable",
    "Engine",
    "TryAgain",
    "UnitBroken",
    "current_engine",
    "make_engine",
    "running",
    "start",
    "stop",
    "use",
]

Engine = SolidaritySQLite | SolidarityPostgres

# Piccolo's way to find it looks through modules by name, at each statement.
_in_use: list[Engine] = []


def make_engine(database_url: str, *, pool_size: int = POOL_SIZE) -> Engine:
    """The engine for `sqlite:///relative`, `sqlite:////absolute` or `postgresql://…`, not connected yet."""
    if database_url.startswith("sqlite:///"):
        return SolidaritySQLite(Path(database_url.removeprefix("sqlite:///")))
    if database_url.startswith(("postgresql://", "postgres://")):
        return SolidarityPostgres(database_url, pool_size=pool_size)
    raise ValueError("a database URL begins with sqlite:/// or postgresql://")


def use(engine: Engine) -> None:
    """Have every table talk to this engine.

    Piccolo looks for `DB` in a module called `piccolo_conf`, and each table remembers what it found. We fill
    that module in ourselves, so that a program started anywhere needs no such file, and tell the tables.
    """
    entry = sys.modules.setdefault(DEFAULT_MODULE_NAME, ModuleType(DEFAULT_MODULE_NAME))
    setattr(entry, ENGINE_VAR, engine)
    _in_use[:] = [engine]
    for table in _every_table(Table):
        table._meta.db = engine  # noqa: SLF001


def current_engine() -> Engine:
    """The engine in use."""
    assert _in_use, "use(engine) comes first"
    return _in_use[0]


async def start(engine: Engine) -> None:
    """Put the engine in use and connect: for SQLite it makes the file, for PostgreSQL it starts the pool."""
    use(engine)
    await engine.open()


async def stop(engine: Engine) -> None:
    """Close every connection; afterwards the process can end."""
    await engine.close()


@asynccontextmanager
async def running(engine: Engine) -> AsyncIterator[Engine]:
    """The engine, started for the length of the block."""
    await start(engine)
    try:
        yield engine
    finally:
        await stop(engine)


def _every_table(table: type[Table]) -> Iterator[type[Table]]:
    for kind in table.__subclasses__():
        yield kind
        yield from _every_table(kind)
