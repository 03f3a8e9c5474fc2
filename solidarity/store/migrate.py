"""Brings a database to the schema of this version; a migration and its note are one transaction."""

import importlib.util
import io
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.tables import Migration

from solidarity.store.engine import Engine, use

APP_NAME = "solidarity"
FOLDER = Path(__file__).parent / "migrations"

# Any number of our own: it keeps two processes from migrating one PostgreSQL database at the same time.
_ADVISORY_LOCK = "SELECT pg_advisory_xact_lock(7105114)"


class NewerSchema(Exception):  # noqa: N818 - what was found
    """The database was migrated by a later version of the program than this one."""


def known(*, folder: Path = FOLDER) -> list[str]:
    """Every migration of this version, oldest first."""
    return sorted(_known(folder))


async def pending(engine: Engine, *, folder: Path = FOLDER) -> list[str]:
    """The migrations that have not run yet, oldest first; raises `NewerSchema`."""
    use(engine)
    ran = await _already_ran()
    known = sorted(_known(folder))
    unknown = sorted(ran - set(known))
    if unknown:
        raise NewerSchema(f"this database has migrations unknown to this version: {', '.join(unknown)}")
    return [migration_id for migration_id in known if migration_id not in ran]


async def migrate(engine: Engine, *, folder: Path = FOLDER) -> list[str]:
    """Run what is pending; the ids that ran. One that fails leaves the database as it was before it."""
    known = _known(folder)
    waiting = await pending(engine, folder=folder)
    return [name for name in waiting if await _run_one(engine, name, known[name])]


async def _run_one(engine: Engine, migration_id: str, module: ModuleType) -> bool:
    """False when another process ran it while we waited."""
    async with engine.unit():
        if engine.engine_type == "postgres":
            await engine.run_ddl(_ADVISORY_LOCK)
        if not await Migration.table_exists():
            await Migration.create_table()
        if migration_id in await _already_ran():
            return False
        manager = await module.forwards()
        assert isinstance(manager, MigrationManager), f"{migration_id}: forwards() returns its manager"
        # Piccolo prints as it goes; what there is to say, `solidarity migrate` says.
        with redirect_stdout(io.StringIO()):
            await manager.run()
        await Migration(name=migration_id, app_name=APP_NAME).save()
    return True


async def _already_ran() -> set[str]:
    if not await Migration.table_exists():
        return set()
    return set(await Migration.get_migrations_which_ran(app_name=APP_NAME))


def _known(folder: Path) -> dict[str, ModuleType]:
    modules = [_load(path) for path in sorted(folder.glob("*.py")) if path.name != "__init__.py"]
    return {module.ID: module for module in modules}


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"migration_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
