"""Requests for programs: drafting, changing and reading; documents and actions stand beside."""

from datetime import datetime
from typing import Any, Final

from litestar import Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import UNSET, UnsetType

from solidarity.requests import api_papers, api_steps
from solidarity.requests.api_steps import ONE, Incoming, in_scope
from solidarity.requests.assessment_shapes import AssessmentJson
from solidarity.requests.commands import NewRequest, create_draft, edit_request
from solidarity.requests.holding import request_in_scope
from solidarity.requests.lists import SORTS, Filter, RequestSummary, requests
from solidarity.requests.queries import request_assessment, request_view
from solidarity.requests.shapes import (
    RequestBody,
    RequestChangesBody,
    RequestJson,
    SummaryJson,
    TimelineJson,
    new_lines,
    request_json,
    summary_json,
)
from solidarity.rules.access import Action, Person, Role
from solidarity.rules.lifecycle import RequestState
from solidarity.rules.ruleset import assessment_to_json
from solidarity.trail.acting import carry_out, carry_out_edit
from solidarity.trail.queries import EventView, events_about
from solidarity.web.access import needs
from solidarity.web.answers import json_answer, versioned
from solidarity.web.body import read_body
from solidarity.web.describing import SCHOOL_YEAR_PATTERN, Query, describes
from solidarity.web.listing import instant_place, read_listing
from solidarity.web.respond import required_version
from solidarity.web.visit import visit_of

ROOT: Final = "/api/v1/requests"
CATEGORIES: Final = ("transport", "housing", "food")
STATUSES: Final = tuple(state.value for state in RequestState)
AMONG_ADMINISTRATORS: Final = frozenset({"override_reason", "note"})
"""Details of events that a director is not shown."""


@post(
    ROOT,
    status_code=201,
    opt={
        **needs(Action.DRAFT_REQUEST),
        **describes("Start a request", body=RequestBody, answer=RequestJson, status=201, is_repeatable=True),
    },
)
async def create(
    request: Incoming, person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Response[bytes]:
    body = await read_body(request, RequestBody)
    new = NewRequest(
        student=body.student,
        urgency=body.urgency,
        narrative=body.narrative or None,
        lines=new_lines(body.lines),
    )

    async def act() -> RequestJson:
        return request_json(await request_view(await create_draft(new, by=person, now=now), person), person)

    return await carry_out(request, act, now=now, status=201)


@get(
    ROOT,
    opt={
        **needs(Action.VIEW_REQUESTS),
        **describes(
            "Requests, newest first",
            answer=SummaryJson,
            is_list=True,
            query=(
                Query(name="status", about="One or several, separated by commas.", words=STATUSES),
                Query(name="school", about="The slug of a school."),
                Query(name="category", about="Of one of the lines.", words=CATEGORIES),
                Query(name="school_year", about="Such as 2026-2027.", pattern=SCHOOL_YEAR_PATTERN),
                Query(name="q", about="A part of the student's name, or the reference."),
                Query(name="sort", about="Newest first without it.", words=tuple(SORTS)),
            ),
        ),
    },
)
async def list_requests(request: Incoming, person: NamedDependency[Person]) -> Response[bytes]:
    listing = read_listing(request, "requests")
    wanted = Filter(
        statuses=listing.some_of("status", STATUSES),
        school=listing.text("school") or None,
        category=listing.one_of("category", CATEGORIES),
        school_year=listing.school_year(),
        q=listing.text("q"),
        sort=listing.one_of("sort", SORTS) or "-created_at",
    )
    found = await requests(person, wanted, limit=listing.limit + 1, after=listing.after_instant())
    return json_answer(
        listing.page(
            found, place=lambda one: instant_place(_sorted_at(one, wanted.sort), one.id), item=summary_json
        )
    )


def _sorted_at(one: RequestSummary, sort: str) -> datetime:
    at = one.submitted_at if sort.endswith("submitted_at") else one.created_at
    assert at is not None, "a list sorted by submission has only submitted requests"
    return at


@get(
    ONE, opt={**needs(Action.VIEW_REQUESTS, within=in_scope), **describes("One request", answer=RequestJson)}
)
async def one_request(reference: FromPath[str], person: NamedDependency[Person]) -> Response[bytes]:
    view = await request_view(reference, person)
    return versioned(request_json(view, person), view.version)


@patch(
    ONE,
    opt={
        **needs(Action.EDIT_REQUEST, within=in_scope),
        **describes(
            "Change a draft, or a request about which something was asked",
            body=RequestChangesBody,
            answer=RequestJson,
            needs_version=True,
        ),
    },
)
async def change(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    await request_in_scope(reference, person)
    version = required_version(request)
    body = await read_body(request, RequestChangesBody)
    lines = None if isinstance(body.lines, UnsetType) else new_lines(body.lines)
    await carry_out_edit(
        lambda: edit_request(
            reference,
            version=version,
            urgency=_given(body.urgency),
            narrative=_text_given(body.narrative),
            student=_given(body.student),
            lines=lines,
            answer=_text_given(body.answer),
            by=person,
            now=now,
        )
    )
    view = await request_view(reference, person)
    return versioned(request_json(view, person), view.version)


def _given(value: Any) -> Any:
    return None if value is UNSET else value


def _text_given(value: str | UnsetType | None) -> str | None:
    """None leaves a text as it is, an empty one removes it."""
    return None if isinstance(value, UnsetType) else value or ""


@get(
    f"{ONE}/assessment",
    opt={
        **needs(Action.VIEW_ASSESSMENT, within=in_scope),
        **describes("What the rules say; frozen once decided", answer=AssessmentJson, refusals=(409,)),
    },
)
async def assessment(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    found = await request_assessment(reference, person, now=now)
    return json_answer(assessment_to_json(found, visit_of(request.scope).language))


@get(
    f"{ONE}/timeline",
    opt={
        **needs(Action.VIEW_TIMELINE, within=in_scope),
        **describes(
            "Everything that happened to a request, newest first",
            answer=TimelineJson,
            is_list=True,
            query=(Query(name="sort", about="Newest first without it.", words=("-at", "at")),),
        ),
    },
)
async def timeline(
    request: Incoming, reference: FromPath[str], person: NamedDependency[Person]
) -> Response[bytes]:
    row = await request_in_scope(reference, person)
    listing = read_listing(request, f"timeline {row['reference']}")
    oldest_first = listing.one_of("sort", ("-at", "at")) == "at"
    found = await events_about("request", reference)
    after = listing.after_number()
    if not oldest_first:
        found.reverse()
    if after is not None:
        found = [one for one in found if (one.sequence > after) is oldest_first and one.sequence != after]
    is_director = person.role is Role.DIRECTOR
    return json_answer(
        listing.page(
            found,
            place=lambda one: (one.sequence,),
            item=lambda one: _event_json(one, is_director=is_director),
        )
    )


def _event_json(event: EventView, *, is_director: bool) -> TimelineJson:
    hidden = AMONG_ADMINISTRATORS if is_director else frozenset()
    return TimelineJson(
        at=event.at,
        actor=event.actor,
        actor_role=event.actor_role,
        action=event.action,
        detail={name: value for name, value in event.detail.items() if name not in hidden},
    )


HANDLERS: list[Any] = [
    create,
    list_requests,
    one_request,
    change,
    assessment,
    timeline,
    *api_papers.HANDLERS,
    *api_steps.HANDLERS,
]
