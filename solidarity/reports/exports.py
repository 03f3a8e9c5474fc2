"""Reports as workbooks: the same bytes as long as nothing changed."""

from collections.abc import Iterable
from datetime import datetime

from solidarity.budgets.labels import CATEGORIES
from solidarity.reports.queries import GiftView, Places
from solidarity.reports.use_queries import UseReport
from solidarity.reports.wording import HEADINGS, names, terms
from solidarity.rules.dedicated_funds import DedicatedFund, DedicatedFunds
from solidarity.spreadsheets import Column, Kind, Sheet, Value, workbook
from solidarity.web.visit import Language


def use_workbook(report: UseReport, *, places: Places, language: Language, changed_at: datetime) -> bytes:
    """The report of use: the money, then the pupils."""
    say = _Heading(language)
    title = f"{say('report')} {report.school_year} – {report.funder.name}"
    return workbook([_money(report, say), _helped(report, places, say)], title=title, created=changed_at)


def dedicated_workbook(
    funds: DedicatedFunds,
    gifts: Iterable[GiftView],
    *,
    school_year: str,
    places: Places,
    language: Language,
    changed_at: datetime,
) -> bytes:
    """The table of dedicated funds, with its sums."""
    say = _Heading(language)
    words = {str(gift.id): terms(gift.restriction, places, language) for gift in gifts}
    figures = ("opening", "received", "used", "returned", "to_carry", "dormant")
    columns = [Column(heading=say("funder")), Column(heading=say("terms"))]
    columns += [Column(heading=say(name), kind=Kind.EUROS) for name in figures]
    rows: list[tuple[Value, ...]] = [
        (line.funder, words[line.contributions[0]], *_figures(line, figures)) for line in funds.lines
    ]
    rows.append((say("total"), None, *_figures(funds.total, figures)))
    sheet = Sheet(title=f"{say('dedicated')} {school_year}", columns=columns, rows=rows)
    return workbook([sheet], title=f"{say('dedicated')} {school_year}", created=changed_at)


class _Heading:
    """The headings in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, name: str) -> str:
        return HEADINGS[name].in_language(self.language)


def _figures(line: DedicatedFund, names_of: Iterable[str]) -> list[int]:
    return [getattr(line, f"{name}_cents") for name in names_of]


def _money(report: UseReport, say: _Heading) -> Sheet:
    rows = [
        (say("opening"), report.opening_cents),
        (say("received"), report.received_cents),
        (say("used"), report.used_cents),
        (say("settled"), report.settled_cents),
        (say("left"), report.left_cents),
    ]
    columns = [Column(heading=say("what")), Column(heading=say("amount"), kind=Kind.EUROS)]
    return Sheet(title=say("report"), columns=columns, rows=rows)


def _helped(report: UseReport, places: Places, say: _Heading) -> Sheet:
    columns = [
        Column(heading=say("region")),
        Column(heading=say("category")),
        Column(heading=say("pupils"), kind=Kind.NUMBER),
        Column(heading=say("amount"), kind=Kind.EUROS),
    ]
    labels = {name: label.in_language(say.language) for name, label in CATEGORIES.items()}
    found = report.helped
    if not found.rows:
        word = say("fewer") if report.used_cents else say("nobody")
        rows: list[tuple[Value, ...]] = [(word, None, None, report.used_cents)]
        return Sheet(title=say("helped"), columns=columns, rows=rows)
    rows = [
        (names(row.names, places.regions), names(column, labels), cell.people, cell.amount_cents)
        for row in found.rows
        for column, cell in zip(found.columns, row.cells, strict=True)
    ]
    rows += [
        (say("total"), names(column, labels), cell.people, cell.amount_cents)
        for column, cell in zip(found.columns, found.totals, strict=True)
    ]
    if found.people is None:
        rows.append((say("people"), say("unpublished"), None, report.used_cents))
    else:
        rows.append((say("people"), None, found.people, report.used_cents))
    return Sheet(title=say("helped"), columns=columns, rows=rows)
