"""Short statements: they find their rows by key or index, and their text is made once, from the tables."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from piccolo.table import Table

from solidarity.store.engine import current_engine
from solidarity.store.postgres_engine import PLACE as _PLACE
from solidarity.store.postgres_engine import SolidarityPostgres, numbered

Rows = list[dict[str, Any]]
Key = Any

MOST_ROWS: Final = 50
"""An INSERT of more rows is several: each number of rows is a text of its own, which the engines keep."""


class Statement:
    """One statement, `{}` for each value: `Statement("SELECT value FROM counter WHERE name = {}")`.

    Inside `writing()` SQLite answers it where it is asked, without a hop to the writer's thread; so it must
    find its few rows by a key or an index. `holds` locks the rows it finds, in the order it names.
    """

    __slots__ = ("_texts",)

    def __init__(self, sql: str, *, holds: bool = False) -> None:
        self._texts = {
            "sqlite": sql.replace(_PLACE, "?"),
            "postgres": numbered(sql, first=1) + (" FOR UPDATE" if holds else ""),
            "later": sql,
        }

    async def rows(self, *values: Any) -> Rows:
        """Everything it finds, or returns of what it wrote."""
        engine = current_engine()
        return await engine.run_short(self._texts[engine.engine_type], values)

    async def write(self, *values: Any) -> None:
        """As `rows`, when nobody waits for what it answers: PostgreSQL is told several at once, before it is
        asked anything else and before the end of the transaction.
        """
        engine = current_engine()
        if isinstance(engine, SolidarityPostgres):
            await engine.run_later(self._texts["later"], values)
        else:
            await engine.run_short(self._texts["sqlite"], values)

    async def row(self, *values: Any) -> dict[str, Any] | None:
        """The first row it finds."""
        found = await self.rows(*values)
        return found[0] if found else None


def columns_of(table: type[Table]) -> str:
    """Every column, as a SELECT names them: a star would change its meaning with the next migration."""
    return ", ".join(f'"{table._meta.tablename}"."{name}"' for name in _names(table))  # noqa: SLF001


def selection(table: type[Table], rest: str, *, holds: bool = False) -> Statement:
    """Whole rows of a table: `selection(LineRow, "WHERE request = {} ORDER BY position")`."""
    return Statement(f'SELECT {columns_of(table)} FROM "{table._meta.tablename}" {rest}', holds=holds)  # noqa: S608, SLF001


async def insert(table: type[Table], *rows: Mapping[str, Any]) -> None:
    """Write rows that name the same columns; one left out is NULL, or an error where it must not be."""
    for start in range(0, len(rows), MOST_ROWS):
        some = rows[start : start + MOST_ROWS]
        names = tuple(some[0])
        values = [row[name] for row in some for name in names]
        assert len(values) == sum(map(len, some)), "the rows of one INSERT name the same columns"
        await _insertion(table, names, len(some)).write(*values)


async def change(table: type[Table], key: Key, values: Mapping[Any, Any]) -> None:
    """Write some columns (`{RequestRow.status: "decided"}`) of the row with this key."""
    names = tuple(column._meta.name for column in values)  # noqa: SLF001
    await _change(table, names).write(*values.values(), key)


async def rows_by_key(table: type[Table], keys: Iterable[Key], *, holds: bool = False) -> Rows:
    """Whole rows in the order of their keys."""
    wanted = sorted(set(keys))
    return await _by_key(table, len(wanted), holds=holds).rows(*wanted) if wanted else []


def _names(table: type[Table]) -> list[str]:
    return [column._meta.db_column_name for column in table._meta.columns]  # noqa: SLF001


def _key_of(table: type[Table]) -> str:
    return str(table._meta.primary_key._meta.name)  # noqa: SLF001


@lru_cache(maxsize=1024)
def _insertion(table: type[Table], names: Sequence[str], count: int) -> Statement:
    forgotten = {column._meta.name for column in table._meta.columns if not column._meta.null}  # noqa: SLF001
    forgotten -= set(names)
    assert not forgotten, f"{table.__name__} needs {', '.join(sorted(forgotten))}"
    unknown = set(names) - set(_names(table))
    assert not unknown, f"{table.__name__} has no {', '.join(sorted(unknown))}"
    columns = ", ".join(f'"{name}"' for name in names)
    row = f"({', '.join(_PLACE for _ in names)})"
    return Statement(
        f'INSERT INTO "{table._meta.tablename}" ({columns}) VALUES {", ".join([row] * count)}'  # noqa: S608, SLF001
    )


@lru_cache(maxsize=1024)
def _change(table: type[Table], names: Sequence[str]) -> Statement:
    changes = ", ".join(f'"{name}" = {_PLACE}' for name in names)
    return Statement(
        f'UPDATE "{table._meta.tablename}" SET {changes} WHERE "{_key_of(table)}" = {_PLACE}'  # noqa: S608, SLF001
    )


@lru_cache(maxsize=1024)
def _by_key(table: type[Table], count: int, *, holds: bool) -> Statement:
    key = f'"{table._meta.tablename}"."{_key_of(table)}"'  # noqa: SLF001
    places = ", ".join([_PLACE] * count)
    return selection(table, f"WHERE {key} IN ({places}) ORDER BY {key}", holds=holds)
