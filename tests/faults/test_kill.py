"""kill -9 at any moment: what was acknowledged is there, once, with its number, and the books are right."""

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from solidarity.budgets.queries import check_ledger
from solidarity.clock import real_now
from solidarity.people.commands import issue_token
from solidarity.rules.access import Person
from solidarity.store.tables import DecisionRow, LetterRow, RequestRow, TransferRow
from solidarity.trail.queries import verify_log
from tests.api.callers import STUDENT, a_line
from tests.build import NOW, a_ruleset, an_envelope
from tests.databases import Database
from tests.faults.served import Service
from tests.people import the_cast

CLERKS = 3
ASKED_CENTS = 10_000
MOVED_CENTS = 100
CREDIT_CENTS = 50_000_000
PATIENCE_SECONDS = 60.0


@dataclass(kw_only=True, slots=True)
class Load:
    """Clerks who send requests and decide them; each repeats an act under its key until it is answered."""

    address: str
    director: str
    administrator: str
    second: str
    envelopes: tuple[UUID, UUID]
    is_over: threading.Event = field(default_factory=threading.Event)
    decided: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    maintained: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    unanswered: Counter[str] = field(default_factory=Counter)

    def work(self, clerk: int) -> None:
        number = 0
        try:
            while not self.is_over.is_set():
                number += 1
                self._one_request(f"{_letters(clerk)} {_letters(number)}", key=f"{clerk}-{number}")
        except Exception as fault:
            self.faults.append(f"{type(fault).__name__}: {fault}")

    def _one_request(self, name: str, *, key: str) -> None:
        student = self._act("/students", {**STUDENT, "family_name": name}, f"s-{key}", self.director)
        lines = [a_line(ASKED_CENTS)]
        new = {"student": student["id"], "urgency": "normal", "lines": lines}
        path = f"/requests/{self._act('/requests', new, f'r-{key}', self.director)['reference']}"
        self._act(f"{path}/submit", {}, f"u-{key}", self.director)
        done = self._act(f"{path}/decide", {"outcome": "grant"}, f"d-{key}", self.administrator)
        assert done["status"] == "decided"
        self.decided.append(done["reference"])
        self._what_follows(path, key)

    def _what_follows(self, path: str, key: str) -> None:
        """In turn: the aid ends, an appeal is dismissed by somebody else, money moves between envelopes."""
        why, turn = {"reason": "Départ."}, len(self.decided) % 3
        if turn == 0:
            self._act(f"{path}/revoke", why, f"e-{key}", self.administrator)
            self.ended.append(path)
        elif turn == 1:
            self._act(f"{path}/appeal", {"grounds": "Plus cher."}, f"a-{key}", self.director)
            self._act(f"{path}/appeal/answer", {"outcome": "dismiss", **why}, f"n-{key}", self.second)
            self.maintained.append(path)
        else:
            sides = {"from": str(self.envelopes[0]), "to": str(self.envelopes[1])}
            new = {**sides, "amount_cents": MOVED_CENTS, **why}
            made = self._act("/envelopes/transfers", new, f"t-{key}", self.administrator)
            answer = f"/envelopes/transfers/{made['id']}/approve"
            self._act(answer, {}, f"m-{key}", self.second)
            self.moved.append(made["id"])

    def _act(self, path: str, body: dict[str, Any], key: str, token: str) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {token}", "idempotency-key": key}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = httpx.post(f"{self.address}/api/v1{path}", json=body, headers=headers, timeout=20)
            except httpx.TransportError as fault:
                self.unanswered[type(fault).__name__] += 1
                time.sleep(0.05)
                continue
            assert answer.status_code in {200, 201}, (path, answer.status_code, answer.text)
            found: dict[str, Any] = answer.json()
            return found
        raise AssertionError(f"{path} was never answered")


def _letters(number: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in str(number)).title()


async def _tokens(*people: Person) -> list[str]:
    return [
        await issue_token(one.email, scope="write", expires_days=1, by=None, now=NOW, real_now=real_now())
        for one in people
    ]


async def _under_fire(
    database: Database, storage: Path, *, goes_on: Callable[[int, float], bool]
) -> tuple[Load, int]:
    """Load on a service that is killed again and again, while `goes_on(kills, seconds)`."""
    cast = await the_cast()
    await a_ruleset(by=cast.administrator, activated_by=cast.second)
    envelopes = await an_envelope(CREDIT_CENTS), await an_envelope(ASKED_CENTS, category="food")
    director, administrator, second = await _tokens(cast.director, cast.administrator, cast.second)
    service = Service(database.url, storage=str(storage))
    load = Load(
        address=service.address,
        director=director,
        administrator=administrator,
        second=second,
        envelopes=envelopes,
    )
    clerks = [threading.Thread(target=load.work, args=(one,)) for one in range(1, CLERKS + 1)]
    moments = random.Random(7)
    kills, began = 0, time.monotonic()
    service.start()
    try:
        for clerk in clerks:
            clerk.start()
        while goes_on(kills, time.monotonic() - began) and not load.faults:
            await asyncio.sleep(moments.uniform(0.1, 0.9))
            service.kill()
            kills += 1
            service.start()
        load.is_over.set()
        for clerk in clerks:
            clerk.join(PATIENCE_SECONDS)
    finally:
        load.is_over.set()
        service.kill()
    return load, kills


async def _nothing_is_lost(load: Load) -> None:
    assert load.faults == []
    requests = await RequestRow.select(RequestRow.id, RequestRow.reference, RequestRow.status)
    decisions = Counter([row["request"] for row in await DecisionRow.select(DecisionRow.request)])
    # Every clerk saw each of its acts to the end, so there is nothing but what was acknowledged.
    assert sorted(row["reference"] for row in requests) == sorted(load.decided)
    assert {row["status"] for row in requests} == {"decided"}
    ended = {path.rpartition("/")[2] for path in load.ended}
    assert decisions == {row["id"]: 2 if row["reference"] in ended else 1 for row in requests}
    transfers = await TransferRow.select(TransferRow.id, TransferRow.state)
    assert sorted((str(row["id"]), row["state"]) for row in transfers) == sorted(
        (name, "approved") for name in load.moved
    )
    count = len(requests)
    assert sorted(row["reference"] for row in requests) == [f"2026-{n:06}" for n in range(1, count + 1)]
    # Of each decision one letter, and one more that says it is maintained.
    count += len(load.ended) + len(load.maintained)
    letters = await LetterRow.select(LetterRow.number)
    assert sorted(row["number"] for row in letters) == [f"L2026-{n:06}" for n in range(1, count + 1)]
    assert await check_ledger() == []
    assert (await verify_log()).valid


async def test_a_killed_service_loses_nothing_and_does_nothing_twice(
    sqlite_database: Database, tmp_path: Path
) -> None:
    load, kills = await _under_fire(
        sqlite_database, tmp_path / "files", goes_on=lambda kills, _seconds: kills < 10
    )
    assert kills == 10
    assert sum(load.unanswered.values()) > 0
    await _nothing_is_lost(load)


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_service_killed_for_three_minutes(database: Database, tmp_path: Path) -> None:
    load, kills = await _under_fire(
        database, tmp_path / "files", goes_on=lambda _kills, seconds: seconds < 180
    )
    assert kills > 20
    await _nothing_is_lost(load)
