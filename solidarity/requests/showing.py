"""Everything the page of one request and the page that checks it before sending have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Request

from solidarity.requests.estimates import rules_now, rules_title
from solidarity.requests.explaining import Explained, explained, openings, timeline_of
from solidarity.requests.glances import letters_of
from solidarity.requests.queries import RequestView, request_assessment, request_view
from solidarity.requests.turning import what_would_change
from solidarity.requests.waiting import place_on_list
from solidarity.requests.wording import DOCUMENT_KINDS, WORDS
from solidarity.rules.access import Person
from solidarity.rules.calendar import age_on, paris_day
from solidarity.rules.errors import Conflict
from solidarity.rules.lifecycle import RequestState
from solidarity.rules.ruleset import Assessment, Ruleset
from solidarity.trail.queries import events_about
from solidarity.web.forms import Form, form_with
from solidarity.web.respond import Page
from solidarity.web.visit import Language, visit_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """One document to join: its fields are `papers-<number>-kind` and `papers-<number>-file`."""

    number: int
    choices: tuple[tuple[str, str], ...]


REQUEST_TEMPLATE = "requests/request.html"
CHECK_TEMPLATE = "requests/check.html"


async def shown(
    request: Request[Any, Any, Any],
    reference: str,
    person: Person,
    now: datetime,
    *,
    form: Form | None = None,
) -> dict[str, Any]:
    """The context of both templates. Raises `Unknown` outside the person's scope."""
    view = await request_view(reference, person)
    language = visit_of(request.scope).language
    assessment = await _assessment(view, person, now)
    ruleset = await _ruleset(view, now)
    granted = view.decision.granted_by_line if view.decision else ()
    told = (
        explained(assessment, view.lines, language, ruleset=ruleset, granted=granted) if assessment else None
    )
    kinds = kinds_known(ruleset)
    return {
        "form": form or form_with(request, {"version": str(view.version)}),
        "words": WORDS,
        "request": view,
        "student": view.student,
        "age": age_on(view.student.birth_date, paris_day(now)),
        "explained": told,
        "rules": await rules_title(assessment.ruleset_sha256) if assessment else None,
        "turning_points": await what_would_change(reference, person, language, now=now),
        "may": openings(view, person),
        "timeline": timeline_of(await events_about("request", reference), person, language),
        "waiting": await place_on_list(view.id, person) if view.status is RequestState.ON_HOLD else None,
        "letter": (await letters_of([view.id])).get(view.id),
        "document_kinds": [(kind, WORDS.document(kind).in_language(language)) for kind in kinds],
        "papers": _papers(told, kinds, language),
        "fact_labels": {
            name: fact.label.in_language(language)
            for name, fact in (ruleset.facts if ruleset else {}).items()
        },
    }


async def shown_on(
    request: Request[Any, Any, Any], reference: str, person: Person, now: datetime, *, form: Form, status: int
) -> Page:
    """The page on which a form in fault was: the check of a draft, else the request."""
    context = await shown(request, reference, person, now, form=form)
    return Page(CHECK_TEMPLATE if context["may"].send else REQUEST_TEMPLATE, context, status=status)


def kinds_known(ruleset: Ruleset | None) -> tuple[str, ...]:
    """Every kind of document a request may hold, the usual ones first."""
    return tuple(dict.fromkeys([*DOCUMENT_KINDS, *(ruleset.document_kinds if ruleset else ())]))


async def kinds_for(view: RequestView, now: datetime) -> tuple[str, ...]:
    """The same, for one request."""
    return kinds_known(await _ruleset(view, now))


def _papers(told: Explained | None, kinds: Sequence[str], language: Language) -> list[Paper]:
    """The documents still to join; the number of a field stays the same while the others arrive."""
    return [
        Paper(
            number=kinds.index(group[0]),
            choices=tuple((kind, WORDS.document(kind).in_language(language)) for kind in group),
        )
        for group in (told.missing if told else ())
    ]


async def _assessment(view: RequestView, person: Person, now: datetime) -> Assessment | None:
    """None while no rules are in force for the school year of the request."""
    try:
        return await request_assessment(view.reference, person, now=now)
    except Conflict as refusal:
        if refusal.code != "no-ruleset":
            raise
        return None


async def _ruleset(view: RequestView, now: datetime) -> Ruleset | None:
    try:
        return await rules_now(now, view.school_year)
    except Conflict:
        return None
