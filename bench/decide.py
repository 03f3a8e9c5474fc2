"""Decisions per second through the real command, beside a bare durable one-row INSERT by the same driver."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parent.parent))

from solidarity.decisions.commands import decide
from solidarity.rules.access import Person
from solidarity.store.engine import Engine, make_engine, running
from solidarity.store.migrate import migrate
from solidarity.store.tables import FunderRow
from solidarity.store.transaction import writing
from tests.build import GRANT, NOW, a_line, a_request, a_ruleset, an_envelope
from tests.databases import PostgresServer, on_server, postgres_programs
from tests.people import Cast, the_cast

ROUNDS = 3
AT_ONCE = (1, 8)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How many a second, in one round."""

    inserts: float
    decisions: float


async def an_insert() -> None:
    """The least that is durable: one row, one commit."""
    async with writing():
        await FunderRow.raw("INSERT INTO funder (id, name) VALUES ({}, {})", uuid4(), uuid4().hex)


async def per_second(acts: Sequence[Callable[[], Awaitable[object]]], *, at_once: int) -> float:
    """Run all, so many at the same time."""
    waiting = list(reversed(acts))

    async def work() -> None:
        while waiting:
            await waiting.pop()()

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(at_once)))
    return len(acts) / (time.perf_counter() - began)


async def a_round(cast: Cast, *, size: int, at_once: int) -> Pace:
    """As many inserts as decisions, one after the other on the same connection."""
    references = [await a_request(a_line(1_000), by=cast.director) for _ in range(size)]
    return Pace(
        inserts=await per_second([an_insert] * size, at_once=at_once),
        decisions=await per_second(
            [_decision(reference, cast.administrator) for reference in references], at_once=at_once
        ),
    )


def _decision(reference: str, by: Person) -> Callable[[], Awaitable[object]]:
    return lambda: decide(reference, GRANT, by=by, now=NOW)


async def measure(name: str, *, size: int) -> None:
    """Print the medians of three rounds on the engine in use, which holds an empty, migrated database."""
    cast = await the_cast()
    await a_ruleset(activated_by=cast.second)
    await an_envelope(100_000_000)
    for at_once in AT_ONCE:
        paces = [await a_round(cast, size=size, at_once=at_once) for _ in range(ROUNDS)]
        inserts = median(pace.inserts for pace in paces)
        decisions = median(pace.decisions for pace in paces)
        print(
            f"{name:<12} {at_once} at once: {decisions:7.1f} decisions/s   {inserts:7.1f} inserts/s   "
            f"1 decision = {inserts / decisions:.1f} inserts",
            flush=True,
        )


@asynccontextmanager
async def migrated(url: str) -> AsyncIterator[Engine]:
    async with running(make_engine(url)) as engine:
        await migrate(engine)
        yield engine


async def on_sqlite(size: int) -> None:
    """On a fresh file of a real disk."""
    with tempfile.TemporaryDirectory(prefix="solidarity-bench-", dir=Path.cwd()) as directory:
        async with migrated(f"sqlite:///{directory}/bench.sqlite"):
            await measure("SQLite", size=size)


async def on_postgres(size: int) -> None:
    """On a server of our own that really writes to the disk."""
    programs = postgres_programs()
    if programs is None:
        print("PostgreSQL is not installed here")
        return
    server = PostgresServer(programs, is_durable=True)
    try:
        server.start()
        await on_server(server.url("postgres"), "CREATE DATABASE bench")
        async with migrated(server.url("bench")):
            await measure("PostgreSQL", size=size)
    finally:
        server.remove()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100, help="decisions in a round")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    wanted = parser.parse_args()
    if wanted.only != "postgresql":
        asyncio.run(on_sqlite(wanted.size))
    if wanted.only != "sqlite":
        asyncio.run(on_postgres(wanted.size))


if __name__ == "__main__":
    main()
