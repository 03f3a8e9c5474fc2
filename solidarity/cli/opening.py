"""Opening the database for one command, with the clock of its data; refuses one that is not up to date."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from solidarity.cli.language import told
from solidarity.cli.refusal import Refusal
from solidarity.clock import Clock
from solidarity.settings import Settings, read_settings, sqlite_path
from solidarity.store.engine import Engine, make_engine, running
from solidarity.store.fund_settings import business_clock
from solidarity.store.migrate import NewerSchema, pending

Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A database in use."""

    settings: Settings
    clock: Clock

    def now(self) -> datetime:
        return self.clock.now()


def with_database(work: Callable[[Opened], Awaitable[Answer]], *, settings: Settings | None = None) -> Answer:
    """Run a command's work on the database of the settings, which must exist and be up to date."""

    async def run() -> Answer:
        async with opened(settings or read_settings()) as house:
            return await work(house)

    return asyncio.run(run())


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Opened]:
    """The database in use for the block; nothing is created. Raises `Refusal`, `WrongSetting`."""
    require_file(settings)
    async with running(make_engine(settings.database_url)) as engine:
        await require_up_to_date(engine)
        yield Opened(settings=settings, clock=await business_clock(settings))


def require_file(settings: Settings) -> None:
    """Refuse an SQLite database that is not there: connecting would create an empty one."""
    if settings.is_sqlite and not sqlite_path(settings.database_url).exists():
        raise Refusal(
            told(
                f"la base {settings.database_url} n’existe pas encore : lancez « solidarity migrate ».",
                f"the database {settings.database_url} does not exist yet: run “solidarity migrate”.",
            )
        )


async def require_up_to_date(engine: Engine) -> None:
    """Refuse a schema that is older or newer than this program."""
    try:
        waiting = await pending(engine)
    except NewerSchema as error:
        raise newer_schema(error) from error
    if waiting:
        raise Refusal(
            told(
                f"la base n’est pas à jour ({len(waiting)} migrations) : lancez « solidarity migrate ».",
                f"the database is not up to date ({len(waiting)} migrations): run “solidarity migrate”.",
            )
        )


def newer_schema(error: NewerSchema) -> Refusal:
    """The refusal for a database that a later version of the program migrated."""
    return Refusal(
        told(
            f"la base vient d’une version plus récente de Solidarity : {error}",
            f"the database comes from a later version of Solidarity: {error}",
        )
    )
