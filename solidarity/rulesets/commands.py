"""Loading a ruleset, saving a draft of the workshop, setting one aside, putting one in force."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from solidarity.rules.access import Person
from solidarity.rules.errors import Conflict, NotAllowed, Unknown
from solidarity.rules.ruleset import Ruleset, RulesetFaults, check, parse
from solidarity.store.tables import RulesetRow
from solidarity.store.transaction import hold, writing
from solidarity.trail.commands import Subject, held_chain_head, record

MOST_TITLE: Final = 200
"""The text may hold a longer one; lists show its beginning."""

_STATE: Final = RulesetRow.state


async def load_ruleset(source: str, *, by: Person | None, now: datetime) -> UUID:
    """Keep a ruleset as a draft; the same text twice is the same ruleset. Raises `RulesetFaults`."""
    ruleset = parse(source)
    async with writing():
        await held_chain_head()
        known = await _with_text(source)
        if known is not None:
            same: UUID = known["id"]
            return same
        return await _keep(ruleset, source, by=by, now=now)


async def save_draft(source: str, *, made_from: UUID | None, by: Person, now: datetime) -> UUID:
    """Keep a text of the workshop as a draft; the draft it was made from is set aside.

    The text of a version never changes, so each save is a new version; the same text is the same version.
    Raises `RulesetFaults`, of its examples too, and `Conflict`: ruleset-replaced when somebody saved another
    draft meanwhile, ruleset-known when the text is that of a version that is or was in force.
    """
    faults = check(source)
    if faults:
        raise RulesetFaults(faults)
    ruleset = parse(source)
    async with writing():
        await held_chain_head()
        origin = await _origin(made_from)
        known = await _with_text(source)
        if known is not None and known["id"] == made_from:
            same: UUID = known["id"]
            return same
        if origin is not None and origin.state == "draft":
            await _move([origin.id], "retired")
        if known is not None:
            return await _reopen(known, by=by, now=now)
        detail = {} if made_from is None else {"made_from": str(made_from)}
        return await _keep(ruleset, source, by=by, now=now, detail=detail)


async def set_aside(ruleset_id: UUID, *, by: Person, now: datetime) -> None:
    """Give a draft up; it stays readable, and saving its text again takes it up."""
    async with writing():
        row = await hold(RulesetRow, ruleset_id)
        if row is None:
            raise Unknown
        if row.state != "draft":
            raise Conflict("ruleset-not-draft")
        await _move([ruleset_id], "retired")
        await record("ruleset.set_aside", about=_about(ruleset_id), by=by, at=now)


async def activate_ruleset(ruleset_id: UUID, *, by: Person, now: datetime) -> None:
    """Put a draft in force from its first day on; whoever wrote it cannot.

    Retires the versions of the year that begin with it or later; an earlier one applies until it begins.
    """
    async with writing():
        # Of two versions put in force at once, the later one must see the earlier one to retire it.
        await held_chain_head()
        row = await hold(RulesetRow, ruleset_id)
        if row is None:
            raise Unknown
        if row.state != "draft":
            raise Conflict("ruleset-not-draft")
        if row.created_by is not None and row.created_by == by.id:
            raise NotAllowed("same-person")
        await RulesetRow.update({_STATE: "retired"}).where(
            (_STATE == "in_force")
            & (RulesetRow.school_year == row.school_year)
            & (RulesetRow.valid_from >= row.valid_from)
        )
        await RulesetRow.update(
            {_STATE: "in_force", RulesetRow.activated_by: by.id, RulesetRow.activated_at: now}
        ).where(RulesetRow.id == ruleset_id)
        detail = {"sha256": row.sha256}
        await record("ruleset.activated", about=_about(ruleset_id), by=by, at=now, detail=detail)


async def _origin(made_from: UUID | None) -> RulesetRow | None:
    if made_from is None:
        return None
    row = await hold(RulesetRow, made_from)
    if row is None:
        raise Unknown
    if row.state == "retired" and row.activated_at is None:
        raise Conflict("ruleset-replaced")
    return row


async def _with_text(source: str) -> Mapping[str, Any] | None:
    query = RulesetRow.select(RulesetRow.id, _STATE, RulesetRow.sha256, RulesetRow.activated_at)
    return await query.where(RulesetRow.sha256 == _sha256(source)).first()


async def _reopen(known: Mapping[str, Any], *, by: Person, now: datetime) -> UUID:
    """A text that was a draft before: it is one again, and its author stays who wrote it first."""
    if known["activated_at"] is not None:
        raise Conflict("ruleset-known")
    found: UUID = known["id"]
    await _move([found], "draft")
    detail = {"sha256": known["sha256"], "again": True}
    await record("ruleset.loaded", about=_about(found), by=by, at=now, detail=detail)
    return found


async def _move(ids: list[UUID], state: str) -> None:
    await RulesetRow.update({_STATE: state}).where(RulesetRow.id.is_in(ids))


async def _keep(
    ruleset: Ruleset,
    source: str,
    *,
    by: Person | None,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> UUID:
    row = RulesetRow(
        id=uuid4(),
        slug=ruleset.id,
        sha256=_sha256(source),
        title_fr=ruleset.title.fr[:MOST_TITLE],
        title_en=ruleset.title.en[:MOST_TITLE],
        school_year=ruleset.school_year,
        valid_from=ruleset.valid_from,
        valid_to=ruleset.valid_to,
        source=source,
        state="draft",
        created_by=by.id if by else None,
        created_at=now,
        activated_by=None,
        activated_at=None,
    )
    await RulesetRow.insert(row)
    told = {"sha256": row.sha256, "id": ruleset.id, **(detail or {})}
    await record("ruleset.loaded", about=_about(row.id), by=by, at=now, detail=told)
    kept: UUID = row.id
    return kept


def _sha256(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()


def _about(ruleset_id: UUID) -> Subject:
    return Subject(kind="ruleset", id=str(ruleset_id))
