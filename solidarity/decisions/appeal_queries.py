"""Appeals as people and programs read them."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from solidarity.decisions.succeeding import who_took_part
from solidarity.requests.case import assess_request
from solidarity.requests.holding import request_in_scope
from solidarity.rules.access import Person
from solidarity.rules.errors import Conflict
from solidarity.rules.lifecycle import APPEAL_OPEN, AppealState
from solidarity.rules.money import Cents
from solidarity.rules.ruleset import Assessment
from solidarity.store.tables import AppealRow, PersonRow
from solidarity.store.transaction import reading


@dataclass(frozen=True, kw_only=True, slots=True)
class AppealView:
    """One appeal; `prepared_cents` are the amounts by line that wait for a second person."""

    id: UUID
    reference: str
    school_name: str
    decision: int
    state: AppealState
    grounds: str
    filed_by: str
    filed_at: datetime
    answer_by: date
    taken_by: str | None
    prepared_by_id: UUID | None
    prepared_by: str | None
    prepared_cents: tuple[Cents, ...]
    override_reason: str | None
    ended_by: str | None
    ended_at: datetime | None
    note: str | None
    outcome: int | None

    @property
    def is_open(self) -> bool:
        return self.state in APPEAL_OPEN


async def appeals_of(reference: str, person: Person) -> list[AppealView]:
    """The appeals of one request, newest first. Raises `Unknown` outside the person's scope."""
    async with reading():
        row = await request_in_scope(reference, person)
        return await _views(_select().where(AppealRow.request == row["id"]))


async def open_appeals() -> list[AppealView]:
    """Every appeal that waits for an answer, the one to answer first on top."""
    async with reading():
        states = [state.value for state in APPEAL_OPEN]
        found = await _views(_select().where(AppealRow.state.is_in(states)))
    return sorted(found, key=lambda one: (one.answer_by, one.reference))


async def count_open_appeals() -> int:
    async with reading():
        return int(await AppealRow.count().where(AppealRow.state.is_in([one.value for one in APPEAL_OPEN])))


async def took_part(reference: str, person: Person) -> bool:
    """Whether this person took part in a decision of the request, and so must not review it."""
    async with reading():
        row = await request_in_scope(reference, person)
        return person.id in await who_took_part(row["id"])


async def assessment_now(reference: str, person: Person, *, now: datetime) -> Assessment | None:
    """What the rules say today, with the papers that came since; None when no rules are in force any more."""
    async with reading():
        row = await request_in_scope(reference, person)
        try:
            return (await assess_request(row, now=now)).assessment
        except Conflict:
            return None


def _select() -> Any:
    return AppealRow.select(
        *AppealRow.all_columns(),
        AppealRow.request.reference.as_alias("reference"),
        AppealRow.request.school.name.as_alias("school_name"),
        AppealRow.decision.number.as_alias("decision_number"),
        AppealRow.outcome.number.as_alias("outcome_number"),
    )


async def _views(query: Any) -> list[AppealView]:
    rows = await query.order_by(AppealRow.filed_at, ascending=False)
    people = {row[who] for row in rows for who in ("filed_by", "taken_by", "prepared_by", "ended_by")}
    names = await _names([one for one in people if one is not None])
    return [_view(row, names) for row in rows]


def _view(row: dict[str, Any], names: dict[UUID | None, str]) -> AppealView:
    prepared = json.loads(row["proposal"]) if row["proposal"] else {"lines": {}, "override_reason": None}
    lines = prepared["lines"]
    return AppealView(
        id=row["id"],
        reference=row["reference"],
        school_name=row["school_name"],
        decision=row["decision_number"],
        state=AppealState(row["state"]),
        grounds=row["grounds"],
        filed_by=names.get(row["filed_by"], ""),
        filed_at=row["filed_at"],
        answer_by=row["answer_by"],
        taken_by=names.get(row["taken_by"]),
        prepared_by_id=row["prepared_by"],
        prepared_by=names.get(row["prepared_by"]),
        prepared_cents=tuple(lines[place] for place in sorted(lines, key=int)),
        override_reason=prepared["override_reason"],
        ended_by=names.get(row["ended_by"]),
        ended_at=row["ended_at"],
        note=row["note"],
        outcome=row["outcome_number"],
    )


async def _names(people: list[UUID]) -> dict[UUID | None, str]:
    if not people:
        return {}
    rows = await PersonRow.select(PersonRow.id, PersonRow.name).where(PersonRow.id.is_in(people))
    return {row["id"]: row["name"] for row in rows}
