"""The queue of work that follows a commit: who takes a piece of it, how long, and what when it fails."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from solidarity.store.engine import current_engine
from solidarity.store.statements import insert
from solidarity.store.tables import JobRow
from solidarity.store.transaction import reading, writing

AT_ONCE: Final = 0
SOON: Final = 1
# Work may start at once whatever clock dated it: a demo's frozen day may lie in our future.
NO_WAIT: Final = datetime(1970, 1, 1, tzinfo=UTC)
MOST_CLAIMS: Final = 20
MOST_PROBLEM_CHARACTERS: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A piece of work claimed by one worker; `attempts` counts this one."""

    id: UUID
    kind: str
    ref: UUID
    attempts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long a worker keeps a piece of work, and how it treats one that fails."""

    lease: timedelta = timedelta(minutes=2)
    render_seconds: float = 60.0
    backoff: timedelta = timedelta(seconds=10)
    idle_seconds: float = 0.5
    most_attempts: int = 3
    most_mail_attempts: int = 8

    def attempts_for(self, kind: str) -> int:
        return self.most_mail_attempts if kind == "mail" else self.most_attempts


async def enqueue(kind: str, ref: UUID, *, priority: int, now: datetime) -> None:
    """Add a piece of work in the caller's transaction; it exists when that one commits."""
    await insert(
        JobRow,
        {
            "id": uuid4(),
            "kind": kind,
            "ref": str(ref),
            "priority": priority,
            "run_at": NO_WAIT,
            "attempts": 0,
            "created_at": now,
        },
    )


async def claim(kinds: tuple[str, ...], *, until: datetime, real_now: datetime) -> Job | None:
    """Take the next piece of work until `until`; None when nothing is due. Nobody else gets it before."""
    async with reading():
        # Looking first keeps an idle worker from holding up everybody who writes.
        if await _due(kinds, real_now).first() is None:
            return None
    async with writing():
        query = _due(kinds, real_now)
        if current_engine().engine_type == "postgres":
            query = query.lock_rows("UPDATE", skip_locked=True)
        row = await query.first()
        if row is None:
            return None
        attempts = row["attempts"] + 1
        await JobRow.update({JobRow.claimed_until: until, JobRow.attempts: attempts}).where(
            JobRow.id == row["id"]
        )
    return Job(id=row["id"], kind=row["kind"], ref=UUID(row["ref"]), attempts=attempts)


async def waiting(kinds: tuple[str, ...]) -> int:
    """How much work is left, be it due later or in somebody else's hands."""
    found: int = await JobRow.count().where(_open(kinds))
    return found


async def set_aside(kinds: tuple[str, ...]) -> int:
    """How many pieces of work were given up."""
    found: int = await JobRow.count().where(
        JobRow.set_aside_at.is_not_null() & JobRow.kind.is_in(list(kinds))
    )
    return found


async def job_for(kind: str, ref: UUID) -> Job:
    """The piece of work for something, whoever holds it: what comes of it is kept only once."""
    row = await (
        JobRow.select(JobRow.id, JobRow.attempts)
        .where((JobRow.kind == kind) & (JobRow.ref == str(ref)))
        .first()
    )
    assert row is not None, "it was written in the transaction of what it is for"
    return Job(id=row["id"], kind=kind, ref=ref, attempts=row["attempts"])


async def finish(job: Job, *, real_now: datetime) -> None:
    """The work is done; in the transaction that keeps its result."""
    await JobRow.update({JobRow.done_at: real_now, JobRow.claimed_until: None, JobRow.problem: None}).where(
        JobRow.id == job.id
    )


async def postpone(job: Job, problem: str, *, patience: Patience, real_now: datetime) -> bool:
    """Give failed work back for later, or set it aside for good; answers whether it was set aside."""
    is_last = job.attempts >= patience.attempts_for(job.kind)
    values: dict[Any, Any] = {JobRow.claimed_until: None, JobRow.problem: problem[:MOST_PROBLEM_CHARACTERS]}
    if is_last:
        values[JobRow.set_aside_at] = real_now
    else:
        values[JobRow.run_at] = real_now + patience.backoff * 2 ** (job.attempts - 1)
    await JobRow.update(values).where((JobRow.id == job.id) & JobRow.done_at.is_null())
    return is_last


def _open(kinds: tuple[str, ...]) -> Any:
    return JobRow.done_at.is_null() & JobRow.set_aside_at.is_null() & JobRow.kind.is_in(list(kinds))


def _due(kinds: tuple[str, ...], real_now: datetime) -> Any:
    is_free = JobRow.claimed_until.is_null() | (JobRow.claimed_until <= real_now)
    return (
        JobRow.select(JobRow.id, JobRow.kind, JobRow.ref, JobRow.attempts)
        .where(_open(kinds) & (JobRow.run_at <= real_now) & is_free)
        .order_by(JobRow.priority, JobRow.run_at, JobRow.created_at, JobRow.id)
    )
