"""The databases of the tests: a private PostgreSQL server, and a fresh copy of a migrated database for each test."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from solidarity.store.engine import Engine, make_engine, running
from solidarity.store.migrate import migrate

Answer = TypeVar("Answer")

OWNER = "solidarity"
START_SECONDS = 30.0
ROOMY_BYTES = 2 * 1024**3
PLACES = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/pgsql-*/bin")
FAST_AND_FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True, kw_only=True, slots=True)
class Database:
    """One database of one test; its engine is in use."""

    url: str
    engine: Engine


def postgres_programs() -> Path | None:
    """The directory of initdb and postgres, the newest version found; None when there is no PostgreSQL."""
    found = [path for place in PLACES for path in Path("/").glob(place.removeprefix("/"))]
    on_path = shutil.which("initdb")
    candidates = sorted(found, key=_version, reverse=True) + ([Path(on_path).parent] if on_path else [])
    return next((path for path in candidates if (path / "initdb").exists()), None)


def _version(directory: Path) -> int:
    digits = "".join(character for character in directory.parent.name if character.isdigit())
    return int(digits or 0)


class PostgresServer:
    """A server of our own in a temporary directory; it forgets nothing only when it is asked to be durable."""

    def __init__(self, programs: Path, *, is_durable: bool = False) -> None:
        self._programs = programs
        self._settings = () if is_durable else FAST_AND_FORGETFUL
        # PostgreSQL refuses to run as root, and pytest's own directories are closed to anybody else.
        self._user = "postgres" if os.geteuid() == 0 else None
        self._home = Path(
            tempfile.mkdtemp(prefix="solidarity-pg-", dir=None if is_durable else _quick_place())
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()
        if self._user:
            shutil.chown(self._home, self._user)
        self._run(
            "initdb",
            "--auth=trust",
            f"--username={OWNER}",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "-D",
            "data",
        )

    def url(self, name: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Return when it answers."""
        settings = (
            *self._settings,
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={self._home}",
            "max_connections=200",
            "shared_buffers=64MB",
        )
        arguments = [part for setting in settings for part in ("-c", setting)]
        with (self._home.parent / f"{self._home.name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", "data", *arguments],
                cwd=self._home,
                user=self._user,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert time.monotonic() < deadline, "PostgreSQL does not start"
            assert self._process.poll() is None, "PostgreSQL ended at once"
            time.sleep(0.02)

    def stop(self, stop_signal: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT in good order, SIGQUIT as if the machine had failed."""
        if self._process is not None:
            self._process.send_signal(stop_signal)
            self._process.wait(START_SECONDS)
            self._process = None

    def remove(self) -> None:
        """End it and leave nothing behind."""
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)
        (self._home.parent / f"{self._home.name}.log").unlink(missing_ok=True)

    def _answers(self) -> bool:
        asked = ["-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", OWNER, "-d", "postgres"]
        return subprocess.run([self._programs / "pg_isready", *asked], check=False).returncode == 0

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments],
            cwd=self._home,
            user=self._user,
            check=True,
            stdout=subprocess.DEVNULL,
        )


def _quick_place() -> Path | None:
    """Memory, where there is plenty: a database is hundreds of files, and copying them is what takes long."""
    memory = Path("/dev/shm")
    is_roomy = memory.is_dir() and shutil.disk_usage(memory).free >= ROOMY_BYTES
    return memory if is_roomy and os.access(memory, os.W_OK) else None


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def in_a_loop_of_its_own(work: Callable[[], Awaitable[Answer]]) -> Answer:
    """Run the coroutine where it cannot disturb the event loop of the test."""

    async def run() -> Answer:
        return await work()

    with ThreadPoolExecutor(max_workers=1) as executor:
        return executor.submit(lambda: asyncio.run(run())).result()


def migrated(url: str) -> None:
    """Bring the database at this address to the present schema."""

    async def work() -> None:
        async with running(make_engine(url)) as engine:
            await migrate(engine)

    in_a_loop_of_its_own(work)


async def on_server(server_url: str, *statements: str) -> None:
    """Statements that cannot run inside a transaction, such as CREATE DATABASE."""
    connection: Any = await asyncpg.connect(server_url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def copy_database(server_url: str, *, template: str, name: str) -> None:
    """A database like its template; from PostgreSQL 15 on, the quick way has to be asked for."""
    connection: Any = await asyncpg.connect(server_url)
    try:
        strategy = " STRATEGY FILE_COPY" if connection.get_server_version().major >= 15 else ""
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}{strategy}")
    finally:
        await connection.close()


def server_for_session(*, is_demanded: bool) -> PostgresServer | None:
    """A started server; None without PostgreSQL, which is an error where it is demanded."""
    programs = postgres_programs()
    if programs is None:
        assert not is_demanded, "PostgreSQL is missing (apt-get install postgresql)"
        return None
    server = PostgresServer(programs)
    try:
        server.start()
    except BaseException:
        server.remove()
        raise
    return server
