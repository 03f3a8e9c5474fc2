"""Simulations on screen: asking for one, watching it, reading what came out; and the rates to confirm."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from solidarity.rules.access import Action, Person, may
from solidarity.rules.calendar import (
    paris_day,
    previous_school_year,
    school_year_bounds,
    school_year_of,
)
from solidarity.rules.errors import Unknown, Unreadable
from solidarity.rulesets import simulation_wording as wording
from solidarity.rulesets.pages import known_ruleset
from solidarity.rulesets.past_requests import decided_years
from solidarity.rulesets.queries import RulesetView, ruleset_source
from solidarity.rulesets.settling import settlement
from solidarity.rulesets.simulation_queries import region_names, school_names, simulation, simulations_of
from solidarity.rulesets.simulation_showing import result_context, result_workbook
from solidarity.rulesets.simulations import ask_simulation
from solidarity.web.access import needs
from solidarity.web.forms import Form, form_with, read_form
from solidarity.web.respond import Page, SeeOther, page, see_other
from solidarity.web.visit import visit_of

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ASK_TEMPLATE: Final = "rulesets/simulation_new.html"

Incoming = Request[Any, Any, Any]


@get("/baremes/{ruleset_id:uuid}/simuler", opt=needs(Action.VIEW_RULESETS, within=known_ruleset))
async def simulate_page(
    request: Incoming, ruleset_id: FromPath[UUID], person: NamedDependency[Person]
) -> Page:
    view, _ = await ruleset_source(ruleset_id)
    return page(ASK_TEMPLATE, await _asking(view, person, form_with(request, {})))


@post("/baremes/{ruleset_id:uuid}/simuler", opt=needs(Action.SIMULATE_RULESET, within=known_ruleset))
async def simulate_submit(
    request: Incoming,
    ruleset_id: FromPath[UUID],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    view, _ = await ruleset_source(ruleset_id)
    form = await read_form(request)
    years = await decided_years()
    year = form.text("school_year", most=9, missing="school-year-choose")
    if year is not None and year not in years:
        form.refuse("school_year", "school-year-choose")
    if year is None or form.errors:
        return page(ASK_TEMPLATE, await _asking(view, person, form), status=422)
    asked = await ask_simulation(ruleset_id, year, by=person, now=now)
    return see_other(f"/baremes/{ruleset_id}/simulations/{asked}", done="simulation-asked")


async def _asking(view: RulesetView, person: Person, form: Form) -> dict[str, Any]:
    years = await decided_years()
    before = previous_school_year(view.school_year)
    return {
        "view": view,
        "form": form,
        "years": years,
        "likely_year": before if before in years else "",
        "simulations": await simulations_of(view.id),
        "states": wording.STATES,
        "tones": wording.TONES,
        "may_simulate": may(person, Action.SIMULATE_RULESET),
    }


@get(
    "/baremes/{ruleset_id:uuid}/simulations/{simulation_id:uuid}",
    opt=needs(Action.VIEW_RULESETS, within=known_ruleset),
)
async def simulation_page(
    request: Incoming, ruleset_id: FromPath[UUID], simulation_id: FromPath[UUID]
) -> Page:
    view, _ = await ruleset_source(ruleset_id)
    found, summary = await simulation(ruleset_id, simulation_id)
    context = {
        "view": view,
        "simulation": found,
        "summary": summary,
        "states": wording.STATES,
        "tones": wording.TONES,
        "problem": wording.PROBLEMS.get(found.problem or "", wording.OTHER_PROBLEM),
    }
    if summary is not None:
        language = visit_of(request.scope).language
        context |= result_context(
            summary, language, schools=await school_names(), regions=await region_names()
        )
    return page("rulesets/simulation.html", context)


@get(
    "/baremes/{ruleset_id:uuid}/simulations/{simulation_id:uuid}/resultat.xlsx",
    opt=needs(Action.VIEW_RULESETS, within=known_ruleset),
)
async def simulation_file(
    request: Incoming, ruleset_id: FromPath[UUID], simulation_id: FromPath[UUID]
) -> Response[bytes]:
    view, _ = await ruleset_source(ruleset_id)
    found, summary = await simulation(ruleset_id, simulation_id)
    if summary is None or found.finished_at is None:
        raise Unknown
    content = result_workbook(
        summary,
        visit_of(request.scope).language,
        title=f"{view.slug} {found.school_year}",
        created=found.finished_at,
        schools=await school_names(),
        regions=await region_names(),
    )
    name = f"simulation-{view.slug}-{found.school_year}.xlsx"
    return Response(
        content, media_type=XLSX, headers={"content-disposition": f'attachment; filename="{name}"'}
    )


@get("/baremes/taux-a-confirmer", opt=needs(Action.VIEW_RULESETS))
async def settle_page(request: Incoming, now: NamedDependency[datetime]) -> Page:
    today = paris_day(now)
    year = request.query_params.get("annee") or school_year_of(today)
    try:
        school_year_bounds(year)
    except Unreadable as fault:
        raise Unknown from fault
    return page(
        "rulesets/simulation_settle.html",
        {
            "found": await settlement(year, today=today),
            "years": sorted({school_year_of(today), *await decided_years()}, reverse=True),
            "standings": wording.STANDINGS,
            "tones": wording.STANDING_TONES,
            "categories": wording.CATEGORIES,
        },
    )


HANDLERS: list[Any] = [simulate_page, simulate_submit, simulation_page, simulation_file, settle_page]
