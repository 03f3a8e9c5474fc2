"""Writing one event: chained, committed to, in the transaction of the act itself."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from solidarity.rules.access import Person
from solidarity.rules.chain import GENESIS, ChainedEvent, Frontier, canonical, detail_commitment, event_hash
from solidarity.store.statements import Statement, change, insert
from solidarity.store.tables import ChainHeadRow, EventDetailRow, EventRow
from solidarity.store.transaction import hold_row

HEAD_ID = UUID(int=1)
_FIRST_HEAD = Statement(
    "INSERT INTO chain_head (id, size, hash, frontier) VALUES ({}, 0, {}, {}) ON CONFLICT (id) DO NOTHING"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What an event is about: `Subject(kind="request", id="2026-000123")`."""

    kind: str
    id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainHead:
    """The end of the chain, held: how many events, the hash of the last, and the peaks of the Merkle tree."""

    hash: str
    frontier: Frontier

    @property
    def size(self) -> int:
        return self.frontier.size

    @property
    def root(self) -> str:
        """The Merkle root over all events."""
        return self.frontier.root().hex()


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What was done, and in words and figures what it was about."""

    action: str
    detail: Mapping[str, Any] = field(default_factory=dict)


async def record(
    action: str,
    *,
    about: Subject,
    by: Person | None,
    at: datetime,
    detail: Mapping[str, Any] | None = None,
    salt: str | None = None,
) -> int:
    """Append one event and answer its sequence number.

    Call it last in a transaction: it takes the head of the chain, for which every other writer waits.
    """
    return await record_all([Told(action=action, detail=detail or {})], about=about, by=by, at=at, salt=salt)


async def record_all(
    acts: Sequence[Told],
    *,
    about: Subject,
    by: Person | None,
    at: datetime,
    salt: str | None = None,
    head: ChainHead | None = None,
) -> int:
    """As `record`, for several events about one thing; answers the sequence number of the last.

    `head` is what this transaction holds already, and no event came since.
    """
    assert acts, "an event tells an act"
    head = head or await held_chain_head()
    last_hash, frontier = head.hash, head.frontier
    events, details = [], []
    for told in acts:
        told_salt = salt or secrets.token_hex(16)
        text = json.dumps(dict(told.detail), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        event = ChainedEvent(
            sequence=frontier.size + 1,
            at=instant_text(at),
            actor=str(by.id) if by else "",
            action=told.action,
            subject_kind=about.kind,
            subject_id=about.id,
            commitment=detail_commitment(told_salt.encode(), text.encode()),
        )
        row = _event_row(event, at=at, previous_hash=last_hash)
        events.append(row)
        details.append({"sequence": event.sequence, "salt": told_salt, "detail": text})
        last_hash, frontier = row["hash"], frontier.append(row["canonical"])
    await insert(EventRow, *events)
    await insert(EventDetailRow, *details)
    await _move_head(last_hash, frontier)
    return frontier.size


def _event_row(event: ChainedEvent, *, at: datetime, previous_hash: str) -> dict[str, Any]:
    written = canonical(event)
    return {
        "sequence": event.sequence,
        "at": at,
        "actor": event.actor,
        "action": event.action,
        "about_kind": event.subject_kind,
        "about_id": event.subject_id,
        "commitment": event.commitment.hex(),
        "canonical": written,
        "previous_hash": previous_hash,
        "hash": event_hash(bytes.fromhex(previous_hash), written).hex(),
    }


def instant_text(at: datetime) -> str:
    """An instant as the chain writes it: RFC 3339, UTC, microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


async def held_chain_head() -> ChainHead:
    """The length and the root of the chain before the events still to come in this transaction.

    From here to the end of the transaction nobody else writes: what is looked up now stays true.
    """
    head = await _held_head()
    return ChainHead(hash=head["hash"], frontier=Frontier.from_text(head["frontier"]))


async def _move_head(last_hash: str, frontier: Frontier) -> None:
    await change(
        ChainHeadRow,
        HEAD_ID,
        {
            ChainHeadRow.size: frontier.size,
            ChainHeadRow.hash: last_hash,
            ChainHeadRow.frontier: frontier.to_text(),
        },
    )


async def _held_head() -> dict[str, Any]:
    head = await hold_row(ChainHeadRow, HEAD_ID)
    if head is None:
        await _FIRST_HEAD.rows(HEAD_ID, GENESIS.hex(), Frontier().to_text())
        head = await hold_row(ChainHeadRow, HEAD_ID)
    assert head is not None, "the head of the chain was just written"
    return head
