"""The pages of funders: who gave, what each contribution pays, reports of use, dedicated funds."""

import re
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from solidarity.budgets.labels import CATEGORIES
from solidarity.letters.child import Child, ChildFailed
from solidarity.reports.exports import dedicated_workbook, use_workbook
from solidarity.reports.queries import (
    UseView,
    feeds,
    funder,
    funders,
    gifts,
    last_change,
    places,
    uses,
    years_of,
)
from solidarity.reports.reallocation import reallocation
from solidarity.reports.use_queries import dedicated, use_report
from solidarity.reports.wording import GIVEN_BACK, OBJECTIONS, REASONS, names, terms
from solidarity.rules.access import Action
from solidarity.rules.calendar import paris_day, school_year_bounds, school_year_of
from solidarity.rules.errors import Unreadable
from solidarity.web.access import needs
from solidarity.web.gate import Refused
from solidarity.web.respond import Page, page
from solidarity.web.visit import Language, visit_of

ROWS: Final = 50
PDF_SECONDS: Final = 30.0
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PLACE: Final = re.compile(r"([0-9]{4}-[0-9T:.-]{10,30})_([0-9a-f-]{36})\Z", re.ASCII)

Incoming = Request[Any, Any, Any]


@get("/financeurs", opt=needs(Action.VIEW_LEDGER))
async def funders_page(request: Incoming, now: NamedDependency[datetime]) -> Page:
    year = asked_year(request, now)
    return page(
        "reports/funders.html",
        {
            "year": year,
            "years": await _years(year, now),
            "funders": await funders(year, today=paris_day(now)),
        },
    )


@get("/financeurs/{funder_id:uuid}", opt=needs(Action.VIEW_LEDGER))
async def funder_page(request: Incoming, funder_id: FromPath[UUID], now: NamedDependency[datetime]) -> Page:
    year, today = asked_year(request, now), paris_day(now)
    found = await funder(funder_id, year, today=today)
    before = _place(request)
    rows = await uses(funder_id, year, limit=ROWS + 1, before=before)
    known = await places()
    language = visit_of(request.scope).language
    return page(
        "reports/funder.html",
        {
            "one": found,
            "year": year,
            "years": sorted({year, *await years_of(funder_id)}, reverse=True),
            "today": today,
            "terms": lambda restriction: terms(restriction, known, language),
            "feeds": await feeds(gift.id for gift in found.gifts),
            "uses": rows[:ROWS],
            "next_place": _next_place(rows),
            "is_first": before is None,
            "categories": CATEGORIES,
            "reasons": REASONS,
            "given_back": GIVEN_BACK,
            "objections": OBJECTIONS,
        },
    )


@get("/financeurs/repartition", opt=needs(Action.VIEW_LEDGER))
async def reallocation_page(request: Incoming, now: NamedDependency[datetime]) -> Page:
    year = asked_year(request, now)
    known, language = await places(), visit_of(request.scope).language
    return page(
        "reports/reallocation.html",
        {
            "year": year,
            "years": await _years(year, now),
            "found": await reallocation(year),
            "terms": lambda restriction: terms(restriction, known, language),
            "categories": CATEGORIES,
        },
    )


@get("/financeurs/fonds-dedies", opt=needs(Action.VIEW_LEDGER))
async def dedicated_page(request: Incoming, now: NamedDependency[datetime]) -> Page:
    year = asked_year(request, now)
    known, language = await places(), visit_of(request.scope).language
    given = {str(gift.id): gift for gift in await gifts(year)}
    return page(
        "reports/dedicated.html",
        {
            "year": year,
            "years": await _years(year, now),
            "funds": await dedicated(year),
            "gifts": given,
            "terms": lambda restriction: terms(restriction, known, language),
        },
    )


@get("/financeurs/fonds-dedies.xlsx", opt=needs(Action.VIEW_LEDGER))
async def dedicated_file(request: Incoming, now: NamedDependency[datetime]) -> Response[bytes]:
    year = asked_year(request, now)
    given = await gifts(year)
    content = dedicated_workbook(
        await dedicated(year),
        given,
        school_year=year,
        places=await places(),
        language=visit_of(request.scope).language,
        changed_at=_start_of(year),
    )
    return file_answer(content, XLSX, f"fonds-dedies-{year}.xlsx")


@get("/financeurs/{funder_id:uuid}/rapport", opt=needs(Action.VIEW_LEDGER))
async def use_page(request: Incoming, funder_id: FromPath[UUID], now: NamedDependency[datetime]) -> Page:
    year = asked_year(request, now)
    context = await _use_context(request, funder_id, year, paris_day(now))
    return page("reports/use.html", {**context, "years": await _years(year, now)})


@get("/financeurs/{funder_id:uuid}/rapport.xlsx", opt=needs(Action.VIEW_LEDGER))
async def use_file(
    request: Incoming, funder_id: FromPath[UUID], now: NamedDependency[datetime]
) -> Response[bytes]:
    year = asked_year(request, now)
    content = use_workbook(
        await use_report(funder_id, year, today=paris_day(now)),
        places=await places(),
        language=visit_of(request.scope).language,
        changed_at=await last_change(year, funder_id) or _start_of(year),
    )
    return file_answer(content, XLSX, f"rapport-d-emploi-{year}.xlsx")


@get("/financeurs/{funder_id:uuid}/rapport.pdf", opt=needs(Action.VIEW_LEDGER))
async def use_pdf(
    request: Incoming, funder_id: FromPath[UUID], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Made in a child process, as letters are: the native text library stays out of the server."""
    year = asked_year(request, now)
    context = await _use_context(request, funder_id, year, paris_day(now))
    html = request.app.state["web"].renderer.page(request, "reports/document.html", context)
    child = Child("solidarity.reports.report_child")
    try:
        content = await child.ask(html, seconds=PDF_SECONDS)
    except ChildFailed:
        raise Refused(503, "report-not-rendered") from None
    finally:
        await child.end()
    return file_answer(content, "application/pdf", f"rapport-d-emploi-{year}.pdf")


def asked_year(request: Incoming, now: datetime) -> str:
    """The school year in the address when there is one that can be read, else this one."""
    asked = request.query_params.get("annee", "")
    try:
        school_year_bounds(asked)
    except Unreadable:
        return school_year_of(paris_day(now))
    return asked


def file_answer(content: bytes, media_type: str, name: str) -> Response[bytes]:
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "private, no-store",
    }
    return Response(content, media_type=media_type, headers=headers)


async def _use_context(request: Incoming, funder_id: UUID, year: str, today: date) -> dict[str, Any]:
    language = visit_of(request.scope).language
    known = await places()
    report = await use_report(funder_id, year, today=today)
    return {
        "report": report,
        "year": year,
        "as_of": await last_change(year, funder_id),
        "rows": [(names(row.names, known.regions), row.cells) for row in report.helped.rows],
        "columns": [names(column, _categories(language)) for column in report.helped.columns],
        "terms": lambda restriction: terms(restriction, known, language),
    }


def _categories(language: Language) -> dict[str, str]:
    return {name: label.in_language(language) for name, label in CATEGORIES.items()}


async def _years(year: str, now: datetime) -> list[str]:
    return sorted({year, school_year_of(paris_day(now)), *await years_of()}, reverse=True)


def _start_of(year: str) -> datetime:
    first, _last = school_year_bounds(year)
    return datetime(first.year, first.month, first.day, tzinfo=UTC)


def _place(request: Incoming) -> tuple[datetime, UUID] | None:
    """Where the list goes on: an instant in UTC and an id; anything else is its beginning."""
    found = _PLACE.match(request.query_params.get("apres", ""))
    if found is None:
        return None
    try:
        return datetime.fromisoformat(found[1]).replace(tzinfo=UTC), UUID(found[2])
    except ValueError:
        return None


def _next_place(rows: list[UseView]) -> str | None:
    if len(rows) <= ROWS:
        return None
    last = rows[ROWS - 1]
    return f"{last.at.astimezone(UTC).replace(tzinfo=None).isoformat()}_{last.id}"


HANDLERS: list[Any] = [
    funders_page,
    funder_page,
    reallocation_page,
    dedicated_page,
    dedicated_file,
    use_page,
    use_file,
    use_pdf,
]
