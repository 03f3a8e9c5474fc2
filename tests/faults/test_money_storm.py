"""Decisions, transfers, withdrawals and revocations at once, over HTTP, on shared envelopes and one restricted gift."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest

from solidarity.budgets.accounts import check_ledger
from solidarity.budgets.commands import NewContribution, NewEnvelope, add_contribution, add_envelope
from solidarity.budgets.transfers import NewTransfer, propose_transfer
from solidarity.clock import real_now
from solidarity.decisions.commands import decide
from solidarity.people.commands import issue_token
from solidarity.rules.access import Person
from solidarity.store.tables import (
    DecisionRow,
    EnvelopeRow,
    EnvelopeSourceRow,
    FundingRow,
    LetterRow,
    RequestRow,
    TransferRow,
)
from solidarity.trail.queries import verify_log
from tests.build import GRANT, LATER, NOW, SCHOOL_YEAR, a_line, a_request, a_ruleset
from tests.commands.books import assert_books_agree
from tests.databases import Database
from tests.faults.served import Service
from tests.people import Cast, the_cast

EACH_CENTS: Final = 1_000
MOVED_CENTS: Final = 100
AT_ONCE: Final = 24
REFUSALS: Final = {
    "decide": {"envelope-exhausted", "state"},
    "withdraw": {"state"},
    "revoke": {"nothing-in-force"},
    "approve": {"transfer-answered", "envelope-not-covered"},
    "return": {"transfer-answered"},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """One thing somebody asks; `about` is a request or a transfer."""

    name: str
    about: str
    path: str
    body: dict[str, Any]
    token: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Purse:
    """Money for transport, half of it from a gift for nothing else, and money for food."""

    transport: UUID
    food: UUID
    gift: UUID


async def _a_gift(cents: int, category: str | None) -> UUID:
    new = NewContribution(
        funder="Fondation",
        amount_cents=cents,
        received_on=NOW.date(),
        school_year=SCHOOL_YEAR,
        category=category,
    )
    return await add_contribution(new, by=None, now=NOW)


async def _an_envelope(category: str, cents: int) -> UUID:
    new = NewEnvelope(
        name=category,
        school_year=SCHOOL_YEAR,
        category=category,
        school=None,
        region_code=None,
        allocated_cents=cents,
    )
    return await add_envelope(new, by=None, now=NOW)


async def _a_purse(size: int) -> Purse:
    """Room for the grants made before, and for half of those that will be asked."""
    restricted = 4 * size * EACH_CENTS
    transport = 6 * size * EACH_CENTS + size * MOVED_CENTS
    food = 2 * size * MOVED_CENTS
    gift = await _a_gift(restricted, "transport")
    await _a_gift(transport + food - restricted, None)
    return Purse(
        gift=gift,
        transport=await _an_envelope("transport", transport),
        food=await _an_envelope("food", food),
    )


async def _acts(cast: Cast, purse: Purse, size: int) -> list[Act]:
    """Twenty acts for each unit of size: half of the withdrawals meet a decision, the rest meet each other."""
    director, one, two = [await _token(each) for each in (cast.director, cast.administrator, cast.second)]
    granted = [await a_request(a_line(EACH_CENTS), by=cast.director) for _ in range(2 * size)]
    for reference in granted:
        await decide(reference, GRANT, by=cast.administrator, now=NOW)
    proposed = [await _propose(cast, purse, place) for place in range(2 * size)]
    asked = [await a_request(a_line(EACH_CENTS), by=cast.director) for _ in range(8 * size)]
    why = {"reason": "Départ."}
    return [
        *(_on_request("decide", each, (one, two)[n % 2], outcome="grant") for n, each in enumerate(asked)),
        *(_on_request("withdraw", each, director) for each in asked[::2]),
        *(_on_request("revoke", each, token, **why) for each in granted for token in (one, two)),
        *(_on_transfer(act, each, two) for each in proposed for act in ("approve", "return")),
    ]


async def _token(person: Person) -> str:
    return await issue_token(
        person.email, scope="write", expires_days=1, by=None, now=NOW, real_now=real_now()
    )


async def _propose(cast: Cast, purse: Purse, place: int) -> UUID:
    sides = (purse.transport, purse.food)
    new = NewTransfer(
        source=sides[place % 2], target=sides[1 - place % 2], amount_cents=MOVED_CENTS, reason="Équilibre."
    )
    return await propose_transfer(new, by=cast.administrator, now=NOW)


def _on_request(name: str, reference: str, token: str, **body: Any) -> Act:
    return Act(name=name, about=reference, path=f"/requests/{reference}/{name}", body=body, token=token)


def _on_transfer(name: str, transfer: UUID, token: str) -> Act:
    path = f"/envelopes/transfers/{transfer}/{name}"
    return Act(name=name, about=str(transfer), path=path, body={}, token=token)


@contextmanager
def _served(database: Database, storage: Path, processes: int) -> Iterator[list[str]]:
    services = [
        Service(database.url, storage=str(storage), SOLIDARITY_NOW=LATER.isoformat())
        for _ in range(processes)
    ]
    try:
        for service in services:
            service.start()
        yield [service.address for service in services]
    finally:
        for service in services:
            service.kill()


async def _all_at_once(acts: list[Act], addresses: list[str]) -> list[tuple[Act, str]]:
    """Ask everything, neighbours in the list through different processes; answers "done" or the refusal."""
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(limits=limits, timeout=60) as client:

        async def told(place: int, act: Act) -> tuple[Act, str]:
            headers = {"authorization": f"Bearer {act.token}", "idempotency-key": str(uuid4())}
            address = addresses[place % len(addresses)]
            answer = await client.post(f"{address}/api/v1{act.path}", json=act.body, headers=headers)
            assert answer.status_code in {200, 409}, (act.name, answer.status_code, answer.text)
            return act, "done" if answer.status_code == 200 else str(answer.json()["type"])

        return await asyncio.gather(*(told(place, act) for place, act in enumerate(acts)))


def _interleaved(acts: list[Act]) -> list[Act]:
    """Rivals stand near each other: everything about one thing, then the next."""
    return sorted(acts, key=lambda act: act.about[::-1])


async def _storm(database: Database, storage: Path, *, size: int, processes: int) -> Counter[str]:
    cast = await the_cast()
    await a_ruleset(activated_by=cast.second)
    purse = await _a_purse(size)
    acts = await _acts(cast, purse, size)
    assert len(acts) == 20 * size
    with _served(database, storage, processes) as addresses:
        told = await _all_at_once(_interleaved(acts), addresses)
        again = [act for act, answer in told if (act.name, answer) == ("decide", "envelope-exhausted")]
        second = await _all_at_once(again, addresses)
    for act, answer in told + second:
        assert answer == "done" or answer in REFUSALS[act.name], (act.name, answer)
    await _kept_its_word(told + second, purse, size)
    await _nothing_over(purse)
    return Counter(f"{act.name} {answer}" for act, answer in told)


async def _kept_its_word(told: list[tuple[Act, str]], purse: Purse, size: int) -> None:
    """Each acknowledged act is in the database once, and nothing else is."""
    done: dict[str, set[str]] = {name: set() for name in REFUSALS}
    for act, answer in told:
        if answer == "done":
            assert act.about not in done[act.name], "one thing happens once"
            done[act.name].add(act.about)
    status = {row["reference"]: row["status"] for row in await RequestRow.select()}
    assert {name for name, state in status.items() if state == "withdrawn"} == done["withdraw"]
    outcomes = [row["outcome"] for row in await DecisionRow.select(DecisionRow.outcome)]
    assert outcomes.count("terminated") == len(done["revoke"]) == 2 * size
    assert outcomes.count("granted_full") == len(done["decide"]) + 2 * size
    decided = {name for name, state in status.items() if state == "decided"}
    assert decided == done["decide"] | done["revoke"]
    states = {str(row["id"]): row["state"] for row in await TransferRow.select()}
    assert {name for name, state in states.items() if state == "approved"} == done["approve"]
    assert {name for name, state in states.items() if state == "returned"} == done["return"]
    assert len(states) == len(done["approve"] | done["return"]) == 2 * size
    row = await EnvelopeRow.select().where(EnvelopeRow.id == purse.transport).first()
    assert row is not None
    assert row["committed_cents"] == EACH_CENTS * len(done["decide"])
    # Nothing is left lying there while somebody who asked again got nothing.
    unserved = [name for name, state in status.items() if state in {"submitted", "in_review"}]
    assert (
        not unserved or row["allocated_cents"] - row["committed_cents"] - row["reserved_cents"] < EACH_CENTS
    )


async def _nothing_over(purse: Purse) -> None:
    assert await check_ledger() == []
    assert (await verify_log()).valid
    await assert_books_agree()
    for row in await EnvelopeRow.select():
        assert row["reserved_cents"] + row["committed_cents"] <= row["allocated_cents"]
    named = await FundingRow.select().where(FundingRow.contribution == purse.gift)
    sources = await EnvelopeSourceRow.select().where(EnvelopeSourceRow.contribution == purse.gift)
    assert {row["envelope"] for row in sources} == {purse.transport}
    used = sum(row["used_cents"] for row in sources)
    assert sum(row["amount_cents"] for row in named) == used
    assert used <= sum(row["amount_cents"] for row in sources)
    numbers = sorted(row["number"] for row in await LetterRow.select(LetterRow.number))
    assert numbers == [f"L2026-{n:06}" for n in range(1, await DecisionRow.count() + 1)]


async def test_a_storm_on_two_processes_gives_exactly_the_money(database: Database, tmp_path: Path) -> None:
    found = await _storm(database, tmp_path / "files", size=3, processes=2)
    assert sum(found.values()) == 60
    assert found["decide done"] > 0 < found["decide envelope-exhausted"]


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2])
async def test_two_hundred_at_once_give_exactly_the_money(
    database: Database, tmp_path: Path, processes: int
) -> None:
    found = await _storm(database, tmp_path / "files", size=10, processes=processes)
    assert sum(found.values()) == 200
    print(dict(sorted(found.items())))
