"""What other capabilities do with money inside their own transaction: set aside, give back, commit, post."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from piccolo.columns.combination import WhereRaw

from solidarity.rules import ledger
from solidarity.rules.access import Person
from solidarity.rules.calendar import paris_day, school_year_of
from solidarity.rules.envelopes import Envelope, allot
from solidarity.rules.errors import Conflict
from solidarity.rules.ledger import Movement
from solidarity.rules.money import Cents
from solidarity.store.counters import next_number
from solidarity.store.tables import EnvelopeRow, LedgerEntryRow, LedgerMovementRow, ReservationRow, SchoolRow
from solidarity.store.transaction import hold_many
from solidarity.trail.commands import Subject


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """For whom money is asked: the school and its region choose the envelope."""

    school_id: UUID
    school: str
    region_code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """An amount for one line of a request."""

    position: int
    category: str
    amount_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Reserved:
    """Money set aside for one line."""

    id: UUID
    position: int
    envelope: UUID
    amount_cents: Cents


async def held_envelopes(school_year: str, place: Place) -> list[Envelope]:
    """The envelopes that may pay for this school, held until the transaction ends."""
    ids = [row["id"] for row in await _payable(school_year, place, EnvelopeRow.id)]
    rows = await hold_many(EnvelopeRow, ids)
    return [_envelope(row.to_dict(), place) for row in rows]


async def open_envelopes(school_year: str, place: Place) -> list[Envelope]:
    """The same envelopes, only read."""
    return [_envelope(row, place) for row in await _payable(school_year, place)]


async def active_reservations(request: UUID) -> list[Reserved]:
    """What is set aside for a request now."""
    rows = await (
        ReservationRow.select()
        .where((ReservationRow.request == request) & (ReservationRow.state == "active"))
        .order_by(ReservationRow.position)
    )
    return [
        Reserved(
            id=row["id"], position=row["position"], envelope=row["envelope"], amount_cents=row["amount_cents"]
        )
        for row in rows
    ]


def with_own(envelopes: Iterable[Envelope], reservations: Iterable[Reserved]) -> list[Envelope]:
    """The envelopes as this request sees them: what it has set aside is available to itself."""
    own: dict[str, Cents] = {}
    for one in reservations:
        own[str(one.envelope)] = own.get(str(one.envelope), 0) + one.amount_cents
    return [replace(each, own_reserved_cents=own.get(each.id, 0)) for each in envelopes]


async def reserve(
    request: UUID,
    reference: str,
    claims: Sequence[Claim],
    *,
    usable: Sequence[Envelope],
    place: Place,
    by: Person,
    now: datetime,
) -> bool:
    """Set aside the amount of every line, all or none; False when the envelopes do not suffice."""
    wanted = [claim for claim in claims if claim.amount_cents > 0]
    chosen = _choose(wanted, usable, place)
    if chosen is None:
        return False
    for claim, envelope in zip(wanted, chosen, strict=True):
        await _take(envelope, EnvelopeRow.reserved_cents, claim.amount_cents)
        await ReservationRow.insert(
            ReservationRow(
                id=uuid4(),
                request=request,
                position=claim.position,
                envelope=envelope,
                amount_cents=claim.amount_cents,
                state="active",
                at=now,
            )
        )
    movements = [
        ledger.reserved(
            envelope=str(envelope), amount_cents=claim.amount_cents, reason=f"{reference} / {claim.position}"
        )
        for claim, envelope in zip(wanted, chosen, strict=True)
    ]
    await post_all(movements, about=Subject(kind="request", id=reference), by=by, at=now)
    return True


async def release(request: UUID, reference: str, *, by: Person, now: datetime) -> Cents:
    """Give back everything set aside for a request; answers how much it was."""
    kept = await active_reservations(request)
    for one in kept:
        await _give_back(one, "released")
    movements = [_released(reference, one) for one in kept]
    await post_all(movements, about=Subject(kind="request", id=reference), by=by, at=now)
    return sum(one.amount_cents for one in kept)


async def commit(
    request: UUID,
    reference: str,
    claims: Sequence[Claim],
    *,
    usable: Sequence[Envelope],
    place: Place,
    by: Person,
    now: datetime,
) -> dict[int, UUID]:
    """Promise the granted amounts and give back the rest; answers the envelope of each line.

    `usable` envelopes count the request's own reservations. Raises `Conflict("envelope-exhausted")`.
    """
    kept = {one.position: one for one in await active_reservations(request)}
    for one in kept.values():
        await _give_back(
            one, "committed" if any(claim.position == one.position for claim in claims) else "released"
        )
    chosen = _choose(claims, usable, place)
    if chosen is None:
        raise Conflict("envelope-exhausted")
    for claim, envelope in zip(claims, chosen, strict=True):
        await _take(envelope, EnvelopeRow.committed_cents, claim.amount_cents)
    payers = {claim.position: envelope for claim, envelope in zip(claims, chosen, strict=True)}
    movements = _promises(reference, claims, payers, kept)
    await post_all(movements, about=Subject(kind="request", id=reference), by=by, at=now)
    return payers


def _promises(
    reference: str, claims: Sequence[Claim], payers: Mapping[int, UUID], kept: Mapping[int, Reserved]
) -> list[Movement]:
    """What is given back before what is taken, so that no movement takes what a later one brings."""
    own = {
        position: one.amount_cents for position, one in kept.items() if payers.get(position) == one.envelope
    }
    given_back = [_released(reference, one) for one in kept.values() if one.position not in own]
    return given_back + [
        ledger.committed(
            envelope=str(payers[claim.position]),
            amount_cents=claim.amount_cents,
            reserved_cents=own.get(claim.position, 0),
            reason=f"{reference} / {claim.position}",
        )
        for claim in sorted(claims, key=lambda claim: claim.amount_cents - own.get(claim.position, 0))
    ]


def _released(reference: str, one: Reserved) -> Movement:
    return ledger.released(
        envelope=str(one.envelope), reserved_cents=one.amount_cents, reason=f"{reference} / {one.position}"
    )


async def post_all(movements: Iterable[Movement], *, about: Subject, by: Person | None, at: datetime) -> None:
    """Write movements to the ledger, each with the next number of the fiscal year of `at`."""
    fiscal_year = school_year_of(paris_day(at))
    rows: list[LedgerMovementRow] = []
    entries: list[LedgerEntryRow] = []
    for movement in movements:
        row = LedgerMovementRow(
            id=uuid4(),
            fiscal_year=fiscal_year,
            number=await next_number(f"ledger:{fiscal_year}"),
            kind=movement.kind.value,
            reason=movement.reason,
            about_kind=about.kind,
            about_id=about.id,
            person=by.id if by else None,
            at=at,
        )
        rows.append(row)
        entries += _entries(row.id, movement)
    if rows:
        await LedgerMovementRow.insert(*rows)
        await LedgerEntryRow.insert(*entries)


def _entries(movement_id: UUID, movement: Movement) -> list[LedgerEntryRow]:
    return [
        LedgerEntryRow(
            id=uuid4(),
            movement=movement_id,
            position=position,
            debit_kind=entry.debit.kind.value,
            debit_ref=entry.debit.ref,
            credit_kind=entry.credit.kind.value,
            credit_ref=entry.credit.ref,
            amount_cents=entry.amount_cents,
        )
        for position, entry in enumerate(movement.entries, start=1)
    ]


def _choose(claims: Sequence[Claim], envelopes: Sequence[Envelope], place: Place) -> list[UUID] | None:
    needs = [(claim.category, claim.amount_cents) for claim in claims]
    chosen = allot(needs, envelopes, place.school, place.region_code)
    return None if chosen is None else [UUID(envelope) for envelope in chosen if envelope is not None]


async def _take(envelope: UUID, column: Any, amount: Cents) -> None:
    """Add to a column only while that much is free; the CHECK of the table is the net below this."""
    taken = await (
        EnvelopeRow.update({column: column + amount})
        .where(EnvelopeRow.id == envelope)
        .where(WhereRaw("allocated_cents - reserved_cents - committed_cents - paid_cents >= {}", amount))
        .returning(EnvelopeRow.id)
    )
    if not taken:
        raise Conflict("envelope-exhausted")


async def _give_back(reserved: Reserved, state: str) -> None:
    await EnvelopeRow.update(
        {EnvelopeRow.reserved_cents: EnvelopeRow.reserved_cents - reserved.amount_cents}
    ).where(EnvelopeRow.id == reserved.envelope)
    await ReservationRow.update({ReservationRow.state: state}).where(ReservationRow.id == reserved.id)


async def _payable(school_year: str, place: Place, *columns: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (
        await EnvelopeRow.select(*columns)
        .where(
            (EnvelopeRow.school_year == school_year)
            & (EnvelopeRow.school.is_null() | (EnvelopeRow.school == place.school_id))
            & (EnvelopeRow.region_code.is_null() | (EnvelopeRow.region_code == place.region_code))
        )
        .order_by(EnvelopeRow.id)
    )
    return rows


def _envelope(row: dict[str, Any], place: Place) -> Envelope:
    spoken_for = row["reserved_cents"] + row["committed_cents"] + row["paid_cents"]
    return Envelope(
        id=str(row["id"]),
        name=row["name"],
        category=row["category"],
        school=place.school if row["school"] is not None else None,
        region_code=row["region_code"],
        available_cents=row["allocated_cents"] - spoken_for,
        allocated_cents=row["allocated_cents"],
    )


async def place_of(school_id: UUID) -> Place:
    """The school for which money is asked, and its region."""
    row = (
        await SchoolRow.select(SchoolRow.slug, SchoolRow.region_code).where(SchoolRow.id == school_id).first()
    )
    assert row is not None, "a foreign key points to the school"
    return Place(school_id=school_id, school=row["slug"], region_code=row["region_code"])
