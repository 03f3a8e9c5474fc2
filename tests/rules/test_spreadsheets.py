"""Workbooks and French CSV: typed cells, no formula ever, the same bytes again."""

import io
import warnings
from datetime import UTC, date, datetime

import openpyxl
import pytest

from solidarity.spreadsheets import Column, Kind, Sheet, french_csv, workbook

CREATED = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)
COLUMNS = (
    Column(heading="Nom"),
    Column(heading="Montant", kind=Kind.EUROS),
    Column(heading="Nombre", kind=Kind.NUMBER),
    Column(heading="Jour", kind=Kind.DATE),
    Column(heading="Part", kind=Kind.PERCENT),
)
ROWS = [
    ("Transport", 123_450, 12, date(2026, 11, 1), 9_725),
    ("=1+1", -1_05, None, None, None),
    ("https://example.org", 10, 1_000_000, date(1899, 1, 1), 0),
]


def opened(content: bytes) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        # openpyxl itself calls what Python has deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        return openpyxl.load_workbook(io.BytesIO(content))


def test_a_workbook_has_typed_cells_and_not_one_formula() -> None:
    sheets = [Sheet(title=name, columns=COLUMNS, rows=ROWS) for name in ("Budget [2026/2027]", "", "a" * 40)]
    book = opened(workbook([*sheets, sheets[2]], title="Budget", created=CREATED))
    assert [len(name) <= 31 for name in book.sheetnames] == [True] * 4
    page = book.worksheets[0]
    assert [cell.value for cell in page[1]] == [one.heading for one in COLUMNS]
    first = page[2]
    assert [cell.value for cell in first] == ["Transport", 1234.5, 12, datetime(2026, 11, 1), 0.9725]
    assert [cell.number_format for cell in first] == ["@", '#,##0.00\\ "€"', "#,##0", "dd/mm/yyyy", "0.0%"]
    assert [(cell.value, cell.data_type) for cell in page[3]][:2] == [("=1+1", "s"), (-1.05, "n")]
    assert page[4][0].hyperlink is None
    assert page[4][3].value == "1899-01-01"
    assert book.properties.title == "Budget"
    assert book.properties.created == datetime(2026, 11, 2, 11, 0)


def test_the_same_figures_give_the_same_bytes() -> None:
    sheet = Sheet(title="Budget", columns=COLUMNS, rows=ROWS)
    assert workbook([sheet], title="Budget", created=CREATED) == workbook(
        [sheet], title="Budget", created=CREATED
    )
    assert french_csv(COLUMNS, ROWS) == french_csv(COLUMNS, iter(ROWS))


def test_a_csv_opens_in_a_french_spreadsheet() -> None:
    text = french_csv(COLUMNS, ROWS)
    assert text.startswith(b"\xef\xbb\xbf")
    assert text.decode("utf-8-sig").split("\r\n") == [
        "Nom;Montant;Nombre;Jour;Part",
        "Transport;1234,50;12;01/11/2026;97,25",
        "'=1+1;-1,05;;;",
        "https://example.org;0,10;1000000;01/01/1899;0,00",
        "",
    ]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "|calc", "%0A", "\n=1"])
def test_a_text_is_never_run(text: str) -> None:
    column = (Column(heading=text),)
    cells = french_csv(column, [(text,)]).decode("utf-8-sig").replace('"', "")
    assert cells == f"'{text}\r\n'{text}\r\n"
    written = opened(workbook([Sheet(title="x", columns=column, rows=[(text,)])], title="x", created=CREATED))
    assert {cell.data_type for row in written.active.iter_rows() for cell in row} == {"s"}
