"""Schools and students written in a CSV: each row read, every problem told with the number of its row."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Generic, TypeVar

from solidarity.rules.calendar import parse_day
from solidarity.rules.errors import Unreadable
from solidarity.rules.money import parse_euros
from solidarity.rules.text import clean, clean_person_name
from solidarity.rules.text import search_key as folded
from solidarity.schools.commands import NewSchool, NewStudent

Read_co = TypeVar("Read_co", covariant=True)
Cells = Mapping[str, str]

SCHOOL_COLUMNS: Final = (
    "slug",
    "name",
    "town",
    "region_code",
    "region",
    "trades",
    "status",
    "departement",
    "insee",
    "holiday_zone",
    "address",
    "note",
)
STUDENT_COLUMNS: Final = (
    "school",
    "given_name",
    "family_name",
    "birth_date",
    "trade",
    "boarder",
    "quotient_familial",
    "household_size",
    "guardian_name",
    "guardian_address",
    "letter_language",
)
_SCHOOL_NEEDS = {"slug", "name", "region_code", "region"}
_STUDENT_NEEDS = {"school", "given_name", "family_name", "birth_date"}
_YES = {"oui", "yes", "true", "vrai", "1", "x"}
_NO = {"", "non", "no", "false", "faux", "0"}
_SLUG_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
MOST_ROWS: Final = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class RowProblem:
    """One cell that cannot be read; `row` counts as a spreadsheet does, the header being row 1."""

    row: int
    column: str
    code: str
    figures: Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows(Generic[Read_co]):
    """What a file says: its readable rows with their numbers, and what is wrong with the others."""

    rows: tuple[tuple[int, Read_co], ...]
    problems: tuple[RowProblem, ...]


def read_schools(content: bytes) -> Rows[NewSchool]:
    """Schools, one a row; trades are separated by `|`. Raises `Unreadable` when it is not such a file."""
    return _read(content, SCHOOL_COLUMNS, _SCHOOL_NEEDS, _school)


def read_students(content: bytes, *, today: date) -> Rows[NewStudent]:
    """Students, one a row; days as 2010-03-01 or 01/03/2010, the quotient familial in euros."""
    return _read(content, STUDENT_COLUMNS, _STUDENT_NEEDS, lambda cells: _student(cells, today))


class _CellProblem(Exception):  # noqa: N818 - what was found, not an error of ours
    def __init__(self, column: str, code: str, figures: Mapping[str, object] | None = None) -> None:
        super().__init__(code)
        self.column, self.code, self.figures = column, code, figures or {}


def _read(
    content: bytes, columns: tuple[str, ...], needed: set[str], take: Callable[[Cells], Read_co]
) -> Rows[Read_co]:
    reader = _reader(content)
    header = [folded(name).replace(" ", "_") for name in next(reader, [])]
    missing = sorted(needed - set(header))
    unknown = sorted(set(header) - set(columns))
    if missing or unknown or len(set(header)) != len(header):
        raise Unreadable("csv-columns", missing=", ".join(missing), unknown=", ".join(unknown))
    rows: list[tuple[int, Read_co]] = []
    problems: list[RowProblem] = []
    for number, cells in enumerate(reader, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if number > MOST_ROWS:
            raise Unreadable("csv-too-long", most=MOST_ROWS)
        try:
            rows.append((number, take(_by_column(header, cells))))
        except _CellProblem as problem:
            problems.append(
                RowProblem(row=number, column=problem.column, code=problem.code, figures=problem.figures)
            )
    return Rows(rows=tuple(rows), problems=tuple(problems))


def _by_column(header: list[str], cells: list[str]) -> Cells:
    if len(cells) != len(header):
        raise _CellProblem("", "csv-cells", {"found": len(cells), "expected": len(header)})
    return dict(zip(header, cells, strict=True))


def _reader(content: bytes) -> Iterator[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("csv-not-utf8") from None
    if "\0" in text:
        raise Unreadable("csv-not-utf8")
    first_line = text.partition("\n")[0]
    delimiter = ";" if first_line.count(";") > first_line.count(",") else ","
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _school(cells: Cells) -> NewSchool:
    slug = _needed(cells, "slug", 80)
    if not _SLUG_CHARACTERS.issuperset(slug):
        raise _CellProblem("slug", "slug-unreadable")
    status = _text(cells, "status", 24) or "active"
    if status not in {"active", "out_of_partnership"}:
        raise _CellProblem("status", "status-unknown")
    town = _text(cells, "town", 120)
    if status == "active" and town is None:
        raise _CellProblem("town", "required")
    trades = (_text(cells, "trades", 1000) or "").split("|")
    return NewSchool(
        slug=slug,
        name=_needed(cells, "name", 160),
        town=town,
        region_code=_needed(cells, "region_code", 3),
        region=_needed(cells, "region", 60),
        trades=tuple(trade.strip() for trade in trades if trade.strip()),
        status=status,
        departement=_text(cells, "departement", 3),
        insee=_text(cells, "insee", 5),
        holiday_zone=_text(cells, "holiday_zone", 1),
        address=_text(cells, "address", 400),
        note=_text(cells, "note", 1000),
    )


def _student(cells: Cells, today: date) -> NewStudent:
    birth_date = _with("birth_date", parse_day, _needed(cells, "birth_date", 40))
    if not today.year - 100 < birth_date.year or birth_date > today:
        raise _CellProblem("birth_date", "birth-date-out-of-range")
    quotient = _text(cells, "quotient_familial", 40)
    language = _text(cells, "letter_language", 2) or "fr"
    if language not in {"fr", "en"}:
        raise _CellProblem("letter_language", "language-unknown")
    return NewStudent(
        school=_needed(cells, "school", 80),
        given_name=_with("given_name", clean_person_name, cells["given_name"]),
        family_name=_with("family_name", clean_person_name, cells["family_name"]),
        birth_date=birth_date,
        trade=_text(cells, "trade", 120),
        boarder=_yes_or_no(cells, "boarder"),
        quotient_familial_cents=None
        if quotient is None
        else _with("quotient_familial", parse_euros, quotient),
        household_size=_household(cells),
        guardian_name=_text(cells, "guardian_name", 160),
        guardian_address=_text(cells, "guardian_address", 400),
        letter_language=language,
    )


def _household(cells: Cells) -> int | None:
    text = _text(cells, "household_size", 10)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 30:
        raise _CellProblem("household_size", "out-of-range")
    return int(text)


def _yes_or_no(cells: Cells, column: str) -> bool:
    text = folded(cells.get(column, ""))
    if text not in _YES | _NO:
        raise _CellProblem(column, "boolean-expected")
    return text in _YES


def _needed(cells: Cells, column: str, most: int) -> str:
    text = _text(cells, column, most)
    if text is None:
        raise _CellProblem(column, "required")
    return text


def _text(cells: Cells, column: str, most: int) -> str | None:
    cell = cells.get(column, "").replace("\\n", "\n")
    return _with(column, lambda text: clean(text, most=most, lines=True), cell) or None


def _with(column: str, read: Callable[[str], Read_co], cell: str) -> Read_co:
    try:
        return read(cell)
    except Unreadable as problem:
        raise _CellProblem(column, problem.code, problem.figures) from None
