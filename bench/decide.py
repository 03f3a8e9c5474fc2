"""Decisions per second as the API takes them, beside a bare durable one-row INSERT by the same driver."""

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

import uvloop

sys.path.insert(0, str(Path(__file__).parent.parent))

from solidarity.decisions.commands import Outcome, decide
from solidarity.rules.access import Person
from solidarity.store.engine import Engine, make_engine, running
from solidarity.store.idempotency import Answer, Sending, once
from solidarity.store.migrate import migrate
from solidarity.store.tables import FunderRow
from solidarity.store.transaction import writing
from tests.build import GRANT, NOW, a_line, a_request, a_ruleset, an_envelope
from tests.databases import PostgresServer, on_server, postgres_programs
from tests.people import the_cast

ROUNDS = 5
WARM_UP = 20
AT_ONCE = (1, 8)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How many a second, and the milliseconds of our processor that each took."""

    per_second: float
    processor_milliseconds: float


async def an_insert() -> None:
    """The least that is durable: one row, one commit."""
    async with writing():
        await FunderRow.raw("INSERT INTO funder (id, name) VALUES ({}, {})", uuid4(), uuid4().hex)


async def pace_of(acts: Sequence[Callable[[], Awaitable[object]]], *, at_once: int) -> Pace:
    """Run all, so many at the same time."""
    waiting = list(reversed(acts))

    async def work() -> None:
        while waiting:
            await waiting.pop()()

    began, processor = time.perf_counter(), time.process_time()
    await asyncio.gather(*(work() for _ in range(at_once)))
    return Pace(
        per_second=len(acts) / (time.perf_counter() - began),
        processor_milliseconds=1000 * (time.process_time() - processor) / len(acts),
    )


def _decision(reference: str, by: Person) -> Callable[[], Awaitable[object]]:
    """A decision with its Idempotency-Key, whose answer is kept in the same transaction."""
    sending = Sending(person=by.id, key=uuid4().hex, route=f"POST /{reference}", body_sha256="0" * 64)

    async def act() -> Answer:
        outcome: Outcome = await decide(reference, GRANT, by=by, now=NOW)
        return Answer(status=200, body=outcome.status)

    return lambda: once(sending, act, now=NOW)


async def measure(name: str, *, size: int) -> None:
    """Print the medians of rounds that alternate, on the engine in use, which holds an empty database."""
    cast = await the_cast()
    await a_ruleset(activated_by=cast.second)
    await an_envelope(100_000_000)
    wanted = WARM_UP + len(AT_ONCE) * ROUNDS * size
    references = [await a_request(a_line(1_000), by=cast.director) for _ in range(wanted)]
    decisions = [_decision(reference, cast.administrator) for reference in references]
    await pace_of([decisions.pop() for _ in range(WARM_UP)], at_once=max(AT_ONCE))
    for at_once in AT_ONCE:
        bare, full = [], []
        for _ in range(ROUNDS):
            bare.append(await pace_of([an_insert] * size, at_once=at_once))
            full.append(await pace_of([decisions.pop() for _ in range(size)], at_once=at_once))
        print(_line(name, at_once, bare, full), flush=True)


def _line(name: str, at_once: int, bare: Sequence[Pace], full: Sequence[Pace]) -> str:
    ratio = median(two.per_second / one.per_second for one, two in zip(bare, full, strict=True))
    return (
        f"{name:<10} {at_once} at once: {median(one.per_second for one in full):6.0f} decisions/s "
        f"({median(one.processor_milliseconds for one in full):.2f} ms of processor)  "
        f"{median(one.per_second for one in bare):6.0f} inserts/s "
        f"({median(one.processor_milliseconds for one in bare):.2f} ms)  ratio {ratio:.2f}"
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
    parser.add_argument("--size", type=int, default=40, help="decisions in a round")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    wanted = parser.parse_args()
    if wanted.only != "postgresql":
        uvloop.run(on_sqlite(wanted.size))
    if wanted.only != "sqlite":
        uvloop.run(on_postgres(wanted.size))


if __name__ == "__main__":
    main()
