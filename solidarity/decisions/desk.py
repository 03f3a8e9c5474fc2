"""What lies on the administrator's desk beside one request: other aid, neighbours in the queue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from solidarity.decisions.wording import HOLD_REASONS, REASONS, TABS
from solidarity.requests.estimates import rules_now
from solidarity.requests.explaining import timeline_of
from solidarity.requests.lists import Filter, RequestSummary, requests, requests_of_student
from solidarity.requests.queries import RequestView, request_assessment, request_view
from solidarity.requests.turning import what_would_change
from solidarity.requests.wording import (
    CATEGORIES,
    DOCUMENT_KINDS,
    FREQUENCY_LABELS,
    KINDS,
    OUTCOME_TONES,
    OUTCOMES,
    STATES,
    TONES,
)
from solidarity.rules.access import Person
from solidarity.rules.calendar import age_on, paris_day
from solidarity.rules.errors import Conflict
from solidarity.rules.lifecycle import RequestState
from solidarity.rules.money import Cents
from solidarity.rules.ruleset import Assessment, Outcome
from solidarity.trail.queries import events_about
from solidarity.web.formats import typed_euros
from solidarity.web.forms import Form
from solidarity.web.visit import Language

WORDS: Final[Mapping[str, Any]] = {
    "reasons": REASONS,
    "hold_reasons": HOLD_REASONS,
    "categories": CATEGORIES,
    "states": STATES,
    "document_kinds": DOCUMENT_KINDS,
    "kinds": KINDS,
    "frequencies": FREQUENCY_LABELS,
    "outcomes": OUTCOMES,
    "outcome_tones": OUTCOME_TONES,
    "tones": TONES,
}
GAVE_NOTHING: Final = frozenset({RequestState.DRAFT, RequestState.WITHDRAWN, RequestState.CLOSED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbours:
    """The requests before and after this one among those to decide, oldest first."""

    previous: str | None
    following: str | None


async def desk_context(
    form: Form, reference: str, person: Person, now: datetime, language: Language
) -> dict[str, Any]:
    """What the template of the desk shows. Raises `Unknown` outside the person's scope."""
    view = await request_view(reference, person)
    found = await request_assessment(reference, person, now=now)
    others = await _other_requests(view, person)
    return {
        **WORDS,
        "form": form,
        "view": view,
        "found": found,
        "age": age_on(view.student.birth_date, paris_day(now)),
        "is_payable": found.outcome is Outcome.PAYABLE,
        "turning_points": await what_would_change(reference, person, language, now=now),
        "fills_largest": _fills_largest(found),
        "fact_labels": await _fact_labels(view, now, language),
        "others": others,
        "granted_this_year_cents": sum(one.granted_cents or 0 for one in others),
        "neighbours": await _neighbours(view, person),
        "timeline_shown": timeline_of(await events_about("request", reference), person, language),
        "actions": {action.value for action in view.open_actions},
        "is_preparer": view.proposal is not None and view.proposal.prepared_by_id == person.id,
    }


def filled_amounts(typed: str, found: Assessment) -> dict[str, str]:
    """The fields of a grant for a total of cents in an address; an unreadable or too large one fills none."""
    most = sum(line.most_grantable_cents for line in found.lines)
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 12 and int(typed) <= most):
        return {}
    amounts = _spread(int(typed), found)
    return {f"lines-{place}-granted": typed_euros(cents) for place, cents in enumerate(amounts)}


def _spread(total_cents: Cents, found: Assessment) -> list[Cents]:
    """First what the rules propose for each line, then up to its most, in the order of the lines."""
    left, amounts = total_cents, [0] * len(found.lines)
    for bounds in (
        [line.proposed_cents for line in found.lines],
        [line.most_grantable_cents for line in found.lines],
    ):
        for place, bound in enumerate(bounds):
            more = min(left, max(0, bound - amounts[place]))
            amounts[place] += more
            left -= more
    return amounts


def _fills_largest(found: Assessment) -> bool:
    """Whether filling in the largest helps; with too little credit, several lines do not say where."""
    if found.largest_grantable_cents in (0, found.proposed_cents):
        return False
    return len(found.lines) == 1 or found.budget.enough


async def _fact_labels(view: RequestView, now: datetime, language: Language) -> dict[str, str]:
    try:
        facts = (await rules_now(now, view.school_year)).facts
    except Conflict:
        return {}
    return {name: fact.label.in_language(language) for name, fact in facts.items()}


async def _other_requests(view: RequestView, person: Person) -> Sequence[RequestSummary]:
    """What else was asked for this student in the same school year."""
    return [
        one
        for one in await requests_of_student(view.student.id, person)
        if one.id != view.id and one.school_year == view.school_year and one.status not in GAVE_NOTHING
    ]


async def _neighbours(view: RequestView, person: Person) -> Neighbours:
    if view.submitted_at is None:
        return Neighbours(previous=None, following=None)
    place = (view.submitted_at, view.id)
    to_decide = TABS["a-decider"][1]
    before = await requests(person, Filter(statuses=to_decide, sort="-submitted_at"), limit=1, after=place)
    beyond = await requests(person, Filter(statuses=to_decide, sort="submitted_at"), limit=1, after=place)
    return Neighbours(
        previous=before[0].reference if before else None,
        following=beyond[0].reference if beyond else None,
    )
