"""The decided requests of a school year, pupil by pupil, as a simulation reads them."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from solidarity.rules.envelopes import Envelope
from solidarity.rules.ruleset import Ruleset, RulesetFaults
from solidarity.rules.ruleset.moving import facts_in_common
from solidarity.rules.ruleset.simulate import Past, PastLine
from solidarity.rulesets.queries import parsed
from solidarity.store.tables import DecisionLineRow, DecisionRow, EnvelopeRow, RequestRow, RulesetRow
from solidarity.store.transaction import reading

STUDENTS_AT_ONCE: Final = 150
TERMINATED: Final = "terminated"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

Student = list[Past]


async def count_past(school_year: str) -> int:
    """How many requests of the year were decided."""
    found: int = await RequestRow.count().where(_decided(school_year))
    return found


async def decided_years() -> list[str]:
    """School years with at least one decided request, newest first."""
    rows = (
        await RequestRow.select(RequestRow.school_year)
        .where(RequestRow.decided_at.is_not_null())
        .distinct()
        .order_by(RequestRow.school_year, ascending=False)
    )
    return [row["school_year"] for row in rows]


async def past_students(school_year: str) -> AsyncIterator[list[Student]]:
    """Every decided request of the year, some pupils at a time, never one pupil in two pieces.

    A request stands for its last decision, at the time of its first: that is when it became the history of
    the next one. One that was ended later stands as it was granted before.
    """
    rows = await RequestRow.select(RequestRow.student).where(_decided(school_year)).distinct()
    students: list[UUID] = sorted(row["student"] for row in rows)
    for place in range(0, len(students), STUDENTS_AT_ONCE):
        async with reading():
            found = await _requests_of(school_year, students[place : place + STUDENTS_AT_ONCE])
        yield found


def _decided(school_year: str) -> Any:
    return (RequestRow.school_year == school_year) & RequestRow.decided_at.is_not_null()


async def _requests_of(school_year: str, students: Sequence[UUID]) -> list[Student]:
    requests = await RequestRow.select(
        RequestRow.id, RequestRow.reference, RequestRow.student, RequestRow.outcome
    ).where(_decided(school_year) & RequestRow.student.is_in(list(students)))
    decisions = await _last_decisions([row["id"] for row in requests])
    lines = await _lines_of([row["id"] for row in decisions.values()])
    found: dict[UUID, Student] = {student: [] for student in students}
    for request in requests:
        decision = decisions.get(request["id"])
        if decision is not None:
            found[request["student"]].append(_past(request, decision, lines[decision["id"]]))
    return [pasts for pasts in found.values() if pasts]


async def _last_decisions(requests: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    rows = await (
        DecisionRow.select(
            DecisionRow.id,
            DecisionRow.request,
            DecisionRow.number,
            DecisionRow.decided_at,
            DecisionRow.ruleset_sha256,
            DecisionRow.facts,
        )
        .where(DecisionRow.request.is_in(list(requests)) & (DecisionRow.outcome != TERMINATED))
        .order_by(DecisionRow.request, DecisionRow.number)
    )
    first: dict[UUID, datetime] = {}
    for row in rows:
        first.setdefault(row["request"], row["decided_at"])
    return {row["request"]: row | {"first_decided_at": first[row["request"]]} for row in rows}


async def _lines_of(decisions: Sequence[UUID]) -> dict[UUID, list[PastLine]]:
    if not decisions:
        return {}
    rows = await (
        DecisionLineRow.select(
            DecisionLineRow.decision,
            DecisionLineRow.position,
            DecisionLineRow.proposed_cents,
            DecisionLineRow.granted_cents,
        )
        .where(DecisionLineRow.decision.is_in(list(decisions)))
        .order_by(DecisionLineRow.decision, DecisionLineRow.position)
    )
    found: dict[UUID, list[PastLine]] = {decision: [] for decision in decisions}
    for row in rows:
        line = PastLine(proposed_cents=row["proposed_cents"], granted_cents=row["granted_cents"])
        found[row["decision"]].append(line)
    return found


def _past(request: dict[str, Any], decision: dict[str, Any], lines: Sequence[PastLine]) -> Past:
    return Past(
        reference=request["reference"],
        student=str(request["student"]),
        order=(decision["first_decided_at"] - _EPOCH) // _MICROSECOND,
        outcome=request["outcome"],
        ruleset_sha256=decision["ruleset_sha256"],
        facts=decision["facts"],
        lines=tuple(lines),
    )


# What else of that year a simulation needs


async def common_facts(school_year: str, tried: Ruleset) -> dict[str, frozenset[str]]:
    """For each ruleset of that year, by its sha256, the facts that mean the same in the one that is tried.

    A text that this version of the program no longer reads has none in common: its facts count as lacking.
    """
    rows = await RulesetRow.select(RulesetRow.sha256, RulesetRow.source).where(
        RulesetRow.school_year == school_year
    )
    return {row["sha256"]: _in_common(row["source"], tried) for row in rows}


def _in_common(source: str, tried: Ruleset) -> frozenset[str]:
    try:
        return facts_in_common(parsed(source), tried)
    except RulesetFaults:
        return frozenset()


async def envelopes_of(school_year: str) -> list[Envelope]:
    """The envelopes of the year with all that was allocated to them, none of it spent."""
    rows = await (
        EnvelopeRow.select(
            EnvelopeRow.id,
            EnvelopeRow.name,
            EnvelopeRow.category,
            EnvelopeRow.region_code,
            EnvelopeRow.allocated_cents,
            EnvelopeRow.school.slug.as_alias("school"),
        )
        .where(EnvelopeRow.school_year == school_year)
        .order_by(EnvelopeRow.name, EnvelopeRow.id)
    )
    return [
        Envelope(
            id=str(row["id"]),
            name=row["name"],
            category=row["category"],
            school=row["school"],
            region_code=row["region_code"],
            available_cents=row["allocated_cents"],
        )
        for row in rows
    ]
