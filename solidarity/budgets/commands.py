"""Money coming in, being set apart in envelopes, and being paid out: one transaction each."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from solidarity.budgets.movements import post_all
from solidarity.budgets.promises import promises_of
from solidarity.budgets.sources import fill_envelope, restriction_of
from solidarity.rules import ledger
from solidarity.rules.access import Person
from solidarity.rules.calendar import paris_day
from solidarity.rules.errors import Conflict, Invalid, Problem, Unknown
from solidarity.rules.funding import Contribution, Need, choose
from solidarity.rules.money import Cents
from solidarity.store.tables import (
    ContributionRow,
    EnvelopeRow,
    FunderRow,
    RequestRow,
    SchoolRow,
    SchoolYearRow,
)
from solidarity.store.transaction import hold, hold_many, writing
from solidarity.trail.commands import Subject, record

_FUNDER_IF_NEW = "INSERT INTO funder (id, name) VALUES ({}, {}) ON CONFLICT (name) DO NOTHING"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewContribution:
    """What a funder gave; `funder` is a name, made known when it is new. Schools are slugs.

    `usable_from` and `until` are the first and last day of use; `max_share`, in basis points, is the most
    that it pays of any one grant line.
    """

    funder: str
    amount_cents: Cents
    received_on: date
    school_year: str
    category: str | None = None
    region_code: str | None = None
    schools: tuple[str, ...] = ()
    usable_from: date | None = None
    until: date | None = None
    max_share: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewEnvelope:
    """A budget line to open; None leaves it open to any category, school or region."""

    name: str
    school_year: str
    category: str | None
    school: str | None
    region_code: str | None
    allocated_cents: Cents


async def add_contribution(new: NewContribution, *, by: Person | None, now: datetime) -> UUID:
    """Write down money received.

    Raises `Invalid` (unknown school, a period that ends before it begins), `Conflict("school-year-closed")`.
    """
    assert new.amount_cents > 0, "a contribution is a positive amount"
    async with writing():
        await _require_open_year(new.school_year)
        _require_period(new)
        await _require_schools(new.schools)
        row = ContributionRow(
            id=uuid4(),
            funder=await _funder(new.funder),
            school_year=new.school_year,
            amount_cents=new.amount_cents,
            allocated_cents=0,
            settled_cents=0,
            received_on=new.received_on,
            category=new.category,
            region_code=new.region_code,
            schools=json.dumps(sorted(new.schools)) if new.schools else None,
            usable_from=new.usable_from,
            until=new.until,
            max_share=new.max_share,
            carried_from=None,
            created_by=by.id if by else None,
            created_at=now,
        )
        await ContributionRow.insert(row)
        about = Subject(kind="contribution", id=str(row.id))
        movement = ledger.received(
            contribution=str(row.id), amount_cents=new.amount_cents, reason=f"{new.funder}, {new.school_year}"
        )
        await post_all([movement], about=about, by=by, at=now)
        detail = {"amount_cents": new.amount_cents, "school_year": new.school_year}
        await record("contribution.added", about=about, by=by, at=now, detail=detail)
    return row.id


async def add_envelope(new: NewEnvelope, *, by: Person | None, now: datetime) -> UUID:
    """Open an envelope and fill it from contributions whose restrictions fit.

    Raises `Conflict("envelope-not-covered")` when what is not allocated yet does not suffice, `Invalid` for a
    school nobody knows.
    """
    assert new.allocated_cents > 0, "an envelope is opened with a positive amount"
    async with writing():
        await _require_open_year(new.school_year)
        school = await _school_of(new)
        shares = await _take_shares(new, school, paris_day(now))
        row = EnvelopeRow(
            id=uuid4(),
            name=new.name,
            school_year=new.school_year,
            category=new.category,
            school=school["id"] if school else None,
            region_code=new.region_code,
            allocated_cents=new.allocated_cents,
            reserved_cents=0,
            committed_cents=0,
            paid_cents=0,
            created_at=now,
        )
        await EnvelopeRow.insert(row)
        await fill_envelope(row.id, shares)
        about = Subject(kind="envelope", id=str(row.id))
        movement = ledger.allocated(envelope=str(row.id), shares=shares, reason=new.name)
        await post_all([movement], about=about, by=by, at=now)
        detail = {"allocated_cents": new.allocated_cents, "school_year": new.school_year}
        await record("envelope.opened", about=about, by=by, at=now, detail=detail)
    return row.id


async def record_payment(reference: str, *, by: Person | None, now: datetime) -> Cents:
    """Write down that a request's grant was paid to its school: committed becomes paid, line by line.

    Raises `Unknown`, and `Conflict("nothing-to-pay")` when nothing was granted or all of it was paid before.
    """
    async with writing():
        request = await RequestRow.select().where(RequestRow.reference == reference).first()
        if request is None:
            raise Unknown
        promised = await promises_of(request["id"], reference)
        await hold_many(EnvelopeRow, {one.envelope for one in promised})
        await hold(RequestRow, request["id"])
        # Read again: what was due a moment ago may have been revoked, or corrected after a review.
        due = [one for one in await promises_of(request["id"], reference) if one.unpaid_cents]
        if not due:
            raise Conflict("nothing-to-pay")
        for line in due:
            await _pay(line.envelope, line.unpaid_cents)
        about = Subject(kind="request", id=reference)
        movements = [
            ledger.paid(
                envelope=str(line.envelope),
                payee=str(request["school"]),
                amount_cents=line.unpaid_cents,
                reason=f"{reference} / {line.position}",
            )
            for line in due
        ]
        await post_all(movements, about=about, by=by, at=now)
        total: Cents = sum(line.unpaid_cents for line in due)
        await record("request.paid", about=about, by=by, at=now, detail={"paid_cents": total})
    return total


async def _funder(name: str) -> UUID:
    await FunderRow.raw(_FUNDER_IF_NEW, uuid4(), name)
    row = await FunderRow.select(FunderRow.id).where(FunderRow.name == name).first()
    assert row is not None, "the funder was just written"
    found: UUID = row["id"]
    return found


def _require_period(new: NewContribution) -> None:
    if new.usable_from is not None and new.until is not None and new.until < new.usable_from:
        raise Invalid((Problem(pointer="/restriction/until", code="restriction-period-reversed"),))


async def _require_schools(slugs: Sequence[str]) -> None:
    if not slugs:
        return
    rows = await SchoolRow.select(SchoolRow.slug).where(SchoolRow.slug.is_in(list(slugs)))
    known = {row["slug"] for row in rows}
    unknown = [
        Problem(pointer=f"/restriction/schools/{place}", code="school-unknown")
        for place, slug in enumerate(slugs)
        if slug not in known
    ]
    if unknown:
        raise Invalid(tuple(unknown))


async def _require_open_year(school_year: str) -> None:
    row = await SchoolYearRow.select(SchoolYearRow.state).where(SchoolYearRow.label == school_year).first()
    if row is not None and row["state"] == "closed":
        raise Conflict("school-year-closed", school_year=school_year)


async def _school_of(new: NewEnvelope) -> dict[str, Any] | None:
    if new.school is None:
        return None
    row: dict[str, Any] | None = await SchoolRow.select().where(SchoolRow.slug == new.school).first()
    if row is None:
        raise Invalid((Problem(pointer="/school", code="school-unknown"),))
    if new.region_code is not None and new.region_code != row["region_code"]:
        raise Invalid((Problem(pointer="/region_code", code="region-not-of-school"),))
    return row


async def _take_shares(
    new: NewEnvelope, school: dict[str, Any] | None, today: date
) -> tuple[tuple[str, Cents], ...]:
    """Which contributions fill the envelope, already taken from them; they are held in id order."""
    ids = [
        row["id"]
        for row in await ContributionRow.select(ContributionRow.id).where(
            ContributionRow.school_year == new.school_year
        )
    ]
    need = Need(
        category=new.category,
        region_code=school["region_code"] if school else new.region_code,
        school=new.school,
        day=today,
        amount_cents=new.allocated_cents,
    )
    shares = choose([_contribution(row) for row in await hold_many(ContributionRow, ids)], need)
    if shares is None:
        raise Conflict("envelope-not-covered")
    for contribution, cents in shares:
        taken = await (
            ContributionRow.update({ContributionRow.allocated_cents: ContributionRow.allocated_cents + cents})
            .where(
                (ContributionRow.id == UUID(contribution))
                & (
                    ContributionRow.allocated_cents
                    <= ContributionRow.amount_cents - ContributionRow.settled_cents - cents
                )
            )
            .returning(ContributionRow.id)
        )
        if not taken:
            raise Conflict("envelope-not-covered")
    return shares


def _contribution(row: ContributionRow) -> Contribution:
    return Contribution(
        id=str(row.id),
        restriction=restriction_of(row.to_dict()),
        left_cents=row.amount_cents - row.allocated_cents - row.settled_cents,
    )


async def _pay(envelope: UUID, amount: Cents) -> None:
    paid = await (
        EnvelopeRow.update(
            {
                EnvelopeRow.committed_cents: EnvelopeRow.committed_cents - amount,
                EnvelopeRow.paid_cents: EnvelopeRow.paid_cents + amount,
            }
        )
        .where((EnvelopeRow.id == envelope) & (EnvelopeRow.committed_cents >= amount))
        .returning(EnvelopeRow.id)
    )
    if not paid:
        raise Conflict("nothing-to-pay")
