"""A ruleset tried on decided requests: read, simulated on several cores, worked off as a job; decisions replayed."""

import asyncio
import json
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from solidarity.decisions.commands import approve, decide
from solidarity.rules.access import Person
from solidarity.rules.deciding import Choice, Verdict
from solidarity.rules.errors import Conflict, Unknown
from solidarity.rules.ruleset.replay import Fault
from solidarity.rules.ruleset.settle import Standing
from solidarity.rules.ruleset.simulated_totals import Summary
from solidarity.rulesets import past_requests, replaying, simulations
from solidarity.rulesets.commands import activate_ruleset, load_ruleset
from solidarity.rulesets.replaying import Replayed, replay_decisions
from solidarity.rulesets.settling import settlement
from solidarity.rulesets.simulating import say_nothing, simulate_year
from solidarity.rulesets.simulation_queries import simulation, simulations_of
from solidarity.rulesets.simulations import INTERRUPTED, Simulator, ask_simulation, run_simulator, work_one
from solidarity.store.engine import make_engine, running
from solidarity.store.tables import RulesetRow, SimulationRow
from tests.build import (
    GRANT,
    LATER,
    NOW,
    REFUSE,
    RULES,
    SCHOOL_YEAR,
    a_line,
    a_request,
    a_ruleset,
    a_student,
    an_envelope,
)
from tests.commands.books import actions, digest, refused
from tests.commands.programs import solidarity
from tests.databases import Database
from tests.people import Cast, the_cast

NEXT_YEAR = (
    RULES.replace("2026-2027", "2027-2028")
    .replace("2027-08-31", "2028-08-31")
    .replace("2026-09-01", "2027-09-01")
)
RATE = """
[[params.share]]
from = 2026-09-01
value = "50%"
confirmed = false

[[rule]]
id = "share"
kind = "cost"
title = { fr = "Part", en = "Share" }
applies_to = ["food"]
amount = "floor_div(line.amount_cents * params.share, 10000)"
"""


async def a_year(*, extra: str = "") -> tuple[Cast, UUID]:
    """Two pupils of Roubaix and one of Évreux with five decisions, one of them by two people, one refused."""
    cast = await the_cast()
    ruleset = await a_ruleset(by=cast.administrator, activated_by=cast.second, extra=extra)
    await an_envelope(90_000, region_code="32")
    await an_envelope(500_000)
    first, second = await a_student(cast.director), await a_student(cast.director)
    await _decided(cast, a_line(30_000), student=first)
    await _decided(cast, a_line(40_000, category="food"), student=first)
    await _decided(cast, a_line(50_000, category="housing"), student=first)
    await _decided(cast, a_line(20_000), student=second, choice=REFUSE)
    await _decided(cast, a_line(25_000), a_line(4_000, category="food"), director=cast.stranger)
    return cast, ruleset


async def _decided(
    cast: Cast,
    *lines: Any,
    student: UUID | None = None,
    director: Person | None = None,
    choice: Choice = GRANT,
) -> str:
    reference = await a_request(*lines, by=director or cast.director, student=student)
    prepared = await decide(reference, choice, by=cast.administrator, now=NOW)
    if prepared.status == "awaiting_approval":
        await approve(reference, note=None, by=cast.second, now=NOW)
    return reference


def a_simulator(clock: list[datetime] | None = None) -> Simulator:
    instants = clock or [LATER]
    return Simulator(now=lambda: LATER, real_now=lambda: instants[0], workers=1)


async def simulated(source: str, **options: int) -> Summary:
    return await simulate_year(source, SCHOOL_YEAR, workers=options.get("workers", 1))


# Simulating


async def test_a_year_under_its_own_rules_and_under_others(database: Database) -> None:
    await a_year()
    before = await digest()
    same = await simulated(RULES)
    assert (same.total.count, same.total.granted_cents) == (5, 30_000 + 40_000 + 20_000 + 29_000)
    assert (same.total.difference_cents, same.changes) == (0, ())
    assert (await simulated(NEXT_YEAR)).total == same.total
    lower = await simulated(NEXT_YEAR.replace('"900.00"', '"650.00"').replace('"400.00"', '"350.00"'))
    assert {one.key: one.difference_cents for one in lower.by_category} == {
        "transport": 0,
        "food": -5_000,
        "housing": -20_000,
    }
    assert {one.key: one.difference_cents for one in lower.by_school} == {"roubaix": -25_000, "evreux": 0}
    assert {one.key: one.count for one in lower.by_region} == {"32": 4, "28": 1}
    assert [one.key for one in lower.by_month] == ["2026-11"]
    assert (lower.pupils.count, lower.pupils.lose, lower.pupils.gain) == (3, 1, 0)
    assert [len(one.references) for one in lower.changes] == [3]
    spent = {one.new.allocated_cents: one for one in lower.envelopes}
    assert (spent[90_000].then.spent_cents, spent[90_000].new.spent_cents) == (90_000, 65_000)
    assert spent[500_000].then.exhausted_on is None
    assert await digest() == before
    with refused(Conflict, "nothing-decided"):
        await simulate_year(RULES, "2020-2021", workers=1)


async def test_any_number_of_processes_gives_the_same(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_year()
    source = NEXT_YEAR.replace('"900.00"', '"650.00"')
    told: list[tuple[int, int]] = []

    async def progress(done: int, total: int) -> None:
        told.append((done, total))

    alone = await simulate_year(source, SCHOOL_YEAR, workers=1, progress=progress)
    monkeypatch.setattr(past_requests, "STUDENTS_AT_ONCE", 1)
    assert await simulate_year(source, SCHOOL_YEAR, workers=2, progress=progress) == alone
    assert told[:2] == [(0, 5), (5, 5)]
    assert (len(told), told[-1]) == (6, (5, 5))


# As a job


async def test_a_simulation_is_asked_for_once_worked_off_and_kept(database: Database) -> None:
    cast, _ = await a_year()
    draft = await load_ruleset(NEXT_YEAR, by=cast.administrator, now=NOW)
    with refused(Conflict, "nothing-decided"):
        await ask_simulation(draft, "2020-2021", by=cast.administrator, now=NOW)
    with refused(Unknown):
        await ask_simulation(UUID(int=7), SCHOOL_YEAR, by=cast.administrator, now=NOW)
    asked = await ask_simulation(draft, SCHOOL_YEAR, by=cast.administrator, now=NOW)
    assert await ask_simulation(draft, SCHOOL_YEAR, by=cast.second, now=LATER) == asked
    assert (await actions())[-2:] == ["ruleset.loaded", "ruleset.simulated"]
    view, summary = await simulation(draft, asked)
    assert (view.state, view.done, view.total, view.asked_by, summary) == (
        "queued",
        0,
        5,
        "Claire Fontaine",
        None,
    )
    assert await run_simulator(a_simulator(), until_empty=True) == 1
    view, summary = await simulation(draft, asked)
    assert (view.state, view.done, view.finished_at, view.is_open) == ("done", 5, LATER, False)
    assert summary == await simulated(NEXT_YEAR)
    again = await ask_simulation(draft, SCHOOL_YEAR, by=cast.second, now=LATER)
    assert again != asked
    assert [one.id for one in await simulations_of(draft)] == [again, asked]
    with refused(Unknown):
        await simulation(UUID(int=7), asked)


async def test_work_that_was_interrupted_is_taken_up_and_given_up_at_last(database: Database) -> None:
    cast, ruleset = await a_year()
    asked = await ask_simulation(ruleset, SCHOOL_YEAR, by=cast.administrator, now=NOW)
    clock = [NOW]
    # A worker took it and was killed: nobody touches it before its lease has run out.
    await _left_running(asked, attempts=1, until=NOW + timedelta(minutes=1))
    assert not await work_one(a_simulator(clock))
    clock[0] = NOW + timedelta(minutes=2)
    assert await work_one(a_simulator(clock))
    assert (await simulation(ruleset, asked))[0].state == "done"
    other = await ask_simulation(ruleset, SCHOOL_YEAR, by=cast.administrator, now=NOW)
    await _left_running(other, attempts=3, until=NOW)
    assert not await work_one(a_simulator(clock))
    view = (await simulation(ruleset, other))[0]
    assert (view.state, view.problem) == ("failed", INTERRUPTED)


async def test_told_to_stop_a_worker_gives_back_what_it_has(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast, ruleset = await a_year()
    asked = await ask_simulation(ruleset, SCHOOL_YEAR, by=cast.administrator, now=NOW)
    stop = asyncio.Event()

    async def endless(*_: object, **__: object) -> Summary:
        stop.set()
        await asyncio.sleep(60)
        raise AssertionError

    monkeypatch.setattr(simulations, "simulate_year", endless)
    assert await run_simulator(a_simulator(), stop=stop) == 0
    monkeypatch.undo()
    row = await SimulationRow.select(SimulationRow.state, SimulationRow.attempts).first()
    assert row == {"state": "queued", "attempts": 0}
    assert await work_one(a_simulator())
    assert (await simulation(ruleset, asked))[0].state == "done"


async def test_a_failure_is_tried_again_then_told(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast, ruleset = await a_year()
    asked = await ask_simulation(ruleset, SCHOOL_YEAR, by=cast.administrator, now=NOW)
    monkeypatch.setattr(past_requests, "STUDENTS_AT_ONCE", 0)
    simulator = a_simulator()
    states = []
    for _ in range(3):
        assert await work_one(simulator)
        states.append((await simulation(ruleset, asked))[0].state)
    assert states == ["queued", "queued", "failed"]
    assert not await work_one(simulator)


async def _left_running(simulation_id: UUID, *, attempts: int, until: datetime) -> None:
    await SimulationRow.update(
        {
            SimulationRow.state: "running",
            SimulationRow.attempts: attempts,
            SimulationRow.claimed_until: until,
        }
    ).where(SimulationRow.id == simulation_id)


# Replaying


async def replayed(school_year: str | None = None) -> Replayed:
    return await replay_decisions(school_year, workers=1, progress=say_nothing)


async def test_every_decision_comes_out_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await a_year()
    monkeypatch.setattr(replaying, "DECISIONS_AT_ONCE", 2)
    whole = Replayed(decisions=5, different=0, differences=())
    assert await replayed() == await replayed(SCHOOL_YEAR) == whole
    assert (await replayed("2020-2021")).decisions == 0


async def test_a_ruleset_that_was_changed_behind_our_back_is_seen(database: Database) -> None:
    _, ruleset = await a_year()
    changed = RULES.replace('"900.00"', '"950.00"')
    await RulesetRow.update({RulesetRow.source: changed}).where(RulesetRow.id == ruleset)
    found = await replayed()
    assert (found.decisions, found.different) == (5, 5)
    assert {one.fault for one in found.differences} == {Fault.RULESET_CHANGED}
    assert all(one.reference.startswith("2026-") for one in found.differences)


# Rates that were not confirmed


async def test_what_waits_for_a_rate_and_what_the_confirmed_one_makes_of_it(database: Database) -> None:
    cast, _ = await a_year(extra=RATE)
    override = Choice(
        verdict=Verdict.GRANT, granted_cents={1: 6_000}, override_reason="La famille attend le bus."
    )
    above = await _decided(cast, a_line(10_000, category="food"), director=cast.neighbour, choice=override)
    today = date(2026, 11, 20)
    waiting = await settlement(SCHOOL_YEAR, today=today)
    assert [one.standing for one in waiting.decisions] == [Standing.WAITING] * 3
    for rate, expected in (("50%", [0, 0, 0]), ("75%", [10_000, 1_000, 0])):
        text = RULES + RATE.replace("50%", rate).replace("false", "true")
        confirmed = await load_ruleset(text, by=cast.administrator, now=LATER)
        await activate_ruleset(confirmed, by=cast.second, now=LATER)
        found = await settlement(SCHOOL_YEAR, today=today)
        differences = {one.reference: one.difference_cents for one in found.decisions}
        assert sorted(differences.values(), reverse=True) == expected
        assert next(one.standing for one in found.decisions if one.reference == above) is Standing.BY_HAND
    assert (await settlement("2020-2021", today=today)).ruleset is None


# From a terminal


def test_the_commands_answer_programs(sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "data.sqlite")
    url = f"sqlite:///{tmp_path / 'data.sqlite'}"
    file = tmp_path / "next.toml"
    file.write_text(NEXT_YEAR)

    def run(*arguments: str | Path) -> tuple[int, Any]:
        done = solidarity("rules", *arguments, database_url=url)
        return done.returncode, json.loads(done.stdout) if "--json" in arguments else done.stdout

    async def the_year() -> UUID:
        async with running(make_engine(url)):
            return (await a_year(extra=RATE))[1]

    async def tamper(ruleset: UUID) -> None:
        async with running(make_engine(url)):
            await RulesetRow.update({RulesetRow.source: RULES}).where(RulesetRow.id == ruleset)

    ruleset = asyncio.run(the_year())
    year = ("--school-year", SCHOOL_YEAR)
    code, found = run("simulate", file, *year, "--json")
    assert (code, found["total"]["count"], found["ruleset"]["id"]) == (0, 5, "essai-2026")
    code, told = run("simulate", file, *year)
    assert (code, "Plus grands changements" in told) == (0, True)
    assert run("simulate", file, "--school-year", "2020-2021")[0] == 1
    assert run("simulate", file, "--school-year", "2020")[0] == 2
    file.write_text(NEXT_YEAR.replace('"cap"', '"hat"'))
    assert run("simulate", file, *year)[0] == 1
    code, found = run("settle", *year, "--json")
    assert (code, {one["standing"] for one in found["items"]}) == (0, {"waiting"})
    assert run("settle", *year)[1].endswith("décisions de 2026-2027 attendaient un taux.\n")
    whole = {"valid": True, "decisions": 5, "different": 0, "differences": []}
    assert run("replay", *year, "--json") == (0, whole)
    asyncio.run(tamper(ruleset))
    code, found = run("replay", "--json")
    assert (code, found["different"], found["differences"][0]["fault"]) == (1, 5, "ruleset-changed")
    assert "le texte du barème a changé" in run("replay")[1]
