"""Simulations as work: asked for by an administrator, taken by a worker, their result kept."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec

from solidarity.rules.access import Person
from solidarity.rules.errors import Conflict, RuleError, Unknown
from solidarity.rules.ruleset import RulesetFaults
from solidarity.rules.ruleset.simulated_totals import Summary
from solidarity.rulesets.many_cores import cores
from solidarity.rulesets.past_requests import count_past
from solidarity.rulesets.simulating import simulate_year
from solidarity.store.engine import current_engine
from solidarity.store.failures import DatabaseBusy
from solidarity.store.tables import RulesetRow, SimulationRow
from solidarity.store.transaction import hold, reading, retrying, writing
from solidarity.trail.commands import Subject, held_chain_head, record

OPEN: Final = ("queued", "running")
MOST_ATTEMPTS: Final = 3
MOST_PROBLEM_CHARACTERS: Final = 500
INTERRUPTED: Final = "interrupted"

Now = Callable[[], datetime]


async def ask_simulation(ruleset_id: UUID, school_year: str, *, by: Person, now: datetime) -> UUID:
    """Queue a simulation; while the same one waits or runs, answer that one.

    Raises `Unknown`, `Conflict("nothing-decided")` for a year without a decided request.
    """
    async with writing():
        ruleset = await RulesetRow.select(RulesetRow.sha256).where(RulesetRow.id == ruleset_id).first()
        if ruleset is None:
            raise Unknown
        total = await count_past(school_year)
        if total == 0:
            raise Conflict("nothing-decided", school_year=school_year)
        # Two who ask at the same time: the second sees what the first one asked.
        await held_chain_head()
        known = await _open_one(ruleset_id, school_year)
        if known is not None:
            return known
        row = _row(ruleset_id, school_year, total, by=by, now=now)
        await SimulationRow.insert(row)
        about = Subject(kind="ruleset", id=str(ruleset_id))
        detail = {"school_year": school_year, "sha256": ruleset["sha256"]}
        await record("ruleset.simulated", about=about, by=by, at=now, detail=detail)
    return row.id


def _row(ruleset_id: UUID, school_year: str, total: int, *, by: Person, now: datetime) -> SimulationRow:
    return SimulationRow(
        id=uuid4(),
        ruleset=ruleset_id,
        school_year=school_year,
        state="queued",
        done=0,
        total=total,
        attempts=0,
        claimed_until=None,
        result=None,
        problem=None,
        asked_by=by.id,
        asked_at=now,
        finished_at=None,
    )


async def _open_one(ruleset_id: UUID, school_year: str) -> UUID | None:
    row = await (
        SimulationRow.select(SimulationRow.id)
        .where(
            (SimulationRow.ruleset == ruleset_id)
            & (SimulationRow.school_year == school_year)
            & SimulationRow.state.is_in(list(OPEN))
        )
        .first()
    )
    return None if row is None else row["id"]


# The worker


@dataclass(frozen=True, kw_only=True, slots=True)
class Simulator:
    """What one worker works with; `real_now` is for leases, `now` dates what is kept."""

    now: Now
    real_now: Now
    workers: int = field(default_factory=cores)
    lease: timedelta = timedelta(minutes=1)
    progress_every: timedelta = timedelta(seconds=1)
    idle_seconds: float = 2.0


async def run_simulator(
    simulator: Simulator, *, until_empty: bool = False, stop: asyncio.Event | None = None
) -> int:
    """Work off simulations until `stop`, or until none waits; answers how many were taken on.

    A simulation at hand when told to stop is given back, and begins again elsewhere.
    """
    stop = stop or asyncio.Event()
    taken = 0
    while not stop.is_set():
        if await _until(stop, work_one(simulator)):
            taken += 1
        elif until_empty:
            break
        else:
            await _pause(stop, simulator.idle_seconds)
    return taken


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, bool]) -> bool:
    """What the work answers; False when it had to be cancelled because of the stop."""
    working, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not working.done():
        working.cancel()
        await asyncio.wait({working})
        return False
    return working.result()


async def work_one(simulator: Simulator) -> bool:
    """Take the oldest simulation that waits, and work it off; False when none does."""
    claimed = await _claim(simulator)
    if claimed is None:
        return False
    try:
        summary = await _simulated(claimed, simulator)
    except asyncio.CancelledError:
        untried = replace(claimed, attempts=claimed.attempts - 1)
        await retrying(lambda: _give_back(claimed, untried, None))
        raise
    except (RulesetFaults, RuleError) as refusal:
        code = refusal.code if isinstance(refusal, RuleError) else "ruleset-faults"
        await retrying(lambda: _fail(claimed, code, simulator))
    except Exception as fault:
        # Given back: another worker, or this one after a restart, tries it again.
        problem = f"{type(fault).__name__}: {fault}"
        await retrying(lambda: _try_again(claimed, problem, simulator))
    else:
        await retrying(lambda: _keep(claimed, summary, simulator))
    return True


@dataclass(frozen=True, kw_only=True, slots=True)
class _Claimed:
    id: UUID
    ruleset: UUID
    school_year: str
    attempts: int


async def _claim(simulator: Simulator) -> _Claimed | None:
    real_now = simulator.real_now()
    async with reading():
        # Looking first keeps an idle worker from holding up everybody who writes.
        if not await is_waiting(real_now):
            return None
    async with writing():
        query = _due(real_now)
        if current_engine().engine_type == "postgres":
            query = query.lock_rows("UPDATE", skip_locked=True)
        row = await query.first()
        if row is None:
            return None
        claimed = _Claimed(**{**row, "attempts": row["attempts"] + 1})
        if claimed.attempts > MOST_ATTEMPTS:
            await _end(
                claimed.id, {SimulationRow.state: "failed", SimulationRow.problem: INTERRUPTED}, simulator
            )
            return None
        await SimulationRow.update(
            {
                SimulationRow.state: "running",
                SimulationRow.attempts: claimed.attempts,
                SimulationRow.claimed_until: real_now + simulator.lease,
                SimulationRow.done: 0,
            }
        ).where(SimulationRow.id == claimed.id)
    return claimed


async def is_waiting(real_now: datetime) -> bool:
    """Whether a simulation waits for a worker, or was left by one whose lease has run out."""
    return await _due(real_now).first() is not None


def _due(real_now: datetime) -> Any:
    is_left = (SimulationRow.state == "running") & (SimulationRow.claimed_until <= real_now)
    return (
        SimulationRow.select(
            SimulationRow.id, SimulationRow.ruleset, SimulationRow.school_year, SimulationRow.attempts
        )
        .where((SimulationRow.state == "queued") | is_left)
        .order_by(SimulationRow.asked_at, SimulationRow.id)
    )


async def _simulated(claimed: _Claimed, simulator: Simulator) -> Summary:
    row = await RulesetRow.select(RulesetRow.source).where(RulesetRow.id == claimed.ruleset).first()
    assert row is not None, "a foreign key points to the ruleset"
    told_at = simulator.real_now()

    async def progress(done: int, total: int) -> None:
        nonlocal told_at
        if simulator.real_now() - told_at >= simulator.progress_every:
            told_at = simulator.real_now()
            await _tell(claimed, done, total, simulator)

    return await simulate_year(
        row["source"], claimed.school_year, workers=simulator.workers, progress=progress
    )


async def _tell(claimed: _Claimed, done: int, total: int, simulator: Simulator) -> None:
    """Write how far it is and renew the lease; a busy database is told next time."""
    try:
        async with writing():
            await SimulationRow.update(
                {
                    SimulationRow.done: done,
                    SimulationRow.total: total,
                    SimulationRow.claimed_until: simulator.real_now() + simulator.lease,
                }
            ).where(_still_mine(claimed))
    except DatabaseBusy:
        return


async def _keep(claimed: _Claimed, summary: Summary, simulator: Simulator) -> None:
    async with writing():
        if await _hold_mine(claimed):
            await _end(
                claimed.id,
                {
                    SimulationRow.state: "done",
                    SimulationRow.result: summary_to_text(summary),
                    SimulationRow.done: summary.total.count,
                    SimulationRow.total: summary.total.count,
                    SimulationRow.problem: None,
                },
                simulator,
            )


async def _fail(claimed: _Claimed, problem: str, simulator: Simulator) -> None:
    async with writing():
        if await _hold_mine(claimed):
            values = {SimulationRow.state: "failed", SimulationRow.problem: problem[:MOST_PROBLEM_CHARACTERS]}
            await _end(claimed.id, values, simulator)


async def _try_again(claimed: _Claimed, problem: str, simulator: Simulator) -> None:
    if claimed.attempts >= MOST_ATTEMPTS:
        await _fail(claimed, problem, simulator)
    else:
        await _give_back(claimed, claimed, problem[:MOST_PROBLEM_CHARACTERS])


async def _give_back(claimed: _Claimed, left: _Claimed, problem: str | None) -> None:
    async with writing():
        await SimulationRow.update(
            {
                SimulationRow.state: "queued",
                SimulationRow.claimed_until: None,
                SimulationRow.attempts: left.attempts,
                SimulationRow.problem: problem,
            }
        ).where(_still_mine(claimed))


async def _end(simulation: UUID, values: dict[Any, Any], simulator: Simulator) -> None:
    await SimulationRow.update(
        {**values, SimulationRow.claimed_until: None, SimulationRow.finished_at: simulator.now()}
    ).where(SimulationRow.id == simulation)


async def _hold_mine(claimed: _Claimed) -> bool:
    """Whether nobody else took it over when the lease ran out."""
    row = await hold(SimulationRow, claimed.id)
    return row is not None and row.state == "running" and row.attempts == claimed.attempts


def _still_mine(claimed: _Claimed) -> Any:
    return (
        (SimulationRow.id == claimed.id)
        & (SimulationRow.state == "running")
        & (SimulationRow.attempts == claimed.attempts)
    )


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


def summary_to_text(summary: Summary) -> str:
    """A summary as it is kept."""
    return msgspec.json.encode(summary).decode()


def summary_from_text(text: str) -> Summary:
    return msgspec.json.decode(text, type=Summary)
