"""Reading the event log, and checking that nobody changed it."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from solidarity.rules.chain import GENESIS, ChainedEvent, Frontier, canonical, detail_commitment, event_hash
from solidarity.store.failures import DatabaseUnavailable
from solidarity.store.tables import ChainHeadRow, EventDetailRow, EventRow, PersonRow
from solidarity.store.transaction import reading
from solidarity.trail.commands import HEAD_ID, instant_text

BATCH = 2000
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class EventView:
    """One event as people and programs read it."""

    sequence: int
    at: datetime
    actor: str | None
    actor_role: str | None
    action: str
    about_kind: str
    about_id: str
    detail: dict[str, Any]
    hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """The first place where the log is not what was written."""

    table: str
    row: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What checking the whole log found."""

    valid: bool
    events: int
    root: str
    first_fault: Fault | None


async def events_about(kind: str, id_: str) -> list[EventView]:
    """Every event about one thing, oldest first."""
    async with reading():
        rows = await (
            EventRow.select()
            .where((EventRow.about_kind == kind) & (EventRow.about_id == id_))
            .order_by(EventRow.sequence)
        )
        return await _views(rows)


async def events(*, before: int | None, limit: int) -> list[EventView]:
    """The newest events first, `before` a sequence number."""
    async with reading():
        query = EventRow.select().order_by(EventRow.sequence, ascending=False).limit(limit)
        if before is not None:
            query = query.where(EventRow.sequence < before)
        return await _views(await query)


async def checkpoint() -> tuple[int, str, str]:
    """The size of the log, its Merkle root and the hash of its last event."""
    head = await _head()
    if head is None:
        return 0, Frontier().root().hex(), GENESIS.hex()
    return head["size"], Frontier.from_text(head["frontier"]).root().hex(), head["hash"]


async def verify_log() -> Verdict:
    """Recompute every hash from the stored bytes; names the first row that was changed, cut or replaced."""
    try:
        return await _verify()
    except DatabaseUnavailable:
        raise
    except Exception:
        # Bytes that are no text or no instant stop the whole query; one row at a time shows where they are.
        fault = await _unreadable()
        if fault is None:
            raise
        return await _verdict_before(fault)


async def _verify() -> Verdict:
    async with reading():
        previous, expected, frontier = GENESIS, 1, Frontier()
        while rows := await _stored(expected - 1):
            for row in rows:
                fault = _fault_in(row, expected, previous)
                if fault is not None:
                    return _verdict(expected - 1, frontier, fault)
                previous = bytes.fromhex(row["hash"])
                frontier = frontier.append(bytes(row["canonical"]))
                expected += 1
        fault = await _fault_of_head(previous, frontier) or await _stray(frontier.size)
        return _verdict(frontier.size, frontier, fault)


async def _head() -> dict[str, Any] | None:
    row: dict[str, Any] | None = await ChainHeadRow.select().where(ChainHeadRow.id == HEAD_ID).first()
    return row


async def _fault_of_head(last_hash: bytes, frontier: Frontier) -> Fault | None:
    if await ChainHeadRow.exists().where(ChainHeadRow.id != HEAD_ID):
        return Fault(table="chain_head", row="0", reason="there is another head than that of the log")
    head = await _head()
    if head is None:
        reason = "the head of the log is missing"
        return Fault(table="chain_head", row="0", reason=reason) if frontier.size else None
    name = str(head["size"])
    if head["size"] != frontier.size or head["hash"] != last_hash.hex():
        return Fault(table="chain_head", row=name, reason=f"the log ends at event {frontier.size}")
    if head["frontier"] != frontier.to_text():
        return Fault(table="chain_head", row=name, reason="the Merkle root is not that of the events")
    return None


async def _unreadable() -> Fault | None:
    """The first row whose columns cannot be read."""
    numbers = [
        row["sequence"] for row in await EventRow.select(EventRow.sequence).order_by(EventRow.sequence)
    ]
    for number in numbers:
        for name, table in (("event", EventRow), ("event_detail", EventDetailRow)):
            try:
                await table.select().where(table.sequence == number)
            except DatabaseUnavailable:
                raise
            except Exception:
                return Fault(table=name, row=str(number), reason="its columns cannot be read")
    return None


async def _verdict_before(fault: Fault) -> Verdict:
    frontier = Frontier()
    for row in await (
        EventRow.select(EventRow.canonical)
        .where(EventRow.sequence < int(fault.row))
        .order_by(EventRow.sequence)
    ):
        frontier = frontier.append(bytes(row["canonical"]))
    return _verdict(frontier.size, frontier, fault)


def _verdict(count: int, frontier: Frontier, fault: Fault | None) -> Verdict:
    return Verdict(valid=fault is None, events=count, root=frontier.root().hex(), first_fault=fault)


async def _stored(after: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (
        await EventRow.select().where(EventRow.sequence > after).order_by(EventRow.sequence).limit(BATCH)
    )
    details = {
        detail["sequence"]: detail
        for detail in await EventDetailRow.select().where(
            (EventDetailRow.sequence > after) & (EventDetailRow.sequence <= after + BATCH)
        )
    }
    for row in rows:
        row["detail"] = details.get(row["sequence"])
    return rows


async def _stray(size: int) -> Fault | None:
    """Rows that stand before the first event or after the last one."""
    for name, table, reason in (
        ("event", EventRow, "it stands outside the log"),
        ("event_detail", EventDetailRow, "its event is missing"),
    ):
        row = (
            await table.select(table.sequence)
            .where((table.sequence < 1) | (table.sequence > size))
            .order_by(table.sequence)
            .first()
        )
        if row is not None:
            return Fault(table=name, row=str(row["sequence"]), reason=reason)
    return None


def _fault_in(row: dict[str, Any], expected: int, previous: bytes) -> Fault | None:
    name = str(row["sequence"])
    if row["sequence"] != expected:
        return Fault(table="event", row=str(expected), reason="the event is missing")
    written = bytes(row["canonical"])
    if row["previous_hash"] != previous.hex():
        return Fault(table="event", row=name, reason="it does not follow the event before it")
    if event_hash(previous, written).hex() != row["hash"]:
        return Fault(table="event", row=name, reason="its bytes do not have the hash written beside them")
    if not _SHA256.fullmatch(row["commitment"]) or canonical(_chained(row)) != written:
        return Fault(table="event", row=name, reason="a column differs from the bytes that were hashed")
    detail = row["detail"]
    if detail is not None and _commitment(detail) != row["commitment"]:
        return Fault(table="event_detail", row=name, reason="the detail differs from its commitment")
    return None


def _chained(row: dict[str, Any]) -> ChainedEvent:
    return ChainedEvent(
        sequence=row["sequence"],
        at=instant_text(row["at"]),
        actor=row["actor"],
        action=row["action"],
        subject_kind=row["about_kind"],
        subject_id=row["about_id"],
        commitment=bytes.fromhex(row["commitment"]),
    )


def _commitment(detail: dict[str, Any]) -> str:
    return detail_commitment(detail["salt"].encode(), detail["detail"].encode()).hex()


async def _views(rows: list[dict[str, Any]]) -> list[EventView]:
    numbers = [row["sequence"] for row in rows]
    if not numbers:
        return []
    details = {
        detail["sequence"]: json.loads(detail["detail"])
        for detail in await EventDetailRow.select().where(EventDetailRow.sequence.is_in(numbers))
    }
    people = await _people({row["actor"] for row in rows if row["actor"]})
    return [
        EventView(
            sequence=row["sequence"],
            at=row["at"],
            actor=people.get(row["actor"], (None, None))[0],
            actor_role=people.get(row["actor"], (None, None))[1],
            action=row["action"],
            about_kind=row["about_kind"],
            about_id=row["about_id"],
            detail=details.get(row["sequence"], {}),
            hash=row["hash"],
        )
        for row in rows
    ]


async def _people(ids: set[str]) -> dict[str, tuple[str | None, str | None]]:
    if not ids:
        return {}
    rows = await PersonRow.select(PersonRow.id, PersonRow.name, PersonRow.role).where(
        PersonRow.id.is_in([UUID(text) for text in ids])
    )
    return {str(row["id"]): (row["name"], row["role"]) for row in rows}
