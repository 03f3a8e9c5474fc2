"""Letters, the work that follows a commit, the outbox."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from solidarity.store.ddl import append_only, create_index, create_table

ID = "2026-11-22T20:00:06:000000"
VERSION = "1.38.0"
DESCRIPTION = "Letters, the work that follows a commit, the outbox."


async def _make() -> None:
    await create_table(
        "letter",
        "id UUID PRIMARY KEY",
        "number VARCHAR(16) NOT NULL UNIQUE",
        "kind VARCHAR(30) NOT NULL",
        "language VARCHAR(2) NOT NULL",
        "request UUID NOT NULL REFERENCES aid_request(id) ON DELETE RESTRICT",
        "decision UUID REFERENCES decision(id) ON DELETE RESTRICT",
        "school UUID NOT NULL REFERENCES school(id) ON DELETE RESTRICT",
        "school_year VARCHAR(9) NOT NULL",
        "facts TEXT NOT NULL",
        "content_sha256 VARCHAR(64) NOT NULL",
        "verification_code VARCHAR(26) NOT NULL UNIQUE",
        "issued_at TIMESTAMPTZ NOT NULL",
        "supersedes UUID REFERENCES letter(id) ON DELETE RESTRICT",
        "CHECK (language IN ('fr', 'en'))",
    )
    await create_index("letter", "issued_at", "id")
    await create_index("letter", "school", "issued_at")
    await create_index("letter", "request")
    await create_table(
        "letter_file",
        "id UUID PRIMARY KEY",
        "letter UUID NOT NULL UNIQUE REFERENCES letter(id) ON DELETE RESTRICT",
        "sha256 VARCHAR(64) NOT NULL",
        "unsigned_sha256 VARCHAR(64) NOT NULL",
        "size BIGINT NOT NULL",
        "rendered_at TIMESTAMPTZ NOT NULL",
    )
    await create_index("letter_file", "sha256")
    await append_only("letter", key=("id",), unique=(("number",), ("verification_code",)))
    await append_only("letter_file", key=("id",), unique=(("letter",),))
    await create_table(
        "job",
        "id UUID PRIMARY KEY",
        "kind VARCHAR(20) NOT NULL",
        "ref VARCHAR(60) NOT NULL",
        "priority INTEGER NOT NULL",
        "run_at TIMESTAMPTZ NOT NULL",
        "attempts INTEGER NOT NULL",
        "claimed_until TIMESTAMPTZ",
        "done_at TIMESTAMPTZ",
        "set_aside_at TIMESTAMPTZ",
        "problem VARCHAR(500)",
        "created_at TIMESTAMPTZ NOT NULL",
        "UNIQUE (kind, ref)",
    )
    await create_index("job", "priority", "run_at", where="done_at IS NULL AND set_aside_at IS NULL")
    await create_table(
        "mail",
        "id UUID PRIMARY KEY",
        "recipient VARCHAR(254) NOT NULL",
        "subject VARCHAR(200) NOT NULL",
        "body TEXT NOT NULL",
        "letter UUID REFERENCES letter(id) ON DELETE RESTRICT",
        "created_at TIMESTAMPTZ NOT NULL",
        "sent_at TIMESTAMPTZ",
        "attempts INTEGER NOT NULL",
        "problem VARCHAR(500)",
    )
    await create_index("mail", "created_at")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="solidarity", description=DESCRIPTION)
    manager.add_raw(_make)
    return manager
