"""The auditor's pages: a year at a glance, the event log, and the check of log and ledger."""

import re
from datetime import datetime
from typing import Any, Final

from litestar import Request, get
from litestar.di import NamedDependency

from solidarity.audit.queries import year_view
from solidarity.audit.wording import ABOUT, ACTS, FAULT_PLACES, OUTCOMES
from solidarity.budgets.queries import check_ledger
from solidarity.requests.wording import CATEGORIES, STATES
from solidarity.rules.access import Action
from solidarity.rules.calendar import paris_day, previous_school_year, school_year_bounds, school_year_of
from solidarity.rules.errors import Unknown, Unreadable
from solidarity.trail.queries import EventView, checkpoint, events, verify_log
from solidarity.web.access import needs
from solidarity.web.respond import Page, page

ROWS: Final = 50
_SEQUENCE: Final = re.compile(r"[0-9]{1,15}")

Incoming = Request[Any, Any, Any]


@get("/audit", opt=needs(Action.VIEW_EVENTS))
async def audit_page(request: Incoming, now: NamedDependency[datetime]) -> Page:
    this_year = school_year_of(paris_day(now))
    year = request.query_params.get("annee") or this_year
    try:
        school_year_bounds(year)
    except Unreadable as fault:
        raise Unknown from fault
    return page(
        "audit/year.html",
        {
            "year": await year_view(year),
            "years": (this_year, previous_school_year(this_year)),
            "states": STATES,
            "outcomes": OUTCOMES,
            "categories": CATEGORIES,
        },
    )


@get("/audit/evenements", opt=needs(Action.VIEW_EVENTS))
async def events_page(request: Incoming) -> Page:
    typed = request.query_params.get("avant", "")
    before = int(typed) if _SEQUENCE.fullmatch(typed) else None
    found = await events(before=before, limit=ROWS + 1)
    return page(
        "audit/events.html",
        {
            "rows": found[:ROWS],
            "acts": ACTS,
            "abouts": ABOUT,
            "place_of": place_of,
            "next_before": found[ROWS - 1].sequence if len(found) > ROWS else None,
            "is_first": before is None,
        },
    )


def place_of(event: EventView) -> str | None:
    """The page about what an event is about, when it has one."""
    folder = {"request": "/demandes/", "letter": "/lettres/"}.get(event.about_kind)
    return None if folder is None else folder + event.about_id


@get("/audit/verification", opt=needs(Action.VIEW_EVENTS))
async def verification_page(now: NamedDependency[datetime]) -> Page:
    size, root, _last = await checkpoint()
    return page(
        "audit/verification.html",
        {
            "verdict": await verify_log(),
            "checkpoint_size": size,
            "checkpoint_root": root,
            "differences": await check_ledger(),
            "fault_places": FAULT_PLACES,
            "checked_at": now,
        },
    )


HANDLERS: list[Any] = [audit_page, events_page, verification_page]
