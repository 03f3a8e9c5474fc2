"""What a director does with a request: draft, change, add papers, send, answer, withdraw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from solidarity.budgets.movements import Claim, release, reserve
from solidarity.requests.case import Assessed, assess_held, assess_request
from solidarity.requests.holding import Held, drop_proposal, hold_request, move, require_move
from solidarity.requests.lines import NewLine, facts_to_text, problems_of
from solidarity.requests.waiting import leave_list
from solidarity.rules.access import Person, scope_of
from solidarity.rules.calendar import paris_day, school_year_bounds, school_year_of
from solidarity.rules.errors import Conflict, Invalid, Problem, Stale, Unknown
from solidarity.rules.lifecycle import APPEAL_OPEN, EDITABLE, RequestAction, RequestState
from solidarity.rules.reference import request_reference
from solidarity.rules.ruleset import Ruleset
from solidarity.rulesets.queries import ruleset_for
from solidarity.store.counters import next_number
from solidarity.store.tables import AppealRow, DocumentRow, LineRow, RequestRow, SchoolYearRow, StudentRow
from solidarity.store.transaction import hold, writing
from solidarity.trail.commands import Subject, record

MOST_DOCUMENTS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class NewRequest:
    """What is typed to start a request."""

    student: UUID
    urgency: str
    narrative: str | None
    lines: tuple[NewLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class NewDocument:
    """A supporting document that passed the upload gate; its bytes are in the archive already."""

    kind: str
    file_name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A request on its way; `enough` is false when no credit could be set aside for it."""

    reference: str
    enough: bool


async def create_draft(new: NewRequest, *, by: Person, now: datetime) -> str:
    """Start a request and answer its reference. Raises `Unknown` student, `Invalid` lines."""
    rules = await _rules_for(new.lines, now)
    _refuse(problems_of(new.lines, rules))
    async with writing():
        student = await hold(StudentRow, new.student)
        own = scope_of(by)
        if student is None or (own is not None and student.school != own):
            raise Unknown("student-unknown")
        year = school_year_of(paris_day(now))
        number = await next_number(f"request:{year}")
        reference = request_reference(school_year_bounds(year)[0].year, number)
        row = _draft_row(new, reference, student.school, by, now)
        await RequestRow.insert(row)
        await _write_lines(row.id, new.lines)
        await _keep_assessment(row.to_dict(), now=now)
        await record("request.drafted", about=Subject(kind="request", id=reference), by=by, at=now)
    return reference


async def edit_request(
    reference: str,
    *,
    version: int,
    urgency: str | None = None,
    narrative: str | None = None,
    student: UUID | None = None,
    lines: Sequence[NewLine] | None = None,
    answer: str | None = None,
    by: Person,
    now: datetime,
) -> None:
    """Change a draft, or a request about which something was asked. None leaves a part as it is.

    Raises `Unknown`, `Conflict("state")`, `Stale`, `Invalid`.
    """
    rules = await _rules_for(lines, now) if lines is not None else None
    async with writing():
        held = await hold_request(reference, by=by, students=() if student is None else (student,))
        _require_editable(held, version)
        values = await _edited(held, urgency=urgency, narrative=narrative, answer=answer, student=student)
        if lines is not None and rules is not None:
            _refuse(problems_of(lines, rules))
            await LineRow.delete().where(LineRow.request == held.request["id"])
            await _write_lines(held.request["id"], lines)
            values[RequestRow.school_year] = school_year_of(lines[0].period_from)
            values[RequestRow.requested_cents] = sum(line.requested_cents for line in lines)
        values |= {RequestRow.changed_at: now, RequestRow.version: version + 1}
        await RequestRow.update(values).where(RequestRow.id == held.request["id"])
        fresh = await RequestRow.select().where(RequestRow.id == held.request["id"]).first()
        assert fresh is not None, "the request is held"
        await _keep_assessment(fresh, now=now)
        await record("request.changed", about=Subject(kind="request", id=reference), by=by, at=now)


async def add_document(reference: str, new: NewDocument, *, by: Person, now: datetime) -> UUID:
    """Attach a supporting document. Raises `Unknown`, `Conflict` ("state", "documents-too-many")."""
    return (await add_documents(reference, [new], by=by, now=now))[0]


async def add_documents(
    reference: str, new: Sequence[NewDocument], *, by: Person, now: datetime
) -> list[UUID]:
    """Attach several supporting documents, all or none, each with its event; refuses as `add_document`."""
    assert new, "there is something to attach"
    async with writing():
        held = await hold_request(reference, by=by)
        if not await _may_attach(held):
            raise Conflict("state", state=held.state.value, action="add_document")
        count = await DocumentRow.count().where(DocumentRow.request == held.request["id"])
        if count + len(new) > MOST_DOCUMENTS:
            raise Conflict("documents-too-many")
        rows = [_document_row(held, one, by, now) for one in new]
        await DocumentRow.insert(*rows)
        if held.state is not RequestState.DECIDED:
            await _keep_assessment(held.request, now=now, held=held)
        for row in rows:
            detail = {"document": str(row.id), "kind": row.kind, "sha256": row.sha256}
            await record("request.document_added", about=_about(held), by=by, at=now, detail=detail)
    return [row.id for row in rows]


async def _may_attach(held: Held) -> bool:
    """Until somebody reads the request, and again while its decision is reviewed."""
    if held.state is RequestState.DECIDED:
        is_open = AppealRow.state.is_in([state.value for state in APPEAL_OPEN])
        return await AppealRow.exists().where((AppealRow.request == held.request["id"]) & is_open)
    return held.state in EDITABLE | {RequestState.SUBMITTED}


async def remove_document(reference: str, document: UUID, *, by: Person, now: datetime) -> None:
    """Take a document off a draft; its bytes stay in the archive under their hash."""
    async with writing():
        held = await hold_request(reference, by=by)
        if held.state not in EDITABLE:
            raise Conflict("state", state=held.state.value, action="remove_document")
        gone = await (
            DocumentRow.delete()
            .where((DocumentRow.id == document) & (DocumentRow.request == held.request["id"]))
            .returning(DocumentRow.kind)
        )
        if not gone:
            raise Unknown
        await _keep_assessment(held.request, now=now, held=held)
        detail = {"document": str(document), "kind": gone[0]["kind"]}
        await record("request.document_removed", about=_about(held), by=by, at=now, detail=detail)


async def submit(reference: str, *, by: Person, now: datetime) -> Sent:
    """Send a draft, or the answer to a question: assess, set the proposed amount aside, queue."""
    async with writing():
        held = await hold_request(reference, by=by)
        answering = held.state is RequestState.INFORMATION_REQUESTED
        action = RequestAction.ANSWER if answering else RequestAction.SUBMIT
        require_move(held, action, by=by)
        await _require_open_year(held.request["school_year"])
        assessed = await assess_held(held, now=now)
        await release(held.request["id"], reference, by=by, now=now)
        enough = await _reserve_proposed(held, assessed, by=by, now=now)
        values: dict[Any, Any] = _assessment_values(assessed, enough=enough)
        values |= {RequestRow.status_message: None, RequestRow.status_due: None}
        if not answering:
            values[RequestRow.submitted_at] = now
        detail = {"proposed_cents": assessed.assessment.proposed_cents, "enough": enough}
        await move(held, action, by=by, now=now, values=values, detail=detail)
    return Sent(reference=reference, enough=enough)


async def withdraw(reference: str, *, by: Person, now: datetime) -> None:
    """Take a request back before it is decided; what was set aside is free again."""
    async with writing():
        held = await hold_request(reference, by=by)
        require_move(held, RequestAction.WITHDRAW, by=by)
        freed = await release(held.request["id"], reference, by=by, now=now)
        await drop_proposal(held)
        await leave_list(held)
        await move(held, RequestAction.WITHDRAW, by=by, now=now, values={}, detail={"released_cents": freed})


async def _reserve_proposed(held: Held, assessed: Assessed, *, by: Person, now: datetime) -> bool:
    claims = [
        Claim(
            position=place,
            category=case_line.category,
            amount_cents=line.proposed_cents,
        )
        for place, (case_line, line) in enumerate(
            zip(assessed.case.lines, assessed.assessment.lines, strict=True), start=1
        )
    ]
    return await reserve(
        held.request["id"], held.reference, claims, usable=assessed.usable, place=held.place, by=by, now=now
    )


async def _keep_assessment(request: dict[str, Any], *, now: datetime, held: Held | None = None) -> None:
    """Keep what the rules say beside the request, for lists and for the queue."""
    assessed = await (assess_held(held, now=now) if held else assess_request(request, now=now))
    values = _assessment_values(assessed, enough=assessed.assessment.budget.enough)
    await RequestRow.update(values).where(RequestRow.id == request["id"])


def _assessment_values(assessed: Assessed, *, enough: bool) -> dict[Any, Any]:
    found = assessed.assessment
    return {
        RequestRow.requested_cents: found.requested_cents,
        RequestRow.proposed_cents: found.proposed_cents,
        RequestRow.outcome: found.outcome,
        RequestRow.approvals_required: found.approvals_required,
        RequestRow.credit_enough: enough,
    }


async def _edited(
    held: Held,
    *,
    urgency: str | None,
    narrative: str | None,
    answer: str | None,
    student: UUID | None,
) -> dict[Any, Any]:
    values: dict[Any, Any] = {}
    if urgency is not None:
        values[RequestRow.urgency] = urgency
    if narrative is not None:
        values[RequestRow.narrative] = narrative or None
    if answer is not None:
        values[RequestRow.answer] = answer or None
    if student is not None and student != held.request["student"]:
        row = await hold(StudentRow, student)
        if row is None or row.school != held.request["school"] or held.state is not RequestState.DRAFT:
            raise Unknown("student-unknown")
        values[RequestRow.student] = student
    return values


def _require_editable(held: Held, version: int) -> None:
    if held.state not in EDITABLE:
        raise Conflict("state", state=held.state.value, action="edit")
    if held.request["version"] != version:
        raise Stale


async def _require_open_year(school_year: str) -> None:
    row = await SchoolYearRow.select(SchoolYearRow.state).where(SchoolYearRow.label == school_year).first()
    if row is not None and row["state"] == "closed":
        raise Conflict("school-year-closed", school_year=school_year)


async def _rules_for(lines: Sequence[NewLine], now: datetime) -> Ruleset:
    today = paris_day(now)
    school_year = school_year_of(lines[0].period_from) if lines else school_year_of(today)
    try:
        return (await ruleset_for(school_year, today)).ruleset
    except Conflict as refusal:
        if not lines:
            raise
        raise Invalid((Problem(pointer="/lines/0/period_from", code="no-ruleset"),)) from refusal


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise Invalid(tuple(problems))


async def _write_lines(request: UUID, lines: Sequence[NewLine]) -> None:
    await LineRow.insert(
        *(
            LineRow(
                id=uuid4(),
                request=request,
                position=position,
                category=line.category,
                kind=line.kind,
                description=line.description,
                amount_cents=line.amount_cents,
                frequency=line.frequency,
                period_from=line.period_from,
                period_to=line.period_to,
                supplier=line.supplier,
                facts=facts_to_text(line.facts),
            )
            for position, line in enumerate(lines, start=1)
        )
    )


def _draft_row(new: NewRequest, reference: str, school: UUID, by: Person, now: datetime) -> RequestRow:
    return RequestRow(
        id=uuid4(),
        reference=reference,
        school=school,
        student=new.student,
        school_year=school_year_of(new.lines[0].period_from),
        urgency=new.urgency,
        narrative=new.narrative,
        status=RequestState.DRAFT.value,
        status_message=None,
        status_due=None,
        answer=None,
        requested_cents=sum(line.requested_cents for line in new.lines),
        proposed_cents=0,
        outcome="incomplete",
        approvals_required=1,
        credit_enough=False,
        created_by=by.id,
        created_at=now,
        submitted_at=None,
        decided_at=None,
        changed_at=now,
        version=1,
    )


def _document_row(held: Held, new: NewDocument, by: Person, now: datetime) -> DocumentRow:
    return DocumentRow(
        id=uuid4(),
        request=held.request["id"],
        kind=new.kind,
        file_name=new.file_name,
        media_type=new.media_type,
        size=new.size,
        sha256=new.sha256,
        added_by=by.id,
        added_at=now,
    )


def _about(held: Held) -> Subject:
    return Subject(kind="request", id=held.reference)
