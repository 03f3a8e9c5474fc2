"""What the ledger adds up to by account and month, and where each account's movements stand, kept by triggers."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from solidarity.store.ddl import create_table, run
from solidarity.store.engine import current_engine

ID = "2026-11-22T20:00:13:000000"
VERSION = "1.38.0"
DESCRIPTION = "Totals of the ledger by account and month."

# The month by the clocks of Paris. SQLite knows no time zones; around the end of a month summer time holds
# from the end of March to the end of September, so that is all it takes to be exact. Fractions of a second are
# cut off, for SQLite would round 59.999999 up into the next month.
_MONTH_ON_SQLITE = (
    "strftime('%Y-%m', substr({0}, 1, 19), "
    "CASE WHEN substr({0}, 6, 2) BETWEEN '03' AND '09' THEN '+2 hours' ELSE '+1 hours' END)"
)
_MONTH_ON_POSTGRES = "to_char({0} AT TIME ZONE 'Europe/Paris', 'YYYY-MM')"

_SIDES = (
    ("debit", "{0}.amount_cents, 0", ""),
    # Most entries stay within one envelope, which is noted once.
    ("credit", "0, {0}.amount_cents", " AND NEW.credit_ref <> NEW.debit_ref"),
)

_ADD = """
INSERT INTO ledger_month (account_ref, account_kind, month, debit_cents, credit_cents, entries)
SELECT NEW.{side}_ref, NEW.{side}_kind, {month}, {amounts}, 1
FROM ledger_movement movement WHERE movement.id = NEW.movement
ON CONFLICT (account_ref, account_kind, month) DO UPDATE SET
    debit_cents = ledger_month.debit_cents + excluded.debit_cents,
    credit_cents = ledger_month.credit_cents + excluded.credit_cents,
    entries = ledger_month.entries + 1
"""
_NOTE = """
INSERT INTO ledger_place (account_ref, month, number, movement)
SELECT NEW.{side}_ref, {month}, movement.number, movement.id
FROM ledger_movement movement WHERE movement.id = NEW.movement AND NEW.{side}_ref <> ''{unless}
ON CONFLICT (account_ref, month, number) DO NOTHING
"""

_ADD_ALL = """
INSERT INTO ledger_month (account_ref, account_kind, month, debit_cents, credit_cents, entries)
SELECT side.ref, side.kind, side.month, SUM(side.debit), SUM(side.credit), COUNT(*) FROM (
    SELECT entry.debit_ref AS ref, entry.debit_kind AS kind, {month} AS month,
        entry.amount_cents AS debit, 0 AS credit
    FROM ledger_entry entry JOIN ledger_movement movement ON movement.id = entry.movement
    UNION ALL
    SELECT entry.credit_ref, entry.credit_kind, {month}, 0, entry.amount_cents
    FROM ledger_entry entry JOIN ledger_movement movement ON movement.id = entry.movement
) side GROUP BY side.ref, side.kind, side.month
"""
_NOTE_ALL = """
INSERT INTO ledger_place (account_ref, month, number, movement)
SELECT entry.debit_ref, {month}, movement.number, movement.id
FROM ledger_entry entry JOIN ledger_movement movement ON movement.id = entry.movement
WHERE entry.debit_ref <> ''
UNION
SELECT entry.credit_ref, {month}, movement.number, movement.id
FROM ledger_entry entry JOIN ledger_movement movement ON movement.id = entry.movement
WHERE entry.credit_ref <> ''
"""


async def _make() -> None:
    is_sqlite = current_engine().engine_type == "sqlite"
    month = (_MONTH_ON_SQLITE if is_sqlite else _MONTH_ON_POSTGRES).format("movement.at")
    await create_table(
        "ledger_month",
        "account_ref VARCHAR(60) NOT NULL",
        "account_kind VARCHAR(30) NOT NULL",
        "month VARCHAR(7) NOT NULL",
        "debit_cents BIGINT NOT NULL",
        "credit_cents BIGINT NOT NULL",
        "entries BIGINT NOT NULL",
        "PRIMARY KEY (account_ref, account_kind, month)",
        "CHECK (debit_cents >= 0)",
        "CHECK (credit_cents >= 0)",
        "CHECK (entries >= 1)",
    )
    await create_table(
        "ledger_place",
        "account_ref VARCHAR(60) NOT NULL",
        "month VARCHAR(7) NOT NULL",
        "number BIGINT NOT NULL",
        "movement UUID NOT NULL REFERENCES ledger_movement(id) ON DELETE RESTRICT",
        "PRIMARY KEY (account_ref, month, number)",
    )
    await run(_ADD_ALL.format(month=month))
    await run(_NOTE_ALL.format(month=month))
    steps = ";\n".join(
        text.format(side=side, month=month, amounts=amounts.format("NEW"), unless=unless)
        for side, amounts, unless in _SIDES
        for text in (_ADD, _NOTE)
    )
    if is_sqlite:
        await run(f"CREATE TRIGGER ledger_entry_month AFTER INSERT ON ledger_entry BEGIN {steps}; END")
        return
    await run(
        "CREATE FUNCTION add_to_ledger_month() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {steps}; RETURN NULL; END $$"
    )
    await run(
        "CREATE TRIGGER ledger_entry_month AFTER INSERT ON ledger_entry "
        "FOR EACH ROW EXECUTE FUNCTION add_to_ledger_month()"
    )


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="solidarity", description=DESCRIPTION)
    manager.add_raw(_make)
    return manager
