"""Forms of the administrator: a contribution that came in, an envelope to open."""

from datetime import datetime
from typing import Any, Final

from litestar import Request, get, post
from litestar.di import NamedDependency

from solidarity.budgets.commands import add_contribution, add_envelope
from solidarity.budgets.labels import CATEGORIES
from solidarity.reports.forms import POINTERS, read_contribution, read_envelope
from solidarity.reports.queries import funder_names, gifts, places
from solidarity.rules.access import Action, Person
from solidarity.rules.calendar import paris_day, previous_school_year, school_year_bounds, school_year_of
from solidarity.rules.errors import Conflict, Invalid
from solidarity.schools.queries import schools
from solidarity.web.access import needs
from solidarity.web.forms import Form, form_with, read_form
from solidarity.web.respond import Page, SeeOther, page, see_other
from solidarity.web.visit import visit_of

NEW_CONTRIBUTION: Final = "/financeurs/contributions/nouvelle"
NEW_ENVELOPE: Final = "/financeurs/enveloppes/nouvelle"

Incoming = Request[Any, Any, Any]


@get(NEW_CONTRIBUTION, opt=needs(Action.ADD_CONTRIBUTION))
async def new_contribution_page(
    request: Incoming, person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    today = paris_day(now)
    form = form_with(
        request,
        {"school_year": school_year_of(today), "received_on": f"{today:%d/%m/%Y}"},
    )
    return page("reports/contribution_new.html", await _context(request, form, person, now))


@post(NEW_CONTRIBUTION, opt=needs(Action.ADD_CONTRIBUTION), status_code=303)
async def new_contribution_submit(
    request: Incoming, person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page | SeeOther:
    form = await read_form(request)
    context = await _context(request, form, person, now)
    new = read_contribution(
        form,
        years=context["years"],
        regions=context["region_codes"],
        schools=context["slugs"],
        today=paris_day(now),
    )
    if new is not None:
        try:
            await add_contribution(new, by=person, now=now)
        except (Conflict, Invalid) as refusal:
            _note(form, refusal, conflicts_at="school_year")
        else:
            return see_other(f"/financeurs?annee={new.school_year}", done="contribution-added")
    return page("reports/contribution_new.html", context, status=422)


@get(NEW_ENVELOPE, opt=needs(Action.ADD_ENVELOPE))
async def new_envelope_page(
    request: Incoming, person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    form = form_with(request, {"school_year": school_year_of(paris_day(now))})
    return page("reports/envelope_new.html", await _envelope_context(request, form, person, now))


@post(NEW_ENVELOPE, opt=needs(Action.ADD_ENVELOPE), status_code=303)
async def new_envelope_submit(
    request: Incoming, person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page | SeeOther:
    form = await read_form(request)
    context = await _envelope_context(request, form, person, now)
    new = read_envelope(
        form, years=context["years"], regions=context["region_codes"], schools=context["slugs"]
    )
    if new is not None:
        try:
            await add_envelope(new, by=person, now=now)
        except (Conflict, Invalid) as refusal:
            is_closed = refusal.code == "school-year-closed"
            _note(form, refusal, conflicts_at="school_year" if is_closed else "amount")
        else:
            return see_other(f"/budget?annee={new.school_year}", done="envelope-opened")
    return page("reports/envelope_new.html", context, status=422)


def _note(form: Form, refusal: Conflict | Invalid, *, conflicts_at: str) -> None:
    if isinstance(refusal, Conflict):
        form.refuse(conflicts_at, refusal.code, **refusal.figures)
        return
    for problem in refusal.problems:
        form.refuse(POINTERS.get(problem.pointer, ""), problem.code, **problem.figures)


async def _context(request: Incoming, form: Form, person: Person, now: datetime) -> dict[str, Any]:
    this_year = school_year_of(paris_day(now))
    language = visit_of(request.scope).language
    known, network = (await places()).regions, await schools(person)
    return {
        "form": form,
        "years": (_next(this_year), this_year, previous_school_year(this_year)),
        "region_codes": list(known),
        "regions": list(known.items()),
        "slugs": [one.slug for one in network],
        "schools": [(one.slug, one.name) for one in network],
        "categories": [(name, label.in_language(language)) for name, label in CATEGORIES.items()],
        "funders": await funder_names(),
    }


async def _envelope_context(request: Incoming, form: Form, person: Person, now: datetime) -> dict[str, Any]:
    """With what is not in an envelope yet, year by year."""
    context = await _context(request, form, person, now)
    free = {
        year: sum(gift.amount_cents - gift.allocated_cents - gift.settled_cents for gift in await gifts(year))
        for year in context["years"]
    }
    return {**context, "free_cents": {year: cents for year, cents in free.items() if cents}}


def _next(school_year: str) -> str:
    _first, last = school_year_bounds(school_year)
    return f"{last.year}-{last.year + 1}"


HANDLERS: list[Any] = [
    new_contribution_page,
    new_contribution_submit,
    new_envelope_page,
    new_envelope_submit,
]
