"""Requests in lists: for homes, queues and programs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from piccolo.query.functions import Count

from solidarity.rules.access import Person, scope_of
from solidarity.rules.lifecycle import RequestState
from solidarity.rules.money import Cents
from solidarity.rules.text import search_key
from solidarity.schools.queries import slugs_of, students_by_id
from solidarity.store.search import contains, words
from solidarity.store.tables import (
    DecisionRow,
    LineRow,
    RequestRow,
    SchoolRow,
)
from solidarity.store.transaction import reading

SORTS = {
    "-created_at": (RequestRow.created_at, False),
    "created_at": (RequestRow.created_at, True),
    "-submitted_at": (RequestRow.submitted_at, False),
    "submitted_at": (RequestRow.submitted_at, True),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestSummary:
    """One request in a list."""

    id: UUID
    reference: str
    status: RequestState
    status_message: str | None
    school: str
    school_name: str
    student_id: UUID
    student: str
    categories: tuple[str, ...]
    urgency: str
    school_year: str
    requested_cents: Cents
    proposed_cents: Cents
    granted_cents: Cents | None
    decided_as: str | None
    outcome: str
    credit_enough: bool
    approvals_required: int
    created_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """What a list is narrowed to; None leaves a field open."""

    statuses: tuple[str, ...] = ()
    school: str | None = None
    category: str | None = None
    school_year: str | None = None
    region: str | None = None
    q: str = ""
    sort: str = "-created_at"


async def requests(
    person: Person,
    wanted: Filter,
    *,
    limit: int = 50,
    after: tuple[datetime, UUID] | None = None,
) -> list[RequestSummary]:
    """A page of requests; `after` is the sort instant and id of the last row of the page before."""
    column, ascending = SORTS[wanted.sort]
    async with reading():
        query = RequestRow.select().where(RequestRow.id.is_not_null())
        for condition in await _conditions(person, wanted):
            query = query.where(condition)
        if column is RequestRow.submitted_at:
            query = query.where(RequestRow.submitted_at.is_not_null())
        if after is not None:
            at, last = after
            beyond = (column > at) | ((column == at) & (RequestRow.id > last))
            if not ascending:
                beyond = (column < at) | ((column == at) & (RequestRow.id < last))
            query = query.where(beyond)
        rows = await query.order_by(column, RequestRow.id, ascending=ascending).limit(limit)
        return await _summaries(rows)


async def count_by_status(person: Person, wanted: Filter) -> dict[str, int]:
    """How many requests stand in each state, for tabs and homes."""

    async with reading():
        query = RequestRow.select(RequestRow.status, Count(alias="how_many")).group_by(RequestRow.status)
        for condition in await _conditions(person, wanted):
            query = query.where(condition)
        return {row["status"]: int(row["how_many"]) for row in await query}


async def requests_of_student(student: UUID, person: Person) -> list[RequestSummary]:
    """Every request for one student, newest first."""
    async with reading():
        query = RequestRow.select().where(RequestRow.student == student)
        own = scope_of(person)
        if own is not None:
            query = query.where(RequestRow.school == own)
        return await _summaries(await query.order_by(RequestRow.created_at, ascending=False).limit(50))


async def _conditions(person: Person, wanted: Filter) -> list[Any]:
    found: list[Any] = []
    own = scope_of(person)
    if own is not None:
        found.append(RequestRow.school == own)
    else:
        # A draft is its author's affair until it is sent.
        found.append(RequestRow.status != RequestState.DRAFT.value)
    if wanted.statuses:
        found.append(RequestRow.status.is_in(list(wanted.statuses)))
    if wanted.school:
        row = await SchoolRow.select(SchoolRow.id).where(SchoolRow.slug == wanted.school).first()
        found.append(RequestRow.school == (row["id"] if row else UUID(int=0)))
    if wanted.region:
        placed = SchoolRow.select(SchoolRow.id).where(SchoolRow.region_code == wanted.region)
        found.append(RequestRow.school.is_in(placed))
    if wanted.school_year:
        found.append(RequestRow.school_year == wanted.school_year)
    if wanted.category:
        lines = LineRow.select(LineRow.request).where(LineRow.category == wanted.category)
        found.append(RequestRow.id.is_in(lines))
    found.extend(_search(word, wanted.q) for word in words(search_key(wanted.q)))
    return found


def _search(word: str, typed: str) -> Any:
    reference = contains(RequestRow.reference, typed.strip().upper())
    return contains(RequestRow.student.search_key, word) | reference


async def _summaries(rows: list[dict[str, Any]]) -> list[RequestSummary]:
    if not rows:
        return []
    ids = [row["id"] for row in rows]
    people = await students_by_id(row["student"] for row in rows)
    slugs = await slugs_of({row["school"] for row in rows})
    names = {
        row["id"]: row["name"]
        for row in await SchoolRow.select(SchoolRow.id, SchoolRow.name).where(SchoolRow.id.is_in(list(slugs)))
    }
    categories = await _categories(ids)
    decided = await _decided(ids)
    return [
        RequestSummary(
            id=row["id"],
            reference=row["reference"],
            status=RequestState(row["status"]),
            status_message=row["status_message"],
            school=slugs[row["school"]],
            school_name=names[row["school"]],
            student_id=row["student"],
            student=people[row["student"]].full_name,
            categories=categories.get(row["id"], ()),
            urgency=row["urgency"],
            school_year=row["school_year"],
            requested_cents=row["requested_cents"],
            proposed_cents=row["proposed_cents"],
            granted_cents=decided[row["id"]][0] if row["id"] in decided else None,
            decided_as=decided[row["id"]][1] if row["id"] in decided else None,
            outcome=row["outcome"],
            credit_enough=row["credit_enough"],
            approvals_required=row["approvals_required"],
            created_at=row["created_at"],
            submitted_at=row["submitted_at"],
            decided_at=row["decided_at"],
        )
        for row in rows
    ]


async def _categories(ids: Iterable[UUID]) -> dict[UUID, tuple[str, ...]]:
    found: dict[UUID, tuple[str, ...]] = {}
    rows = await (
        LineRow.select(LineRow.request, LineRow.category)
        .where(LineRow.request.is_in(list(ids)))
        .order_by(LineRow.request, LineRow.position)
    )
    for row in rows:
        before = found.get(row["request"], ())
        if row["category"] not in before:
            found[row["request"]] = (*before, row["category"])
    return found


async def _decided(ids: Iterable[UUID]) -> dict[UUID, tuple[Cents, str]]:
    """What the decision in force of each request grants, and what kind of decision it is."""
    rows = await (
        DecisionRow.select(DecisionRow.request, DecisionRow.granted_cents, DecisionRow.outcome)
        .where(DecisionRow.request.is_in(list(ids)))
        .order_by(DecisionRow.number)
    )
    return {row["request"]: (row["granted_cents"], row["outcome"]) for row in rows}
