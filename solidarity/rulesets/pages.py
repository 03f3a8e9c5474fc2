"""Rulesets on screen: the list, one of them made readable, what changes between two, what the fund pays."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from solidarity.rules.access import Action, Person, may
from solidarity.rules.calendar import paris_day, school_year_bounds, school_year_of
from solidarity.rules.errors import Conflict, Unknown, Unreadable
from solidarity.rulesets import drafting_pages
from solidarity.rulesets.queries import (
    RulesetView,
    ruleset_for,
    ruleset_in_force,
    ruleset_source,
    rulesets,
    version_to_compare,
)
from solidarity.rulesets.showing import shown_differences, shown_doubts, shown_portrait, shown_view, words
from solidarity.web.access import needs
from solidarity.web.respond import Page, page
from solidarity.web.visit import visit_of

Incoming = Request[Any, Any, Any]
LIST_TEMPLATE: Final = "rulesets/list.html"
SET_ASIDE: Final = "set_aside"


async def known_ruleset(_person: Person, path: Mapping[str, Any]) -> None:
    """Raise `Unknown` for a version that does not exist, whatever the role may do."""
    await ruleset_source(path["ruleset_id"])


@get("/baremes", opt=needs(Action.VIEW_RULESETS))
async def rulesets_page(person: NamedDependency[Person], now: NamedDependency[datetime]) -> Page:
    today = paris_day(now)
    rows = [(view, view.standing(today).value) for view in await rulesets()]
    context = {
        **words(),
        "rows": [row for row in rows if row[1] != SET_ASIDE],
        "set_aside": [row for row in rows if row[1] == SET_ASIDE],
        "applies": await _applying(today),
        "may_edit": may(person, Action.EDIT_RULESETS),
    }
    return page(LIST_TEMPLATE, context)


async def _applying(today: date) -> UUID | None:
    """The version by which requests are assessed today."""
    try:
        return (await ruleset_for(school_year_of(today), today)).id
    except Conflict:
        return None


@get("/baremes/{ruleset_id:uuid}", opt=needs(Action.VIEW_RULESETS, within=known_ruleset))
async def ruleset_page(
    request: Incoming,
    ruleset_id: FromPath[UUID],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    view, source = await ruleset_source(ruleset_id)
    context = {
        **shown_view(view, paris_day(now)),
        **shown_portrait(source, visit_of(request.scope).language),
        "source": source,
        "doubts": shown_doubts(view, source),
        "is_workshop": True,
        "may_edit": may(person, Action.EDIT_RULESETS),
        "may_activate": may(person, Action.ACTIVATE_RULESET),
    }
    return page("rulesets/ruleset.html", context)


@get("/baremes/{ruleset_id:uuid}/texte", opt=needs(Action.VIEW_RULESETS, within=known_ruleset))
async def ruleset_text(ruleset_id: FromPath[UUID]) -> Response[bytes]:
    view, source = await ruleset_source(ruleset_id)
    return Response(
        source.encode(),
        media_type="application/toml",
        headers={"content-disposition": f'attachment; filename="{view.slug}.toml"'},
    )


@get("/baremes/{ruleset_id:uuid}/comparer", opt=needs(Action.VIEW_RULESETS, within=known_ruleset))
async def compare_page(request: Incoming, ruleset_id: FromPath[UUID], now: NamedDependency[datetime]) -> Page:
    view, source = await ruleset_source(ruleset_id)
    other = await _chosen(request.query_params.get("avec"), view)
    choices = [one for one in await rulesets() if one.id != view.id]
    context = {**shown_view(view, paris_day(now)), "choices": choices, "compared": None, "differences": []}
    if other is not None:
        context["compared"], other_source = await ruleset_source(other)
        context["differences"] = shown_differences(other_source, source)
    return page("rulesets/compare.html", context)


async def _chosen(typed: str | None, view: RulesetView) -> UUID | None:
    if not typed:
        return await version_to_compare(view)
    try:
        return UUID(typed)
    except ValueError:
        raise Unknown from None


@get("/bareme", opt=needs(Action.VIEW_RULES_IN_FORCE))
async def paid_now_page(request: Incoming, now: NamedDependency[datetime]) -> Page:
    """The rules that apply today to a school year, this one unless another is asked for."""
    today = paris_day(now)
    school_year = _school_year(request.query_params.get("annee")) or school_year_of(today)
    return await _paid_page(request, (await ruleset_for(school_year, today)).id, today)


def _school_year(typed: str | None) -> str | None:
    if not typed:
        return None
    try:
        school_year_bounds(typed)
    except Unreadable:
        raise Unknown from None
    return typed


@get("/bareme/{ruleset_id:uuid}", opt=needs(Action.VIEW_RULES_IN_FORCE))
async def paid_page(request: Incoming, ruleset_id: FromPath[UUID], now: NamedDependency[datetime]) -> Page:
    return await _paid_page(request, ruleset_id, paris_day(now))


async def _paid_page(request: Incoming, ruleset_id: UUID, today: date) -> Page:
    view, source = await ruleset_in_force(ruleset_id)
    others = [
        one
        for one in await rulesets()
        if one.state == "in_force" and one.school_year == view.school_year and one.id != view.id
    ]
    context = {
        **shown_view(view, today),
        **shown_portrait(source, visit_of(request.scope).language),
        "others": others,
        "is_workshop": False,
    }
    return page("rulesets/paid.html", context)


HANDLERS: list[Any] = [
    rulesets_page,
    ruleset_page,
    ruleset_text,
    compare_page,
    paid_now_page,
    paid_page,
    *drafting_pages.HANDLERS,
]
