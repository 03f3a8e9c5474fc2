"""A state machine for Hypothesis: what is done to the database is done to the model, and both must agree."""

import asyncio
import uuid
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from random import Random
from types import SimpleNamespace
from typing import Any, ClassVar, Final
from unittest.mock import patch
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from solidarity.budgets.accounts import check_ledger
from solidarity.budgets.commands import NewContribution, NewEnvelope, add_contribution, add_envelope
from solidarity.budgets.transfers import NewTransfer, approve_transfer, propose_transfer, return_transfer
from solidarity.requests.commands import submit, withdraw
from solidarity.requests.review import close, put_on_hold, request_information, resume
from solidarity.rules.access import Person
from solidarity.rules.calendar import paris_day
from solidarity.rules.errors import RuleError
from solidarity.trail.queries import verify_log
from tests.build import NOW, SCHOOL_YEAR, a_draft, a_line
from tests.faults.money_after import AllBooks
from tests.faults.money_model import Envelope, Gift, Refused, Request, Transfer
from tests.faults.stored_money import stored

REGIONS: Final = {"roubaix": "32", "evreux": "28"}
PICK = st.integers(0, 30)
WHO = st.sampled_from(["one", "two", "three"])
ANYBODY = st.integers(0, 9).map(lambda one: one == 0)
_CENTS = st.one_of(st.integers(1, 40_000), st.sampled_from([5_000, 10_000, 30_000, 30_001, 40_000]))
_CATEGORY = st.sampled_from(["transport", "transport", "food"])
LINES = st.lists(st.tuples(_CATEGORY, _CENTS), min_size=1, max_size=2)
SCHOOL = st.sampled_from(["roubaix", "roubaix", "evreux"])
URGENCY = st.sampled_from(["normal", "normal", "emergency"])
READABLE = ("submitted", "in_review")
_USUAL: Final = {
    "answer": ("information_requested",),
    "resume": ("on_hold",),
    "hold": READABLE,
    "ask": READABLE,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """The people of a database that was prepared once, and how to open a fresh copy of it."""

    people: dict[str, Person]
    directors: dict[str, Person]
    fresh: Callable[[], AbstractAsyncContextManager[object]]


class MoneyIn(RuleBasedStateMachine):
    """Money that comes in, and requests until they are decided; each rule acts on both sides."""

    world: ClassVar[World]
    said: ClassVar[dict[str, int]]

    def __init__(self) -> None:
        super().__init__()
        # Who pays among equals goes by id, and Hypothesis must find the same life when it plays one again.
        self.same_ids = patch.object(uuid, "os", SimpleNamespace(urandom=Random(1).randbytes))
        self.same_ids.start()
        self.runner = asyncio.Runner()
        self.opened = self.world.fresh()
        self.runner.run(_entered(self.opened))
        self.books = AllBooks()
        self.now = NOW
        self.names = count(1)

    def teardown(self) -> None:
        try:
            self._whole()
        finally:
            self.runner.run(_left(self.opened))
            self.runner.close()
            self.same_ids.stop()

    # Both sides

    def both(self, act: Coroutine[Any, Any, Any], expected: Callable[[AllBooks, Any], Any]) -> Any:
        """The act and the model: the same refusal, or neither refuses; answers what the act did."""
        self.now += timedelta(minutes=1)
        value, code = self.runner.run(_told(act))
        books, wanted = deepcopy(self.books), None
        try:
            foretold = expected(books, value)
        except Refused as refusal:
            wanted = refusal.code
        name = getattr(act, "__name__", "act")
        assert code == wanted, f"{name}: the product says {code}, the model {wanted}"
        told = f"{name} {code or 'done'}"
        self.said[told] = self.said.get(told, 0) + 1
        if wanted is None:
            self.books = books
            return foretold if value is None else (value, foretold)
        return None

    @invariant()
    def every_figure_agrees(self) -> None:
        assert self.runner.run(stored()) == self.books.figures()

    def _whole(self) -> None:
        async def look() -> None:
            assert await check_ledger() == []
            assert (await verify_log()).valid

        self.runner.run(look())

    @property
    def day(self) -> date:
        return paris_day(self.now)

    def is_any_in(self, *states: str) -> bool:
        return any(each.state in states for each in self.books.requests.values())

    def one(self, pick: int, is_any: bool, *states: str) -> Request:
        """A request; mostly one of these states, so that most acts succeed."""
        every = list(self.books.requests.values())
        fitting = [each for each in every if each.state in states]
        found = every if is_any or not fitting else fitting
        return found[pick % len(found)]

    # Money comes in

    @initialize()
    def first_money(self) -> None:
        self.gift(150_000, None, None, None)
        self.gift(60_000, "transport", None, 30)
        self.gift(30_000, None, "32", None)
        self.envelope(120_000, None, None)
        self.envelope(50_000, "transport", None)
        self.envelope(20_000, None, "roubaix")
        self.ask_for_money([("transport", 12_000)], "roubaix", "normal")
        self.ask_for_money([("transport", 8_000), ("food", 5_000)], "evreux", "normal")
        self.ask_for_money([("food", 35_000)], "roubaix", "normal")
        self.ask_for_money([("transport", 20_000)], "roubaix", "emergency")

    @rule(
        cents=st.integers(1_000, 40_000),
        category=st.sampled_from([None, None, "transport", "food"]),
        place=st.sampled_from(
            [(None, None), (None, None), (None, "32"), ("roubaix", None), ("evreux", None)]
        ),
        days=st.sampled_from([None, None, 20, 90]),
        is_gift=st.booleans(),
    )
    def more_money(
        self,
        cents: int,
        category: str | None,
        place: tuple[str | None, str | None],
        days: int | None,
        is_gift: bool,
    ) -> None:
        if is_gift:
            self.gift(cents, category, place[1], days)
        else:
            self.envelope(cents, category, *place)

    def gift(self, cents: int, category: str | None, region: str | None, days: int | None) -> None:
        until = self.day + timedelta(days=days) if days else None
        new = NewContribution(
            funder=f"Fondation {next(self.names)}",
            amount_cents=cents,
            received_on=self.day,
            school_year=SCHOOL_YEAR,
            category=category,
            region_code=region,
            until=until,
        )

        def expected(books: AllBooks, name: UUID) -> None:
            known = Gift(id=str(name), left_cents=cents, category=category, region=region, until=until)
            books.gifts[str(name)] = known

        self.both(add_contribution(new, by=None, now=self.now), expected)

    def envelope(
        self, cents: int, category: str | None, school: str | None, region: str | None = None
    ) -> None:
        new = NewEnvelope(
            name=f"Enveloppe {next(self.names)}",
            school_year=SCHOOL_YEAR,
            category=category,
            school=school,
            region_code=region,
            allocated_cents=cents,
        )

        day = self.day

        def expected(books: AllBooks, name: UUID | None) -> None:
            one = Envelope(id=str(name), allocated=cents, category=category, school=school, region=region)
            books.open_envelope(one, REGIONS[school] if school else region, day=day)

        self.both(add_envelope(new, by=None, now=self.now), expected)

    @rule(pick=PICK, other=PICK, cents=st.integers(1, 20_000), who=WHO)
    def propose(self, pick: int, other: int, cents: int, who: str) -> None:
        names = list(self.books.envelopes)
        source = names[pick % len(names)]
        others = [name for name in names if name != source]
        target = others[other % len(others)]
        new = NewTransfer(source=UUID(source), target=UUID(target), amount_cents=cents, reason="Équilibre.")
        made = Transfer(source=source, target=target, cents=cents, preparer=who)
        act = propose_transfer(new, by=self.world.people[who], now=self.now)
        self.both(act, lambda books, name: books.propose_transfer(str(name), made))

    @precondition(lambda self: self.books.transfers)
    @rule(pick=PICK, who=WHO, is_yes=st.sampled_from([True, True, False]))
    def answer_transfer(self, pick: int, who: str, is_yes: bool) -> None:
        every = self.books.transfers
        waiting = [name for name, one in every.items() if one.state == "proposed"] or list(every)
        name, day = waiting[pick % len(waiting)], self.day
        act, state = (approve_transfer, "approved") if is_yes else (return_transfer, "returned")
        self.both(
            act(UUID(name), note=None, by=self.world.people[who], now=self.now),
            lambda books, _: books.answer_transfer(name, state, by=who, day=day, regions=REGIONS),
        )

    # Requests

    @rule(lines=LINES, school=SCHOOL, urgency=URGENCY)
    def one_more(self, lines: list[tuple[str, int]], school: str, urgency: str) -> None:
        self.ask_for_money(lines, school, urgency)

    def ask_for_money(self, lines: list[tuple[str, int]], school: str, urgency: str) -> str:
        director = self.world.directors[school]
        drafted = a_draft(
            *(a_line(cents, category=category) for category, cents in lines), by=director, urgency=urgency
        )
        reference = self.runner.run(drafted)
        self.books.requests[reference] = Request(
            reference=reference,
            school=school,
            region=REGIONS[school],
            lines=tuple(lines),
            is_emergency=urgency == "emergency",
        )
        self._submit(reference, school)
        return reference

    def _submit(self, reference: str, school: str) -> None:
        day = self.day
        found = self.both(
            submit(reference, by=self.world.directors[school], now=self.now),
            lambda books, _: books.submit(books.requests[reference], day=day),
        )
        assert found is None or found[0].enough == found[1]

    @precondition(lambda self: self.books.requests)
    @rule(
        pick=PICK,
        is_any=ANYBODY,
        act=st.sampled_from(["answer", "withdraw", "close", "ask", "hold", "resume"]),
    )
    def before_decision(self, pick: int, is_any: bool, act: str) -> None:
        one = self.one(pick, is_any, *_USUAL.get(act, (*READABLE, "awaiting_approval")))
        name, day, now, clerk = one.reference, self.day, self.now, self.world.people["one"]
        director = self.world.directors[one.school]
        if act == "answer" and one.state != "draft":
            self._submit(name, one.school)
        elif act == "withdraw":
            command = withdraw(name, by=director, now=now)
            self.both(command, lambda books, _: books.end(books.requests[name], "withdrawn"))
        elif act == "close" and one.state != "draft":
            command = close(name, "Fin.", by=clerk, now=now)
            self.both(command, lambda books, _: books.end(books.requests[name], "closed"))
        elif act == "ask":
            command = request_information(name, "?", due_date=None, by=clerk, now=now)
            self.both(command, lambda books, _: books.ask(books.requests[name], day=day))
        elif act == "hold":
            command = put_on_hold(name, "no_credit", due_date=None, by=clerk, now=now)
            self.both(command, lambda books, _: books.hold(books.requests[name], now=now))
        else:
            self.both(resume(name, by=clerk, now=now), lambda books, _: books.resume(books.requests[name]))


async def _entered(opened: AbstractAsyncContextManager[object]) -> None:
    await opened.__aenter__()


async def _left(opened: AbstractAsyncContextManager[object]) -> None:
    await opened.__aexit__(None, None, None)


async def _told(act: Coroutine[Any, Any, Any]) -> tuple[Any, str | None]:
    try:
        return await act, None
    except RuleError as refusal:
        return None, refusal.code
