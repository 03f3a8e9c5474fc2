"""Aid requests, their lines, documents and reservations."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from solidarity.store.ddl import create_index, create_table

ID = "2026-11-22T20:00:04:000000"
VERSION = "1.38.0"
DESCRIPTION = "Aid requests, their lines, documents and reservations."


async def _make() -> None:
    await create_table(
        "aid_request",
        "id UUID PRIMARY KEY",
        "reference VARCHAR(16) NOT NULL UNIQUE",
        "school UUID NOT NULL REFERENCES school(id) ON DELETE RESTRICT",
        "student UUID NOT NULL REFERENCES student(id) ON DELETE RESTRICT",
        "school_year VARCHAR(9) NOT NULL",
        "urgency VARCHAR(12) NOT NULL",
        "narrative TEXT",
        "status VARCHAR(24) NOT NULL",
        "status_message TEXT",
        "status_due DATE",
        "answer TEXT",
        "requested_cents BIGINT NOT NULL",
        "proposed_cents BIGINT NOT NULL",
        "outcome VARCHAR(20) NOT NULL",
        "approvals_required INTEGER NOT NULL",
        "credit_enough BOOLEAN NOT NULL",
        "created_by UUID NOT NULL REFERENCES person(id) ON DELETE RESTRICT",
        "created_at TIMESTAMPTZ NOT NULL",
        "submitted_at TIMESTAMPTZ",
        "decided_at TIMESTAMPTZ",
        "changed_at TIMESTAMPTZ NOT NULL",
        "version INTEGER NOT NULL",
        "CHECK (urgency IN ('normal', 'emergency'))",
        "CHECK (status IN ('draft', 'submitted', 'in_review', 'information_requested', 'on_hold',"
        " 'awaiting_approval', 'decided', 'withdrawn', 'closed'))",
        "CHECK (requested_cents >= 0)",
        "CHECK (proposed_cents >= 0)",
    )
    await create_index("aid_request", "status", "submitted_at")
    await create_index("aid_request", "school", "created_at", "id")
    await create_index("aid_request", "created_at", "id")
    await create_index("aid_request", "student")
    await create_table(
        "aid_line",
        "id UUID PRIMARY KEY",
        "request UUID NOT NULL REFERENCES aid_request(id) ON DELETE RESTRICT",
        "position INTEGER NOT NULL",
        "category VARCHAR(20) NOT NULL",
        "kind VARCHAR(40) NOT NULL",
        "description VARCHAR(300) NOT NULL",
        "amount_cents BIGINT NOT NULL",
        "frequency VARCHAR(12) NOT NULL",
        "period_from DATE NOT NULL",
        "period_to DATE NOT NULL",
        "supplier VARCHAR(160)",
        "facts TEXT NOT NULL",
        "UNIQUE (request, position)",
        "CHECK (category IN ('transport', 'housing', 'food'))",
        "CHECK (frequency IN ('once', 'monthly', 'termly', 'yearly'))",
        "CHECK (amount_cents > 0)",
        "CHECK (period_from <= period_to)",
    )
    await create_table(
        "document",
        "id UUID PRIMARY KEY",
        "request UUID NOT NULL REFERENCES aid_request(id) ON DELETE RESTRICT",
        "kind VARCHAR(40) NOT NULL",
        "file_name VARCHAR(160) NOT NULL",
        "media_type VARCHAR(60) NOT NULL",
        "size BIGINT NOT NULL",
        "sha256 VARCHAR(64) NOT NULL",
        "added_by UUID NOT NULL REFERENCES person(id) ON DELETE RESTRICT",
        "added_at TIMESTAMPTZ NOT NULL",
    )
    await create_index("document", "request")
    await create_table(
        "reservation",
        "id UUID PRIMARY KEY",
        "request UUID NOT NULL REFERENCES aid_request(id) ON DELETE RESTRICT",
        "position INTEGER NOT NULL",
        "envelope UUID NOT NULL REFERENCES envelope(id) ON DELETE RESTRICT",
        "amount_cents BIGINT NOT NULL",
        "state VARCHAR(12) NOT NULL",
        "at TIMESTAMPTZ NOT NULL",
        "CHECK (amount_cents > 0)",
        "CHECK (state IN ('active', 'released', 'committed'))",
    )
    await create_index("reservation", "request", "position", unique=True, where="state = 'active'")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="solidarity", description=DESCRIPTION)
    manager.add_raw(_make)
    return manager
