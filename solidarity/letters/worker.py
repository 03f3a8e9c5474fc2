"""The worker: takes work from the queue, renders and seals letters, keeps them, sends mails."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from solidarity.archive import Archive
from solidarity.clock import Clock, real_now
from solidarity.letters.child import Child
from solidarity.letters.mail import Mailer, queue_mails
from solidarity.letters.queries import kept_file, letter_id_of
from solidarity.letters.queue import MOST_CLAIMS, Job, Patience, claim, finish, job_for, postpone, waiting
from solidarity.letters.seal import Seal, make_seal, seal
from solidarity.letters.seal_files import KEY_FILE
from solidarity.requests.waiting import serve_waiting_list
from solidarity.settings import Settings
from solidarity.store.tables import LetterFileRow, LetterRow, MailRow
from solidarity.store.transaction import hold, reading, retrying, writing
from solidarity.trail.commands import Subject, record

SEAL_NAME: Final = "Solidarité – sceau des lettres"
SEAL_SECONDS: Final = 10.0
LOOK_SECONDS: Final = 2.0

Progress = Callable[[int], None]
"""Told, after each piece of work, how many are left."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sealed:
    """A letter as it will be kept for ever."""

    content: bytes
    unsigned_sha256: str


@dataclass(kw_only=True, slots=True)
class Worker:
    """What one worker process works with."""

    archive: Archive
    seal: Seal
    clock: Clock
    mailer: Mailer | None
    patience: Patience = field(default_factory=Patience)
    child: Child = field(default_factory=lambda: Child("solidarity.letters.render_child"))
    looked_at: float = 0.0

    @property
    def kinds(self) -> tuple[str, ...]:
        """Without a mail server mails stay in the outbox, where administrators see them."""
        return ("letter", "mail") if self.mailer else ("letter",)


def make_worker(settings: Settings, clock: Clock, patience: Patience | None = None) -> Worker:
    """A worker for this installation; the seal is made when there is none yet."""
    return Worker(
        archive=Archive(root=settings.storage_directory),
        seal=seal_of(settings.seal_directory, clock=clock),
        clock=clock,
        mailer=Mailer(url=settings.smtp_url, sender=settings.mail_from) if settings.smtp_url else None,
        patience=patience or Patience(),
    )


async def run_worker(
    worker: Worker,
    *,
    until_empty: bool = False,
    stop: asyncio.Event | None = None,
    progress: Progress | None = None,
) -> int:
    """Work until `stop` is set, or until nothing is left; answers how many pieces were taken on.

    The database engine is in use already. The piece at hand is finished before a stop.
    """
    stop = stop or asyncio.Event()
    taken = 0
    try:
        while not stop.is_set():
            job = await claim(worker.kinds, until=real_now() + worker.patience.lease, real_now=real_now())
            if job is not None:
                await do(job, worker)
                taken += 1
                if progress is not None:
                    progress(await waiting(worker.kinds))
            elif until_empty and await waiting(worker.kinds) == 0:
                break
            else:
                await _look_at_waiting_list(worker)
                await _pause(stop, worker.patience.idle_seconds)
    finally:
        await worker.child.end()
    return taken


async def _look_at_waiting_list(worker: Worker) -> None:
    """Whatever freed money, whoever waits for it is served within seconds; `daily` does it too."""
    if time.monotonic() - worker.looked_at >= LOOK_SECONDS:
        worker.looked_at = time.monotonic()
        await serve_waiting_list(now=worker.clock.now())


async def do(job: Job, worker: Worker) -> None:
    """One piece of work, to its end: done, put off, or set aside. What was decided stays valid."""
    try:
        if job.attempts > MOST_CLAIMS:
            raise RuntimeError("taken again and again, and never finished")  # noqa: TRY301
        if job.kind == "mail":
            await _send(job, worker)
        else:
            await _issue(job, worker)
    except Exception as fault:
        problem = str(fault) or type(fault).__name__
        await retrying(lambda: _put_off(job, problem, worker))


async def render_letter(facts: str, worker: Worker) -> Sealed:
    """The sealed file for these frozen facts; the rendering happens in the child process."""
    unsigned = await worker.child.ask(facts.encode(), seconds=worker.patience.render_seconds)
    sealed = await asyncio.to_thread(seal, unsigned, at=worker.clock.now(), seal=worker.seal)
    return Sealed(content=sealed, unsigned_sha256=hashlib.sha256(unsigned).hexdigest())


async def issue_now(wanted: str, worker: Worker) -> bytes:
    """The sealed file of a letter, by its number or its request's reference, rendered if it has to be.

    Raises `Unknown`, `Conflict("letter-damaged")`, `ChildFailed`.
    """
    letter_id = await letter_id_of(wanted)
    try:
        await _issue(await job_for("letter", letter_id), worker)
    finally:
        await worker.child.end()
    content = await kept_file(letter_id, worker.archive)
    assert content is not None, "it was just kept"
    return content


async def _issue(job: Job, worker: Worker) -> None:
    async with reading():
        letter = await LetterRow.select().where(LetterRow.id == job.ref).first()
        assert letter is not None, "a letter is never deleted"
        is_kept = await LetterFileRow.exists().where(LetterFileRow.letter == job.ref)
    sealed = None if is_kept else await render_letter(letter["facts"], worker)
    if sealed is not None:
        # On the disk before the database names it: a crash in between leaves a file nobody asks for.
        await asyncio.to_thread(worker.archive.put, sealed.content)
    await retrying(lambda: _keep(job, letter, sealed, worker))


async def _keep(job: Job, letter: dict[str, Any], sealed: Sealed | None, worker: Worker) -> None:
    now = worker.clock.now()
    async with writing():
        # Holding the letter makes a second worker, whose lease ran out on the way, see the first one's file.
        await hold(LetterRow, letter["id"])
        await finish(job, real_now=real_now())
        if sealed is None or await LetterFileRow.exists().where(LetterFileRow.letter == letter["id"]):
            return
        sha256 = hashlib.sha256(sealed.content).hexdigest()
        await LetterFileRow.insert(
            LetterFileRow(
                id=uuid4(),
                letter=letter["id"],
                sha256=sha256,
                unsigned_sha256=sealed.unsigned_sha256,
                size=len(sealed.content),
                rendered_at=now,
            )
        )
        await queue_mails(letter, now=now)
        about = Subject(kind="letter", id=letter["number"])
        detail = {"sha256": sha256, "content_sha256": letter["content_sha256"]}
        await record("letter.issued", about=about, by=None, at=now, detail=detail)


async def _send(job: Job, worker: Worker) -> None:
    assert worker.mailer is not None, "mails are only taken with a mail server"
    mail = await MailRow.select().where(MailRow.id == job.ref).first()
    assert mail is not None, "a mail is never deleted"
    if mail["sent_at"] is None:
        await worker.mailer.send(mail, at=worker.clock.now())
    async with writing():
        await finish(job, real_now=real_now())
        await MailRow.update(
            {MailRow.sent_at: worker.clock.now(), MailRow.attempts: job.attempts, MailRow.problem: None}
        ).where(MailRow.id == job.ref)


async def _put_off(job: Job, problem: str, worker: Worker) -> None:
    async with writing():
        is_set_aside = await postpone(job, problem, patience=worker.patience, real_now=real_now())
        if job.kind == "mail":
            await MailRow.update({MailRow.attempts: job.attempts, MailRow.problem: problem[:500]}).where(
                MailRow.id == job.ref
            )
        if is_set_aside:
            about = Subject(kind=job.kind, id=await _name(job))
            detail = {"problem": problem[:500], "attempts": job.attempts}
            at = worker.clock.now()
            await record(f"{job.kind}.set_aside", about=about, by=None, at=at, detail=detail)


async def _name(job: Job) -> str:
    return str(job.ref) if job.kind == "mail" else await _number(job.ref)


async def _number(letter: UUID) -> str:
    row = await LetterRow.select(LetterRow.number).where(LetterRow.id == letter).first()
    return str(row["number"]) if row else str(letter)


def seal_of(directory: Path, *, clock: Clock) -> Seal:
    """The seal of this installation, made once; of two processes that want to make it, one does."""
    deadline = time.monotonic() + SEAL_SECONDS
    while True:
        try:
            if not (directory / KEY_FILE).exists():
                return make_seal(directory, now=clock.now(), common_name=SEAL_NAME)
            return Seal.load(directory)
        except (FileExistsError, FileNotFoundError, ValueError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
