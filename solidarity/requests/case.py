"""From rows to the case that the rules assess: the one place where the engine meets the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from solidarity.budgets.movements import Place, active_reservations, open_envelopes, place_of, with_own
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
from solidarity.store.tables import DecisionLineRow, DecisionRow, DocumentRow, LineRow, StudentRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessed:
    """What the rules say of a request now, with everything they were told."""

    rules: RulesetInForce
    case: Case
    assessment: Assessment

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
) -> Assessed:
    """Assess a stored request, with the envelopes given, or else those that are open."""
    rows = await LineRow.select().where(LineRow.request == request["id"]).order_by(LineRow.position)
    lines = [line_from_row(row) for row in rows]
    documents = await DocumentRow.select(DocumentRow.kind).where(DocumentRow.request == request["id"])
    place = place or await place_of(request["school"])
    if envelopes is None:
        envelopes = await open_envelopes(request["school_year"], place)
    return await assess_lines(
        student_id=request["student"],
        place=place,
        urgency=request["urgency"],
        lines=lines,
        documents=[row["kind"] for row in documents],
        submitted_at=request["submitted_at"],
        except_request=request["id"],
        envelopes=with_own(envelopes, await active_reservations(request["id"])),
        now=now,
    )


async def assess_held(held: Held, *, now: datetime) -> Assessed:
    """Assess a request that a command holds."""
    return await assess_request(held.request, now=now, place=held.place, envelopes=held.envelopes)


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
) -> Assessed:
    """Assess lines that may not be stored yet, for the live check under the form."""
    today = paris_day(now)
    school_year = school_year_of(lines[0].period_from) if lines else school_year_of(today)
    rules = await ruleset_for(school_year, today)
    case = Case(
        today=today,
        student=await _student(student_id, place),
        urgency=urgency,
        submitted_on=paris_day(submitted_at) if submitted_at else None,
        lines=tuple(_line(line, rules.ruleset) for line in lines),
        documents=tuple(DocumentFact(kind=kind, dated=None) for kind in documents),
        history=await _history(student_id, except_request),
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


async def _student(student_id: UUID, place: Place) -> StudentFacts:
    row = await StudentRow.select().where(StudentRow.id == student_id).first()
    assert row is not None, "a foreign key points to the student"
    return StudentFacts(
        birth_date=row["birth_date"],
        boarder=row["boarder"],
        quotient_familial_cents=row["quotient_familial_cents"],
        household_size=row["household_size"],
        school=place.school,
        region_code=place.region_code,
        trade=row["trade"],
    )


async def _history(student_id: UUID, except_request: UUID | None) -> tuple[PastGrant, ...]:
    """Every grant in force to this student: the lines of the last decision of each other request."""
    decisions = await (
        DecisionRow.select(DecisionRow.id, DecisionRow.request, DecisionRow.number, DecisionRow.decided_on)
        .where(DecisionRow.request.student == student_id)
        .order_by(DecisionRow.request, DecisionRow.number)
    )
    last = {row["request"]: row for row in decisions if row["request"] != except_request}
    if not last:
        return ()
    decided_on: dict[UUID, date] = {row["id"]: row["decided_on"] for row in last.values()}
    lines = await (
        DecisionLineRow.select(
            DecisionLineRow.decision,
            DecisionLineRow.category,
            DecisionLineRow.granted_cents,
            DecisionLineRow.line.period_from.as_alias("period_from"),
            DecisionLineRow.line.period_to.as_alias("period_to"),
        )
        .where(DecisionLineRow.decision.is_in(list(decided_on)))
        .order_by(DecisionLineRow.decision, DecisionLineRow.position)
    )
    grants = [
        PastGrant(
            category=row["category"],
            granted_cents=row["granted_cents"],
            decided_on=decided_on[row["decision"]],
            period_from=row["period_from"],
            period_to=row["period_to"],
        )
        for row in lines
        if row["granted_cents"] > 0
    ]
    return tuple(
        sorted(
            grants,
            key=lambda grant: (grant.decided_on, grant.category, grant.period_from, grant.granted_cents),
        )
    )


async def _emergency_use(school_year: str, today: date) -> EmergencyUse:
    rows = await DecisionRow.select(DecisionRow.ratify_by).where(
        (DecisionRow.school_year == school_year)
        & (DecisionRow.is_emergency.eq(True))
        & (DecisionRow.granted_cents > 0)
    )
    overdue = sum(1 for row in rows if row["ratify_by"] is not None and row["ratify_by"] < today)
    return EmergencyUse(used=len(rows), overdue=overdue)
