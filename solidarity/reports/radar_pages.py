"""The radar on screen: the forecast of the year, aid nobody claims, and pupils nobody asked for."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.di import NamedDependency

from solidarity.budgets.envelope_queries import choices
from solidarity.decisions.claims import Unclaimed, unclaimed
from solidarity.decisions.lanes import UNCLAIMED
from solidarity.reports.pages import XLSX, asked_year, file_answer
from solidarity.reports.radar_drawings import BASES, PARTS, STAGES, decimal, forecast_chart, name_of, sheet_of
from solidarity.reports.radar_queries import Line, Part, radar
from solidarity.reports.take_up_queries import take_up_view
from solidarity.requests.renewals import not_renewed
from solidarity.rules.access import Action, Person
from solidarity.rules.calendar import paris_day
from solidarity.rules.claims import ClaimStage
from solidarity.spreadsheets import french_csv, workbook
from solidarity.web.access import needs
from solidarity.web.respond import Page, page
from solidarity.web.visit import visit_of

Incoming = Request[Any, Any, Any]

PART_NAMES: Final = {
    Part.CATEGORY: "nature",
    Part.ENVELOPE: "enveloppe",
    Part.REGION: "region",
    Part.SCHOOL: "ecole",
    Part.FUNDER: "financeur",
}
"""How an address says by what the radar is cut."""
ON_PAGE: Final = 20
"""So many of the grants nobody claims are on the page; the others are in the file."""


@get("/radar", opt=needs(Action.VIEW_LEDGER))
async def radar_page(
    request: Incoming, person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    language = visit_of(request.scope).language
    year, part = asked_year(request, now), _part(request)
    found = await radar(year, part, today=paris_day(now))
    claims = await unclaimed(now)
    return page(
        "reports/radar.html",
        {
            "year": year,
            "years": (await choices(year)).school_years,
            "part": part,
            "parts": [(f"/radar?{_query(year, one)}#lignes", PARTS[one], one is part) for one in Part],
            "radar": found,
            "lines": [
                (line, name_of(line, part, language), _rows_address(line, part, year)) for line in found.lines
            ],
            "bases": BASES,
            "chart": forecast_chart(found, language, address=f"/budget?annee={year}"),
            "claims": claims[:ON_PAGE],
            "claim_sums": _claim_sums(claims),
            "stages": STAGES,
            "take_up": await take_up_view(person, year),
            "tenths": lambda tenths: decimal(tenths, language),
            "unclaimed_address": UNCLAIMED,
            "export": f"/radar/export.xlsx?{_query(year, part)}",
            "export_csv": f"/radar/export.csv?{_query(year, part)}",
        },
    )


@get("/radar/sans-demande", opt=needs(Action.VIEW_LEDGER))
async def not_renewed_page(
    request: Incoming, person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    """No name: an auditor may read the requests, and whoever may see pupils finds them there."""
    year, school = asked_year(request, now), request.query_params.get("ecole", "")
    found = [one for one in await not_renewed(person, year) if not school or one.school == school]
    context = {"year": year, "found": found, "is_one_school": bool(school)}
    return page("reports/radar_not_renewed.html", context)


@get("/radar/export.xlsx", opt=needs(Action.VIEW_LEDGER))
async def radar_workbook(request: Incoming, now: NamedDependency[datetime]) -> Response[bytes]:
    """Every way to cut the fund, a sheet each; the same bytes all day, as long as nothing changes."""
    language, year, today = visit_of(request.scope).language, asked_year(request, now), paris_day(now)
    sheets = [sheet_of(await radar(year, part, today=today), part, language) for part in Part]
    created = datetime(today.year, today.month, today.day, tzinfo=UTC)
    content = workbook(sheets, title=f"Radar {year}", created=created)
    return file_answer(content, XLSX, f"radar-{year}-{today:%Y%m%d}.xlsx")


@get("/radar/export.csv", opt=needs(Action.VIEW_LEDGER))
async def radar_csv(request: Incoming, now: NamedDependency[datetime]) -> Response[bytes]:
    language, year, part = visit_of(request.scope).language, asked_year(request, now), _part(request)
    today = paris_day(now)
    sheet = sheet_of(await radar(year, part, today=today), part, language)
    name = f"radar-{PART_NAMES[part]}-{year}-{today:%Y%m%d}.csv"
    return file_answer(french_csv(sheet.columns, sheet.rows), "text/csv; charset=utf-8", name)


def _part(request: Incoming) -> Part:
    """By what the address asks to cut; anything else is the category."""
    asked = request.query_params.get("par", "")
    return next((part for part, name in PART_NAMES.items() if name == asked), Part.CATEGORY)


def _query(year: str, part: Part) -> str:
    return urlencode({"annee": year, "par": PART_NAMES[part]})


def _rows_address(line: Line, part: Part, year: str) -> str:
    """Where the grants of a line are listed."""
    if part is Part.FUNDER:
        return f"/financeurs/{line.key}?annee={year}"
    if part in {Part.REGION, Part.SCHOOL}:
        asked = {"etat": "decidees", "annee": year, PART_NAMES[part]: line.key}
        return f"/demandes?{urlencode(asked)}"
    names = ("categorie", "region", "ecole")
    places = dict(zip(names, line.key.split("/"), strict=False))
    return f"/budget?{urlencode({'annee': year, **{name: one for name, one in places.items() if one}})}"


def _claim_sums(claims: Sequence[Unclaimed]) -> list[tuple[ClaimStage, int, int]]:
    """For each stage, how many grants nobody claimed and how much they lock."""
    return [
        (stage, len(found), sum(one.unpaid_cents for one in found))
        for stage in ClaimStage
        for found in [[one for one in claims if one.stage is stage]]
    ]


HANDLERS: list[Any] = [radar_page, not_renewed_page, radar_workbook, radar_csv]
