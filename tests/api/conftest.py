"""The API of a real database with a small network behind it, and a client for each person."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.callers import Callers, the_callers
from tests.databases import Database


@pytest.fixture
async def callers(database: Database, tmp_path: Path) -> AsyncIterator[Callers]:
    """Everybody of the cast, each with a token, before an API on this database."""
    async with the_callers(tmp_path / "files") as everybody:
        yield everybody


@pytest.fixture
async def callers_on_sqlite(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Callers]:
    """The same on SQLite alone, for what has nothing to do with the engine."""
    async with the_callers(tmp_path / "files") as everybody:
        yield everybody
