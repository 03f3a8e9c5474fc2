"""Any acts in any order, on a real database: every figure and every refusal is the one of a model of integers."""

import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from solidarity.budgets.commands import record_payment
from solidarity.decisions.appeals import (
    Answer,
    answer_appeal,
    approve_answer,
    file_appeal,
    return_answer,
    take_appeal,
    withdraw_appeal,
)
from solidarity.decisions.commands import approve, decide, return_to_preparer
from solidarity.decisions.ratifying import ratify
from solidarity.decisions.revoking import revoke
from solidarity.requests.lapsing import lapse_reservations
from solidarity.requests.waiting import serve_waiting_list
from solidarity.rules.access import Person, Role
from solidarity.rules.deciding import Choice, Verdict
from solidarity.store.engine import make_engine, running
from tests.build import KEPT_BACK, a_person, a_ruleset
from tests.databases import copy_database, in_a_loop_of_its_own, on_server
from tests.faults.money_machine import ANYBODY, LINES, PICK, READABLE, SCHOOL, URGENCY, WHO, MoneyIn, World
from tests.faults.money_model import Request
from tests.people import the_cast

LANE = """
[[rule]]
id = "lane"
kind = "emergency"
title = { fr = "Voie d’urgence", en = "Emergency lane" }
applies_to = ["*"]
amount = "400.00"
quota = 3
ratify_within = "P15D"
"""
LAST_DAY: Final = date(2027, 8, 1)
REFUSAL: Final = Choice(verdict=Verdict.REFUSE, granted_cents={}, reason_codes=("not_eligible",))
KEEP: Final = Answer(upholds=False, granted_cents={}, reason="Rien de nouveau.")
PARTS = st.sampled_from([(100, 100), (100, 100), (50, 100), (60, 30), (0, 80), (0, 0), (10, 0)])


class Money(MoneyIn):
    """Decisions and what follows them, beside everything before."""

    def granted(self, one: Request, parts: tuple[int, int]) -> tuple[int, ...]:
        return tuple(cents * part // 100 for (_category, cents), part in zip(one.lines, parts, strict=False))

    @rule(lines=LINES, school=SCHOOL, urgency=URGENCY, parts=PARTS, who=WHO)
    def ask_and_decide(
        self, lines: list[tuple[str, int]], school: str, urgency: str, parts: tuple[int, int], who: str
    ) -> None:
        one = self.books.requests[self.ask_for_money(lines, school, urgency)]
        self._decide(one, parts, is_refusal=False, who=who)

    @precondition(lambda self: self.is_any_in(*READABLE))
    @rule(pick=PICK, is_any=ANYBODY, parts=PARTS, is_refusal=ANYBODY, who=WHO)
    def decide(self, pick: int, is_any: bool, parts: tuple[int, int], is_refusal: bool, who: str) -> None:
        self._decide(self.one(pick, is_any, *READABLE), parts, is_refusal=is_refusal, who=who)

    def _decide(self, one: Request, parts: tuple[int, int], *, is_refusal: bool, who: str) -> None:
        name, day, granted = one.reference, self.day, None if is_refusal else self.granted(one, parts)
        choice = REFUSAL if granted is None else _grants(granted)
        found = self.both(
            decide(name, choice, by=self.world.people[who], now=self.now),
            lambda books, _: books.decide(books.requests[name], granted, by=who, day=day),
        )
        assert found is None or found[0].status == found[1]

    @precondition(lambda self: self.is_any_in("awaiting_approval"))
    @rule(pick=PICK, is_any=ANYBODY, who=WHO, is_yes=st.sampled_from([True, True, False]))
    def answer_proposal(self, pick: int, is_any: bool, who: str, is_yes: bool) -> None:
        one = self.one(pick, is_any, "awaiting_approval")
        name, day, by = one.reference, self.day, self.world.people[who]
        if is_yes:
            act = approve(name, note=None, by=by, now=self.now)
            self.both(act, lambda books, _: books.approve(books.requests[name], by=who, day=day))
        else:
            back = return_to_preparer(name, note=None, by=by, now=self.now)
            self.both(back, lambda books, _: books.send_back(books.requests[name], by=who))

    @precondition(lambda self: self.is_any_in("decided"))
    @rule(pick=PICK, is_any=ANYBODY, act=st.sampled_from(["pay", "revoke", "ratify"]), who=WHO)
    def after_decision(self, pick: int, is_any: bool, act: str, who: str) -> None:
        name, by, now = self.one(pick, is_any, "decided").reference, self.world.people[who], self.now
        if act == "pay":
            found = self.both(
                record_payment(name, by=by, now=now), lambda books, _: books.pay(books.requests[name])
            )
            assert found is None or found[0] == found[1]
        elif act == "revoke":
            end = revoke(name, "Départ.", by=by, now=now)
            self.both(end, lambda books, _: books.revoke(books.requests[name], by=who))
        else:
            said = ratify(name, note=None, by=by, now=now)
            self.both(said, lambda books, _: books.ratify(books.requests[name], by=who))

    @precondition(lambda self: self.is_any_in("decided"))
    @rule(
        pick=PICK, is_any=ANYBODY, act=st.sampled_from(["file", "file", "file", "withdraw", "take"]), who=WHO
    )
    def appeal(self, pick: int, is_any: bool, act: str, who: str) -> None:
        one = self._appealed(pick) if act != "file" and not is_any else self.one(pick, is_any, "decided")
        name, now, director = one.reference, self.now, self.world.directors[one.school]
        if act == "file":
            filed = file_appeal(name, "Plus cher.", by=director, now=now)
            self.both(filed, lambda books, _: books.file_appeal(books.requests[name]))
        elif act == "withdraw":
            gone = withdraw_appeal(name, by=director, now=now)
            self.both(gone, lambda books, _: books.withdraw_appeal(books.requests[name]))
        else:
            taken = take_appeal(name, by=self.world.people[who], now=now)
            self.both(taken, lambda books, _: books.take_appeal(books.requests[name], by=who))

    @precondition(lambda self: any(one.appeal for one in self.books.requests.values()))
    @rule(pick=PICK, parts=PARTS, who=WHO, is_kept=ANYBODY)
    def answer_appeal(self, pick: int, parts: tuple[int, int], who: str, is_kept: bool) -> None:
        one = self._appealed(pick)
        name, day, granted = one.reference, self.day, None if is_kept else self.granted(one, parts)
        answer = KEEP if granted is None else Answer(upholds=True, granted_cents=_by_position(granted))
        found = self.both(
            answer_appeal(name, answer, by=self.world.people[who], now=self.now),
            lambda books, _: books.answer_appeal(books.requests[name], granted, by=who, day=day),
        )
        assert found is None or found[0] == found[1]

    @precondition(
        lambda self: any(one.appeal and one.appeal.prepared for one in self.books.requests.values())
    )
    @rule(pick=PICK, who=WHO, is_yes=st.sampled_from([True, True, False]))
    def answer_prepared(self, pick: int, who: str, is_yes: bool) -> None:
        name, day, by = self._appealed(pick, is_prepared=True).reference, self.day, self.world.people[who]
        if is_yes:
            act = approve_answer(name, by=by, now=self.now)
            self.both(act, lambda books, _: books.approve_answer(books.requests[name], by=who, day=day))
        else:
            back = return_answer(name, note=None, by=by, now=self.now)
            self.both(back, lambda books, _: books.return_answer(books.requests[name], by=who))

    def _appealed(self, pick: int, *, is_prepared: bool = False) -> Request:
        every = [one for one in self.books.requests.values() if one.appeal]
        first = [one for one in every if one.appeal and bool(one.appeal.prepared) is is_prepared]
        found = first or every or list(self.books.requests.values())
        return found[pick % len(found)]

    @rule(days=st.sampled_from([0, 1, 5, 16, 32]))
    def days_pass(self, days: int) -> None:
        """What is done each day: reservations that nobody answers for lapse, and the waiting list is served."""
        if self.day + timedelta(days=days) <= LAST_DAY:
            self.now += timedelta(days=days)
        day = self.day
        lapsed = self.both(lapse_reservations(now=self.now), lambda books, _: books.lapse(day=day))
        assert sorted(lapsed[0]) == sorted(lapsed[1])
        served = self.both(serve_waiting_list(now=self.now), lambda books, _: books.serve(day=day))
        assert served[0] == served[1]


def _by_position(granted: tuple[int, ...]) -> dict[int, int]:
    return dict(enumerate(granted, start=1))


def _grants(granted: tuple[int, ...]) -> Choice:
    return Choice(verdict=Verdict.GRANT, granted_cents=_by_position(granted))


async def _prepared(url: str) -> tuple[dict[str, Person], dict[str, Person]]:
    async with running(make_engine(url)):
        cast = await the_cast()
        await a_ruleset(extra=LANE + KEPT_BACK, activated_by=cast.second)
        third = await a_person(Role.ADMINISTRATOR, "Hugo Masson")
    people = {"one": cast.administrator, "two": cast.second, "three": third}
    return people, {"roubaix": cast.director, "evreux": cast.stranger}


@pytest.fixture(scope="module")
def on_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    home = tmp_path_factory.mktemp("model")
    shutil.copyfile(sqlite_template, home / "ready.sqlite")
    people, directors = in_a_loop_of_its_own(lambda: _prepared(f"sqlite:///{home}/ready.sqlite"))

    @asynccontextmanager
    async def fresh() -> AsyncIterator[object]:
        for old in home.glob("now.sqlite*"):
            old.unlink()
        shutil.copyfile(home / "ready.sqlite", home / "now.sqlite")
        async with running(make_engine(f"sqlite:///{home}/now.sqlite")) as engine:
            yield engine

    return World(people=people, directors=directors, fresh=fresh)


@pytest.fixture(scope="module")
def on_postgres(postgres_template: str, worker_name: str) -> Iterator[World]:
    server, _, template = postgres_template.rpartition("/")
    ready, numbers = f"model_{worker_name}", count()
    postgres = f"{server}/postgres"
    in_a_loop_of_its_own(lambda: copy_database(postgres, template=template, name=ready))
    people, directors = in_a_loop_of_its_own(lambda: _prepared(f"{server}/{ready}"))

    @asynccontextmanager
    async def fresh() -> AsyncIterator[object]:
        name = f"{ready}_{next(numbers)}"
        await copy_database(postgres, template=ready, name=name)
        async with running(make_engine(f"{server}/{name}", pool_size=2)) as engine:
            yield engine
        await on_server(postgres, f"DROP DATABASE {name} WITH (FORCE)")

    yield World(people=people, directors=directors, fresh=fresh)
    in_a_loop_of_its_own(lambda: on_server(postgres, f"DROP DATABASE {ready} WITH (FORCE)"))


def _played(world: World, *, examples: int, steps: int, is_same_always: bool) -> Counter[str]:
    """Play that many lives of a database; answers how often each act ended in each way."""
    said: Counter[str] = Counter()
    machine = type("MoneyHere", (Money,), {"world": world, "said": said})
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=is_same_always,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=how)
    return said


ESSENTIAL: Final = {"submit done", "decide done", "record_payment done", "propose_transfer done"}


@pytest.mark.parametrize("engine", ["on_sqlite", "on_postgres"])
def test_every_figure_is_the_one_of_the_model(engine: str, request: pytest.FixtureRequest) -> None:
    said = _played(request.getfixturevalue(engine), examples=8, steps=25, is_same_always=True)
    assert said.keys() >= ESSENTIAL


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("engine", ["on_sqlite", "on_postgres"])
def test_every_figure_is_the_one_of_the_model_all_night(engine: str, request: pytest.FixtureRequest) -> None:
    said = _played(request.getfixturevalue(engine), examples=500, steps=50, is_same_always=False)
    assert said.keys() >= ESSENTIAL
    print(dict(sorted(said.items())))
