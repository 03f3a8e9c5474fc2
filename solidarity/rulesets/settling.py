"""Decisions in force that wait for a confirmed rate, and what the rules now in force make of each."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from solidarity.rules.errors import Conflict
from solidarity.rules.money import Cents
from solidarity.rules.ruleset import assessment_from_json
from solidarity.rules.ruleset.case_record import case_from_record
from solidarity.rules.ruleset.settle import SettledLine, Standing, settle
from solidarity.rulesets.queries import RulesetInForce, parsed, ruleset_for
from solidarity.store.tables import DecisionLineRow, DecisionRow, RulesetRow
from solidarity.store.transaction import reading

AWAITS: Final = '%"awaits_rate":true%'
TERMINATED: Final = "terminated"
DECISIONS_AT_ONCE: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsettled:
    """One decision in force with those of its lines that were granted on a rate not confirmed then."""

    reference: str
    decision: int
    decided_on: date
    lines: tuple[SettledLine, ...]

    @property
    def standing(self) -> Standing:
        """The worst of its lines: what is left to do about the decision."""
        return max((line.standing for line in self.lines), key=_ORDER.index)

    @property
    def granted_cents(self) -> Cents:
        return sum(line.granted_cents for line in self.lines)

    @property
    def difference_cents(self) -> Cents:
        return sum(line.difference_cents for line in self.lines)


_ORDER: Final = (Standing.UNCHANGED, Standing.WAITING, Standing.DIFFERS, Standing.BY_HAND)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """What waits in a school year, in the order of the decisions; no ruleset when none is in force."""

    school_year: str
    ruleset: RulesetInForce | None
    decisions: tuple[Unsettled, ...]


async def settlement(school_year: str, *, today: date) -> Settlement:
    """Everything of the year that was granted on a rate not confirmed at the time. Nothing is written."""
    async with reading():
        try:
            rules = await ruleset_for(school_year, today)
        except Conflict:
            return Settlement(school_year=school_year, ruleset=None, decisions=())
        rows = await _waiting(school_year)
        found: list[Unsettled] = []
        for place in range(0, len(rows), DECISIONS_AT_ONCE):
            found += await _settled(rows[place : place + DECISIONS_AT_ONCE], rules)
    # A line that was refused waits for nothing, though its rule read the rate.
    decisions = tuple(one for one in found if one.lines)
    return Settlement(school_year=school_year, ruleset=rules, decisions=decisions)


async def _waiting(school_year: str) -> list[dict[str, Any]]:
    """Decisions that waited when they were taken, less those that another one has replaced since."""
    rows = await (
        DecisionRow.select(DecisionRow.id, DecisionRow.request, DecisionRow.number)
        .where(
            (DecisionRow.school_year == school_year)
            & (DecisionRow.granted_cents > 0)
            & (DecisionRow.outcome != TERMINATED)
            & DecisionRow.assessment.like(AWAITS)
        )
        .order_by(DecisionRow.decided_at, DecisionRow.id)
    )
    last = await _last_numbers([row["request"] for row in rows])
    return [row for row in rows if row["number"] == last[row["request"]]]


async def _last_numbers(requests: Sequence[UUID]) -> dict[UUID, int]:
    found: dict[UUID, int] = {}
    for place in range(0, len(requests), DECISIONS_AT_ONCE):
        some = list(requests[place : place + DECISIONS_AT_ONCE])
        rows = await (
            DecisionRow.select(DecisionRow.request, DecisionRow.number)
            .where(DecisionRow.request.is_in(some))
            .order_by(DecisionRow.number)
        )
        found |= {row["request"]: row["number"] for row in rows}
    return found


async def _settled(waiting: Sequence[dict[str, Any]], rules: RulesetInForce) -> list[Unsettled]:
    ids = [row["id"] for row in waiting]
    rows = await (
        DecisionRow.select(
            DecisionRow.id,
            DecisionRow.number,
            DecisionRow.decided_on,
            DecisionRow.ruleset,
            DecisionRow.facts,
            DecisionRow.assessment,
            DecisionRow.request.reference.as_alias("reference"),
        )
        .where(DecisionRow.id.is_in(ids))
        .order_by(DecisionRow.decided_at, DecisionRow.id)
    )
    granted = await _granted(ids)
    sources = await _sources({row["ruleset"] for row in rows})
    return [_one(row, sources[row["ruleset"]], rules, granted[row["id"]]) for row in rows]


def _one(row: dict[str, Any], source: str, rules: RulesetInForce, granted: Sequence[Cents]) -> Unsettled:
    lines = settle(
        parsed(source),
        rules.ruleset,
        case_from_record(json.loads(row["facts"])),
        assessment_from_json(json.loads(row["assessment"])),
        granted,
    )
    return Unsettled(
        reference=row["reference"], decision=row["number"], decided_on=row["decided_on"], lines=lines
    )


async def _granted(decisions: Sequence[UUID]) -> dict[UUID, list[Cents]]:
    rows = await (
        DecisionLineRow.select(DecisionLineRow.decision, DecisionLineRow.granted_cents)
        .where(DecisionLineRow.decision.is_in(list(decisions)))
        .order_by(DecisionLineRow.decision, DecisionLineRow.position)
    )
    found: dict[UUID, list[Cents]] = {}
    for row in rows:
        found.setdefault(row["decision"], []).append(row["granted_cents"])
    return found


async def _sources(rulesets: set[UUID]) -> dict[UUID, str]:
    rows = await RulesetRow.select(RulesetRow.id, RulesetRow.source).where(
        RulesetRow.id.is_in(sorted(rulesets))
    )
    return {row["id"]: row["source"] for row in rows}
