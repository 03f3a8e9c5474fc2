"""Deciding for programs: grant, refuse, approve, return."""

from datetime import datetime
from typing import Annotated, Any, Literal

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta, Struct

from solidarity.decisions.commands import approve, decide, return_to_preparer
from solidarity.requests.api_steps import ONE, Incoming, action_opt, moved
from solidarity.requests.holding import request_in_scope
from solidarity.requests.shapes import Reason
from solidarity.rules.access import Action, Person
from solidarity.rules.deciding import Choice, Verdict
from solidarity.rules.errors import Invalid, Problem
from solidarity.web.body import CENTS, read_body

ReasonCode = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,59}$")]
MOST_REASONS = 20


class GrantBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one line is granted; lines count from 1."""

    line: Annotated[int, Meta(ge=1, le=500)]
    granted_cents: Annotated[int, CENTS]


class DecideBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A decision; a line that is not named gets what the rules propose."""

    outcome: Literal["grant", "refuse"]
    lines: list[GrantBody] = []
    reason_codes: list[ReasonCode] = []
    note: Reason | None = None
    override_reason: Reason | None = None


class NoteBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A word to whoever prepared the decision."""

    note: Reason | None = None


@post(
    f"{ONE}/decide",
    status_code=200,
    opt=action_opt(Action.DECIDE, "Decide, or prepare for a second person", DecideBody),
)
async def decide_request(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    await request_in_scope(reference, person)
    choice = _choice(await read_body(request, DecideBody))
    return await moved(request, reference, person, now, lambda: decide(reference, choice, by=person, now=now))


@post(f"{ONE}/approve", status_code=200, opt=action_opt(Action.APPROVE, "Approve as second person", NoteBody))
async def approve_request(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    await request_in_scope(reference, person)
    body = await read_body(request, NoteBody)
    note = body.note or None
    return await moved(
        request, reference, person, now, lambda: approve(reference, note=note, by=person, now=now)
    )


@post(f"{ONE}/return", status_code=200, opt=action_opt(Action.APPROVE, "Send back into review", NoteBody))
async def return_request(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    await request_in_scope(reference, person)
    body = await read_body(request, NoteBody)
    note = body.note or None
    return await moved(
        request, reference, person, now, lambda: return_to_preparer(reference, note=note, by=person, now=now)
    )


def _choice(body: DecideBody) -> Choice:
    problems = _problems_of(body)
    if problems:
        raise Invalid(tuple(problems))
    return Choice(
        verdict=Verdict(body.outcome),
        granted_cents={grant.line: grant.granted_cents for grant in body.lines},
        reason_codes=tuple(dict.fromkeys(body.reason_codes)),
        note=body.note or None,
        override_reason=body.override_reason or None,
    )


def _problems_of(body: DecideBody) -> list[Problem]:
    found = []
    named: set[int] = set()
    for place, grant in enumerate(body.lines):
        if grant.line in named:
            found.append(Problem(pointer=f"/lines/{place}/line", code="line-given-twice"))
        named.add(grant.line)
    if body.outcome == "refuse" and any(grant.granted_cents for grant in body.lines):
        found.append(Problem(pointer="/lines", code="refusal-with-amount"))
    if len(body.reason_codes) > MOST_REASONS:
        found.append(Problem(pointer="/reason_codes", code="list-too-long", figures={"most": MOST_REASONS}))
    return found


HANDLERS: list[Any] = [decide_request, approve_request, return_request]
