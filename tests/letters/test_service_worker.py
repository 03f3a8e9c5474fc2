"""The worker: a letter is complete or absent, rendered once, and its failure never harms the decision."""

import asyncio
import hashlib
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from aiosmtpd.handlers import Message
from aiosmtpd.smtp import SMTP

from solidarity.archive import Archive
from solidarity.clock import Clock, real_now
from solidarity.letters.child import Child, ChildFailed
from solidarity.letters.mail import message_id
from solidarity.letters.queries import letter, letter_pdf, outbox
from solidarity.letters.queue import Patience, claim
from solidarity.letters.seal import verify
from solidarity.letters.worker import Worker, do, make_worker, run_worker
from solidarity.rules.errors import Conflict, Unknown
from solidarity.settings import Settings, read_settings
from solidarity.store.tables import (
    EventRow,
    JobRow,
    LetterFileRow,
    LetterRow,
    MailRow,
    RequestRow,
)
from solidarity.store.transaction import writing
from solidarity.trail.queries import verify_log
from tests.databases import Database
from tests.letters.network import NOW, Network, a_letter, a_network

QUICK = Patience(backoff=timedelta(0), idle_seconds=0.02)


def _settings(tmp_path: Path, database: Database, **more: str) -> Settings:
    return read_settings(
        {
            "SOLIDARITY_DATABASE_URL": database.url,
            "SOLIDARITY_STORAGE_URL": f"file://{tmp_path}/files",
            "SOLIDARITY_SEAL_DIRECTORY": str(tmp_path / "seal"),
            **more,
        }
    )


def _worker(tmp_path: Path, database: Database, patience: Patience = QUICK, **more: str) -> Worker:
    return make_worker(_settings(tmp_path, database, **more), Clock(frozen=NOW), patience)


async def _actions() -> list[str]:
    return [row["action"] for row in await EventRow.select(EventRow.action).order_by(EventRow.sequence)]


async def test_the_worker_renders_seals_keeps_and_tells_the_school(
    database: Database, tmp_path: Path
) -> None:
    network = await a_network()
    await a_letter(network)
    before = await letter("L2026-000001", network.director)
    assert before.sha256 is None
    assert await letter_pdf("L2026-000001", network.director, Archive(root=tmp_path)) is None

    worker = _worker(tmp_path, database)
    assert await run_worker(worker, until_empty=True) == 1

    view = await letter("L2026-000001", network.auditor)
    pdf = await letter_pdf("L2026-000001", network.director, worker.archive)
    assert pdf is not None
    assert (view.sha256, view.size) == (hashlib.sha256(pdf).hexdigest(), len(pdf))
    assert verify(pdf, worker.seal.certificate_pem).is_acceptable
    [mail] = await outbox()
    body = (await MailRow.select(MailRow.body).first() or {})["body"]
    assert mail.recipient == "direction@roubaix.example.org"
    assert "/lettres/L2026-000001" in body
    assert "Maëlle" not in body + mail.subject
    assert "Œuvray" not in body + mail.subject
    assert (await _actions())[-1] == "letter.issued"
    assert (await verify_log()).valid


async def test_another_school_sees_no_letter(database: Database, tmp_path: Path) -> None:
    network = await a_network()
    await a_letter(network)
    with pytest.raises(Unknown):
        await letter("L2026-000001", network.stranger)
    with pytest.raises(Unknown):
        await letter_pdf("L2026-000001", network.stranger, Archive(root=tmp_path))


async def test_a_damaged_file_is_never_given_out(database: Database, tmp_path: Path) -> None:
    network = await a_network()
    await a_letter(network)
    worker = _worker(tmp_path, database)
    await run_worker(worker, until_empty=True)
    [place] = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    place.chmod(0o600)
    place.write_bytes(place.read_bytes()[:-1])
    with pytest.raises(Conflict) as refusal:
        await letter_pdf("L2026-000001", network.director, worker.archive)
    assert refusal.value.code == "letter-damaged"


async def test_rendered_twice_it_is_one_letter(database: Database, tmp_path: Path) -> None:
    await a_letter(await a_network())
    worker = _worker(tmp_path, database)
    # The first worker's lease ends while it renders; a second one takes the same letter.
    first = await claim(worker.kinds, until=real_now(), real_now=real_now())
    second = await claim(worker.kinds, until=real_now() + timedelta(minutes=2), real_now=real_now())
    assert first is not None
    assert second is not None
    assert first.id == second.id
    await asyncio.gather(do(first, worker), do(second, _worker(tmp_path, database)))
    await worker.child.end()
    assert await LetterFileRow.count() == 1
    assert await MailRow.count() == 1
    assert (await _actions()).count("letter.issued") == 1


async def test_the_file_exists_before_the_database_names_it(database: Database, tmp_path: Path) -> None:
    network = await a_network()
    await a_letter(network)
    worker = _worker(tmp_path, database)
    job = await claim(worker.kinds, until=real_now(), real_now=real_now())
    assert job is not None
    # The process dies after rendering and before keeping: its work is lost, and done again.
    letter_row = await LetterRow.select().first()
    assert letter_row is not None
    unsigned = await worker.child.ask(letter_row["facts"].encode(), seconds=60)
    worker.archive.put(unsigned)
    assert (await letter("L2026-000001", network.director)).sha256 is None
    await run_worker(worker, until_empty=True)
    file = await LetterFileRow.select().first()
    assert file is not None
    assert file["unsigned_sha256"] == hashlib.sha256(unsigned).hexdigest()


async def test_poison_is_set_aside_and_the_decision_stays(database: Database, tmp_path: Path) -> None:
    network = await a_network()
    reference = await a_letter(network)
    poison = await _poison(network)
    await a_letter(network)
    worker = _worker(tmp_path, database)
    await run_worker(worker, until_empty=True)
    job = await JobRow.select().where(JobRow.ref == str(poison)).first()
    assert job is not None
    assert job["attempts"] == 3
    assert job["set_aside_at"] is not None
    assert "ValueError" in job["problem"]
    assert await LetterFileRow.count() == 2
    assert "letter.set_aside" in await _actions()
    assert (await letter("L2026-999999", network.auditor)).is_set_aside
    row = await RequestRow.select(RequestRow.status).where(RequestRow.reference == reference).first()
    assert row == {"status": "decided"}


async def _poison(network: Network) -> UUID:
    """A letter whose facts cannot be read, ahead of the others."""
    sane = await LetterRow.select().first()
    assert sane is not None
    poisoned = {**sane, "id": uuid4(), "number": "L2026-999999", "verification_code": "Z" * 26, "facts": "{}"}
    async with writing():
        await LetterRow.insert(LetterRow(**poisoned))
        await JobRow.insert(
            JobRow(
                id=uuid4(),
                kind="letter",
                ref=str(poisoned["id"]),
                priority=-1,
                run_at=datetime(2020, 1, 1, tzinfo=UTC),
                attempts=0,
                claimed_until=None,
                done_at=None,
                set_aside_at=None,
                problem=None,
                created_at=NOW,
            )
        )
    found: UUID = poisoned["id"]
    return found


async def test_new_letters_go_ahead_of_old_ones(database: Database) -> None:
    from solidarity.letters.commands import put_letters_behind

    network = await a_network()
    await a_letter(network)
    await put_letters_behind(issued_before=NOW + timedelta(days=1))
    await a_letter(network)
    job = await claim(("letter",), until=real_now(), real_now=real_now())
    assert job is not None
    row = await LetterRow.select(LetterRow.number).where(LetterRow.id == job.ref).first()
    assert row == {"number": "L2026-000002"}


async def test_two_workers_never_hold_the_same_letter(database: Database) -> None:
    network = await a_network()
    for _ in range(4):
        await a_letter(network)
    until = real_now() + timedelta(minutes=1)
    taken = await asyncio.gather(*(claim(("letter",), until=until, real_now=real_now()) for _ in range(6)))
    ids = [job.id for job in taken if job is not None]
    assert len(ids) == len(set(ids)) == 4


async def test_a_killed_worker_s_letter_is_finished_by_another(
    sqlite_database: Database, tmp_path: Path
) -> None:
    network = await a_network()
    for _ in range(3):
        await a_letter(network)
    environment = {
        **os.environ,
        "SOLIDARITY_DATABASE_URL": sqlite_database.url,
        "SOLIDARITY_STORAGE_URL": f"file://{tmp_path}/files",
        "SOLIDARITY_SEAL_DIRECTORY": str(tmp_path / "seal"),
    }
    command = (sys.executable, "-m", "solidarity", "letters", "work")
    victim = await asyncio.create_subprocess_exec(*command, env=environment)
    try:
        async with asyncio.timeout(30):
            while not await JobRow.exists().where(JobRow.claimed_until.is_not_null()):
                assert victim.returncode is None
                await asyncio.sleep(0.02)
    finally:
        victim.send_signal(signal.SIGKILL)
        await victim.wait()
    # Rather than wait until the dead worker's lease ends, end it.
    await JobRow.update({JobRow.claimed_until: real_now()}).where(JobRow.done_at.is_null())
    await run_worker(_worker(tmp_path, sqlite_database), until_empty=True)
    files = await LetterFileRow.select(LetterFileRow.letter)
    assert len({row["letter"] for row in files}) == len(files) == 3


async def test_a_worker_asked_to_stop_ends_well(sqlite_database: Database, tmp_path: Path) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(run_worker(_worker(tmp_path, sqlite_database), stop=stop))
    await asyncio.sleep(0.05)
    stop.set()
    assert await asyncio.wait_for(running, timeout=2) == 0


async def test_a_child_that_hangs_is_killed_and_the_next_letter_is_rendered() -> None:
    child = Child("tests.letters.slow_child")
    try:
        with pytest.raises(ChildFailed, match="no answer within 1"):
            await child.ask(b"hang", seconds=1.0)
        with pytest.raises(ChildFailed, match="ended over it"):
            await child.ask(b"die", seconds=20.0)
        with pytest.raises(ChildFailed, match="MemoryError"):
            await child.ask(b"eat", seconds=20.0)
        assert await child.ask(b"echo", seconds=20.0) == b"echo"
    finally:
        await child.end()


async def test_a_child_knows_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLIDARITY_SECRET_KEY", "never tell")
    child = Child("tests.letters.slow_child")
    try:
        names = await child.ask(b"environment", seconds=20.0)
    finally:
        await child.end()
    assert b"PYTHONPATH" in names
    assert b"SOLIDARITY" not in names


class _Inbox(Message):
    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict[str, str]] = []

    def handle_message(self, message: object) -> None:
        assert hasattr(message, "get_payload")
        self.messages.append({"body": message.get_payload(decode=True).decode(), **dict(message.items())})  # type: ignore[attr-defined]


async def test_mails_are_sent_once_and_keep_their_identity(sqlite_database: Database, tmp_path: Path) -> None:
    await a_letter(await a_network())
    inbox = _Inbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(inbox, loop=loop), "127.0.0.1", 0)
    try:
        url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await run_worker(_worker(tmp_path, sqlite_database, SOLIDARITY_SMTP_URL=url), until_empty=True)
    finally:
        server.close()
        await server.wait_closed()
    [message] = inbox.messages
    mail = await MailRow.select().first()
    assert mail is not None
    assert mail["sent_at"] == NOW
    assert message["To"] == "direction@roubaix.example.org"
    assert message["Message-ID"] == message_id(mail["id"], "solidarite@example.org")
    assert "L2026-000001" in message["body"]


async def test_a_mail_server_that_is_down_is_told_of_and_tried_again(
    sqlite_database: Database, tmp_path: Path
) -> None:
    await a_letter(await a_network())
    worker = _worker(tmp_path, sqlite_database, SOLIDARITY_SMTP_URL="smtp://127.0.0.1:9")
    await run_worker(worker, until_empty=True)
    [mail] = await outbox()
    assert mail.sent_at is None
    assert mail.attempts == 8
    assert mail.problem is not None
    assert "SMTPConnectError" in mail.problem
    assert "mail.set_aside" in await _actions()
