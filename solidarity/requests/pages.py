"""Homes, the list of requests and the page of one request; the handlers of the whole capability."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from solidarity.budgets.queries import EnvelopeView, budget
from solidarity.requests import drafting_pages, sending_pages
from solidarity.requests.explaining import age_in_days
from solidarity.requests.forms import TABS, read_tab
from solidarity.requests.glances import dues_of, letters_of
from solidarity.requests.lists import Filter, RequestSummary, count_by_status, requests
from solidarity.requests.queries import document
from solidarity.requests.renewals import pupils_to_ask_again
from solidarity.requests.showing import REQUEST_TEMPLATE, shown
from solidarity.requests.wording import WORDS
from solidarity.rules.access import Action, Person, Role
from solidarity.rules.calendar import paris_day, school_year_of
from solidarity.web.access import SIGNED_IN, needs
from solidarity.web.forms import Form, form_with, read_form
from solidarity.web.house import house_of
from solidarity.web.listing import instant_place, read_listing
from solidarity.web.respond import Page, SeeOther, page, see_other

HOMES: Final = {Role.ADMINISTRATOR: "/instruction", Role.AUDITOR: "/audit"}
"""Where the other roles begin; a director begins on the home page."""

ON_HOME: Final = 5
MOST_FOUND: Final = 50
NARROWING: Final = ("annee", "region", "ecole")
"""What an address may narrow the list to."""
NOTHING: Final[Mapping[str, str]] = {}


@get("/", opt=SIGNED_IN)
async def home(person: NamedDependency[Person], now: NamedDependency[datetime]) -> Page | SeeOther:
    if person.role in HOMES:
        return see_other(HOMES[person.role])
    questions = await requests(person, Filter(statuses=("information_requested",)), limit=MOST_FOUND)
    drafts = await requests(person, Filter(statuses=("draft",)), limit=MOST_FOUND)
    decided = await requests(person, Filter(statuses=("decided",), sort="-submitted_at"), limit=ON_HOME)
    counts = await count_by_status(person, Filter())
    envelopes = await budget(person, school_year_of(paris_day(now)))
    again = await pupils_to_ask_again(person, school_year_of(paris_day(now)))
    return page(
        "home/director.html",
        {
            "words": WORDS,
            "questions": questions,
            "dues": await dues_of([one.id for one in questions]),
            "drafts": [(one, age_in_days(one.created_at, now)) for one in drafts],
            "decided": decided,
            "letters": await letters_of([one.id for one in decided]),
            "in_progress": sum(counts.get(status, 0) for status in TABS["en-cours"]),
            "envelopes": by_closeness(envelopes),
            "school_year": school_year_of(paris_day(now)),
            "again": again[:ON_HOME],
            "again_count": len(again),
        },
    )


@get("/demandes/a-renouveler", opt=needs(Action.DRAFT_REQUEST))
async def renewals_page(person: NamedDependency[Person], now: NamedDependency[datetime]) -> Page:
    year = school_year_of(paris_day(now))
    return page(
        "requests/renewals.html", {"again": await pupils_to_ask_again(person, year), "school_year": year}
    )


def by_closeness(envelopes: Sequence[EnvelopeView]) -> list[EnvelopeView]:
    """The school's own envelopes first, then the region's, then everybody's."""
    return sorted(
        envelopes, key=lambda one: (one.school is None, one.region_code is None, one.category or "", one.name)
    )


@get("/demandes", opt=needs(Action.VIEW_REQUESTS))
async def requests_page(request: Request[Any, Any, Any], person: NamedDependency[Person]) -> Page:
    tab = read_tab(request.query_params.get("etat"))
    listing = read_listing(request, f"requests {tab}")
    places = narrowed_to(request)
    wanted = filter_of(places, TABS[tab])
    found = await requests(person, wanted, limit=listing.limit + 1, after=listing.after_instant())
    listed = listing.page(
        found, place=lambda one: instant_place(one.created_at, one.id), item=lambda one: one
    )
    context = await _list_context(
        person, listed["items"], tab=tab, form=form_with(request, {}), narrowed=places
    )
    here = f"/demandes?{urlencode({'etat': tab, **places})}"
    context["next_address"] = f"{here}&cursor={listed['next_cursor']}" if listed["next_cursor"] else None
    context["first_address"] = here if listing.after else None
    return page("requests/requests.html", context)


@post("/demandes", opt=needs(Action.VIEW_REQUESTS), status_code=200)
async def requests_search(request: Request[Any, Any, Any], person: NamedDependency[Person]) -> Page:
    """By POST, so that no name is written in an address."""
    form = await read_form(request)
    q = form.text("q", most=100, required=False)
    found = await requests(person, Filter(q=q or ""), limit=MOST_FOUND)
    context = await _list_context(person, found, tab="toutes", form=form)
    return page(
        "requests/requests.html", {**context, "is_search": bool(q)}, status=422 if form.errors else 200
    )


async def _list_context(
    person: Person,
    found: list[RequestSummary],
    *,
    tab: str,
    form: Form,
    narrowed: Mapping[str, str] = NOTHING,
) -> dict[str, Any]:
    counts = await count_by_status(person, filter_of(narrowed))
    totals = {name: sum(counts.get(status, 0) for status in states) for name, states in TABS.items()}
    return {
        "form": form,
        "words": WORDS,
        "found": found,
        "tab": tab,
        "totals": {**totals, "toutes": sum(counts.values())},
        "shows_school": person.school_id is None,
        "is_search": False,
        "narrowed": list(narrowed.values()),
        "narrowed_query": f"&{urlencode(narrowed)}" if narrowed else "",
        "next_address": None,
        "first_address": None,
        "most_found": MOST_FOUND,
    }


def filter_of(places: Mapping[str, str], statuses: tuple[str, ...] = ()) -> Filter:
    return Filter(
        statuses=statuses,
        school_year=places.get("annee"),
        region=places.get("region"),
        school=places.get("ecole"),
    )


def narrowed_to(request: Request[Any, Any, Any]) -> dict[str, str]:
    """What the address narrows the list to: a year, a region, a school."""
    asked = {name: request.query_params.get(name, "")[:80] for name in NARROWING}
    return {name: value for name, value in asked.items() if value}


@get("/demandes/{reference:str}", opt=needs(Action.VIEW_REQUESTS))
async def request_page(
    request: Request[Any, Any, Any],
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    return page(REQUEST_TEMPLATE, await shown(request, reference, person, now))


@get("/demandes/{reference:str}/documents/{document_id:uuid}", opt=needs(Action.VIEW_DOCUMENT))
async def document_file(
    request: Request[Any, Any, Any],
    reference: FromPath[str],
    document_id: FromPath[UUID],
    person: NamedDependency[Person],
) -> Response[bytes]:
    found = await document(reference, document_id, person)
    content = house_of(request).archive.get(found.sha256)
    return Response(
        content,
        media_type=found.media_type,
        headers={"content-disposition": f"attachment; filename*=UTF-8''{quote(found.file_name, safe='')}"},
    )


HANDLERS: list[Any] = [
    home,
    requests_page,
    requests_search,
    renewals_page,
    request_page,
    document_file,
    *drafting_pages.HANDLERS,
    *sending_pages.HANDLERS,
]
