"""Envelopes, contributions and the ledger as people and programs read them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from solidarity.budgets.accounts import Balance, Difference, balance_at, check_ledger
from solidarity.rules.access import Person, scope_of
from solidarity.rules.errors import Unknown
from solidarity.rules.ledger import (
    Account,
    AccountKind,
    Entry,
    Posting,
    contribution_account,
    envelope_figures,
    postings,
)
from solidarity.rules.money import Cents
from solidarity.store.tables import (
    ContributionRow,
    EnvelopeRow,
    FunderRow,
    LedgerEntryRow,
    LedgerMovementRow,
    PersonRow,
    SchoolRow,
)
from solidarity.store.transaction import reading

__all__ = [
    "ContributionView",
    "Difference",
    "EnvelopeView",
    "MovementView",
    "StatementRow",
    "budget",
    "check_ledger",
    "contribution",
    "contributions",
    "envelope",
    "envelope_shown",
    "ledger_entries",
    "ledger_page",
    "movements_by_id",
    "statement",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class EnvelopeView:
    """One envelope with where its money stands."""

    id: UUID
    name: str
    school_year: str
    category: str | None
    school: str | None
    region_code: str | None
    allocated_cents: Cents
    reserved_cents: Cents
    committed_cents: Cents
    paid_cents: Cents

    @property
    def available_cents(self) -> Cents:
        return self.allocated_cents - self.reserved_cents - self.committed_cents - self.paid_cents


@dataclass(frozen=True, kw_only=True, slots=True)
class ContributionView:
    """One contribution; what is not allocated may still fill envelopes."""

    id: UUID
    funder: str
    school_year: str
    amount_cents: Cents
    allocated_cents: Cents
    received_on: date
    category: str | None
    region_code: str | None
    schools: tuple[str, ...]
    usable_from: date | None
    until: date | None
    max_share: int | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class MovementView:
    """One double-entry transaction: its postings add up to zero."""

    id: UUID
    fiscal_year: str
    number: int
    kind: str
    reason: str
    about_kind: str
    about_id: str
    person: str | None
    at: datetime
    entries: tuple[Entry, ...]

    @property
    def postings(self) -> tuple[Posting, ...]:
        return tuple(posting for entry in self.entries for posting in postings(entry))


@dataclass(frozen=True, kw_only=True, slots=True)
class StatementRow:
    """One line of a statement: an envelope, a contribution or the bank, at an instant."""

    kind: str
    id: str
    name: str
    category: str | None
    school: str | None
    received_cents: Cents
    allocated_cents: Cents
    reserved_cents: Cents
    committed_cents: Cents
    paid_cents: Cents
    available_cents: Cents


async def budget(person: Person, school_year: str) -> list[EnvelopeView]:
    """The envelopes of a school year; for a director those that may pay for the own school."""
    own = scope_of(person)
    async with reading():
        query = EnvelopeRow.select().where(EnvelopeRow.school_year == school_year)
        if own is not None:
            school = await SchoolRow.select(SchoolRow.region_code).where(SchoolRow.id == own).first()
            region = school["region_code"] if school else None
            query = query.where(
                (EnvelopeRow.school.is_null() | (EnvelopeRow.school == own))
                & (EnvelopeRow.region_code.is_null() | (EnvelopeRow.region_code == region))
            )
        return await _envelopes(
            await query.order_by(EnvelopeRow.created_at, EnvelopeRow.name, EnvelopeRow.id)
        )


async def envelope(envelope_id: UUID) -> EnvelopeView:
    """One envelope that is known to exist."""
    async with reading():
        rows = await EnvelopeRow.select().where(EnvelopeRow.id == envelope_id)
        return (await _envelopes(rows))[0]


async def envelope_shown(envelope_id: UUID) -> EnvelopeView:
    """One envelope somebody asks for; raises Unknown."""
    async with reading():
        rows = await _envelopes(await EnvelopeRow.select().where(EnvelopeRow.id == envelope_id))
    if not rows:
        raise Unknown
    return rows[0]


async def contributions(school_year: str) -> list[ContributionView]:
    """What was received for a school year, newest first."""
    async with reading():
        rows = await (
            ContributionRow.select()
            .where(ContributionRow.school_year == school_year)
            .order_by(
                ContributionRow.received_on, ContributionRow.created_at, ContributionRow.id, ascending=False
            )
        )
        return await _contributions(rows)


async def contribution(contribution_id: UUID) -> ContributionView:
    """One contribution that is known to exist."""
    async with reading():
        return (
            await _contributions(await ContributionRow.select().where(ContributionRow.id == contribution_id))
        )[0]


async def ledger_entries(
    *, fiscal_year: str | None = None, limit: int = 50, before: tuple[str, int] | None = None
) -> list[MovementView]:
    """Transactions of the ledger, newest first; `before` is the year and number of the last one seen."""
    async with reading():
        query = LedgerMovementRow.select()
        if fiscal_year is not None:
            query = query.where(LedgerMovementRow.fiscal_year == fiscal_year)
        if before is not None:
            year, number = before
            query = query.where(
                (LedgerMovementRow.fiscal_year < year)
                | ((LedgerMovementRow.fiscal_year == year) & (LedgerMovementRow.number < number))
            )
        rows = await query.order_by(
            LedgerMovementRow.fiscal_year, LedgerMovementRow.number, ascending=False
        ).limit(limit)
        return await _movements(rows)


async def ledger_page(fiscal_year: str, *, after: int, limit: int) -> list[MovementView]:
    """Transactions of a fiscal year in the order of their numbers, from the one after `after` on."""
    async with reading():
        return await _movements(
            await LedgerMovementRow.select()
            .where((LedgerMovementRow.fiscal_year == fiscal_year) & (LedgerMovementRow.number > after))
            .order_by(LedgerMovementRow.number)
            .limit(limit)
        )


async def statement(school_year: str, as_of: datetime | None = None) -> list[StatementRow]:
    """Where the money of a school year stood at an instant, rebuilt from the ledger alone."""
    async with reading():
        balance = await balance_at(as_of)
        rows = [
            StatementRow(
                kind="contribution",
                id=str(one.id),
                name=one.funder,
                category=one.category,
                school=None,
                received_cents=one.amount_cents,
                allocated_cents=one.amount_cents - balance.get(contribution_account(str(one.id)), 0),
                reserved_cents=0,
                committed_cents=0,
                paid_cents=0,
                available_cents=balance.get(contribution_account(str(one.id)), 0),
            )
            for one in reversed(await contributions(school_year))
            if as_of is None or one.created_at <= as_of
        ]
        stored = (
            await EnvelopeRow.select()
            .where(EnvelopeRow.school_year == school_year)
            .order_by(EnvelopeRow.name, EnvelopeRow.id)
        )
        opened = [row for row in stored if as_of is None or row["created_at"] <= as_of]
        rows.extend(_envelope_row(one, balance) for one in await _envelopes(opened))
    return rows


def _envelope_row(one: EnvelopeView, balance: Balance) -> StatementRow:
    figures = envelope_figures(balance, str(one.id))
    return StatementRow(
        kind="envelope",
        id=str(one.id),
        name=one.name,
        category=one.category,
        school=one.school,
        received_cents=0,
        allocated_cents=figures.allocated_cents,
        reserved_cents=figures.reserved_cents,
        committed_cents=figures.committed_cents,
        paid_cents=figures.paid_cents,
        available_cents=figures.available_cents,
    )


async def _envelopes(rows: list[dict[str, Any]]) -> list[EnvelopeView]:
    slugs = await _slugs({row["school"] for row in rows if row["school"] is not None})
    fields = set(EnvelopeView.__dataclass_fields__) - {"school"}
    return [
        EnvelopeView(school=slugs.get(row["school"]), **{name: row[name] for name in fields}) for row in rows
    ]


async def _slugs(ids: Iterable[UUID]) -> dict[UUID | None, str]:
    wanted = list(ids)
    if not wanted:
        return {}
    rows = await SchoolRow.select(SchoolRow.id, SchoolRow.slug).where(SchoolRow.id.is_in(wanted))
    return {row["id"]: row["slug"] for row in rows}


async def _contributions(rows: list[dict[str, Any]]) -> list[ContributionView]:
    funders = {row["id"]: row["name"] for row in await FunderRow.select()}
    fields = set(ContributionView.__dataclass_fields__) - {"funder", "schools"}
    return [
        ContributionView(
            funder=funders[row["funder"]],
            schools=tuple(json.loads(row["schools"]) if row["schools"] else ()),
            **{name: row[name] for name in fields},
        )
        for row in rows
    ]


async def movements_by_id(ids: Sequence[UUID]) -> dict[UUID, MovementView]:
    """Several transactions at once, inside the caller's `reading()`."""
    if not ids:
        return {}
    rows = await LedgerMovementRow.select().where(LedgerMovementRow.id.is_in(list(ids)))
    return {view.id: view for view in await _movements(rows)}


async def _movements(rows: list[dict[str, Any]]) -> list[MovementView]:
    if not rows:
        return []
    entries: dict[UUID, list[Entry]] = {}
    for entry in await (
        LedgerEntryRow.select()
        .where(LedgerEntryRow.movement.is_in([row["id"] for row in rows]))
        .order_by(LedgerEntryRow.movement, LedgerEntryRow.position)
    ):
        entries.setdefault(entry["movement"], []).append(_entry(entry))
    people = await _people({row["person"] for row in rows if row["person"] is not None})
    fields = set(MovementView.__dataclass_fields__) - {"person", "entries"}
    return [
        MovementView(
            person=people.get(row["person"]),
            entries=tuple(entries.get(row["id"], ())),
            **{name: row[name] for name in fields},
        )
        for row in rows
    ]


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(
        debit=Account(kind=AccountKind(row["debit_kind"]), ref=row["debit_ref"]),
        credit=Account(kind=AccountKind(row["credit_kind"]), ref=row["credit_ref"]),
        amount_cents=row["amount_cents"],
    )


async def _people(ids: Iterable[UUID]) -> dict[UUID | None, str]:
    wanted = list(ids)
    if not wanted:
        return {}
    rows = await PersonRow.select(PersonRow.id, PersonRow.name).where(PersonRow.id.is_in(wanted))
    return {row["id"]: row["name"] for row in rows}
