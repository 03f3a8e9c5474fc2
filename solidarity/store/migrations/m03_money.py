"""Contributions, envelopes and the double-entry ledger."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from solidarity.store.ddl import append_only, create_index, create_table

ID = "2026-11-22T20:00:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "Contributions, envelopes and the double-entry ledger."


async def _make() -> None:
    await create_table("funder", "id UUID PRIMARY KEY", "name VARCHAR(160) NOT NULL UNIQUE")
    await create_table(
        "contribution",
        "id UUID PRIMARY KEY",
        "funder UUID NOT NULL REFERENCES funder(id) ON DELETE RESTRICT",
        "school_year VARCHAR(9) NOT NULL",
        "amount_cents BIGINT NOT NULL",
        "allocated_cents BIGINT NOT NULL",
        "received_on DATE NOT NULL",
        "category VARCHAR(20)",
        "region_code VARCHAR(3)",
        "schools TEXT",
        "until DATE",
        "created_by UUID REFERENCES person(id) ON DELETE RESTRICT",
        "created_at TIMESTAMPTZ NOT NULL",
        "CHECK (amount_cents > 0)",
        "CHECK (allocated_cents BETWEEN 0 AND amount_cents)",
        "CHECK (category IN ('transport', 'housing', 'food'))",
    )
    await create_index("contribution", "school_year")
    await create_table(
        "envelope",
        "id UUID PRIMARY KEY",
        "name VARCHAR(160) NOT NULL",
        "school_year VARCHAR(9) NOT NULL",
        "category VARCHAR(20)",
        "school UUID REFERENCES school(id) ON DELETE RESTRICT",
        "region_code VARCHAR(3)",
        "allocated_cents BIGINT NOT NULL",
        "reserved_cents BIGINT NOT NULL",
        "committed_cents BIGINT NOT NULL",
        "paid_cents BIGINT NOT NULL",
        "created_at TIMESTAMPTZ NOT NULL",
        "CHECK (category IN ('transport', 'housing', 'food'))",
        "CHECK (allocated_cents >= 0)",
        "CHECK (reserved_cents >= 0)",
        "CHECK (committed_cents >= 0)",
        "CHECK (paid_cents >= 0)",
        "CHECK (reserved_cents + committed_cents + paid_cents <= allocated_cents)",
    )
    await create_index("envelope", "school_year")
    await create_table(
        "envelope_source",
        "id UUID PRIMARY KEY",
        "envelope UUID NOT NULL REFERENCES envelope(id) ON DELETE RESTRICT",
        "contribution UUID NOT NULL REFERENCES contribution(id) ON DELETE RESTRICT",
        "amount_cents BIGINT NOT NULL",
        "UNIQUE (envelope, contribution)",
        "CHECK (amount_cents > 0)",
    )
    await create_table(
        "ledger_movement",
        "id UUID PRIMARY KEY",
        "fiscal_year VARCHAR(9) NOT NULL",
        "number BIGINT NOT NULL",
        "kind VARCHAR(30) NOT NULL",
        "reason VARCHAR(300) NOT NULL",
        "about_kind VARCHAR(30) NOT NULL",
        "about_id VARCHAR(60) NOT NULL",
        "person UUID REFERENCES person(id) ON DELETE RESTRICT",
        "at TIMESTAMPTZ NOT NULL",
        "UNIQUE (fiscal_year, number)",
        "CHECK (number >= 1)",
    )
    await create_index("ledger_movement", "at", "id")
    await create_table(
        "ledger_entry",
        "id UUID PRIMARY KEY",
        "movement UUID NOT NULL REFERENCES ledger_movement(id) ON DELETE RESTRICT",
        "position INTEGER NOT NULL",
        "debit_kind VARCHAR(30) NOT NULL",
        "debit_ref VARCHAR(60) NOT NULL",
        "credit_kind VARCHAR(30) NOT NULL",
        "credit_ref VARCHAR(60) NOT NULL",
        "amount_cents BIGINT NOT NULL",
        "UNIQUE (movement, position)",
        "CHECK (amount_cents > 0)",
        "CHECK (debit_kind <> credit_kind OR debit_ref <> credit_ref)",
    )
    await append_only("ledger_movement", key=("id",), unique=(("fiscal_year", "number"),))
    await append_only("ledger_entry", key=("id",), unique=(("movement", "position"),))


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="solidarity", description=DESCRIPTION)
    manager.add_raw(_make)
    return manager
