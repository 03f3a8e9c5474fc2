"""Students, and the rulesets by which they are helped."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from solidarity.store.ddl import create_index, create_table

ID = "2026-11-22T20:00:02:000000"
VERSION = "1.38.0"
DESCRIPTION = "Students, and the rulesets by which they are helped."


async def _make() -> None:
    await create_table(
        "student",
        "id UUID PRIMARY KEY",
        "school UUID NOT NULL REFERENCES school(id) ON DELETE RESTRICT",
        "given_name VARCHAR(100) NOT NULL",
        "family_name VARCHAR(100) NOT NULL",
        "birth_date DATE NOT NULL",
        "trade VARCHAR(120)",
        "boarder BOOLEAN NOT NULL",
        "quotient_familial_cents BIGINT",
        "household_size INTEGER",
        "guardian_name VARCHAR(160)",
        "guardian_address TEXT",
        "letter_language VARCHAR(2) NOT NULL",
        "search_key VARCHAR(420) NOT NULL",
        "match_key VARCHAR(440) NOT NULL",
        "distinct_reason TEXT",
        "created_by UUID REFERENCES person(id) ON DELETE RESTRICT",
        "created_at TIMESTAMPTZ NOT NULL",
        "version INTEGER NOT NULL",
        "CHECK (quotient_familial_cents BETWEEN 0 AND 100000000000)",
        "CHECK (household_size BETWEEN 1 AND 30)",
        "CHECK (letter_language IN ('fr', 'en'))",
        "CHECK (version >= 1)",
    )
    await create_index("student", "school", "search_key")
    await create_index("student", "match_key")
    await create_index("student", "created_at", "id")
    await create_table(
        "ruleset",
        "id UUID PRIMARY KEY",
        "slug VARCHAR(120) NOT NULL",
        "sha256 VARCHAR(64) NOT NULL UNIQUE",
        "title_fr VARCHAR(200) NOT NULL",
        "title_en VARCHAR(200) NOT NULL",
        "school_year VARCHAR(9) NOT NULL",
        "valid_from DATE NOT NULL",
        "valid_to DATE NOT NULL",
        "source TEXT NOT NULL",
        "state VARCHAR(12) NOT NULL",
        "created_by UUID REFERENCES person(id) ON DELETE RESTRICT",
        "created_at TIMESTAMPTZ NOT NULL",
        "activated_by UUID REFERENCES person(id) ON DELETE RESTRICT",
        "activated_at TIMESTAMPTZ",
        "CHECK (state IN ('draft', 'in_force', 'retired'))",
        "CHECK (valid_from <= valid_to)",
        "CHECK (activated_by IS NULL OR created_by IS NULL OR activated_by <> created_by)",
    )
    await create_index("ruleset", "state", "valid_from")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="solidarity", description=DESCRIPTION)
    manager.add_raw(_make)
    return manager
