"""The actions on a request for programs: each one command, answered by the request as it is then."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from solidarity.requests.commands import submit, withdraw
from solidarity.requests.holding import request_in_scope
from solidarity.requests.queries import request_view
from solidarity.requests.review import close, put_on_hold, request_information, resume
from solidarity.requests.shapes import CloseBody, HoldBody, QuestionBody, RequestJson, request_json
from solidarity.rules.access import Action, Person
from solidarity.trail.acting import Nothing, carry_out
from solidarity.web.access import needs
from solidarity.web.body import read_body
from solidarity.web.describing import describes

ONE: Final = "/api/v1/requests/{reference:str}"

Incoming = Request[Any, Any, Any]


async def in_scope(person: Person, path: Mapping[str, Any]) -> None:
    """Raise `Unknown` for a request that the person may not know of, whatever the role may do."""
    await request_in_scope(path["reference"], person)


async def moved(
    request: Incoming, reference: str, person: Person, now: datetime, act: Callable[[], Awaitable[object]]
) -> Response[bytes]:
    """Carry out one action on a request; the answer is the request as it is then."""

    async def act_and_read() -> RequestJson:
        await act()
        return request_json(await request_view(reference, person), person)

    return await carry_out(request, act_and_read, now=now)


def action_opt(action: Action, summary: str, body: type[Any]) -> dict[str, Any]:
    """What an action on a request declares: scope before role, an idempotency key, the request as answer."""
    described = describes(summary, body=body, answer=RequestJson, is_repeatable=True)
    return {**needs(action, within=in_scope), **described}


@post(f"{ONE}/submit", status_code=200, opt=action_opt(Action.SUBMIT_REQUEST, "Send, or answer", Nothing))
async def submit_request(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    await request_in_scope(reference, person)
    await read_body(request, Nothing)
    return await moved(request, reference, person, now, lambda: submit(reference, by=person, now=now))


@post(f"{ONE}/withdraw", status_code=200, opt=action_opt(Action.WITHDRAW_REQUEST, "Take back", Nothing))
async def withdraw_request(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    await request_in_scope(reference, person)
    await read_body(request, Nothing)
    return await moved(request, reference, person, now, lambda: withdraw(reference, by=person, now=now))


@post(
    f"{ONE}/request-information",
    status_code=200,
    opt=action_opt(Action.REVIEW, "Ask the school something", QuestionBody),
)
async def ask(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    await request_in_scope(reference, person)
    body = await read_body(request, QuestionBody)
    return await moved(
        request,
        reference,
        person,
        now,
        lambda: request_information(reference, body.message, due_date=body.due_date, by=person, now=now),
    )


@post(f"{ONE}/hold", status_code=200, opt=action_opt(Action.REVIEW, "Put on hold", HoldBody))
async def hold_request(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    await request_in_scope(reference, person)
    body = await read_body(request, HoldBody)
    return await moved(
        request,
        reference,
        person,
        now,
        lambda: put_on_hold(reference, body.reason, due_date=body.due_date, by=person, now=now),
    )


@post(f"{ONE}/resume", status_code=200, opt=action_opt(Action.REVIEW, "Take off hold", Nothing))
async def resume_request(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    await request_in_scope(reference, person)
    await read_body(request, Nothing)
    return await moved(request, reference, person, now, lambda: resume(reference, by=person, now=now))


@post(f"{ONE}/close", status_code=200, opt=action_opt(Action.REVIEW, "End without a decision", CloseBody))
async def close_request(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    await request_in_scope(reference, person)
    body = await read_body(request, CloseBody)
    return await moved(
        request, reference, person, now, lambda: close(reference, body.reason, by=person, now=now)
    )


HANDLERS: list[Any] = [submit_request, withdraw_request, ask, hold_request, resume_request, close_request]
