"""Closing a school year: prepared by one, confirmed by another, then done in steps that may be stopped."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from solidarity.budgets.movements import release
from solidarity.budgets.remainders import carry, give_back, take_out
from solidarity.decisions.revoking import revoke
from solidarity.people.queries import person_from_row
from solidarity.requests.holding import drop_proposal, hold_request
from solidarity.requests.waiting import leave_list
from solidarity.rules.access import Person
from solidarity.rules.calendar import paris_day, school_year_bounds
from solidarity.rules.errors import Conflict, Invalid, NotAllowed, Problem, Stale, Unknown
from solidarity.rules.lifecycle import RequestState
from solidarity.rules.year_end import (
    CLOSED_WHEN_ASKED,
    Choices,
    Fate,
    GiftEnd,
    YearPlan,
    plan_year_end,
    possible_fates,
)
from solidarity.store.statements import Statement
from solidarity.store.tables import (
    ContributionRow,
    EnvelopeRow,
    PersonRow,
    RequestRow,
    SchoolYearRow,
    YearClosingRow,
)
from solidarity.store.transaction import hold, hold_many, retrying, writing
from solidarity.trail.commands import Subject, record
from solidarity.years.queries import closing_of, read_choices, write_choices, year_facts, year_plan

YEAR_END: Final = "year_end"
"""The reason of a request that is closed because its year is."""

_YEAR_IF_NEW: Final = Statement(
    "INSERT INTO school_year (label, state, changed_at) VALUES ({}, 'open', {})"
    " ON CONFLICT (label) DO NOTHING"
)
_CLOSING_IF_NEW: Final = Statement(
    "INSERT INTO year_closing (school_year, state, choices, version, prepared_by, prepared_at)"
    " VALUES ({}, 'prepared', {}, 1, {}, {}) ON CONFLICT (school_year) DO NOTHING RETURNING school_year"
)
_LAPSE_REASONS: Final = {
    "fr": "L’aide n’a pas été réclamée avant la clôture de l’année scolaire {year}.",
    "en": "The aid was not claimed before the school year {year} was closed.",
}

Item = Callable[[], Awaitable[object]]


async def prepare_closing(
    school_year: str, choices: Choices, *, version: int, by: Person | None, now: datetime
) -> None:
    """Keep what was chosen for a year that is over, for a second person to confirm.

    `version` is that of the preparation it replaces, 0 when there is none. Raises `Invalid` for a choice
    about nothing, `Conflict` ("year-not-over", "year-closing-confirmed"), `Stale`.
    """
    _require_over(school_year, now)
    _refuse_unknown(await year_plan(school_year, choices), choices)
    async with writing():
        await _YEAR_IF_NEW.rows(school_year, now)
        text = write_choices(choices)
        if not await _CLOSING_IF_NEW.rows(school_year, text, by.id if by else None, now):
            row = await hold(YearClosingRow, school_year)
            assert row is not None, "closings are never deleted"
            if row.state == "confirmed":
                raise Conflict("year-closing-confirmed")
            if row.version != version:
                raise Stale
            await _prepare_again(row, text, by=by, now=now)
        elif version != 0:
            raise Stale
        detail = {"choices": text}
        await record("school_year.prepared", about=_about(school_year), by=by, at=now, detail=detail)


async def confirm_closing(school_year: str, *, version: int, by: Person | None, now: datetime) -> None:
    """Say yes to what somebody else prepared; `finish_closing` then does it.

    Raises `Unknown`, `NotAllowed("same-person")`, `Stale`, `Conflict` ("year-closing-confirmed",
    "year-not-ready" while something still waits for a person).
    """
    async with writing():
        row = await hold(YearClosingRow, school_year)
        if row is None:
            raise Unknown
        if row.state != "prepared":
            raise Conflict("year-closing-confirmed")
        if row.version != version:
            raise Stale
        if by is not None and row.prepared_by == by.id:
            raise NotAllowed("same-person")
        _require_ready(plan_year_end(await year_facts(school_year), read_choices(row.choices)))
        await YearClosingRow.update(
            {
                YearClosingRow.state: "confirmed",
                YearClosingRow.confirmed_by: by.id if by else None,
                YearClosingRow.confirmed_at: now,
                YearClosingRow.version: row.version + 1,
            }
        ).where(YearClosingRow.school_year == school_year)
        await record("school_year.confirmed", about=_about(school_year), by=by, at=now)


async def finish_closing(
    school_year: str, *, by: Person | None, now: datetime, most_items: int | None = None
) -> YearPlan:
    """Do what is left of a confirmed closing; answers what is left then, nothing when all is done.

    Each item is one transaction and finds nothing to do the second time: stopped anywhere, by a failure, or
    after `most_items`, it goes on where it was, and two who run it at once do each item once. Raises
    `Conflict` ("year-not-confirmed"; "year-not-ready" when something new waits for a person).
    """
    done = 0
    async for item in _items(school_year, by=by, now=now):
        if done == most_items:
            break
        await retrying(item)
        done += 1
    return await year_plan(school_year)


async def _items(school_year: str, *, by: Person | None, now: datetime) -> AsyncIterator[Item]:
    """The work that is left, in the order of the steps; each step is read after the one before it."""
    closing = await closing_of(school_year)
    if closing is None or closing.state == "prepared":
        raise Conflict("year-not-confirmed")
    plan = await year_plan(school_year)
    _require_ready(plan)
    for request in plan.closing:
        yield partial(_close_request, request.reference, by=by, now=now)
    for promise in plan.lapsing:
        person = by or await _person(closing.confirmed_by_id or closing.prepared_by_id)
        yield partial(_let_lapse, promise.reference, school_year, by=person, now=now)
    for envelope in (await year_plan(school_year)).facts.envelopes:
        if envelope.free_cents:
            yield partial(_empty, UUID(envelope.id), by=by, now=now)
    plan = await year_plan(school_year)
    for end in plan.ends:
        if end.fate is not Fate.KEEP and end.gift.outside_cents:
            yield partial(_settle, end, plan.facts.next_year, by=by, now=now)
    if closing.state != "done" or not plan.facts.is_closed:
        yield partial(_close_year, school_year, by=by, now=now)


async def _close_request(reference: str, *, by: Person | None, now: datetime) -> None:
    async with writing():
        held = await hold_request(reference, by=None)
        if held.state not in CLOSED_WHEN_ASKED:
            return
        freed = await release(held.request["id"], reference, by=by, now=now)
        await drop_proposal(held)
        await leave_list(held)
        await RequestRow.update(
            {
                RequestRow.status: RequestState.CLOSED.value,
                RequestRow.status_message: YEAR_END,
                RequestRow.status_due: None,
                RequestRow.changed_at: now,
                RequestRow.version: held.request["version"] + 1,
            }
        ).where(RequestRow.id == held.request["id"])
        about = Subject(kind="request", id=reference)
        detail = {"reason": YEAR_END, "released_cents": freed}
        await record("request.close", about=about, by=by, at=now, detail=detail)


async def _let_lapse(reference: str, school_year: str, *, by: Person, now: datetime) -> None:
    language = await _letter_language(reference)
    try:
        await revoke(reference, _LAPSE_REASONS[language].format(year=school_year), by=by, now=now)
    except Conflict as refusal:
        # Paid or ended a moment ago, by somebody else or by another one who closes the year.
        if refusal.code not in {"nothing-in-force", "nothing-to-release"}:
            raise


async def _empty(envelope: UUID, *, by: Person | None, now: datetime) -> None:
    async with writing():
        row = await hold(EnvelopeRow, envelope)
        assert row is not None, "envelopes are never deleted"
        if row.reserved_cents:
            raise Conflict("year-not-ready")
        freed = await take_out(envelope, by=by, now=now)
        if freed:
            about = Subject(kind="envelope", id=str(envelope))
            await record("envelope.emptied", about=about, by=by, at=now, detail={"freed_cents": freed})


async def _settle(end: GiftEnd, next_year: str, *, by: Person | None, now: datetime) -> None:
    gift = UUID(end.gift.id)
    async with writing():
        row = await hold(ContributionRow, gift)
        assert row is not None, "contributions are never deleted"
        rest = row.amount_cents - row.allocated_cents - row.settled_cents
        if rest == 0:
            return
        detail: dict[str, Any] = {"amount_cents": rest}
        if end.fate is Fate.CARRY:
            detail |= {"to": str(await carry(gift, next_year, by=by, now=now)), "school_year": next_year}
        else:
            await give_back(gift, by=by, now=now)
        action = "contribution.carried" if end.fate is Fate.CARRY else "contribution.returned"
        about = Subject(kind="contribution", id=str(gift))
        await record(action, about=about, by=by, at=now, detail=detail)


async def _close_year(school_year: str, *, by: Person | None, now: datetime) -> None:
    """Close it for good, when nothing is left to do; money that came in meanwhile is a reason not to."""
    async with writing():
        year = await hold(SchoolYearRow, school_year)
        closing = await hold(YearClosingRow, school_year)
        assert year is not None, "preparing wrote it"
        assert closing is not None, "preparing wrote it"
        if closing.state == "done":
            return
        ids = await EnvelopeRow.select(EnvelopeRow.id).where(EnvelopeRow.school_year == school_year)
        await hold_many(EnvelopeRow, [row["id"] for row in ids])
        plan = plan_year_end(await year_facts(school_year), read_choices(closing.choices))
        _require_ready(plan)
        if not replace(plan, facts=replace(plan.facts, is_closed=True)).is_done:
            raise Conflict("year-not-ready")
        await YearClosingRow.update({YearClosingRow.state: "done", YearClosingRow.ended_at: now}).where(
            YearClosingRow.school_year == school_year
        )
        detail = {"committed_cents": plan.staying_cents, "kept_cents": plan.rest_cents(Fate.KEEP)}
        if year.state != "closed":
            await SchoolYearRow.update({SchoolYearRow.state: "closed", SchoolYearRow.changed_at: now}).where(
                SchoolYearRow.label == school_year
            )
        await record("school_year.closed", about=_about(school_year), by=by, at=now, detail=detail)


def _require_over(school_year: str, now: datetime) -> None:
    """A year is closed after its last day: until then schools may still ask."""
    if paris_day(now) <= school_year_bounds(school_year)[1]:
        raise Conflict("year-not-over", school_year=school_year)


def _require_ready(plan: YearPlan) -> None:
    if plan.blockers:
        raise Conflict("year-not-ready", **{name.value: count for name, count in plan.blockers.items()})


def _refuse_unknown(plan: YearPlan, choices: Choices) -> None:
    known = {one.reference for one in plan.facts.commitments}
    gifts = {gift.id: gift for gift in plan.facts.gifts}
    wrong = [f"/lapsing/{reference}" for reference in sorted(choices.lapsing - known)]
    for gift, fate in sorted((choices.fates or {}).items()):
        if gift not in gifts or fate not in possible_fates(gifts[gift]):
            wrong.append(f"/fates/{gift}")
    if wrong:
        raise Invalid(tuple(Problem(pointer=pointer, code="choice-unknown") for pointer in wrong))


async def _prepare_again(row: YearClosingRow, choices: str, *, by: Person | None, now: datetime) -> None:
    await YearClosingRow.update(
        {
            YearClosingRow.state: "prepared",
            YearClosingRow.choices: choices,
            YearClosingRow.version: row.version + 1,
            YearClosingRow.prepared_by: by.id if by else None,
            YearClosingRow.prepared_at: now,
            YearClosingRow.confirmed_by: None,
            YearClosingRow.confirmed_at: None,
            YearClosingRow.ended_at: None,
        }
    ).where(YearClosingRow.school_year == row.school_year)


async def _letter_language(reference: str) -> str:
    language = RequestRow.student.letter_language.as_alias("letter_language")
    row = await RequestRow.select(language).where(RequestRow.reference == reference).first()
    return "en" if row and row["letter_language"] == "en" else "fr"


async def _person(person_id: UUID | None) -> Person:
    """Who answers for the decisions that end what lapses: a letter names a person, never a program."""
    row = await PersonRow.select().where(PersonRow.id == person_id).first() if person_id else None
    if row is None or row["disabled_at"] is not None:
        raise Conflict("year-needs-person")
    return person_from_row(row, school_slug=None)


def _about(school_year: str) -> Subject:
    return Subject(kind="school_year", id=school_year)
