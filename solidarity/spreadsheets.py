"""Tables for spreadsheets: an Excel workbook and a French CSV, the same bytes for the same figures.

    sheet = Sheet(
        title="Enveloppes",
        columns=(Column(heading="Enveloppe"), Column(heading="Ouvert", kind=Kind.EUROS)),
        rows=[("Transport", 1_000_00), ("Logement", None)],
    )
    workbook([sheet], title="Budget 2026-2027", created=now)    french_csv(sheet.columns, sheet.rows)

Cells by kind: TEXT str, EUROS int (cents), NUMBER int, DATE date, PERCENT int (basis points); None is empty.
Nothing is ever a formula: texts are written as texts; in a CSV, one that a spreadsheet would run is quoted.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final

import xlsxwriter

Value = str | int | date | None

BOM: Final = "\ufeff"
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""A spreadsheet takes a text that begins so for a formula or a command."""
_LONGEST_TITLE: Final = 31
_NOT_IN_TITLES: Final = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_LONGEST_TEXT: Final = 32_767
_FIRST_DAY_OF_EXCEL: Final = date(1900, 3, 1)
"""Excel counts a 29 February 1900; days before it are written as texts."""
_WIDEST: Final = 60


class Kind(StrEnum):
    TEXT = "text"
    EUROS = "euros"
    NUMBER = "number"
    DATE = "date"
    PERCENT = "percent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    heading: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]


# Excel keeps formats in American writing and shows them in the reader's: "1 234,50 €" in French.
_FORMATS: Final = {
    Kind.TEXT: "@",
    Kind.EUROS: '#,##0.00\\ "€"',
    Kind.NUMBER: "#,##0",
    Kind.DATE: "dd/mm/yyyy",
    Kind.PERCENT: "0.0%",
}


# Excel


def workbook(sheets: Sequence[Sheet], *, title: str, created: datetime) -> bytes:
    """An .xlsx file. `created` is the only instant in it, so that a second export has the same bytes."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(
        written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties(
        {"title": title, "author": "Solidarité", "created": created.astimezone(UTC).replace(tzinfo=None)}
    )
    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    formats = {kind: book.add_format({"num_format": shape}) for kind, shape in _FORMATS.items()}
    for name, sheet in zip(_titles(sheets), sheets, strict=True):
        _write_sheet(book.add_worksheet(name), sheet, heading, formats)
    book.close()
    return written.getvalue()


def _titles(sheets: Sequence[Sheet]) -> list[str]:
    """Names Excel accepts: no sign it forbids, at most 31 letters, never the same twice."""
    found: list[str] = []
    for number, sheet in enumerate(sheets, start=1):
        name = sheet.title.translate(_NOT_IN_TITLES).strip(" '")[:_LONGEST_TITLE].strip(" '") or str(number)
        is_taken = name.casefold() in {one.casefold() for one in found}
        found.append(f"{name[: _LONGEST_TITLE - 4]} {number}" if is_taken else name)
    return found


def _write_sheet(page: Any, sheet: Sheet, heading: Any, formats: Mapping[Kind, Any]) -> None:
    page.freeze_panes(1, 0)
    for place, column in enumerate(sheet.columns):
        page.write_string(0, place, column.heading, heading)
        page.set_column(place, place, _width(sheet, place))
    for line, row in enumerate(sheet.rows, start=1):
        for place, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
            _write_cell(page, (line, place), column.kind, value, formats)
    if sheet.columns and sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)


def _write_cell(
    page: Any, at: tuple[int, int], kind: Kind, value: Value, formats: Mapping[Kind, Any]
) -> None:
    if value is None:
        return
    if isinstance(value, date) and value >= _FIRST_DAY_OF_EXCEL:
        page.write_datetime(*at, value, formats[kind])
    elif isinstance(value, int) and kind in _UNITS:
        page.write_number(*at, value / _UNITS[kind], formats[kind])
    else:
        page.write_string(*at, str(value)[:_LONGEST_TEXT], formats[Kind.TEXT])


_UNITS: Final = {Kind.EUROS: 100, Kind.NUMBER: 1, Kind.PERCENT: 10_000}
"""How many of what we count make one of what Excel shows."""


def _width(sheet: Sheet, place: int) -> int:
    """Wide enough for the heading and the first rows."""
    texts = [sheet.columns[place].heading, *(_french(row[place], Kind.TEXT) for row in sheet.rows[:200])]
    return min(max(len(text) for text in texts) + 3, _WIDEST)


# CSV


def french_csv(columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> bytes:
    """What Excel opens by a double click in France: UTF-8 with BOM, `;`, decimal comma, dd/mm/yyyy, CRLF."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerow([_harmless(column.heading) for column in columns])
    writer.writerows(
        [_french(value, column.kind) for column, value in zip(columns, row, strict=True)] for row in rows
    )
    return (BOM + written.getvalue()).encode()


def _french(value: Value, kind: Kind) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value.day:02}/{value.month:02}/{value.year:04}"
    if isinstance(value, int):
        return _decimal(value, {Kind.EUROS: 2, Kind.PERCENT: 2}.get(kind, 0))
    return _harmless(value)


def _decimal(value: int, places: int) -> str:
    """A whole number of hundredths, with a comma: -150 is "-1,50"."""
    if not places:
        return str(value)
    whole, rest = divmod(abs(value), 10**places)
    return f"{'-' if value < 0 else ''}{whole},{rest:0{places}}"


def _harmless(text: str) -> str:
    """A text that a spreadsheet would run gets an apostrophe before it; spaces do not hide it."""
    would_run = text[:1] in FORMULA_STARTS or text.lstrip(" \u00a0").startswith(FORMULA_STARTS)
    return f"'{text}" if text and would_run else text
