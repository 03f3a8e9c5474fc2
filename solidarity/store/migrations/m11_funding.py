"""Which contribution pays which line, and what of each is used; decisions taken before are attributed here."""

from uuid import UUID, uuid5

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from solidarity.store.ddl import add_column, append_only, create_index, create_table, run

ID = "2026-11-22T20:00:11:000000"
VERSION = "1.38.0"
DESCRIPTION = "Which contribution pays which line of a request."

_SPACE = UUID("6f7f1d8e-5b0f-5a62-9d0a-11c2a5b5f011")

# In each envelope the lines in force, in the order in which they were decided, lie end to end on one ruler,
# and the contributions, what lapses first first, on another: where the two overlap, the one pays the other.
_OVERLAPS = """
WITH taken AS (
    SELECT line.id AS line, line.envelope AS envelope, line.granted_cents AS cents,
        SUM(line.granted_cents) OVER (
            PARTITION BY line.envelope ORDER BY decision.decided_at, line.id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS upto
    FROM decision_line line JOIN decision ON decision.id = line.decision
    WHERE line.granted_cents > 0 AND decision.number =
        (SELECT MAX(later.number) FROM decision later WHERE later.request = decision.request)
), given AS (
    SELECT source.id AS source, source.envelope AS envelope, source.amount_cents AS cents,
        SUM(source.amount_cents) OVER (
            PARTITION BY source.envelope
            ORDER BY CASE WHEN gift.until IS NULL THEN 1 ELSE 0 END, gift.until, gift.id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS upto
    FROM envelope_source source JOIN contribution gift ON gift.id = source.contribution
)
SELECT taken.line AS line, given.source AS source,
    CASE WHEN taken.upto < given.upto THEN taken.upto ELSE given.upto END
    - CASE WHEN taken.upto - taken.cents > given.upto - given.cents
        THEN taken.upto - taken.cents ELSE given.upto - given.cents END AS cents
FROM taken JOIN given ON given.envelope = taken.envelope
WHERE taken.upto - taken.cents < given.upto AND given.upto - given.cents < taken.upto
ORDER BY line, source
"""

_WRITE = """
INSERT INTO funding (id, request, position, envelope, contribution, amount_cents, kind, reason,
    passed_over, school_year, day, at)
SELECT '{id}', decision.request, line.position, line.envelope, source.contribution, {cents}, 'committed',
    'afterwards', NULL, decision.school_year, decision.decided_on, decision.decided_at
FROM decision_line line
JOIN decision ON decision.id = line.decision
JOIN envelope_source source ON source.id = '{source}'
WHERE line.id = '{line}'
"""

_USED = """
UPDATE envelope_source SET used_cents = COALESCE((
    SELECT SUM(funding.amount_cents) FROM funding
    WHERE funding.envelope = envelope_source.envelope
        AND funding.contribution = envelope_source.contribution
), 0)
"""


async def _make() -> None:
    await add_column("contribution", "usable_from DATE CHECK (usable_from <= until)")
    await add_column("contribution", "max_share INTEGER CHECK (max_share BETWEEN 1 AND 10000)")
    await add_column(
        "contribution",
        "carried_from UUID REFERENCES contribution(id) ON DELETE RESTRICT CHECK (carried_from <> id)",
    )
    await add_column(
        "contribution",
        "settled_cents BIGINT NOT NULL DEFAULT 0 CHECK (settled_cents BETWEEN 0 AND amount_cents - allocated_cents)",
    )
    await create_index("contribution", "funder")
    await _make_sources()
    await _make_funding()
    await _attribute()


async def _attribute() -> None:
    """Name the contributions that pay what was decided before, and close the tables to changes."""
    for row in await run(_OVERLAPS):
        name = uuid5(_SPACE, f"{row['line']} {row['source']}")
        values = {"id": name, "cents": int(row["cents"]), "source": row["source"], "line": row["line"]}
        await run(_WRITE.format(**values))
    await run(_USED)
    await append_only("funding", key=("id",))
    await append_only("source_move", key=("id",))


async def _make_sources() -> None:
    """A source may fall to nothing when its money goes to another envelope, and never below what is used."""
    await run('ALTER TABLE "envelope_source" RENAME TO "envelope_source_before"')
    await create_table(
        "envelope_source",
        "id UUID PRIMARY KEY",
        "envelope UUID NOT NULL REFERENCES envelope(id) ON DELETE RESTRICT",
        "contribution UUID NOT NULL REFERENCES contribution(id) ON DELETE RESTRICT",
        "amount_cents BIGINT NOT NULL",
        "used_cents BIGINT NOT NULL",
        "UNIQUE (envelope, contribution)",
        "CHECK (used_cents BETWEEN 0 AND amount_cents)",
    )
    await run(
        "INSERT INTO envelope_source (id, envelope, contribution, amount_cents, used_cents) "
        "SELECT id, envelope, contribution, amount_cents, 0 FROM envelope_source_before"
    )
    await run('DROP TABLE "envelope_source_before"')
    await create_index("envelope_source", "contribution")
    await create_table(
        "source_move",
        "id UUID PRIMARY KEY",
        "contribution UUID NOT NULL REFERENCES contribution(id) ON DELETE RESTRICT",
        "source UUID NOT NULL REFERENCES envelope(id) ON DELETE RESTRICT",
        "target UUID NOT NULL REFERENCES envelope(id) ON DELETE RESTRICT",
        "amount_cents BIGINT NOT NULL",
        "at TIMESTAMPTZ NOT NULL",
        "CHECK (amount_cents > 0)",
        "CHECK (source <> target)",
    )


async def _make_funding() -> None:
    await create_table(
        "funding",
        "id UUID PRIMARY KEY",
        "request UUID NOT NULL REFERENCES aid_request(id) ON DELETE RESTRICT",
        "position INTEGER NOT NULL",
        "envelope UUID NOT NULL REFERENCES envelope(id) ON DELETE RESTRICT",
        "contribution UUID NOT NULL REFERENCES contribution(id) ON DELETE RESTRICT",
        "amount_cents BIGINT NOT NULL",
        "kind VARCHAR(12) NOT NULL",
        "reason VARCHAR(20) NOT NULL",
        "passed_over TEXT",
        "school_year VARCHAR(9) NOT NULL",
        "day DATE NOT NULL",
        "at TIMESTAMPTZ NOT NULL",
        # Only what feeds an envelope can be named for it.
        "FOREIGN KEY (envelope, contribution) REFERENCES envelope_source(envelope, contribution)",
        "CHECK ((kind = 'committed' AND amount_cents > 0) OR (kind = 'released' AND amount_cents < 0))",
    )
    await create_index("funding", "request")
    await create_index("funding", "contribution")
    await create_index("funding", "envelope", "contribution")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="solidarity", description=DESCRIPTION)
    manager.add_raw(_make)
    return manager
