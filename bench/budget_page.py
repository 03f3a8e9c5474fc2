"""The budget pages with 10,000 and with 1,000,000 postings, and a statement at a past instant, in one run."""

import argparse
import asyncio
import sqlite3
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parent.parent))

from litestar import Litestar

from solidarity.app import create_app
from solidarity.budgets.queries import budget
from solidarity.budgets.statements import statement_of
from solidarity.clock import Clock
from solidarity.rules.access import Person
from solidarity.settings import Settings
from solidarity.store.engine import make_engine, running
from solidarity.store.migrate import migrate
from tests.build import NOW, SCHOOL_YEAR, an_envelope
from tests.people import the_cast
from tests.web.director_site import Visitor, a_session

SIZES = (10_000, 1_000_000)
ENVELOPES = 12
ROUNDS = 10
REQUESTS = 10
FIRST = datetime(2026, 9, 2, 6, tzinfo=UTC)
SPREAD = timedelta(days=60)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """An auditor, signed in."""

    person: Person
    token: str


async def built(path: Path, postings: int) -> Reader:
    """A database with so many postings, two for each entry; answers an auditor who is signed in."""
    async with running(make_engine(f"sqlite:///{path}")) as engine:
        await migrate(engine)
        cast = await the_cast()
        for _ in range(ENVELOPES):
            await an_envelope(1_000_000_000)
        envelopes = [one.id for one in await budget(cast.auditor, SCHOOL_YEAR)]
        reader = Reader(person=cast.auditor, token=await a_session(cast.auditor))
    posted(path, envelopes, postings // 2)
    return reader


def posted(path: Path, envelopes: list[UUID], how_many: int) -> None:
    """Commitments of one euro, spread over envelopes and over the autumn; the triggers do their part."""
    connection = sqlite3.connect(path)
    connection.executescript("PRAGMA cache_size = -400000; PRAGMA synchronous = OFF")
    [last] = connection.execute("SELECT MAX(number) FROM ledger_movement").fetchone()
    step = SPREAD / how_many
    numbers = range(last + 1, last + 1 + how_many)
    with connection:
        connection.executemany(
            "INSERT INTO ledger_movement"
            " (id, fiscal_year, number, kind, reason, about_kind, about_id, person, at)"
            " VALUES (?, ?, ?, 'committed', '2026-000001 / 1', 'request', '2026-000001', NULL, ?)",
            (
                (str(UUID(int=number)), SCHOOL_YEAR, number, stored(FIRST + step * place))
                for place, number in enumerate(numbers)
            ),
        )
        connection.executemany(
            "INSERT INTO ledger_entry (id, movement, position, debit_kind, debit_ref, credit_kind,"
            " credit_ref, amount_cents) VALUES (?, ?, 1, 'envelope_free', ?, 'envelope_committed', ?, 100)",
            (
                (str(UUID(int=number)), str(UUID(int=number)), envelope, envelope)
                for number in numbers
                for envelope in [str(envelopes[number % ENVELOPES])]
            ),
        )
        for envelope in envelopes:
            connection.execute(
                "UPDATE envelope SET committed_cents = (SELECT SUM(credit_cents) FROM ledger_month"
                " WHERE account_ref = envelope.id AND account_kind = 'envelope_committed') WHERE id = ?",
                (str(envelope),),
            )
    connection.execute("ANALYZE")
    connection.close()


def stored(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S}+00:00"


def the_site() -> Litestar:
    settings = Settings(
        secret_key="a secret of the bench, long enough for it",
        storage_url="file:///nowhere",
        render_workers=0,
    )
    return create_app(
        settings, clock=Clock(frozen=NOW + timedelta(days=10)), manage_engine=False, real_time=lambda: NOW
    )


async def page_seconds(site: Litestar, path: Path, reader: Reader) -> dict[str, list[float]]:
    """How long each page took, request by request, after one that nobody counts."""
    async with running(make_engine(f"sqlite:///{path}")):
        one = (await budget(reader.person, SCHOOL_YEAR))[0]
        visitor = Visitor(site, reader.token)
        address = f"/budget/enveloppes/{one.id}"
        pages = {
            "/budget": "/budget",
            "/budget/enveloppes/{id}": address,
            "… ?mois=2026-10": f"{address}?mois=2026-10",
        }
        found: dict[str, list[float]] = {}
        for name, target in pages.items():
            assert (await visitor.get(target)).status == 200
            found[name] = [await seconds_of(visitor, target) for _ in range(REQUESTS)]
        await visitor.leave()
        return found


async def seconds_of(visitor: Visitor, target: str) -> float:
    began = time.perf_counter()
    assert (await visitor.get(target)).status == 200
    return time.perf_counter() - began


async def statement_seconds(path: Path) -> float:
    async with running(make_engine(f"sqlite:///{path}")):
        began = time.perf_counter()
        await statement_of(SCHOOL_YEAR, FIRST + SPREAD / 2)
        return time.perf_counter() - began


async def compare(folder: Path, sizes: tuple[int, ...]) -> bool:
    """Print the medians; whether the largest stays within one and a half times the smallest."""
    site = the_site()
    people: dict[int, Reader] = {}
    for size in sizes:
        began = time.perf_counter()
        people[size] = await built(folder / f"{size}.sqlite", size)
        print(f"{size:>9,} postings written in {time.perf_counter() - began:.1f} s")
    times: dict[int, dict[str, list[float]]] = {size: {} for size in sizes}
    # In turn, some requests each: what the machine does meanwhile falls on both.
    for size in sizes * ROUNDS:
        found = await page_seconds(site, folder / f"{size}.sqlite", people[size])
        for name, seconds in found.items():
            times[size].setdefault(name, []).extend(seconds)
    is_within = True
    for name in times[sizes[0]]:
        least, most = (median(times[size][name]) * 1000 for size in (sizes[0], sizes[-1]))
        is_within = is_within and most <= 1.5 * least
        print(f"{name:<26} {least:7.1f} ms {most:7.1f} ms   ratio {most / least:.2f}")
    past = [await statement_seconds(folder / f"{size}.sqlite") for size in sizes]
    print("statement at a past instant " + "  ".join(f"{seconds * 1000:,.0f} ms" for seconds in past))
    return is_within


def main() -> int:
    """Exit 1 when a page needs more than one and a half times as long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs=2, default=SIZES)
    sizes = tuple(parser.parse_args().sizes)
    with tempfile.TemporaryDirectory() as folder:
        return 0 if asyncio.run(compare(Path(folder), sizes)) else 1


if __name__ == "__main__":
    sys.exit(main())
