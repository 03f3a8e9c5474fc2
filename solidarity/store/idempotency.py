"""One key, one effect: the answer to an act is kept in the transaction of the act itself."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from solidarity.rules.errors import Unreadable
from solidarity.store.statements import Statement, change
from solidarity.store.tables import IdempotencyRow
from solidarity.store.transaction import joined, retrying

_CLAIM = Statement(
    "INSERT INTO idempotency (id, person, key, route, body_sha256, status, answer, created_at) "
    "VALUES ({}, {}, {}, {}, {}, 0, '', {}) ON CONFLICT (person, key) DO NOTHING RETURNING id"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a program was told: the status and the text of the body."""

    status: int
    body: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """What was sent under a key: to which route, and the hash of its body."""

    person: UUID
    key: str
    route: str
    body_sha256: str


Act = Callable[[], Awaitable[Answer]]


async def once(sending: Sending | None, act: Act, *, now: datetime) -> Answer:
    """Carry out an act and answer; the second time under the same key, only answer.

    A refused act leaves nothing behind, so its key may be used again. Of two that come at the same time the
    second waits for the first. Raises `Unreadable("idempotency-key-reused")` when the same key comes with
    another body or for another route.
    """
    if sending is None:
        return await retrying(lambda: _apart(act))
    return await retrying(lambda: _once(sending, act, now))


async def _apart(act: Act) -> Answer:
    async with joined():
        return await act()


async def _once(sending: Sending, act: Act, now: datetime) -> Answer:
    async with joined():
        row_id = uuid4()
        claimed = await _CLAIM.rows(
            row_id, sending.person, sending.key, sending.route, sending.body_sha256, now
        )
        if not claimed:
            return await _given_before(sending)
        answer = await act()
        await change(
            IdempotencyRow,
            row_id,
            {IdempotencyRow.status: answer.status, IdempotencyRow.answer: answer.body},
        )
        return answer


async def _given_before(sending: Sending) -> Answer:
    row = await (
        IdempotencyRow.select()
        .where((IdempotencyRow.person == sending.person) & (IdempotencyRow.key == sending.key))
        .first()
    )
    assert row is not None, "the key was claimed by somebody whose transaction is over"
    if row["route"] != sending.route or row["body_sha256"] != sending.body_sha256:
        raise Unreadable("idempotency-key-reused")
    return Answer(status=row["status"], body=row["answer"])
