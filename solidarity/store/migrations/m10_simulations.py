"""Simulations of a ruleset on a past school year."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from solidarity.store.ddl import create_index, create_table

ID = "2026-11-22T20:00:10:000000"
VERSION = "1.38.0"
DESCRIPTION = "Simulations of a ruleset on a past school year."


async def _make() -> None:
    await create_table(
        "simulation",
        "id UUID PRIMARY KEY",
        "ruleset UUID NOT NULL REFERENCES ruleset(id) ON DELETE RESTRICT",
        "school_year VARCHAR(9) NOT NULL",
        "state VARCHAR(12) NOT NULL",
        "done BIGINT NOT NULL",
        "total BIGINT NOT NULL",
        "attempts INTEGER NOT NULL",
        "claimed_until TIMESTAMPTZ",
        "result TEXT",
        "problem VARCHAR(500)",
        "asked_by UUID NOT NULL REFERENCES person(id) ON DELETE RESTRICT",
        "asked_at TIMESTAMPTZ NOT NULL",
        "finished_at TIMESTAMPTZ",
        "CHECK (state IN ('queued', 'running', 'done', 'failed'))",
        "CHECK (done >= 0 AND total >= 0 AND attempts >= 0)",
        "CHECK ((state = 'done') = (result IS NOT NULL))",
        "CHECK ((state IN ('done', 'failed')) = (finished_at IS NOT NULL))",
        "CHECK ((state = 'running') = (claimed_until IS NOT NULL))",
    )
    await create_index("simulation", "ruleset", "asked_at")
    # One at a time of the same question: asking again shows the one that runs.
    await create_index(
        "simulation", "ruleset", "school_year", unique=True, where="state IN ('queued', 'running')"
    )


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="solidarity", description=DESCRIPTION)
    manager.add_raw(_make)
    return manager
