"""How the API carries out an act: in one transaction with the answer kept under its Idempotency-Key."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final, TypeVar

from litestar import Request, Response
from msgspec import Struct

from solidarity.rules.access import Person
from solidarity.store.idempotency import Answer, Sending, once
from solidarity.store.transaction import retrying
from solidarity.web.answers import json_text, text_answer
from solidarity.web.gate import Refused
from solidarity.web.visit import visit_of

Edited = TypeVar("Edited")
KEY_HEADER: Final = "idempotency-key"
_KEY: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?\Z")


class Nothing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of an action that needs nothing: empty, or an object without any field."""


async def carry_out(
    request: Request[Any, Any, Any],
    act: Callable[[], Awaitable[object]],
    *,
    now: datetime,
    body: object = None,
    status: int = 200,
) -> Response[bytes]:
    """Run `act`, which calls one command and reads what to answer, all in one transaction.

    `body` is what was sent, when it is not the JSON of this request: for an upload its name, kind and hash.
    """
    sent = await request.body() if body is None else json.dumps(body, sort_keys=True).encode()
    sending = _sending(request, sent)

    async def act_and_answer() -> Answer:
        return Answer(status=status, body=json_text(await act()))

    answer = await once(sending, act_and_answer, now=now)
    return text_answer(answer.body, status=answer.status)


async def carry_out_edit(edit: Callable[[], Awaitable[Edited]]) -> Edited:
    """Run an edit, guarded by the version it names; again when its transaction lost against another."""
    return await retrying(edit)


def _sending(request: Request[Any, Any, Any], body: bytes) -> Sending | None:
    key = request.headers.get(KEY_HEADER)
    if key is None:
        return None
    if not _KEY.match(key):
        raise Refused(400, "idempotency-key-unreadable")
    person: Person | None = visit_of(request.scope).person
    assert person is not None, "only somebody who is signed in acts"
    return Sending(
        person=person.id,
        key=key,
        route=f"{request.method} {request.scope['path']}"[:300],
        body_sha256=hashlib.sha256(_canonical(body)).hexdigest(),
    )


def _canonical(body: bytes) -> bytes:
    """The same JSON written in another way is the same body; an empty body is an empty object."""
    try:
        return json.dumps(json.loads(body or b"{}"), sort_keys=True).encode()
    except (ValueError, RecursionError):
        return body
