"""The fund, its schools, the people who sign in."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from solidarity.store.ddl import create_index, create_table

ID = "2026-11-22T20:00:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "The fund, its schools, the people who sign in."


async def _make() -> None:
    await create_table(
        "counter", "name VARCHAR(60) PRIMARY KEY", "value BIGINT NOT NULL", "CHECK (value >= 0)"
    )
    await create_table("fund_setting", "key VARCHAR(60) PRIMARY KEY", "value TEXT NOT NULL")
    await create_table(
        "school_year",
        "label VARCHAR(9) PRIMARY KEY",
        "state VARCHAR(12) NOT NULL",
        "changed_at TIMESTAMPTZ NOT NULL",
        "CHECK (state IN ('open', 'closed'))",
    )
    await create_table(
        "school",
        "id UUID PRIMARY KEY",
        "slug VARCHAR(80) NOT NULL UNIQUE",
        "name VARCHAR(160) NOT NULL",
        "town VARCHAR(120)",
        "region_code VARCHAR(3) NOT NULL",
        "region VARCHAR(60) NOT NULL",
        "departement VARCHAR(3)",
        "insee VARCHAR(5)",
        "holiday_zone VARCHAR(1)",
        "trades TEXT NOT NULL",
        "status VARCHAR(24) NOT NULL",
        "address TEXT",
        "note TEXT",
        "CHECK (status IN ('active', 'out_of_partnership'))",
        "CHECK (status = 'out_of_partnership' OR town IS NOT NULL)",
    )
    await create_table(
        "person",
        "id UUID PRIMARY KEY",
        "email VARCHAR(254) NOT NULL UNIQUE",
        "name VARCHAR(160) NOT NULL",
        "role VARCHAR(20) NOT NULL",
        "school UUID REFERENCES school(id) ON DELETE RESTRICT",
        "language VARCHAR(2) NOT NULL",
        "password_hash TEXT",
        "created_at TIMESTAMPTZ NOT NULL",
        "disabled_at TIMESTAMPTZ",
        "CHECK (role IN ('director', 'administrator', 'auditor'))",
        "CHECK (language IN ('fr', 'en'))",
        "CHECK ((role = 'director') = (school IS NOT NULL))",
    )
    await create_table(
        "session",
        "id UUID PRIMARY KEY",
        "token_sha256 VARCHAR(64) NOT NULL UNIQUE",
        "person UUID NOT NULL REFERENCES person(id) ON DELETE RESTRICT",
        "csrf_secret VARCHAR(64) NOT NULL",
        "created_at TIMESTAMPTZ NOT NULL",
        "seen_at TIMESTAMPTZ NOT NULL",
        "ended_at TIMESTAMPTZ",
    )
    await create_table(
        "api_token",
        "id UUID PRIMARY KEY",
        "token_sha256 VARCHAR(64) NOT NULL UNIQUE",
        "person UUID NOT NULL REFERENCES person(id) ON DELETE RESTRICT",
        "scope VARCHAR(10) NOT NULL",
        "created_at TIMESTAMPTZ NOT NULL",
        "expires_at TIMESTAMPTZ",
        "ended_at TIMESTAMPTZ",
        "used_on DATE",
        "CHECK (scope IN ('read', 'write'))",
    )
    await create_table(
        "sign_in_attempt",
        "id UUID PRIMARY KEY",
        "account VARCHAR(64) NOT NULL",
        "address VARCHAR(64) NOT NULL",
        "at TIMESTAMPTZ NOT NULL",
        "succeeded BOOLEAN NOT NULL",
    )
    await create_index("sign_in_attempt", "account", "at")
    await create_index("sign_in_attempt", "address", "at")
    await create_table(
        "idempotency",
        "id UUID PRIMARY KEY",
        "person UUID NOT NULL REFERENCES person(id) ON DELETE RESTRICT",
        "key VARCHAR(255) NOT NULL",
        "route VARCHAR(300) NOT NULL",
        "body_sha256 VARCHAR(64) NOT NULL",
        "status INTEGER NOT NULL",
        "answer TEXT NOT NULL",
        "created_at TIMESTAMPTZ NOT NULL",
        "UNIQUE (person, key)",
    )


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="solidarity", description=DESCRIPTION)
    manager.add_raw(_make)
    return manager
