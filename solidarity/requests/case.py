"""From rows to the case that the rules assess: the one place where the engine meets the database."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from solidarity.budgets.movements import (
    Place,
    Reserved,
    active_reservations,
    open_envelopes,
    place_of,
    with_own,
)
from solidarity.requests.holding import Held
from solidarity.requests.lines import NewLine, line_from_row
from solidarity.rules.calendar import paris_day, school_year_of
from solidarity.rules.envelopes import Envelope
from solidarity.rules.ruleset import (
    Assessment,
    Case,
    DocumentFact,
    EmergencyUse,
    LineFacts,
    PastGrant,
    Ruleset,
    StudentFacts,
    assess,
)
from solidarity.rules.ruleset.budget import usable_envelopes
from solidarity.rulesets.queries import RulesetInForce, ruleset_for
from solidarity.store.statements import Statement, rows_by_key, selection
from solidarity.store.tables import LineRow, StudentRow

_LINES = selection(LineRow, "WHERE request = {} ORDER BY position")
_PAPERS = Statement("SELECT kind, added_at FROM document WHERE request = {} ORDER BY added_at")
_PAST = Statement(
    "SELECT decision.request, decision.number, decision.decided_on, decision_line.category, "
    "decision_line.granted_cents, aid_line.period_from, aid_line.period_to "
    "FROM aid_request JOIN decision ON decision.request = aid_request.id "
    "LEFT JOIN decision_line ON decision_line.decision = decision.id "
    "LEFT JOIN aid_line ON aid_line.id = decision_line.line "
    "WHERE aid_request.student = {} ORDER BY decision.request, decision.number, decision_line.position"
)
_EMERGENCIES = Statement(
    "SELECT ratify_by, EXISTS (SELECT 1 FROM ratification WHERE ratification.decision = decision.id) "
    "OR EXISTS (SELECT 1 FROM decision later WHERE later.request = decision.request "
    "AND later.number > decision.number) AS is_settled "
    "FROM decision WHERE school_year = {} AND is_emergency = {} AND granted_cents > 0"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """What was read of a stored request in order to assess it: nobody need read it again."""

    lines: tuple[dict[str, Any], ...]
    papers: tuple[dict[str, Any], ...]
    reservations: tuple[Reserved, ...]


NOTHING_STORED = Stored(lines=(), papers=(), reservations=())


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessed:
    """What the rules say of a request now, with everything they were told."""

    rules: RulesetInForce
    case: Case
    assessment: Assessment
    stored: Stored = NOTHING_STORED

    @property
    def usable(self) -> tuple[Envelope, ...]:
        """The envelopes as this request may use them: its own reservation is in, what is kept back is not."""
        found = usable_envelopes(self.rules.ruleset, self.case)
        assert found is not None, "a stored request is assessed with its envelopes"
        return found


async def assess_request(
    request: dict[str, Any],
    *,
    now: datetime,
    place: Place | None = None,
    envelopes: Sequence[Envelope] | None = None,
    student: dict[str, Any] | None = None,
) -> Assessed:
    """Assess a stored request, with the envelopes given, or else those that are open."""
    stored = Stored(
        lines=tuple(await _LINES.rows(request["id"])),
        papers=tuple(await _PAPERS.rows(request["id"])),
        reservations=tuple(await active_reservations(request["id"])),
    )
    place = place or await place_of(request["school"])
    if envelopes is None:
        envelopes = await open_envelopes(request["school_year"], place)
    assessed = await assess_lines(
        student_id=request["student"],
        place=place,
        urgency=request["urgency"],
        lines=[line_from_row(row) for row in stored.lines],
        documents=[row["kind"] for row in stored.papers],
        submitted_at=request["submitted_at"],
        except_request=request["id"],
        envelopes=with_own(envelopes, stored.reservations),
        now=now,
        student=student,
    )
    return replace(assessed, stored=stored)


async def assess_held(held: Held, *, now: datetime) -> Assessed:
    """Assess a request that a command holds."""
    return await assess_request(
        held.request, now=now, place=held.place, envelopes=held.envelopes, student=held.student
    )


async def assess_lines(
    *,
    student_id: UUID,
    place: Place,
    urgency: str,
    lines: Sequence[NewLine],
    documents: Sequence[str],
    submitted_at: datetime | None,
    except_request: UUID | None,
    envelopes: Sequence[Envelope],
    now: datetime,
    student: dict[str, Any] | None = None,
) -> Assessed:
    """Assess lines that may not be stored yet, for the live check under the form; `student` is the row."""
    today = paris_day(now)
    school_year = school_year_of(lines[0].period_from) if lines else school_year_of(today)
    rules = await ruleset_for(school_year, today)
    past = await _PAST.rows(student_id)
    case = Case(
        today=today,
        student=_student(student or await _student_row(student_id), place),
        urgency=urgency,
        submitted_on=paris_day(submitted_at) if submitted_at else None,
        lines=tuple(_line(line, rules.ruleset) for line in lines),
        documents=tuple(DocumentFact(kind=kind, dated=None) for kind in documents),
        history=_history(past, except_request),
        envelopes=tuple(envelopes),
        emergency=await _emergency_use(school_year, today),
    )
    return Assessed(rules=rules, case=case, assessment=assess(rules.ruleset, case))


def _line(line: NewLine, ruleset: Ruleset) -> LineFacts:
    return LineFacts(
        category=line.category,
        kind=line.kind,
        description=line.description,
        amount_cents=line.amount_cents,
        frequency=line.frequency,
        period_from=line.period_from,
        period_to=line.period_to,
        supplier=line.supplier,
        facts={name: value for name, value in line.facts.items() if name in ruleset.facts},
    )


async def _student_row(student_id: UUID) -> dict[str, Any]:
    rows = await rows_by_key(StudentRow, [student_id])
    assert rows, "a foreign key points to the student"
    return rows[0]


def _student(row: dict[str, Any], place: Place) -> StudentFacts:
    return StudentFacts(
        birth_date=row["birth_date"],
        boarder=row["boarder"],
        quotient_familial_cents=row["quotient_familial_cents"],
        household_size=row["household_size"],
        school=place.school,
        region_code=place.region_code,
        trade=row["trade"],
    )


def _history(past: Sequence[dict[str, Any]], except_request: UUID | None) -> tuple[PastGrant, ...]:
    """Every grant in force to a student: the lines of the last decision of each other request.

    `past` is in the order of the numbers of the decisions.
    """
    last = {row["request"]: row["number"] for row in past}
    grants = [
        PastGrant(
            category=row["category"],
            granted_cents=row["granted_cents"],
            decided_on=row["decided_on"],
            period_from=row["period_from"],
            period_to=row["period_to"],
        )
        for row in past
        if row["request"] != except_request and row["number"] == last[row["request"]] and row["granted_cents"]
    ]
    return tuple(
        sorted(
            grants,
            key=lambda grant: (grant.decided_on, grant.category, grant.period_from, grant.granted_cents),
        )
    )


async def _emergency_use(school_year: str, today: date) -> EmergencyUse:
    rows = await _EMERGENCIES.rows(school_year, True)
    # What somebody ratified, or a later decision replaced, blocks the lane no more; it stays counted as used.
    awaiting = [row["ratify_by"] for row in rows if not row["is_settled"]]
    overdue = sum(1 for day in awaiting if day is not None and day < today)
    return EmergencyUse(used=len(rows), overdue=overdue)
