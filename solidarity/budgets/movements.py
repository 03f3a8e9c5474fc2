"""What other capabilities do with money inside their own transaction: set aside, give back, commit, post."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from solidarity.budgets.sources import Line, name_contributions
from solidarity.rules import ledger
from solidarity.rules.access import Person
from solidarity.rules.calendar import paris_day, school_year_of
from solidarity.rules.envelopes import Envelope, allot
from solidarity.rules.errors import Conflict
from solidarity.rules.ledger import Movement
from solidarity.rules.money import Cents
from solidarity.store.counters import next_numbers
from solidarity.store.engine import current_engine
from solidarity.store.statements import Statement, insert, selection
from solidarity.store.tables import EnvelopeRow, LedgerEntryRow, LedgerMovementRow, ReservationRow, SchoolRow
from solidarity.trail.commands import Subject

_FOR_SCHOOL = (
    "WHERE school_year = {} AND (school IS NULL OR school = {}) "
    "AND (region_code IS NULL OR region_code = {}) ORDER BY id"
)
_OPEN = selection(EnvelopeRow, _FOR_SCHOOL)
_HELD = selection(EnvelopeRow, _FOR_SCHOOL, holds=True)
_ACTIVE = Statement(
    "SELECT id, position, envelope, amount_cents FROM reservation "
    "WHERE request = {} AND state = 'active' ORDER BY position"
)
_SHIFT = Statement(
    "UPDATE envelope SET reserved_cents = reserved_cents + {}, committed_cents = committed_cents + {} "
    "WHERE id = {} AND allocated_cents - reserved_cents - committed_cents - paid_cents >= {} RETURNING id"
)


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
    assert current_engine().transaction_exists(), "holding only makes sense inside writing()"
    rows = await _HELD.rows(school_year, place.school_id, place.region_code)
    return [_envelope(row, place) for row in rows]


async def open_envelopes(school_year: str, place: Place) -> list[Envelope]:
    """The same envelopes, only read."""
    rows = await _OPEN.rows(school_year, place.school_id, place.region_code)
    return [_envelope(row, place) for row in rows]


async def active_reservations(request: UUID) -> list[Reserved]:
    """What is set aside for a request now."""
    return [Reserved(**row) for row in await _ACTIVE.rows(request)]


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
    by: Person | None,
    now: datetime,
) -> bool:
    """Set aside the amount of every line, all or none; False when the envelopes do not suffice."""
    wanted = [claim for claim in claims if claim.amount_cents > 0]
    chosen = _choose(wanted, usable, place)
    if chosen is None:
        return False
    for claim, envelope in zip(wanted, chosen, strict=True):
        await _shift(envelope, reserved_cents=claim.amount_cents)
        await insert(
            ReservationRow,
            {
                "id": uuid4(),
                "request": request,
                "position": claim.position,
                "envelope": envelope,
                "amount_cents": claim.amount_cents,
                "state": "active",
                "at": now,
            },
        )
    movements = [
        ledger.reserved(
            envelope=str(envelope), amount_cents=claim.amount_cents, reason=f"{reference} / {claim.position}"
        )
        for claim, envelope in zip(wanted, chosen, strict=True)
    ]
    await post_all(movements, about=Subject(kind="request", id=reference), by=by, at=now)
    return True


async def release(request: UUID, reference: str, *, by: Person | None, now: datetime) -> Cents:
    """Give back everything set aside for a request; answers how much it was."""
    kept = await active_reservations(request)
    for one in kept:
        await _shift(one.envelope, reserved_cents=-one.amount_cents)
    await _answer(kept, "released")
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
    reservations: Sequence[Reserved] | None = None,
) -> dict[int, UUID]:
    """Promise the granted amounts and give back the rest; answers the envelope of each line.

    `usable` envelopes count the request's own reservations. Names the contributions that pay. Raises
    `Conflict`: "envelope-exhausted", or "contributions-short" when what funders allow does not suffice.
    """
    if reservations is None:
        reservations = await active_reservations(request)
    kept = {one.position: one for one in reservations}
    chosen = _choose(claims, usable, place)
    if chosen is None:
        raise Conflict("envelope-exhausted")
    reserved, promised = Counter[UUID](), Counter[UUID]()
    for one in kept.values():
        reserved[one.envelope] += one.amount_cents
    for claim, envelope in zip(claims, chosen, strict=True):
        promised[envelope] += claim.amount_cents
    for envelope in sorted({*reserved, *promised}):
        await _shift(envelope, reserved_cents=-reserved[envelope], committed_cents=promised[envelope])
    payers = {claim.position: envelope for claim, envelope in zip(claims, chosen, strict=True)}
    await _answer([one for one in kept.values() if one.position in payers], "committed")
    await _answer([one for one in kept.values() if one.position not in payers], "released")
    await name_contributions(
        request,
        [_line(claim, payers[claim.position]) for claim in claims],
        school=place.school,
        region_code=place.region_code,
        now=now,
    )
    movements = _promises(reference, claims, payers, kept)
    await post_all(movements, about=Subject(kind="request", id=reference), by=by, at=now)
    return payers


def _line(claim: Claim, envelope: UUID) -> Line:
    return Line(
        position=claim.position,
        envelope=envelope,
        category=claim.category,
        amount_cents=claim.amount_cents,
    )


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
    given = list(movements)
    if not given:
        return
    fiscal_year = school_year_of(paris_day(at))
    numbers = await next_numbers(f"ledger:{fiscal_year}", len(given))
    rows = [
        {
            "id": uuid4(),
            "fiscal_year": fiscal_year,
            "number": number,
            "kind": movement.kind.value,
            "reason": movement.reason,
            "about_kind": about.kind,
            "about_id": about.id,
            "person": by.id if by else None,
            "at": at,
        }
        for number, movement in zip(numbers, given, strict=True)
    ]
    await insert(LedgerMovementRow, *rows)
    entries = [
        entry for row, movement in zip(rows, given, strict=True) for entry in _entries(row["id"], movement)
    ]
    await insert(LedgerEntryRow, *entries)


def _entries(movement_id: object, movement: Movement) -> list[dict[str, Any]]:
    return [
        {
            "id": uuid4(),
            "movement": movement_id,
            "position": position,
            "debit_kind": entry.debit.kind.value,
            "debit_ref": entry.debit.ref,
            "credit_kind": entry.credit.kind.value,
            "credit_ref": entry.credit.ref,
            "amount_cents": entry.amount_cents,
        }
        for position, entry in enumerate(movement.entries, start=1)
    ]


def _choose(claims: Sequence[Claim], envelopes: Sequence[Envelope], place: Place) -> list[UUID] | None:
    needs = [(claim.category, claim.amount_cents) for claim in claims]
    chosen = allot(needs, envelopes, place.school, place.region_code)
    return None if chosen is None else [UUID(envelope) for envelope in chosen if envelope is not None]


async def _answer(reservations: Sequence[Reserved], state: str) -> None:
    if reservations:
        await _answers(len(reservations)).write(state, *(one.id for one in reservations))


@lru_cache
def _answers(count: int) -> Statement:
    places = ", ".join(["{}"] * count)
    return Statement(f"UPDATE reservation SET state = {{}} WHERE id IN ({places})")  # noqa: S608


async def _shift(envelope: UUID, *, reserved_cents: Cents = 0, committed_cents: Cents = 0) -> None:
    """Add to the figures of an envelope only while that much is free; its CHECK is the net below this."""
    taken = reserved_cents + committed_cents
    if not await _SHIFT.rows(reserved_cents, committed_cents, envelope, taken):
        raise Conflict("envelope-exhausted")


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
