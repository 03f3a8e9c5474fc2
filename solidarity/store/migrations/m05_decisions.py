"""Decisions, append-only, and the proposals before them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from solidarity.store.ddl import append_only, create_index, create_table

ID = "2026-11-22T20:00:05:000000"
VERSION = "1.38.0"
DESCRIPTION = "Decisions, append-only, and the proposals before them."


async def _make() -> None:
    await create_table(
        "proposal",
        "id UUID PRIMARY KEY",
        "request UUID NOT NULL REFERENCES aid_request(id) ON DELETE RESTRICT",
        "state VARCHAR(12) NOT NULL",
        "outcome VARCHAR(12) NOT NULL",
        "lines TEXT NOT NULL",
        "reason_codes TEXT NOT NULL",
        "note TEXT",
        "override_reason TEXT",
        "prepared_by UUID NOT NULL REFERENCES person(id) ON DELETE RESTRICT",
        "prepared_at TIMESTAMPTZ NOT NULL",
        "answered_by UUID REFERENCES person(id) ON DELETE RESTRICT",
        "answered_at TIMESTAMPTZ",
        "answer_note TEXT",
        "CHECK (state IN ('pending', 'approved', 'returned', 'withdrawn'))",
        "CHECK (outcome IN ('grant', 'refuse'))",
        "CHECK (state = 'pending' OR state = 'withdrawn' OR answered_by IS NOT NULL)",
        "CHECK (answered_by IS NULL OR answered_by <> prepared_by)",
    )
    await create_index("proposal", "request", unique=True, where="state = 'pending'")
    await create_table(
        "decision",
        "id UUID PRIMARY KEY",
        "request UUID NOT NULL REFERENCES aid_request(id) ON DELETE RESTRICT",
        "number INTEGER NOT NULL",
        "outcome VARCHAR(20) NOT NULL",
        "requested_cents BIGINT NOT NULL",
        "proposed_cents BIGINT NOT NULL",
        "granted_cents BIGINT NOT NULL",
        "approvals_required INTEGER NOT NULL",
        "prepared_by UUID NOT NULL REFERENCES person(id) ON DELETE RESTRICT",
        "approved_by UUID REFERENCES person(id) ON DELETE RESTRICT",
        "decided_at TIMESTAMPTZ NOT NULL",
        "decided_on DATE NOT NULL",
        "school_year VARCHAR(9) NOT NULL",
        "ruleset UUID NOT NULL REFERENCES ruleset(id) ON DELETE RESTRICT",
        "ruleset_sha256 VARCHAR(64) NOT NULL",
        "facts TEXT NOT NULL",
        "assessment TEXT NOT NULL",
        "reason_codes TEXT NOT NULL",
        "note TEXT",
        "override_reason TEXT",
        "is_emergency BOOLEAN NOT NULL",
        "ratify_by DATE",
        "supersedes UUID REFERENCES decision(id) ON DELETE RESTRICT",
        "UNIQUE (request, number)",
        "CHECK (number >= 1)",
        "CHECK (outcome IN ('granted_full', 'granted_partial', 'refused', 'terminated', 'corrected'))",
        "CHECK (granted_cents >= 0)",
        "CHECK (outcome NOT IN ('granted_full', 'granted_partial') OR granted_cents > 0)",
        "CHECK (outcome <> 'refused' OR granted_cents = 0)",
        "CHECK (approvals_required IN (1, 2))",
        "CHECK (approved_by IS NULL OR approved_by <> prepared_by)",
        "CHECK (approvals_required = 1 OR approved_by IS NOT NULL)",
        "CHECK (override_reason IS NULL OR approved_by IS NOT NULL)",
    )
    await create_index("decision", "decided_at")
    await create_table(
        "decision_line",
        "id UUID PRIMARY KEY",
        "decision UUID NOT NULL REFERENCES decision(id) ON DELETE RESTRICT",
        "line UUID NOT NULL REFERENCES aid_line(id) ON DELETE RESTRICT",
        "position INTEGER NOT NULL",
        "category VARCHAR(20) NOT NULL",
        "requested_cents BIGINT NOT NULL",
        "proposed_cents BIGINT NOT NULL",
        "granted_cents BIGINT NOT NULL",
        "envelope UUID REFERENCES envelope(id) ON DELETE RESTRICT",
        "UNIQUE (decision, position)",
        "CHECK (granted_cents >= 0)",
        "CHECK (granted_cents = 0 OR envelope IS NOT NULL)",
    )
    await append_only("decision", key=("id",), unique=(("request", "number"),))
    await append_only("decision_line", key=("id",), unique=(("decision", "position"),))


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="solidarity", description=DESCRIPTION)
    manager.add_raw(_make)
    return manager
