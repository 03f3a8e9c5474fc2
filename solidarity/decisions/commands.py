"""Deciding: grant, refuse, prepare for a second person, approve, return; one transaction each."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from solidarity.budgets.movements import Claim, commit, release, reserve
from solidarity.decisions.ratifying import hold_lane
from solidarity.letters.commands import Decided, DecidedLine, queue_decision_letter
from solidarity.requests.case import Assessed, assess_held
from solidarity.requests.holding import Held, hold_request, move, require_move
from solidarity.rules.access import Person
from solidarity.rules.calendar import paris_day
from solidarity.rules.deciding import NOTHING_TO_GRANT, Choice, Plan, Verdict, plan_decision, ratify_by
from solidarity.rules.errors import Conflict, Invalid, NotAllowed
from solidarity.rules.lifecycle import RequestAction
from solidarity.rules.ruleset import assessment_to_json
from solidarity.rules.ruleset.case_record import case_to_record
from solidarity.store.statements import Statement, insert
from solidarity.store.tables import DecisionLineRow, DecisionRow, PersonRow, ProposalRow, RequestRow
from solidarity.store.transaction import hold, writing
from solidarity.trail.commands import ChainHead, held_chain_head

_DECISIONS_BEFORE = Statement(
    "SELECT count(*) AS decisions, (SELECT state FROM school_year WHERE label = {}) AS year_state "
    "FROM decision WHERE request = {}"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came of it: `decided`, or `awaiting_approval` when a second person is needed."""

    reference: str
    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A decision under way, by its row and its place among those of the request."""

    id: UUID
    number: int


async def decide(reference: str, choice: Choice, *, by: Person, now: datetime) -> Outcome:
    """Decide, or prepare for a second person when the rules or an override ask for two.

    Raises `Unknown`, `Conflict` ("state", "nothing-to-grant", "envelope-exhausted"), `Invalid`.
    """
    async with writing():
        held = await hold_request(reference, by=by)
        require_move(held, RequestAction.DECIDE, by=by)
        await hold_lane(held)
        assessed = await assess_held(held, now=now)
        plan = _plan(assessed, choice)
        if plan.approvals > 1:
            await _prepare(held, assessed, choice, plan, by=by, now=now)
            return Outcome(reference=reference, status="awaiting_approval")
        await _conclude(held, assessed, choice, plan, by=by, prepared_by=by.id, approved_by=None, now=now)
    return Outcome(reference=reference, status="decided")


async def approve(reference: str, *, note: str | None, by: Person, now: datetime) -> Outcome:
    """Confirm what somebody else prepared; the rules are asked again first.

    Raises `NotAllowed("same-person")` for the preparer, `Conflict("assessment-changed")`.
    """
    async with writing():
        held = await hold_request(reference, by=by)
        require_move(held, RequestAction.APPROVE, by=by)
        await hold_lane(held)
        proposal = await _pending(held, by=by)
        assessed = await assess_held(held, now=now)
        choice = _choice_of(proposal)
        plan = plan_decision(assessed.rules.ruleset, assessed.case, assessed.assessment, choice)
        if not isinstance(plan, Plan):
            raise Conflict("assessment-changed")
        await _answer(proposal, "approved", note, by=by, now=now)
        await _conclude(
            held,
            assessed,
            choice,
            plan,
            by=by,
            prepared_by=proposal["prepared_by"],
            approved_by=by.id,
            now=now,
        )
    return Outcome(reference=reference, status="decided")


async def return_to_preparer(reference: str, *, note: str | None, by: Person, now: datetime) -> Outcome:
    """Send what somebody else prepared back into review."""
    async with writing():
        held = await hold_request(reference, by=by)
        require_move(held, RequestAction.RETURN, by=by)
        proposal = await _pending(held, by=by)
        await _answer(proposal, "returned", note, by=by, now=now)
        await move(held, RequestAction.RETURN, by=by, now=now, values={}, detail={"note": note})
    return Outcome(reference=reference, status="in_review")


def _plan(assessed: Assessed, choice: Choice) -> Plan:
    plan = plan_decision(assessed.rules.ruleset, assessed.case, assessed.assessment, choice)
    if isinstance(plan, Plan):
        return plan
    if plan == [NOTHING_TO_GRANT]:
        raise Conflict("nothing-to-grant")
    raise Invalid(tuple(plan))


async def _prepare(
    held: Held, assessed: Assessed, choice: Choice, plan: Plan, *, by: Person, now: datetime
) -> None:
    await _next_decision(held)  # A closed year takes none, so none is prepared either.
    await release(held.request["id"], held.reference, by=by, now=now)
    kept = await reserve(
        held.request["id"],
        held.reference,
        _claims(assessed, plan),
        usable=assessed.usable,
        place=held.place,
        by=by,
        now=now,
    )
    if not kept:
        raise Conflict("envelope-exhausted")
    await ProposalRow.insert(
        ProposalRow(
            id=uuid4(),
            request=held.request["id"],
            state="pending",
            outcome=choice.verdict.value,
            lines=json.dumps({str(place): cents for place, cents in enumerate(plan.granted_cents, start=1)}),
            reason_codes=json.dumps(list(choice.reason_codes)),
            note=choice.note,
            override_reason=choice.override_reason,
            prepared_by=by.id,
            prepared_at=now,
            answered_by=None,
            answered_at=None,
            answer_note=None,
        )
    )
    values: dict[Any, Any] = {RequestRow.approvals_required: 2, RequestRow.credit_enough: True}
    detail = {"granted_cents": plan.total_cents, "override_reason": choice.override_reason}
    await move(held, RequestAction.PREPARE, by=by, now=now, values=values, detail=detail)


async def _conclude(
    held: Held,
    assessed: Assessed,
    choice: Choice,
    plan: Plan,
    *,
    by: Person,
    prepared_by: UUID,
    approved_by: UUID | None,
    now: datetime,
) -> None:
    """Money, decision, letter, state, event: everything a decision is, in the caller's transaction."""
    decision = Written(id=uuid4(), number=await _next_decision(held))
    envelopes = await _move_money(held, assessed, plan, by=by, now=now)
    await _write_decision(
        decision, held, assessed, choice, plan, prepared_by=prepared_by, approved_by=approved_by, now=now
    )
    await _write_lines(decision, assessed, plan, envelopes)
    people = [person for person in (prepared_by, approved_by) if person is not None]
    names = await _names(people, by=by)
    head = await held_chain_head()
    told = _decided(held, assessed, choice, plan, decision=decision, deciders=names, head=head)
    number = await queue_decision_letter(told, by=by, now=now)
    action = RequestAction.DECIDE if approved_by is None else RequestAction.APPROVE
    values: dict[Any, Any] = {
        RequestRow.decided_at: now,
        RequestRow.proposed_cents: assessed.assessment.proposed_cents,
        RequestRow.outcome: assessed.assessment.outcome,
        RequestRow.status_message: None,
        RequestRow.status_due: None,
    }
    detail = {
        "outcome": plan.outcome.value,
        "granted_cents": plan.total_cents,
        "decision": decision.number,
        "letter": number,
        "ruleset": assessed.rules.ruleset.sha256,
        "override_reason": choice.override_reason,
    }
    await move(held, action, by=by, now=now, values=values, detail=detail, head=head)


async def _move_money(
    held: Held, assessed: Assessed, plan: Plan, *, by: Person, now: datetime
) -> dict[int, UUID]:
    if plan.total_cents == 0:
        await release(held.request["id"], held.reference, by=by, now=now)
        return {}
    claims = [claim for claim in _claims(assessed, plan) if claim.amount_cents > 0]
    return await commit(
        held.request["id"],
        held.reference,
        claims,
        usable=assessed.usable,
        place=held.place,
        by=by,
        now=now,
        reservations=assessed.stored.reservations,
    )


async def _write_decision(
    decision: Written,
    held: Held,
    assessed: Assessed,
    choice: Choice,
    plan: Plan,
    *,
    prepared_by: UUID,
    approved_by: UUID | None,
    now: datetime,
) -> None:
    ratified_until = _ratify_by(assessed, plan) if approved_by is None else None
    await insert(
        DecisionRow,
        {
            "id": decision.id,
            "request": held.request["id"],
            "number": decision.number,
            "outcome": plan.outcome.value,
            "requested_cents": assessed.assessment.requested_cents,
            "proposed_cents": assessed.assessment.proposed_cents,
            "granted_cents": plan.total_cents,
            "approvals_required": plan.approvals,
            "prepared_by": prepared_by,
            "approved_by": approved_by,
            "decided_at": now,
            "decided_on": paris_day(now),
            "school_year": held.request["school_year"],
            "ruleset": assessed.rules.id,
            "ruleset_sha256": assessed.rules.ruleset.sha256,
            "facts": _canonical(case_to_record(assessed.case)),
            "assessment": _canonical(assessment_to_json(assessed.assessment, None)),
            "reason_codes": json.dumps(list(choice.reason_codes)),
            "note": choice.note,
            "override_reason": choice.override_reason if plan.overrides else None,
            "is_emergency": ratified_until is not None,
            "ratify_by": ratified_until,
        },
    )


async def _next_decision(held: Held) -> int:
    """The number of the next decision of a request. Raises `Conflict("school-year-closed")`."""
    before = await _DECISIONS_BEFORE.row(held.request["school_year"], held.request["id"])
    assert before is not None, "a count always answers"
    if before["year_state"] == "closed":
        raise Conflict("school-year-closed", school_year=held.request["school_year"])
    return 1 + int(before["decisions"])


def _ratify_by(assessed: Assessed, plan: Plan) -> date | None:
    if plan.total_cents == 0 or plan.approvals > 1:
        return None
    return ratify_by(assessed.rules.ruleset, assessed.case, plan.total_cents)


async def _write_lines(decision: Written, assessed: Assessed, plan: Plan, envelopes: dict[int, UUID]) -> None:
    await insert(
        DecisionLineRow,
        *(
            {
                "id": uuid4(),
                "decision": decision.id,
                "line": row["id"],
                "position": row["position"],
                "category": row["category"],
                "requested_cents": line.requested_cents,
                "proposed_cents": line.proposed_cents,
                "granted_cents": granted,
                "envelope": envelopes.get(row["position"]),
            }
            for row, line, granted in zip(
                assessed.stored.lines, assessed.assessment.lines, plan.granted_cents, strict=True
            )
        ),
    )


async def _names(people: list[UUID], *, by: Person) -> tuple[str, ...]:
    others = [person for person in people if person != by.id]
    rows = (
        await PersonRow.select(PersonRow.id, PersonRow.name).where(PersonRow.id.is_in(others))
        if others
        else []
    )
    names = {by.id: by.name} | {row["id"]: row["name"] for row in rows}
    return tuple(names[person] for person in people)


def _decided(
    held: Held,
    assessed: Assessed,
    choice: Choice,
    plan: Plan,
    *,
    decision: Written,
    deciders: tuple[str, ...],
    head: ChainHead,
) -> Decided:
    return Decided(
        decision_id=decision.id,
        decision_number=decision.number,
        outcome=plan.outcome,
        request=held.request,
        rules=assessed.rules.ruleset,
        case=assessed.case,
        assessment=assessed.assessment,
        lines=tuple(
            DecidedLine(line=line, assessed=found, granted_cents=granted)
            for line, found, granted in zip(
                assessed.case.lines, assessed.assessment.lines, plan.granted_cents, strict=True
            )
        ),
        reason_codes=choice.reason_codes,
        note=choice.note,
        deciders=deciders,
        student=held.student,
        school=held.school,
        papers=assessed.stored.papers,
        head=head,
    )


async def _pending(held: Held, *, by: Person) -> dict[str, Any]:
    row = await (
        ProposalRow.select()
        .where((ProposalRow.request == held.request["id"]) & (ProposalRow.state == "pending"))
        .first()
    )
    assert row is not None, "a request awaits approval only with a proposal"
    if row["prepared_by"] == by.id:
        raise NotAllowed("same-person")
    return row


async def _answer(
    proposal: dict[str, Any], state: str, note: str | None, *, by: Person, now: datetime
) -> None:
    await hold(ProposalRow, proposal["id"])
    await ProposalRow.update(
        {
            ProposalRow.state: state,
            ProposalRow.answered_by: by.id,
            ProposalRow.answered_at: now,
            ProposalRow.answer_note: note,
        }
    ).where(ProposalRow.id == proposal["id"])


def _choice_of(proposal: dict[str, Any]) -> Choice:
    lines: dict[str, int] = json.loads(proposal["lines"])
    return Choice(
        verdict=Verdict(proposal["outcome"]),
        granted_cents={int(position): cents for position, cents in lines.items()},
        reason_codes=tuple(json.loads(proposal["reason_codes"])),
        note=proposal["note"],
        override_reason=proposal["override_reason"],
    )


def _claims(assessed: Assessed, plan: Plan) -> list[Claim]:
    return [
        Claim(position=position, category=line.category, amount_cents=cents)
        for position, (line, cents) in enumerate(
            zip(assessed.case.lines, plan.granted_cents, strict=True), start=1
        )
    ]


def _canonical(value: object) -> str:
    return msgspec.json.encode(value, order="sorted").decode()
