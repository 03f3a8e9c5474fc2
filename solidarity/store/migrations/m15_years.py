"""Closing a school year, for which year a student's means are confirmed, and what a closed year refuses."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from solidarity.store.ddl import add_column, create_table, run
from solidarity.store.engine import current_engine

ID = "2026-11-22T20:00:15:000000"
VERSION = "1.38.0"
DESCRIPTION = "Closing a school year, and what a closed one refuses."

_FIRST_MONTH: Final = 9
# An aid that ends later, or is corrected after a review, replaces a decision of its year; no other is taken.
_REFUSED: Final = (("contribution", ""), ("envelope", ""), ("decision", " AND NEW.supersedes IS NULL"))

_ON_SQLITE = """
CREATE TRIGGER "{table}_year_is_open" BEFORE INSERT ON "{table}"
WHEN EXISTS (SELECT 1 FROM school_year WHERE label = NEW.school_year AND state = 'closed'){unless}
BEGIN SELECT RAISE(ABORT, 'school-year-closed: {table}'); END
"""
# Money that arrives while the year is closed at the same moment waits for the row of the year, and is then
# refused. A decision need not wait: no year is closed while a request is open, and the lock would cost each.
_FUNCTION = """
CREATE FUNCTION "{table}_year_is_open"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {lock}
    IF EXISTS (SELECT 1 FROM school_year WHERE label = NEW.school_year AND state = 'closed'){unless} THEN
        RAISE EXCEPTION 'school-year-closed: {table}' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$
"""
_ON_POSTGRES = """
CREATE TRIGGER "{table}_year_is_open" BEFORE INSERT ON "{table}"
FOR EACH ROW EXECUTE FUNCTION "{table}_year_is_open"()
"""
_LOCK = "PERFORM 1 FROM school_year WHERE label = NEW.school_year FOR SHARE;"

_ENTERED = """
UPDATE student SET means_confirmed_for = '{label}'
WHERE quotient_familial_cents IS NOT NULL AND created_at >= '{first}' AND created_at < '{after}'
"""


async def _make() -> None:
    await create_table(
        "year_closing",
        "school_year VARCHAR(9) PRIMARY KEY",
        "state VARCHAR(12) NOT NULL",
        "choices TEXT NOT NULL",
        "version INTEGER NOT NULL",
        "prepared_by UUID REFERENCES person(id) ON DELETE RESTRICT",
        "prepared_at TIMESTAMPTZ NOT NULL",
        "confirmed_by UUID REFERENCES person(id) ON DELETE RESTRICT",
        "confirmed_at TIMESTAMPTZ",
        "ended_at TIMESTAMPTZ",
        "CHECK (state IN ('prepared', 'confirmed', 'done'))",
        "CHECK ((state = 'prepared') = (confirmed_at IS NULL))",
        "CHECK ((state = 'done') = (ended_at IS NOT NULL))",
        "CHECK (confirmed_by IS NULL OR confirmed_at IS NOT NULL)",
        "CHECK (confirmed_by IS NULL OR prepared_by IS NULL OR confirmed_by <> prepared_by)",
        "CHECK (version >= 1)",
    )
    await add_column("student", "means_confirmed_for VARCHAR(9)")
    await _confirm_what_was_entered()
    for table, unless in _REFUSED:
        await _refuse_closed_years(table, unless)


async def _confirm_what_was_entered() -> None:
    """Means known before count as confirmed for the school year in which the student was entered."""
    rows = await run("SELECT MIN(created_at) AS oldest, MAX(created_at) AS newest FROM student")
    if not rows or rows[0]["oldest"] is None:
        return
    oldest, newest = (_year(rows[0][name]) - 1 for name in ("oldest", "newest"))
    for year in range(oldest, newest + 2):
        first, after = (_midnight(date(start, _FIRST_MONTH, 1)) for start in (year, year + 1))
        await run(_ENTERED.format(label=f"{year}-{year + 1}", first=first, after=after))


def _year(at: object) -> int:
    """The calendar year of an instant: an object on PostgreSQL, a text on SQLite."""
    return int(str(at)[:4])


def _midnight(day: date) -> str:
    """Midnight in Paris as the first of September begins there, two hours before it does in UTC."""
    instant = datetime.combine(day, time(0), tzinfo=UTC) - timedelta(hours=2)
    return instant.strftime("%Y-%m-%d %H:%M:%S+00:00")


async def _refuse_closed_years(table: str, unless: str) -> None:
    if current_engine().engine_type == "sqlite":
        await run(_ON_SQLITE.format(table=table, unless=unless))
        return
    lock = "" if unless else _LOCK
    await run(_FUNCTION.format(table=table, unless=unless, lock=lock))
    await run(_ON_POSTGRES.format(table=table))


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="solidarity", description=DESCRIPTION)
    manager.add_raw(_make)
    return manager
