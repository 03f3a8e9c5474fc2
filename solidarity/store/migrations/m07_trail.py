"""The append-only, hash-chained event log."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from solidarity.store.ddl import append_only, create_index, create_table

ID = "2026-11-22T20:00:07:000000"
VERSION = "1.38.0"
DESCRIPTION = "The append-only, hash-chained event log."


async def _make() -> None:
    await create_table(
        "event",
        "sequence BIGINT PRIMARY KEY",
        "at TIMESTAMPTZ NOT NULL",
        "actor VARCHAR(36) NOT NULL",
        "action VARCHAR(60) NOT NULL",
        "about_kind VARCHAR(30) NOT NULL",
        "about_id VARCHAR(60) NOT NULL",
        "commitment VARCHAR(64) NOT NULL",
        "canonical BYTES NOT NULL",
        "previous_hash VARCHAR(64) NOT NULL",
        "hash VARCHAR(64) NOT NULL UNIQUE",
        "CHECK (sequence >= 1)",
    )
    await create_index("event", "about_kind", "about_id", "sequence")
    await append_only("event", key=("sequence",), unique=(("hash",),))
    await create_table(
        "event_detail",
        "sequence BIGINT PRIMARY KEY REFERENCES event(sequence) ON DELETE RESTRICT",
        "salt VARCHAR(64) NOT NULL",
        "detail TEXT NOT NULL",
    )
    await create_table(
        "chain_head",
        "id UUID PRIMARY KEY",
        "size BIGINT NOT NULL",
        "hash VARCHAR(64) NOT NULL",
        "frontier TEXT NOT NULL",
    )


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="solidarity", description=DESCRIPTION)
    manager.add_raw(_make)
    return manager
