"""Transfers, appeals, ratifications, the waiting list, and reminders of grants nobody claims."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from solidarity.store.ddl import append_only, create_index, create_table, run

ID = "2026-11-22T20:00:12:000000"
VERSION = "1.38.0"
DESCRIPTION = "Transfers, appeals, ratifications, the waiting list, and reminders of grants nobody claims."

# Whoever was on hold for want of credit, and has none, is on the list from now on, in the order in which they were put there.
_LIST_WHO_WAITS = """
INSERT INTO waiting (id, request, since)
SELECT id, id, changed_at FROM aid_request WHERE status = 'on_hold' AND status_message = 'no_credit'
AND NOT EXISTS (SELECT 1 FROM reservation WHERE reservation.request = aid_request.id AND state = 'active')
"""


async def _make() -> None:
    await _make_transfers()
    await _make_appeals()
    await _make_ratifications()
    await _make_waiting_list()
    await _make_claim_reminders()


async def _make_transfers() -> None:
    await create_table(
        "transfer",
        "id UUID PRIMARY KEY",
        "school_year VARCHAR(9) NOT NULL",
        "source UUID NOT NULL REFERENCES envelope(id) ON DELETE RESTRICT",
        "target UUID NOT NULL REFERENCES envelope(id) ON DELETE RESTRICT",
        "amount_cents BIGINT NOT NULL",
        "reason TEXT NOT NULL",
        "state VARCHAR(12) NOT NULL",
        "prepared_by UUID NOT NULL REFERENCES person(id) ON DELETE RESTRICT",
        "prepared_at TIMESTAMPTZ NOT NULL",
        "answered_by UUID REFERENCES person(id) ON DELETE RESTRICT",
        "answered_at TIMESTAMPTZ",
        "answer_note TEXT",
        "CHECK (amount_cents > 0)",
        "CHECK (source <> target)",
        "CHECK (state IN ('proposed', 'approved', 'returned'))",
        "CHECK ((state = 'proposed') = (answered_by IS NULL))",
        "CHECK ((answered_by IS NULL) = (answered_at IS NULL))",
        "CHECK (answered_by IS NULL OR answered_by <> prepared_by)",
    )
    await create_index("transfer", "school_year", "state")


async def _make_appeals() -> None:
    await create_table(
        "appeal",
        "id UUID PRIMARY KEY",
        "request UUID NOT NULL REFERENCES aid_request(id) ON DELETE RESTRICT",
        "decision UUID NOT NULL REFERENCES decision(id) ON DELETE RESTRICT",
        "state VARCHAR(14) NOT NULL",
        "grounds TEXT NOT NULL",
        "filed_by UUID NOT NULL REFERENCES person(id) ON DELETE RESTRICT",
        "filed_at TIMESTAMPTZ NOT NULL",
        "answer_by DATE NOT NULL",
        "taken_by UUID REFERENCES person(id) ON DELETE RESTRICT",
        "taken_at TIMESTAMPTZ",
        "proposal TEXT",
        "prepared_by UUID REFERENCES person(id) ON DELETE RESTRICT",
        "prepared_at TIMESTAMPTZ",
        "ended_by UUID REFERENCES person(id) ON DELETE RESTRICT",
        "ended_at TIMESTAMPTZ",
        "note TEXT",
        "outcome UUID REFERENCES decision(id) ON DELETE RESTRICT",
        "CHECK (state IN ('received', 'under_review', 'upheld', 'partly_upheld', 'dismissed', 'withdrawn'))",
        "CHECK ((state IN ('received', 'under_review')) = (ended_by IS NULL))",
        "CHECK ((state IN ('upheld', 'partly_upheld')) = (outcome IS NOT NULL))",
        "CHECK ((proposal IS NULL) = (prepared_by IS NULL))",
        "CHECK (outcome IS NULL OR outcome <> decision)",
    )
    await create_index("appeal", "request", unique=True, where="state IN ('received', 'under_review')")
    await create_index("appeal", "state")


async def _make_ratifications() -> None:
    await create_table(
        "ratification",
        "id UUID PRIMARY KEY",
        "decision UUID NOT NULL REFERENCES decision(id) ON DELETE RESTRICT",
        "decided_by UUID NOT NULL REFERENCES person(id) ON DELETE RESTRICT",
        "ratified_by UUID NOT NULL REFERENCES person(id) ON DELETE RESTRICT",
        "ratified_at TIMESTAMPTZ NOT NULL",
        "note TEXT",
        "UNIQUE (decision)",
        "CHECK (ratified_by <> decided_by)",
    )
    await append_only("ratification", key=("id",), unique=(("decision",),))


async def _make_waiting_list() -> None:
    await create_table(
        "waiting",
        "id UUID PRIMARY KEY",
        "request UUID NOT NULL UNIQUE REFERENCES aid_request(id) ON DELETE RESTRICT",
        "since TIMESTAMPTZ NOT NULL",
    )
    await run(_LIST_WHO_WAITS)


async def _make_claim_reminders() -> None:
    await create_table(
        "claim_reminder",
        "id UUID PRIMARY KEY",
        "decision UUID NOT NULL UNIQUE REFERENCES decision(id) ON DELETE RESTRICT",
        "claim_by DATE NOT NULL",
        "reminded_at TIMESTAMPTZ NOT NULL",
    )


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="solidarity", description=DESCRIPTION)
    manager.add_raw(_make)
    return manager
