"""What every test may ask for: a fresh, migrated database on SQLite and on PostgreSQL."""

import os
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# The tests run from a checkout, whether or not the project is installed.
sys.path.insert(0, str(Path(__file__).parent.parent))

from solidarity.store.engine import make_engine, running
from tests.databases import (
    Database,
    PostgresServer,
    copy_database,
    in_a_loop_of_its_own,
    migrated,
    on_server,
    server_for_session,
)

# How long one example may take says more about what else the machine does than about the code.
settings.register_profile("solidarity", deadline=None)
settings.load_profile("solidarity")

IS_DEMANDED = os.environ.get("CI") == "true"
SERVER_URL = "solidarity_postgres_url"
ENGINES = ("sqlite", "postgresql")

_numbers = count()
_server_of_all_workers: list[PostgresServer] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: they are slow, and hang a browser on the machine."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """With several workers one server, started before the first of them, serves all."""
    if not _server_of_all_workers:
        server = server_for_session(is_demanded=IS_DEMANDED)
        if server is None:
            return
        _server_of_all_workers.append(server)
    node.workerinput[SERVER_URL] = _server_of_all_workers[0].url("postgres")


def pytest_unconfigure() -> None:
    """End the server of the workers after the last of them."""
    while _server_of_all_workers:
        _server_of_all_workers.pop().remove()


@pytest.fixture(scope="session")
def postgres_server_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """The address of the session's PostgreSQL server; None where there is no PostgreSQL."""
    workerinput = getattr(request.config, "workerinput", None)
    if workerinput is not None:
        yield workerinput.get(SERVER_URL)
        return
    server = server_for_session(is_demanded=IS_DEMANDED)
    if server is None:
        yield None
        return
    try:
        yield server.url("postgres")
    finally:
        server.remove()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server_url: str | None, worker_name: str) -> str:
    """The address of a migrated PostgreSQL database, to be copied."""
    if postgres_server_url is None:
        pytest.skip("PostgreSQL is not installed here (apt-get install postgresql)")
    name = f"template_{worker_name}"
    in_a_loop_of_its_own(lambda: on_server(postgres_server_url, f"CREATE DATABASE {name}"))
    migrated(_address(postgres_server_url, name))
    return _address(postgres_server_url, name)


@pytest.fixture(scope="session")
def worker_name() -> str:
    """The name of this process among those that run tests at the same time."""
    return os.environ.get("PYTEST_XDIST_WORKER", "alone")


@pytest.fixture
async def sqlite_database(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """A fresh copy of the migrated SQLite file, in use."""
    path = tmp_path / "solidarity.sqlite"
    shutil.copyfile(sqlite_template, path)
    async with _in_use(f"sqlite:///{path}") as database:
        yield database


@pytest.fixture
async def postgres_database(postgres_template: str, worker_name: str) -> AsyncIterator[Database]:
    """A fresh copy of the migrated PostgreSQL database, in use."""
    template = postgres_template.rpartition("/")[2]
    name = f"test_{worker_name}_{next(_numbers)}"
    server_url = _address(postgres_template, "postgres")
    await copy_database(server_url, template=template, name=name)
    try:
        async with _in_use(_address(postgres_template, name)) as database:
            yield database
    finally:
        await on_server(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh, migrated database, in use: the test runs once on each engine."""
    name = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    found: Database = request.getfixturevalue(name)
    return found


@asynccontextmanager
async def _in_use(url: str) -> AsyncIterator[Database]:
    async with running(make_engine(url)) as engine:
        yield Database(url=url, engine=engine)


def _address(url: str, name: str) -> str:
    return f"{url.rpartition('/')[0]}/{name}"
