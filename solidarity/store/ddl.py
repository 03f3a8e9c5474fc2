"""What migrations say about the schema, once, for SQLite and PostgreSQL alike."""

import re
from collections.abc import Sequence
from typing import Any

from solidarity.store.engine import current_engine

_COLUMN = re.compile(
    r"(?P<name>[a-z_][a-z0-9_]*) "
    r"(?P<kind>UUID|TEXT|VARCHAR\((?P<most>[0-9]+)\)|BIGINT|INTEGER|DATE|TIMESTAMPTZ|BOOLEAN|BYTES)"
    r"(?P<rest>| .*)",
    re.DOTALL,
)
_CONSTRAINT = ("CHECK", "UNIQUE", "PRIMARY KEY", "FOREIGN KEY", "CONSTRAINT")

_HEX = "[0-9a-f]"
_UUID_SHAPE = "-".join(_HEX * count for count in (8, 4, 4, 4, 12))
# An instant as Piccolo stores it on SQLite.
_INSTANT_SHAPE = "[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9]*+00:00"

# What PostgreSQL refuses by itself, SQLite refuses through a CHECK; it would keep 'abc' in a BIGINT, and one
# such row makes every later read of the column fail.
_SQLITE_CHECKS = {
    "UUID": "typeof({0}) = 'text' AND {0} GLOB '" + _UUID_SHAPE + "'",
    "TEXT": "typeof({0}) = 'text'",
    "VARCHAR": "typeof({0}) = 'text' AND length({0}) <= {1}",
    "BIGINT": "typeof({0}) = 'integer'",
    "INTEGER": "typeof({0}) = 'integer' AND {0} BETWEEN -2147483648 AND 2147483647",
    "DATE": "typeof({0}) = 'text' AND date({0}, '+0 days') IS NOT NULL AND date({0}, '+0 days') = {0}",
    "TIMESTAMPTZ": "typeof({0}) = 'text' AND {0} GLOB '" + _INSTANT_SHAPE + "'",
    "BOOLEAN": "typeof({0}) = 'integer' AND {0} IN (0, 1)",
    "BYTES": "typeof({0}) = 'blob'",
}

_REFUSE_ON_POSTGRES = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$
"""


async def run(sql: str) -> list[Any]:
    """One statement as it is, on the engine in use."""
    return await current_engine().run_ddl(sql)


async def create_table(name: str, *parts: str) -> None:
    """A table from its columns (`"granted_cents BIGINT NOT NULL"`) and constraints (`"CHECK (…)"`).

    Kinds: UUID, TEXT, VARCHAR(n), BIGINT, INTEGER, DATE, TIMESTAMPTZ, BOOLEAN, BYTES.
    """
    write = _sqlite_part if _is_sqlite() else _postgres_part
    body = ",\n    ".join(write(part) for part in parts)
    await run(f'CREATE TABLE "{name}" (\n    {body}\n)')


async def add_column(table: str, part: str) -> None:
    """One more column (`"carried_from UUID REFERENCES contribution(id)"`) of a table that stands."""
    write = _sqlite_part if _is_sqlite() else _postgres_part
    await run(f'ALTER TABLE "{table}" ADD COLUMN {write(part)}')


async def create_index(table: str, *columns: str, unique: bool = False, where: str | None = None) -> None:
    """An index named after its table and columns."""
    name = "_".join((table, *columns, "key" if unique else "index"))
    kind = "UNIQUE INDEX" if unique else "INDEX"
    only = f" WHERE {where}" if where else ""
    await run(f'CREATE {kind} "{name}" ON "{table}" ({_quoted(columns)}){only}')


async def append_only(table: str, *, key: Sequence[str], unique: Sequence[Sequence[str]] = ()) -> None:
    """Refuse every change of a row that stands: UPDATE, DELETE, TRUNCATE and INSERT OR REPLACE.

    `key` and `unique` name the columns on which REPLACE could find an old row to delete.
    """
    if _is_sqlite():
        await _append_only_on_sqlite(table, [key, *unique])
    else:
        await _append_only_on_postgres(table)


async def _append_only_on_sqlite(table: str, keys: Sequence[Sequence[str]]) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END"
    for event in ("UPDATE", "DELETE"):
        await run(f'CREATE TRIGGER "{table}_no_{event.lower()}" BEFORE {event} ON "{table}" {refuse}')
    for columns in keys:
        same = " AND ".join(f'"{column}" = NEW."{column}"' for column in columns)
        name = "_".join((table, "no_replace", *columns))
        await run(
            f'CREATE TRIGGER "{name}" BEFORE INSERT ON "{table}" '  # noqa: S608
            f'WHEN EXISTS (SELECT 1 FROM "{table}" WHERE {same}) {refuse}'
        )


async def _append_only_on_postgres(table: str) -> None:
    await run(_REFUSE_ON_POSTGRES)
    for events, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        name = f"{table}_no_{events.split()[0].lower()}"
        await run(
            f'CREATE TRIGGER "{name}" BEFORE {events} ON "{table}" '
            f"FOR EACH {each} EXECUTE FUNCTION refuse_change()"
        )


def _is_sqlite() -> bool:
    return current_engine().engine_type == "sqlite"


def _quoted(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _column(part: str) -> re.Match[str] | None:
    """The column this part describes; None for a constraint."""
    if part.startswith(_CONSTRAINT):
        return None
    found = _COLUMN.fullmatch(part)
    assert found is not None, f"neither a column nor a constraint: {part}"
    return found


def _postgres_part(part: str) -> str:
    column = _column(part)
    if column is None:
        return part
    kind = "BYTEA" if column["kind"] == "BYTES" else column["kind"]
    return f'"{column["name"]}" {kind}{column["rest"]}'


def _sqlite_part(part: str) -> str:
    column = _column(part)
    if column is None:
        return part
    name, rest = f'"{column["name"]}"', column["rest"]
    kind = "BLOB" if column["kind"] == "BYTES" else column["kind"]
    if "PRIMARY KEY" in rest and "NOT NULL" not in rest:
        # SQLite lets a primary key be NULL unless it is told not to.
        rest += " NOT NULL"
    check = _SQLITE_CHECKS[column["kind"].partition("(")[0]].format(name, column["most"])
    if "NOT NULL" not in rest:
        check = f"{name} IS NULL OR ({check})"
    return f"{name} {kind}{rest} CHECK ({check})"
