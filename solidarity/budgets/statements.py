"""Statements to hand over: where the money of a year stood at an instant, as CSV, Excel and JSON."""

import dataclasses
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from piccolo.query.functions import Max

from solidarity.budgets.labels import CATEGORIES, STATEMENT_HEADINGS, STATEMENT_KINDS
from solidarity.budgets.queries import StatementRow, statement
from solidarity.rules.calendar import PARIS, school_year_bounds
from solidarity.rules.errors import Unreadable
from solidarity.spreadsheets import Column, Kind, Sheet, french_csv, workbook
from solidarity.store.tables import LedgerMovementRow
from solidarity.store.transaction import reading
from solidarity.web.visit import Language

_MONEY: Final = tuple(
    field.name for field in dataclasses.fields(StatementRow) if field.name.endswith("_cents")
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """`as_of` is the instant that was asked for; `stated_at` that instant, or else the last posting."""

    school_year: str
    as_of: datetime | None
    stated_at: datetime
    rows: tuple[StatementRow, ...]


async def statement_of(school_year: str, as_of: datetime | None = None) -> Statement:
    """Rebuild the balances of a year from the postings alone; raises Unreadable for a year that is none."""
    first, _ = school_year_bounds(school_year)
    async with reading():
        rows = await statement(school_year, as_of)
        last = await LedgerMovementRow.select(Max(LedgerMovementRow.at, alias="at")).first()
    stated_at = as_of or _instant(last["at"] if last else None) or _midnight(first)
    return Statement(school_year=school_year, as_of=as_of, stated_at=stated_at, rows=tuple(rows))


def _instant(found: datetime | str | None) -> datetime | None:
    return datetime.fromisoformat(found) if isinstance(found, str) else found


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC)


def read_instant(text: str) -> datetime:
    """An ISO instant; one without an offset is by the clocks of Paris, a day means its end.

    Raises Unreadable: day-unreadable.
    """
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable("day-unreadable") from None
    if len(text) == len("2026-11-22"):
        read = read.replace(hour=23, minute=59, second=59, microsecond=999_999)
    return (read if read.tzinfo else read.replace(tzinfo=PARIS)).astimezone(UTC)


# What it is written as


def as_csv(stated: Statement, language: Language = "fr") -> bytes:
    """One table for Excel in France, whatever the language of its words."""
    return french_csv(_columns(language), [_cells(row, language) for row in stated.rows])


def as_xlsx(stated: Statement, language: Language = "fr") -> bytes:
    """A sheet of envelopes and one of contributions, each with its total."""
    columns = _columns(language)[1:]
    sheets = [
        Sheet(
            title=STATEMENT_KINDS[kind].in_language(language),
            columns=columns,
            rows=[*(_cells(row, language)[1:] for row in found), _total(found)],
        )
        for kind in STATEMENT_KINDS
        if (found := [row for row in stated.rows if row.kind == kind])
    ] or [Sheet(title=stated.school_year, columns=columns, rows=[])]
    return workbook(sheets, title=f"Budget {stated.school_year}", created=stated.stated_at)


def as_json(stated: Statement, language: Language = "fr") -> bytes:  # noqa: ARG001
    """Amounts in cents and the names of the API: the same in every language."""
    as_of = stated.as_of.isoformat().replace("+00:00", "Z") if stated.as_of else None
    told = {
        "school_year": stated.school_year,
        "as_of": as_of,
        "items": [dataclasses.asdict(row) for row in stated.rows],
    }
    return json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n"


FORMATS: Final[dict[str, tuple[Callable[[Statement, Language], bytes], str]]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "json": (as_json, "application/json"),
}
"""How a statement is written by format, and what a browser is told it is."""


def _columns(language: Language) -> list[Column]:
    return [
        Column(
            heading=STATEMENT_HEADINGS[field.name].in_language(language),
            kind=Kind.EUROS if field.name in _MONEY else Kind.TEXT,
        )
        for field in dataclasses.fields(StatementRow)
    ]


def _cells(row: StatementRow, language: Language) -> list[str | int | None]:
    shown = dataclasses.asdict(row)
    shown["kind"] = STATEMENT_KINDS[row.kind].in_language(language)
    if row.category is not None:
        shown["category"] = CATEGORIES[row.category].in_language(language)
    return list(shown.values())


def _total(rows: Sequence[StatementRow]) -> list[str | int | None]:
    names = [field.name for field in dataclasses.fields(StatementRow)][1:]
    return [
        sum(getattr(row, name) for row in rows) if name in _MONEY else "Total" if name == "name" else None
        for name in names
    ]
