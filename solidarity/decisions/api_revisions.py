"""What may follow a decision, for programs: revoke, appeal, answer an appeal, ratify."""

from datetime import date, datetime
from typing import Any, Literal

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from solidarity.decisions.api import GrantBody, NoteBody
from solidarity.decisions.appeal_queries import AppealView, appeals_of
from solidarity.decisions.appeals import (
    Answer,
    answer_appeal,
    approve_answer,
    file_appeal,
    return_answer,
    take_appeal,
    withdraw_appeal,
)
from solidarity.decisions.ratifying import ratify
from solidarity.decisions.revoking import revoke
from solidarity.requests.api_steps import ONE, Incoming, action_opt, in_scope, moved
from solidarity.requests.holding import request_in_scope
from solidarity.requests.shapes import Reason
from solidarity.rules.access import Action, Person
from solidarity.rules.errors import Invalid, Problem
from solidarity.trail.acting import Nothing
from solidarity.web.access import needs
from solidarity.web.answers import json_answer
from solidarity.web.body import read_body
from solidarity.web.describing import describes


class RevokeBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an aid ends, as the letter will say it."""

    reason: Reason


class AppealBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a decision should be looked at again."""

    grounds: Reason


class AnswerBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the review finds; a line that is not named gets what the rules propose."""

    outcome: Literal["uphold", "dismiss"]
    lines: list[GrantBody] = []
    reason: Reason | None = None
    override_reason: Reason | None = None


class AppealJson(Struct, frozen=True, kw_only=True):
    """One appeal; `decision` and `outcome` are numbers of decisions of the request."""

    decision: int
    state: str
    grounds: str
    filed_by: str
    filed_at: datetime
    answer_by: date
    awaits_approval: bool
    ended_at: datetime | None
    note: str | None
    outcome: int | None


class AppealsJson(Struct, frozen=True, kw_only=True):
    """The appeals of a request, newest first."""

    items: list[AppealJson]


@post(f"{ONE}/revoke", status_code=200, opt=action_opt(Action.REVOKE, "End an aid", RevokeBody))
async def revoke_request(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    await request_in_scope(reference, person)
    body = await read_body(request, RevokeBody)
    return await moved(
        request, reference, person, now, lambda: revoke(reference, body.reason, by=person, now=now)
    )


@post(f"{ONE}/appeal", status_code=200, opt=action_opt(Action.APPEAL, "Ask for a review", AppealBody))
async def appeal_request(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    await request_in_scope(reference, person)
    body = await read_body(request, AppealBody)
    return await moved(
        request, reference, person, now, lambda: file_appeal(reference, body.grounds, by=person, now=now)
    )


@get(
    f"{ONE}/appeals",
    opt={
        **needs(Action.VIEW_REQUESTS, within=in_scope),
        **describes("The appeals of a request", answer=AppealsJson),
    },
)
async def list_appeals(reference: FromPath[str], person: NamedDependency[Person]) -> Response[bytes]:
    found = await appeals_of(reference, person)
    return json_answer(AppealsJson(items=[_appeal_json(one) for one in found]))


@post(
    f"{ONE}/appeal/withdraw",
    status_code=200,
    opt=action_opt(Action.APPEAL, "Take an appeal back", Nothing),
)
async def withdraw_one(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    await request_in_scope(reference, person)
    await read_body(request, Nothing)
    return await moved(
        request, reference, person, now, lambda: withdraw_appeal(reference, by=person, now=now)
    )


@post(f"{ONE}/appeal/take", status_code=200, opt=action_opt(Action.DECIDE, "Begin a review", Nothing))
async def take_one(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    await request_in_scope(reference, person)
    await read_body(request, Nothing)
    return await moved(request, reference, person, now, lambda: take_appeal(reference, by=person, now=now))


@post(
    f"{ONE}/appeal/answer",
    status_code=200,
    opt=action_opt(Action.DECIDE, "Correct the decision, or maintain it", AnswerBody),
)
async def answer_one(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    await request_in_scope(reference, person)
    answer = _answer(await read_body(request, AnswerBody))
    return await moved(
        request, reference, person, now, lambda: answer_appeal(reference, answer, by=person, now=now)
    )


@post(
    f"{ONE}/appeal/approve",
    status_code=200,
    opt=action_opt(Action.APPROVE, "Confirm a correction as second person", Nothing),
)
async def approve_one(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    await request_in_scope(reference, person)
    await read_body(request, Nothing)
    return await moved(request, reference, person, now, lambda: approve_answer(reference, by=person, now=now))


@post(
    f"{ONE}/appeal/return",
    status_code=200,
    opt=action_opt(Action.APPROVE, "Send a correction back to the review", NoteBody),
)
async def return_one(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    await request_in_scope(reference, person)
    note = (await read_body(request, NoteBody)).note or None
    return await moved(
        request, reference, person, now, lambda: return_answer(reference, note=note, by=person, now=now)
    )


@post(f"{ONE}/ratify", status_code=200, opt=action_opt(Action.APPROVE, "Ratify an emergency", NoteBody))
async def ratify_request(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    await request_in_scope(reference, person)
    note = (await read_body(request, NoteBody)).note or None
    return await moved(
        request, reference, person, now, lambda: ratify(reference, note=note, by=person, now=now)
    )


def _answer(body: AnswerBody) -> Answer:
    named = [grant.line for grant in body.lines]
    problems = [
        Problem(pointer=f"/lines/{place}/line", code="line-given-twice")
        for place, line in enumerate(named)
        if line in named[:place]
    ]
    if body.outcome == "dismiss" and body.lines:
        problems.append(Problem(pointer="/lines", code="refusal-with-amount"))
    if body.outcome == "dismiss" and not body.reason:
        problems.append(Problem(pointer="/reason", code="required"))
    if problems:
        raise Invalid(tuple(problems))
    return Answer(
        upholds=body.outcome == "uphold",
        granted_cents={grant.line: grant.granted_cents for grant in body.lines},
        reason=body.reason or None,
        override_reason=body.override_reason or None,
    )


def _appeal_json(view: AppealView) -> AppealJson:
    return AppealJson(
        decision=view.decision,
        state=view.state.value,
        grounds=view.grounds,
        filed_by=view.filed_by,
        filed_at=view.filed_at,
        answer_by=view.answer_by,
        awaits_approval=view.prepared_by is not None,
        ended_at=view.ended_at,
        note=view.note,
        outcome=view.outcome,
    )


HANDLERS: list[Any] = [
    revoke_request,
    appeal_request,
    list_appeals,
    withdraw_one,
    take_one,
    answer_one,
    approve_one,
    return_one,
    ratify_request,
]
