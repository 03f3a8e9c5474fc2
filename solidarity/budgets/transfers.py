"""Moving money between two envelopes: one administrator proposes, another one approves or returns."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from piccolo.columns.combination import WhereRaw

from solidarity.budgets.movements import post_all
from solidarity.budgets.sources import move_sources
from solidarity.rules import ledger
from solidarity.rules.access import Person
from solidarity.rules.errors import Conflict, Invalid, NotAllowed, Problem, Unknown
from solidarity.rules.money import Cents
from solidarity.store.tables import EnvelopeRow, PersonRow, SchoolYearRow, TransferRow
from solidarity.store.transaction import hold, hold_many, reading, writing
from solidarity.trail.commands import Subject, record


@dataclass(frozen=True, kw_only=True, slots=True)
class NewTransfer:
    """Money to move from one envelope to another of the same school year."""

    source: UUID
    target: UUID
    amount_cents: Cents
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferView:
    """One transfer; `answered_by` approved or returned it."""

    id: UUID
    school_year: str
    source: UUID
    source_name: str
    target: UUID
    target_name: str
    amount_cents: Cents
    reason: str
    state: str
    prepared_by_id: UUID
    prepared_by: str
    prepared_at: datetime
    answered_by: str | None
    answered_at: datetime | None
    answer_note: str | None


async def propose_transfer(new: NewTransfer, *, by: Person, now: datetime) -> UUID:
    """Set the amount aside in its envelope until a second administrator answers; gives the transfer's id.

    Raises `Invalid` (unknown envelope, the same one twice, another school year), `Conflict`
    ("transfer-not-covered", "school-year-closed").
    """
    assert new.amount_cents > 0, "a transfer moves something"
    async with writing():
        envelopes = {row.id: row for row in await hold_many(EnvelopeRow, {new.source, new.target})}
        _refuse_wrong(new, envelopes)
        source = envelopes[new.source]
        await _require_open_year(source.school_year)
        await _set_aside(new.source, new.amount_cents)
        row = TransferRow(
            id=uuid4(),
            school_year=source.school_year,
            source=new.source,
            target=new.target,
            amount_cents=new.amount_cents,
            reason=new.reason,
            state="proposed",
            prepared_by=by.id,
            prepared_at=now,
            answered_by=None,
            answered_at=None,
            answer_note=None,
        )
        await TransferRow.insert(row)
        about = _about(row.id)
        kept = ledger.reserved(
            envelope=str(new.source), amount_cents=new.amount_cents, reason=_reason(new.reason)
        )
        await post_all([kept], about=about, by=by, at=now)
        detail = {
            "from": str(new.source),
            "to": str(new.target),
            "amount_cents": new.amount_cents,
            "reason": new.reason,
        }
        await record("transfer.proposed", about=about, by=by, at=now, detail=detail)
    return row.id


async def approve_transfer(transfer: UUID, *, note: str | None, by: Person, now: datetime) -> None:
    """Move what was set aside. Raises `NotAllowed("same-person")`, `Conflict` ("state",
    "envelope-not-covered" when a funder's restriction does not fit the target)."""
    async with writing():
        row = await _pending(transfer, by=by)
        await _require_open_year(row["school_year"])
        source, target, amount = row["source"], row["target"], row["amount_cents"]
        await EnvelopeRow.update(
            {
                EnvelopeRow.allocated_cents: EnvelopeRow.allocated_cents - amount,
                EnvelopeRow.reserved_cents: EnvelopeRow.reserved_cents - amount,
            }
        ).where(EnvelopeRow.id == source)
        await EnvelopeRow.update({EnvelopeRow.allocated_cents: EnvelopeRow.allocated_cents + amount}).where(
            EnvelopeRow.id == target
        )
        await move_sources(source, target, amount, now=now)
        await _answer(transfer, "approved", note, by=by, now=now)
        reason = _reason(row["reason"])
        movements = [
            ledger.released(envelope=str(source), reserved_cents=amount, reason=reason),
            ledger.transferred(source=str(source), target=str(target), amount_cents=amount, reason=reason),
        ]
        about = _about(transfer)
        await post_all(movements, about=about, by=by, at=now)
        detail = {"from": str(source), "to": str(target), "amount_cents": amount, "note": note}
        await record("transfer.approved", about=about, by=by, at=now, detail=detail)


async def return_transfer(transfer: UUID, *, note: str | None, by: Person, now: datetime) -> None:
    """Refuse what somebody else proposed: the amount is free again in its envelope."""
    async with writing():
        row = await _pending(transfer, by=by)
        amount = row["amount_cents"]
        await EnvelopeRow.update({EnvelopeRow.reserved_cents: EnvelopeRow.reserved_cents - amount}).where(
            EnvelopeRow.id == row["source"]
        )
        await _answer(transfer, "returned", note, by=by, now=now)
        about = _about(transfer)
        freed = ledger.released(
            envelope=str(row["source"]), reserved_cents=amount, reason=_reason(row["reason"])
        )
        await post_all([freed], about=about, by=by, at=now)
        await record(
            "transfer.returned",
            about=about,
            by=by,
            at=now,
            detail={"amount_cents": amount, "note": note},
        )


async def transfers(
    *,
    school_year: str | None = None,
    state: str | None = None,
    limit: int = 50,
    after: tuple[datetime, UUID] | None = None,
) -> list[TransferView]:
    """A page of transfers, newest first; `after` is the instant and the id of the last one seen."""
    async with reading():
        query = TransferRow.select().where(TransferRow.id.is_not_null())
        if school_year is not None:
            query = query.where(TransferRow.school_year == school_year)
        if state is not None:
            query = query.where(TransferRow.state == state)
        if after is not None:
            at, last = after
            query = query.where(
                (TransferRow.prepared_at < at) | ((TransferRow.prepared_at == at) & (TransferRow.id < last))
            )
        rows = await query.order_by(TransferRow.prepared_at, TransferRow.id, ascending=False).limit(limit)
        return await _views(rows)


async def transfer_view(transfer: UUID) -> TransferView:
    """One transfer. Raises `Unknown`."""
    async with reading():
        found = await _views(await TransferRow.select().where(TransferRow.id == transfer))
    if not found:
        raise Unknown
    return found[0]


def _refuse_wrong(new: NewTransfer, envelopes: dict[UUID, EnvelopeRow]) -> None:
    problems = [
        Problem(pointer=pointer, code="envelope-unknown")
        for pointer, envelope in (("/from", new.source), ("/to", new.target))
        if envelope not in envelopes
    ]
    if not problems and new.source == new.target:
        problems.append(Problem(pointer="/to", code="transfer-same-envelope"))
    if not problems and envelopes[new.source].school_year != envelopes[new.target].school_year:
        problems.append(Problem(pointer="/to", code="transfer-other-year"))
    if problems:
        raise Invalid(tuple(problems))


async def _set_aside(envelope: UUID, amount: Cents) -> None:
    taken = await (
        EnvelopeRow.update({EnvelopeRow.reserved_cents: EnvelopeRow.reserved_cents + amount})
        .where(EnvelopeRow.id == envelope)
        .where(WhereRaw("allocated_cents - reserved_cents - committed_cents - paid_cents >= {}", amount))
        .returning(EnvelopeRow.id)
    )
    if not taken:
        raise Conflict("transfer-not-covered")


async def _pending(transfer: UUID, *, by: Person) -> dict[str, Any]:
    """The transfer with both its envelopes held, still to be answered, and by somebody else."""
    seen = await TransferRow.select().where(TransferRow.id == transfer).first()
    if seen is None:
        raise Unknown
    await hold_many(EnvelopeRow, {seen["source"], seen["target"]})
    row = await hold(TransferRow, transfer)
    assert row is not None, "transfers are never deleted"
    if row.state != "proposed":
        raise Conflict("transfer-answered")
    if row.prepared_by == by.id:
        raise NotAllowed("same-person")
    found: dict[str, Any] = row.to_dict()
    return found


async def _answer(transfer: UUID, state: str, note: str | None, *, by: Person, now: datetime) -> None:
    await TransferRow.update(
        {
            TransferRow.state: state,
            TransferRow.answered_by: by.id,
            TransferRow.answered_at: now,
            TransferRow.answer_note: note,
        }
    ).where(TransferRow.id == transfer)


async def _require_open_year(school_year: str) -> None:
    row = await SchoolYearRow.select(SchoolYearRow.state).where(SchoolYearRow.label == school_year).first()
    if row is not None and row["state"] == "closed":
        raise Conflict("school-year-closed", school_year=school_year)


def _about(transfer: UUID) -> Subject:
    return Subject(kind="transfer", id=str(transfer))


def _reason(text: str) -> str:
    """What the ledger keeps of a reason, on one line."""
    return " ".join(text.split())[:300]


async def _views(rows: list[dict[str, Any]]) -> list[TransferView]:
    names = await _envelope_names({row[side] for row in rows for side in ("source", "target")})
    people = await _people({row[who] for row in rows for who in ("prepared_by", "answered_by")})
    kept = {"id", "school_year", "source", "target", "amount_cents", "reason", "state"}
    kept |= {"prepared_at", "answered_at", "answer_note"}
    return [
        TransferView(
            source_name=names[row["source"]],
            target_name=names[row["target"]],
            prepared_by_id=row["prepared_by"],
            prepared_by=people[row["prepared_by"]],
            answered_by=people.get(row["answered_by"]),
            **{name: row[name] for name in kept},
        )
        for row in rows
    ]


async def _envelope_names(ids: Iterable[UUID]) -> dict[UUID, str]:
    wanted = list(ids)
    if not wanted:
        return {}
    rows = await EnvelopeRow.select(EnvelopeRow.id, EnvelopeRow.name).where(EnvelopeRow.id.is_in(wanted))
    return {row["id"]: row["name"] for row in rows}


async def _people(ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    wanted = [one for one in ids if one is not None]
    if not wanted:
        return {}
    rows = await PersonRow.select(PersonRow.id, PersonRow.name).where(PersonRow.id.is_in(wanted))
    return {row["id"]: row["name"] for row in rows}
