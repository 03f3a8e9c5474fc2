"""Requests as JSON: what a program sends, and what it is answered."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from solidarity.requests.lines import FactValue, NewLine
from solidarity.requests.lists import RequestSummary
from solidarity.requests.queries import DecisionView, DocumentView, ProposalView, RequestView
from solidarity.rules.access import Person, Role
from solidarity.rules.errors import Invalid, Problem, Unreadable
from solidarity.rules.text import clean
from solidarity.web.shapes import Cents, Typed

Reason = Annotated[str, Typed(1000, lines=True)]
Narrative = Annotated[str, Typed(4000, lines=True)]
LONGEST_FACT = 200
LONGEST_FACT_NAME = 60


class LineBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line; `amount_cents` is per occurrence of `frequency`."""

    category: Literal["transport", "housing", "food"]
    kind: Annotated[str, Typed(40)]
    description: Annotated[str, Typed(300)]
    amount_cents: Annotated[int, Cents(least=1)]
    frequency: Literal["once", "monthly", "termly", "yearly"]
    period_from: date
    period_to: date
    supplier: Annotated[str, Typed(160)] | None = None
    facts: dict[str, Any] = {}


class RequestBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new request."""

    student: UUID
    urgency: Literal["normal", "emergency"]
    narrative: Narrative | None = None
    lines: list[LineBody]


class RequestChangesBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes of a request; `answer` is to the question that was asked."""

    student: UUID | UnsetType = UNSET
    urgency: Literal["normal", "emergency"] | UnsetType = UNSET
    narrative: Narrative | UnsetType | None = UNSET
    lines: list[LineBody] | UnsetType = UNSET
    answer: Narrative | UnsetType | None = UNSET


class QuestionBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the school is asked."""

    message: Reason
    due_date: date | None = None


class HoldBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a request waits; `no_credit` is the waiting list."""

    reason: Reason
    due_date: date | None = None


class CloseBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a request ends without a decision."""

    reason: Reason


class LineJson(Struct, frozen=True, kw_only=True):
    """One line, exactly as it may be sent back; `line` elsewhere is its place in the list, from 1."""

    category: str
    kind: str
    description: str
    amount_cents: int
    frequency: str
    period_from: date
    period_to: date
    supplier: str | None
    facts: dict[str, int | Decimal | bool | str]


class DocumentJson(Struct, frozen=True, kw_only=True):
    """One supporting document."""

    id: UUID
    kind: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    added_at: datetime


class GrantJson(Struct, frozen=True, kw_only=True):
    """What one line was granted."""

    line: int
    granted_cents: int


class DecisionJson(Struct, frozen=True, kw_only=True):
    """One decision, and who took it."""

    number: int
    outcome: str
    granted_cents: int
    lines: list[GrantJson]
    decided_at: datetime
    decided_on: date
    prepared_by: str
    approved_by: str | None
    ruleset_sha256: str
    reason_codes: list[str]
    note: str | None
    override_reason: str | None
    ratify_by: date | None


class ProposalJson(Struct, frozen=True, kw_only=True):
    """What waits for a second person; shown to those who may approve it and to auditors."""

    outcome: str
    granted_cents: int
    lines: list[GrantJson]
    reason_codes: list[str]
    note: str | None
    override_reason: str | None
    prepared_by: str
    prepared_at: datetime


class RequestJson(Struct, frozen=True, kw_only=True):
    """One whole request; `outcome` and `granted_cents` are those of the decision in force."""

    reference: str
    status: str
    status_message: str | None
    due_date: date | None
    answer: str | None
    school: str
    student: UUID
    student_name: str
    school_year: str
    urgency: str
    narrative: str | None
    lines: list[LineJson]
    documents: list[DocumentJson]
    requested_cents: int
    proposed_cents: int
    granted_cents: int | None
    outcome: str | None
    assessment_outcome: str
    enough: bool
    proposal: ProposalJson | None
    decision: DecisionJson | None
    decisions: list[DecisionJson]
    created_by: str
    created_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    changed_at: datetime
    version: int
    actions: Annotated[list[str], Meta(description="What the caller's role may do now.")]


class SummaryJson(Struct, frozen=True, kw_only=True):
    """One request in a list."""

    reference: str
    status: str
    status_message: str | None
    school: str
    student: UUID
    student_name: str
    categories: tuple[str, ...]
    urgency: str
    school_year: str
    requested_cents: int
    proposed_cents: int
    granted_cents: int | None
    assessment_outcome: str
    enough: bool
    approvals_required: int
    created_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None


class TimelineJson(Struct, frozen=True, kw_only=True):
    """One event of a request; nobody's name when the system acted."""

    at: datetime
    actor: str | None
    actor_role: str | None
    action: str
    detail: dict[str, Any]


def new_lines(lines: list[LineBody]) -> tuple[NewLine, ...]:
    """The lines as commands take them. Raises `Invalid` for facts that are no number, text or boolean."""
    problems: list[Problem] = []
    found = tuple(_new_line(line, place, problems) for place, line in enumerate(lines))
    if problems:
        raise Invalid(tuple(problems))
    return found


def _new_line(line: LineBody, place: int, problems: list[Problem]) -> NewLine:
    facts: dict[str, FactValue] = {}
    for name, value in line.facts.items():
        pointer = f"/lines/{place}/facts/{name[:LONGEST_FACT_NAME].replace('~', '~0').replace('/', '~1')}"
        try:
            facts[_fact_name(name)] = _fact(value)
        except Unreadable as fault:
            problems.append(Problem(pointer=pointer, code=fault.code, figures=fault.figures))
    return NewLine(
        category=line.category,
        kind=line.kind,
        description=line.description,
        amount_cents=line.amount_cents,
        frequency=line.frequency,
        period_from=line.period_from,
        period_to=line.period_to,
        supplier=line.supplier or None,
        facts=facts,
    )


def _fact_name(name: str) -> str:
    if not name.isidentifier() or len(name) > LONGEST_FACT_NAME:
        raise Unreadable("fact-unknown")
    return name


def _fact(value: object) -> FactValue:
    if isinstance(value, str):
        return clean(value, most=LONGEST_FACT)
    if isinstance(value, bool | int | Decimal):
        return value
    raise Unreadable("value-unreadable")


def request_json(view: RequestView, person: Person) -> RequestJson:
    """The whole request; what administrators keep among themselves is not shown to a director."""
    is_director = person.role is Role.DIRECTOR
    decisions = [_decision_json(one, is_director=is_director) for one in view.decisions]
    decision = decisions[-1] if decisions else None
    return RequestJson(
        reference=view.reference,
        status=view.status.value,
        status_message=view.status_message,
        due_date=view.status_due,
        answer=view.answer,
        school=view.school.slug,
        student=view.student.id,
        student_name=view.student.full_name,
        school_year=view.school_year,
        urgency=view.urgency,
        narrative=view.narrative,
        lines=[_line_json(line) for line in view.lines],
        documents=[document_json(one) for one in view.documents],
        requested_cents=view.requested_cents,
        proposed_cents=view.proposed_cents,
        granted_cents=decision.granted_cents if decision else None,
        outcome=decision.outcome if decision else None,
        assessment_outcome=view.outcome,
        enough=view.credit_enough,
        proposal=None if view.proposal is None or is_director else _proposal_json(view.proposal),
        decision=decision,
        decisions=decisions,
        created_by=view.created_by,
        created_at=view.created_at,
        submitted_at=view.submitted_at,
        decided_at=view.decided_at,
        changed_at=view.changed_at,
        version=view.version,
        actions=[action.value for action in view.open_actions],
    )


def _line_json(line: NewLine) -> LineJson:
    return LineJson(
        category=line.category,
        kind=line.kind,
        description=line.description,
        amount_cents=line.amount_cents,
        frequency=line.frequency,
        period_from=line.period_from,
        period_to=line.period_to,
        supplier=line.supplier,
        facts=dict(line.facts),
    )


def document_json(view: DocumentView) -> DocumentJson:
    """One document, without its bytes."""
    return DocumentJson(
        id=view.id,
        kind=view.kind,
        file_name=view.file_name,
        media_type=view.media_type,
        size=view.size,
        sha256=view.sha256,
        added_at=view.added_at,
    )


def _decision_json(view: DecisionView, *, is_director: bool) -> DecisionJson:
    return DecisionJson(
        number=view.number,
        outcome=view.outcome,
        granted_cents=view.granted_cents,
        lines=_grants(view.granted_by_line),
        decided_at=view.decided_at,
        decided_on=view.decided_on,
        prepared_by=view.prepared_by,
        approved_by=view.approved_by,
        ruleset_sha256=view.ruleset_sha256,
        reason_codes=list(view.reason_codes),
        note=view.note,
        override_reason=None if is_director else view.override_reason,
        ratify_by=view.ratify_by,
    )


def _proposal_json(view: ProposalView) -> ProposalJson:
    return ProposalJson(
        outcome=view.verdict,
        granted_cents=view.granted_cents,
        lines=_grants(view.granted_by_line),
        reason_codes=list(view.reason_codes),
        note=view.note,
        override_reason=view.override_reason,
        prepared_by=view.prepared_by,
        prepared_at=view.prepared_at,
    )


def _grants(granted: tuple[int, ...]) -> list[GrantJson]:
    return [GrantJson(line=place, granted_cents=cents) for place, cents in enumerate(granted, start=1)]


def summary_json(view: RequestSummary) -> SummaryJson:
    """One request in a list."""
    return SummaryJson(
        reference=view.reference,
        status=view.status.value,
        status_message=view.status_message,
        school=view.school,
        student=view.student_id,
        student_name=view.student,
        categories=view.categories,
        urgency=view.urgency,
        school_year=view.school_year,
        requested_cents=view.requested_cents,
        proposed_cents=view.proposed_cents,
        granted_cents=view.granted_cents,
        assessment_outcome=view.outcome,
        enough=view.credit_enough,
        approvals_required=view.approvals_required,
        created_at=view.created_at,
        submitted_at=view.submitted_at,
        decided_at=view.decided_at,
    )
