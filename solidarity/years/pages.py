"""School years: what closing one would do, its two people, going on with it, and opening the next."""

from datetime import datetime
from typing import Any, Final

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from solidarity.budgets.labels import CATEGORIES
from solidarity.decisions.claims import Unclaimed, unclaimed
from solidarity.rules.access import Action, Person, may
from solidarity.rules.calendar import paris_day, school_year_bounds
from solidarity.rules.claims import ClaimStage
from solidarity.rules.errors import RuleError, Unknown, Unreadable
from solidarity.rules.year_end import Choices, Fate, YearPlan, possible_fates
from solidarity.web.access import needs
from solidarity.web.formats import typed_euros
from solidarity.web.forms import Form, form_with, read_form
from solidarity.web.respond import Page, SeeOther, page, see_other
from solidarity.years import means_pages
from solidarity.years.commands import confirm_closing, finish_closing, prepare_closing
from solidarity.years.forms import read_closing, read_envelopes
from solidarity.years.opening import open_envelopes, open_year, opening_of
from solidarity.years.queries import closing_of, settled_of, year_plan, years
from solidarity.years.wording import BLOCKERS, FATES, PLACES, STEPS

LIST: Final = "/exercices"
ONE: Final = LIST + "/{school_year:str}"
MOST_LISTED: Final = 200
MOST_AT_ONCE: Final = 200
"""So many requests, envelopes and contributions one click takes on; the next click goes on with the rest."""
ON_THE_PAGE: Final = frozenset({"year-not-ready", "year-not-over", "year-closing-confirmed", "stale"})

Incoming = Request[Any, Any, Any]


@get(LIST, opt=needs(Action.VIEW_LEDGER))
async def years_page(now: NamedDependency[datetime]) -> Page:
    return page("years/list.html", {"years": await years(now), "today": paris_day(now)})


@get(ONE, opt=needs(Action.VIEW_LEDGER))
async def year_page(
    request: Incoming,
    school_year: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    plan = await _plan(school_year)
    return await _shown(form_with(request, {}), plan, person, now)


@post(ONE + "/preparer", opt=needs(Action.CLOSE_YEARS))
async def prepare(
    request: Incoming,
    school_year: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    form, plan = await read_form(request), await _plan(school_year)
    version = form.whole("version", most=999_999_999)
    choices = read_closing(form, plan)
    if form.errors or version is None:
        return await _shown(form, plan, person, now, status=422)
    if form.value("act") == "preview":
        return await _shown(form, await _plan(school_year, choices), person, now, is_preview=True)
    try:
        await prepare_closing(school_year, choices, version=version, by=person, now=now)
    except RuleError as refusal:
        return await _refused(form, refusal, school_year, person, now)
    return see_other(f"{LIST}/{school_year}", done="year-prepared")


@post(ONE + "/confirmer", opt=needs(Action.CLOSE_YEARS))
async def confirm(
    request: Incoming,
    school_year: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    form = await read_form(request)
    version = form.whole("version", most=999_999_999)
    if version is None:
        return await _shown(form, await _plan(school_year), person, now, status=422)
    try:
        await confirm_closing(school_year, version=version, by=person, now=now)
    except RuleError as refusal:
        return await _refused(form, refusal, school_year, person, now)
    return await _go_on(form, school_year, person, now)


@post(ONE + "/reprendre", opt=needs(Action.CLOSE_YEARS))
async def resume(
    request: Incoming,
    school_year: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    await _plan(school_year)
    return await _go_on(await read_form(request), school_year, person, now)


@get(ONE + "/ouverture", opt=needs(Action.VIEW_LEDGER))
async def opening_page(
    request: Incoming,
    school_year: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    return await _opening(form_with(request, {}), school_year, person, now)


@post(ONE + "/ouverture", opt=needs(Action.CLOSE_YEARS))
async def open_submit(
    request: Incoming,
    school_year: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    form = await read_form(request)
    _require_year(school_year)
    wanted = read_envelopes(form, (await opening_of(school_year, now)).proposals, school_year)
    if form.errors:
        return await _opening(form, school_year, person, now, status=422)
    try:
        await open_year(school_year, by=person, now=now)
        await open_envelopes(wanted, by=person, now=now)
    except RuleError as refusal:
        form.refuse("", refusal.code, **refusal.figures)
        return await _opening(form, school_year, person, now, status=409)
    return see_other(f"{LIST}/{school_year}/ouverture", done="year-opened")


async def _go_on(form: Form, school_year: str, person: Person, now: datetime) -> Page | SeeOther:
    try:
        left = await finish_closing(school_year, by=person, now=now, most_items=MOST_AT_ONCE)
    except RuleError as refusal:
        return await _refused(form, refusal, school_year, person, now)
    done = "year-finished" if left.is_done else "year-going-on"
    return see_other(f"{LIST}/{school_year}", done=done)


async def _refused(form: Form, refusal: RuleError, school_year: str, person: Person, now: datetime) -> Page:
    if refusal.code not in ON_THE_PAGE:
        raise refusal
    form.refuse("", refusal.code, **refusal.figures)
    return await _shown(form, await _plan(school_year), person, now, status=409)


def _require_year(school_year: str) -> None:
    """An address with a year that is none leads nowhere."""
    try:
        school_year_bounds(school_year)
    except Unreadable:
        raise Unknown from None


async def _plan(school_year: str, choices: Choices | None = None) -> YearPlan:
    _require_year(school_year)
    return await year_plan(school_year, choices)


async def _shown(
    form: Form,
    plan: YearPlan,
    person: Person,
    now: datetime,
    *,
    status: int = 200,
    is_preview: bool = False,
) -> Page:
    school_year = plan.facts.school_year
    closing = await closing_of(school_year)
    promised = await _promised(plan, now)
    context = {
        "form": form,
        "plan": plan,
        "closing": closing,
        "is_preview": is_preview,
        "is_over": paris_day(now) > school_year_bounds(school_year)[1],
        "chosen": frozenset(one.reference for one in plan.lapsing),
        "promised": promised[:MOST_LISTED],
        "not_listed": max(0, len(promised) - MOST_LISTED),
        "fates_of": {end.gift.id: possible_fates(end.gift) for end in plan.ends},
        "steps": STEPS,
        "blockers": [(BLOCKERS[name], PLACES.get(name), count) for name, count in plan.blockers.items()],
        "fates": FATES,
        "settled": await settled_of(school_year),
        "cents": {fate.value: plan.rest_cents(fate) for fate in Fate},
        "may_close": may(person, Action.CLOSE_YEARS),
        "person": person,
    }
    return page("years/year.html", context, status=status)


async def _promised(plan: YearPlan, now: datetime) -> list[tuple[Unclaimed, bool]]:
    """The grants that are not paid, and whether their day to claim is over; the oldest day first."""
    own = {one.reference for one in plan.facts.commitments}
    found = [one for one in await unclaimed(now) if one.reference in own]
    return [(one, one.stage is ClaimStage.LAPSED) for one in found]


async def _opening(form: Form, school_year: str, person: Person, now: datetime, *, status: int = 200) -> Page:
    _require_year(school_year)
    found = await opening_of(school_year, now)
    context = {
        "form": form,
        "opening": found,
        "amounts": [typed_euros(one.amount_cents) for one in found.proposals],
        "categories": CATEGORIES,
        "may_open": may(person, Action.CLOSE_YEARS) and not found.is_closed,
    }
    return page("years/opening.html", context, status=status)


HANDLERS: list[Any] = [
    years_page,
    year_page,
    prepare,
    confirm,
    resume,
    opening_page,
    open_submit,
    *means_pages.HANDLERS,
]
