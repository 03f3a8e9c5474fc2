"""The budget on screen: the envelopes of a year, one of them with its movements, and downloads."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from solidarity.budgets.drawings import months_chart, stands_chart
from solidarity.budgets.envelope_queries import Change, changes, choices, month_by_envelope, months, sources
from solidarity.budgets.journal import UNKNOWN_SIREN, file_name, journal
from solidarity.budgets.labels import CATEGORIES, MOVEMENTS
from solidarity.budgets.queries import EnvelopeView, budget, envelope_shown
from solidarity.budgets.statements import FORMATS, read_instant, statement_of
from solidarity.rules.access import Action, Person, may
from solidarity.rules.calendar import MONTH_NAMES, paris_day, school_year_bounds, school_year_of
from solidarity.rules.errors import Unreadable
from solidarity.web.access import needs
from solidarity.web.gate import Refused
from solidarity.web.respond import Page, page
from solidarity.web.visit import Language, visit_of

ROWS: Final = 50
_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])\Z", re.ASCII)
_PLACE: Final = re.compile(r"([0-9]{4}-[0-9]{2})_([0-9]{1,15})\Z", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Narrowed:
    """What the visitor asked to see; empty words narrow nothing."""

    year: str
    category: str
    region: str
    school: str
    month: str

    def keeps(self, one: EnvelopeView) -> bool:
        return all(
            not wanted or wanted == found
            for wanted, found in (
                (self.category, one.category),
                (self.region, one.region_code),
                (self.school, one.school),
            )
        )

    def address(self, **changed: str) -> str:
        asked = {
            "annee": self.year,
            "categorie": self.category,
            "region": self.region,
            "ecole": self.school,
            **changed,
        }
        return f"/budget?{urlencode({name: value for name, value in asked.items() if value})}"


@get("/budget", opt=needs(Action.VIEW_BUDGET))
async def budget_page(
    request: Request[Any, Any, Any], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    language = visit_of(request.scope).language
    asked = _narrowed(request, now)
    envelopes = [one for one in await budget(person, asked.year) if asked.keeps(one)]
    sees_ledger = may(person, Action.VIEW_LEDGER)
    ids = [one.id for one in envelopes]
    by_month = await months(ids, asked.year) if sees_ledger and envelopes else []
    return page(
        "budgets/budget.html",
        {
            "asked": asked,
            "choices": await choices(asked.year),
            "categories": CATEGORIES,
            "envelopes": [(one, stands_chart([one], language)) for one in envelopes],
            "stands": stands_chart(envelopes, language, address=lambda _part: "#enveloppes")
            if envelopes
            else None,
            "months": months_chart(
                by_month, language, address=lambda month: f"{asked.address(mois=month)}#mois"
            )
            if by_month
            else None,
            "of_month": await month_by_envelope(ids, asked.month) if sees_ledger and asked.month else None,
            "month_name": _month_name(asked.month, language),
            "sees_ledger": sees_ledger,
        },
    )


@get("/budget/enveloppes/{envelope_id:uuid}", opt=needs(Action.VIEW_LEDGER))
async def envelope_page(request: Request[Any, Any, Any], envelope_id: FromPath[UUID]) -> Page:
    language = visit_of(request.scope).language
    one = await envelope_shown(envelope_id)
    month = _month(request)
    place = _PLACE.match(request.query_params.get("apres", ""))
    before = (place[1], int(place[2])) if place else None
    rows = await changes(envelope_id, month=month or None, limit=ROWS + 1, before=before)
    here = f"/budget/enveloppes/{envelope_id}"
    return page(
        "budgets/envelope.html",
        {
            "one": one,
            "here": here,
            "categories": CATEGORIES,
            "movements": MOVEMENTS,
            "stands": stands_chart([one], language, address=lambda _part: "#mouvements"),
            "months": months_chart(
                await months([envelope_id], one.school_year),
                language,
                address=lambda name: f"{here}?mois={name}#mouvements",
            ),
            "month": month,
            "month_name": _month_name(month, language),
            "sources": await sources(envelope_id),
            "changes": rows[:ROWS],
            "next_place": _next_place(rows),
            "is_first": before is None,
        },
    )


@get(["/budget/export.csv", "/budget/export.xlsx", "/budget/export.json"], opt=needs(Action.VIEW_LEDGER))
async def statement_file(request: Request[Any, Any, Any], now: NamedDependency[datetime]) -> Response[bytes]:
    """The statement of a year, at the instant `au` or now."""
    shape = request.scope["path"].rpartition(".")[2]
    write, media_type = FORMATS[shape]
    at = request.query_params.get("au", "").strip()
    try:
        stated = await statement_of(_year(request, now), read_instant(at) if at else None)
    except Unreadable:
        raise Refused(400, "invalid-parameter", name="au") from None
    name = f"budget-{stated.school_year}{f'-{paris_day(stated.as_of)}' if stated.as_of else ''}.{shape}"
    return _file(write(stated, visit_of(request.scope).language), media_type, name)


@get("/budget/journal.txt", opt=needs(Action.VIEW_LEDGER))
async def journal_file(request: Request[Any, Any, Any], now: NamedDependency[datetime]) -> Response[bytes]:
    """The accountant's journal of a year, under the name the law gives it."""
    year = _year(request, now)
    siren = "".join(request.query_params.get("siren", "").split()) or UNKNOWN_SIREN
    try:
        name = file_name(year, siren)
    except Unreadable:
        raise Refused(400, "siren-unreadable") from None
    content = b"".join([part async for part in journal(year)])
    return _file(content, "text/plain; charset=utf-8", name)


def _file(content: bytes, media_type: str, name: str) -> Response[bytes]:
    return Response(
        content,
        media_type=media_type,
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "cache-control": "private, no-store",
        },
    )


def _narrowed(request: Request[Any, Any, Any], now: datetime) -> Narrowed:
    asked = request.query_params
    category = asked.get("categorie", "")
    return Narrowed(
        year=_year(request, now),
        category=category if category in CATEGORIES else "",
        region=asked.get("region", ""),
        school=asked.get("ecole", ""),
        month=_month(request),
    )


def _year(request: Request[Any, Any, Any], now: datetime) -> str:
    """The year in the address when there is one that can be read."""
    asked = request.query_params.get("annee", "")
    try:
        school_year_bounds(asked)
    except Unreadable:
        return school_year_of(paris_day(now))
    return asked


def _month(request: Request[Any, Any, Any]) -> str:
    asked = request.query_params.get("mois", "")
    return asked if _MONTH.match(asked) else ""


def _month_name(month: str, language: Language) -> str:
    return f"{MONTH_NAMES[language][int(month[5:]) - 1]} {month[:4]}" if month else ""


def _next_place(rows: list[Change]) -> str | None:
    return f"{rows[ROWS - 1].month}_{rows[ROWS - 1].number}" if len(rows) > ROWS else None


HANDLERS: list[Any] = [budget_page, envelope_page, statement_file, journal_file]
