"""`solidarity serve`: what it refuses, what it answers, how it ends, and who it waits for."""

import asyncio
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
import uvicorn

from solidarity.cli.access_log import LOGGING, Discreet
from solidarity.cli.patience import PatientProtocol
from solidarity.cli.serve import address_of, listening
from tests.commands.programs import SECRET, environment, one_line, solidarity

START_SECONDS = 60


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database."""
    address = f"sqlite:///{tmp_path_factory.mktemp('serve') / 'data.sqlite'}"
    assert solidarity("migrate", database_url=address).returncode == 0
    return address


@contextmanager
def served(url: str, log: Path, *, workers: int = 1) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The service in a process of its own, answering; its address."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "solidarity", "serve", "--port", "0", "--workers", str(workers)],
            env=environment(database_url=url, secret_key=SECRET, render_workers="1"),
            stdout=output,
            stderr=output,
        )
        try:
            yield process, _answering(log, process)
        finally:
            process.kill()
            process.wait()


def _answering(log: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text())
        if found is not None and _status(f"{found[0]}/readyz") == 200:
            return found[0]
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def _status(address: str) -> int | None:
    try:
        with urlopen(address, timeout=5) as answer:
            return int(answer.status)
    except URLError:
        return None


def _children(pid: int) -> list[int]:
    """The processes that this one started, on Linux."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text()
        except OSError:
            continue
        if f"\nPPid:\t{pid}\n" in text and "\nState:\tZ" not in text:
            found.append(int(status.parent.name))
    return found


def _ends(pids: list[int], *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.1)
    return False


def test_serve_refuses_without_a_secret(url: str) -> None:
    finished = solidarity("serve", "--port", "0", database_url=url)
    assert finished.returncode == 2
    assert "SOLIDARITY_SECRET_KEY" in one_line(finished)


def test_serve_refuses_a_port_that_is_taken(url: str) -> None:
    with listening("127.0.0.1", 0) as taken:
        taken.listen()
        port = str(taken.getsockname()[1])
        finished = solidarity("serve", "--port", port, database_url=url, secret_key=SECRET)
    assert finished.returncode == 1
    assert port in one_line(finished)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_letter_workers_end_with_the_service(url: str, tmp_path: Path, how: signal.Signals) -> None:
    with served(url, tmp_path / "log") as (process, address):
        workers = _children(process.pid)
        assert len(workers) == 1
        assert _status(f"{address}/healthz") == 200
        process.send_signal(how)
        code = process.wait(30)
        assert code == (0 if how is not signal.SIGKILL else -signal.SIGKILL)
        assert _ends(workers, seconds=15)
    told = (tmp_path / "log").read_text()
    assert "Traceback" not in told
    assert "GET /healthz 200" in told


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_letter_worker_that_dies_is_replaced(url: str, tmp_path: Path) -> None:
    with served(url, tmp_path / "log") as (process, _address):
        (first,) = _children(process.pid)
        os.kill(first, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while (now := _children(process.pid)) in ([], [first]):
            assert time.monotonic() < deadline, "no second worker"
            time.sleep(0.1)
        assert len(now) == 1


def test_several_web_processes_answer(url: str, tmp_path: Path) -> None:
    with served(url, tmp_path / "log", workers=2) as (process, address):
        assert _status(f"{address}/readyz") == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()


class Hurried(PatientProtocol):
    """As the server's own, with less patience."""

    request_seconds = 0.3


async def _answer(scope: object, receive: object, send: object) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})  # type: ignore[operator]
    await send({"type": "http.response.body", "body": b"ok"})  # type: ignore[operator]


@pytest.mark.parametrize(
    ("sent", "is_answered"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", True),
        (b"", False),
        (b"GET / HTTP/1.1\r\nHost:", False),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", None),
    ],
)
async def test_a_request_that_never_ends_is_closed(sent: bytes, is_answered: bool | None) -> None:
    with listening("127.0.0.1", 0) as listener:
        config = uvicorn.Config(_answer, http=Hurried, ws="none", lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server._serve([listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
            await asyncio.sleep(0.01)
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        writer.write(sent)
        begun = time.monotonic()
        received = await asyncio.wait_for(reader.read(4 if is_answered else -1), 5)
        if is_answered is not None:
            assert bool(received) == is_answered
        if not is_answered:
            assert 0.2 < time.monotonic() - begun < 3
        writer.close()
        await writer.wait_closed()
        server.should_exit = True
        await serving


def test_the_access_log_names_nobody() -> None:
    arguments = ("192.0.2.7:4242", "GET", "/eleves?q=Nguy%E1%BB%85n", "1.1", 200)
    record = logging.LogRecord(
        "uvicorn.access", logging.INFO, "", 0, '%s - "%s %s HTTP/%s" %d', arguments, None
    )
    assert Discreet().filter(record)
    assert record.getMessage() == "GET /eleves 200"
    assert LOGGING["handlers"]["access"]["filters"] == ["discreet"]


def test_an_address_that_people_can_open() -> None:
    with listening("0.0.0.0", 0) as listener:
        assert address_of(listener).startswith("http://127.0.0.1:")
    with socket.socket(socket.AF_INET6) as six:
        six.bind(("::1", 0))
        assert address_of(six).startswith("http://[::1]:")
