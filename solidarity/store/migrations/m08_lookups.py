"""Indexes for what every assessment and every payment looks up."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from solidarity.store.ddl import create_index

ID = "2026-11-22T20:00:08:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes for what every assessment and every payment looks up."


async def _make() -> None:
    # Without it each assessment reads all decisions, whose facts fill pages before the columns it asks for.
    await create_index("decision", "school_year", "is_emergency")
    await create_index("ledger_movement", "about_kind", "about_id")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="solidarity", description=DESCRIPTION)
    manager.add_raw(_make)
    return manager
