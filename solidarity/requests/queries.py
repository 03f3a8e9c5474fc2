"""One request as people read it, with everything in it."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from solidarity.requests.case import assess_request
from solidarity.requests.holding import request_in_scope
from solidarity.requests.lines import NewLine, line_from_row
from solidarity.rules.access import Person
from solidarity.rules.errors import Unknown
from solidarity.rules.lifecycle import RequestAction, RequestState, open_actions
from solidarity.rules.money import Cents
from solidarity.rules.ruleset import Assessment, assessment_from_json
from solidarity.schools.queries import SchoolView, StudentView, school_by_id, students_by_id
from solidarity.store.statements import Statement, rows_by_key, selection
from solidarity.store.tables import DecisionRow, DocumentRow, LineRow, PersonRow, ProposalRow
from solidarity.store.transaction import reading

_LINES = selection(LineRow, "WHERE request = {} ORDER BY position")
_DOCUMENTS = selection(DocumentRow, "WHERE request = {} ORDER BY added_at")
_DECISIONS = selection(DecisionRow, "WHERE request = {} ORDER BY number")
_GRANTED = Statement("SELECT granted_cents FROM decision_line WHERE decision = {} ORDER BY position")
_PENDING = selection(ProposalRow, "WHERE request = {} AND state = 'pending'")


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentView:
    """One supporting document."""

    id: UUID
    kind: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    added_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionView:
    """One decision, with who took it and what each line was granted."""

    id: UUID
    number: int
    outcome: str
    granted_cents: Cents
    granted_by_line: tuple[Cents, ...]
    decided_at: datetime
    decided_on: date
    prepared_by: str
    approved_by: str | None
    ruleset_sha256: str
    reason_codes: tuple[str, ...]
    note: str | None
    override_reason: str | None
    ratify_by: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposalView:
    """What waits for a second person."""

    verdict: str
    granted_by_line: tuple[Cents, ...]
    reason_codes: tuple[str, ...]
    note: str | None
    override_reason: str | None
    prepared_by_id: UUID
    prepared_by: str
    prepared_at: datetime

    @property
    def granted_cents(self) -> Cents:
        return sum(self.granted_by_line)


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestView:
    """One request with everything behind it but its assessment."""

    id: UUID
    reference: str
    status: RequestState
    status_message: str | None
    status_due: date | None
    answer: str | None
    school: SchoolView
    student: StudentView
    school_year: str
    urgency: str
    narrative: str | None
    lines: tuple[NewLine, ...]
    documents: tuple[DocumentView, ...]
    decisions: tuple[DecisionView, ...]
    proposal: ProposalView | None
    requested_cents: Cents
    proposed_cents: Cents
    outcome: str
    credit_enough: bool
    created_by: str
    created_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    changed_at: datetime
    version: int
    open_actions: tuple[RequestAction, ...]

    @property
    def decision(self) -> DecisionView | None:
        """The decision in force: the last one."""
        return self.decisions[-1] if self.decisions else None

    @property
    def granted_cents(self) -> Cents:
        return self.decision.granted_cents if self.decision else 0


async def request_view(reference: str, person: Person) -> RequestView:
    """One request; raises `Unknown` outside the person's scope."""
    async with reading():
        row = await request_in_scope(reference, person)
        lines = await _LINES.rows(row["id"])
        student = (await students_by_id([row["student"]]))[row["student"]]
        decisions = await _decisions(row["id"])
        names = await _names({row["created_by"]})
        status = RequestState(row["status"])
        return RequestView(
            id=row["id"],
            reference=row["reference"],
            status=status,
            status_message=row["status_message"],
            status_due=row["status_due"],
            answer=row["answer"],
            school=await school_by_id(row["school"]),
            student=student,
            school_year=row["school_year"],
            urgency=row["urgency"],
            narrative=row["narrative"],
            lines=tuple(line_from_row(line) for line in lines),
            documents=await _documents(row["id"]),
            decisions=decisions,
            proposal=await _proposal(row["id"]),
            requested_cents=row["requested_cents"],
            proposed_cents=row["proposed_cents"],
            outcome=row["outcome"],
            credit_enough=row["credit_enough"],
            created_by=names.get(row["created_by"], ""),
            created_at=row["created_at"],
            submitted_at=row["submitted_at"],
            decided_at=row["decided_at"],
            changed_at=row["changed_at"],
            version=row["version"],
            open_actions=open_actions(status, person.role),
        )


async def request_assessment(reference: str, person: Person, *, now: datetime) -> Assessment:
    """What the rules say: live in draft and review, frozen once decided."""
    async with reading():
        row = await request_in_scope(reference, person)
        frozen = await (
            DecisionRow.select(DecisionRow.assessment)
            .where(DecisionRow.request == row["id"])
            .order_by(DecisionRow.number, ascending=False)
            .first()
        )
        if frozen is not None:
            return assessment_from_json(json.loads(frozen["assessment"]))
        return (await assess_request(row, now=now)).assessment


async def document(reference: str, document_id: UUID, person: Person) -> DocumentView:
    """One document of a request; raises `Unknown` outside the person's scope."""
    async with reading():
        row = await request_in_scope(reference, person)
        found = [view for view in await _documents(row["id"]) if view.id == document_id]
    if not found:
        raise Unknown
    return found[0]


async def _documents(request: UUID) -> tuple[DocumentView, ...]:
    rows = await _DOCUMENTS.rows(request)
    return tuple(
        DocumentView(**{name: row[name] for name in DocumentView.__dataclass_fields__}) for row in rows
    )


async def _decisions(request: UUID) -> tuple[DecisionView, ...]:
    rows = await _DECISIONS.rows(request)
    names = await _names({row["prepared_by"] for row in rows} | {row["approved_by"] for row in rows})
    return tuple([await _decision(row, names) for row in rows])


async def _decision(row: dict[str, Any], names: dict[UUID | None, str]) -> DecisionView:
    lines = await _GRANTED.rows(row["id"])
    return DecisionView(
        id=row["id"],
        number=row["number"],
        outcome=row["outcome"],
        granted_cents=row["granted_cents"],
        granted_by_line=tuple(line["granted_cents"] for line in lines),
        decided_at=row["decided_at"],
        decided_on=row["decided_on"],
        prepared_by=names.get(row["prepared_by"], ""),
        approved_by=names.get(row["approved_by"]),
        ruleset_sha256=row["ruleset_sha256"],
        reason_codes=tuple(json.loads(row["reason_codes"])),
        note=row["note"],
        override_reason=row["override_reason"],
        ratify_by=row["ratify_by"],
    )


async def _proposal(request: UUID) -> ProposalView | None:
    row = await _PENDING.row(request)
    if row is None:
        return None
    names = await _names({row["prepared_by"]})
    lines: dict[str, int] = json.loads(row["lines"])
    return ProposalView(
        verdict=row["outcome"],
        granted_by_line=tuple(lines[key] for key in sorted(lines, key=int)),
        reason_codes=tuple(json.loads(row["reason_codes"])),
        note=row["note"],
        override_reason=row["override_reason"],
        prepared_by_id=row["prepared_by"],
        prepared_by=names.get(row["prepared_by"], ""),
        prepared_at=row["prepared_at"],
    )


async def _names(ids: set[UUID | None]) -> dict[UUID | None, str]:
    rows = await rows_by_key(PersonRow, [one for one in ids if one is not None])
    return {row["id"]: row["name"] for row in rows}
