"""Looking at a decision again: filed by the school, answered by somebody who took no part in any of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from solidarity.decisions.recommitting import recommit
from solidarity.decisions.succeeding import (
    Basis,
    InForce,
    Successor,
    basis_of,
    decision_in_force,
    queue_successor_letter,
    who_took_part,
    write_successor,
)
from solidarity.letters.letterhead import LETTERHEAD_SETTING, read_letterhead
from solidarity.requests.case import Assessed, assess_held
from solidarity.requests.holding import Held, hold_request, move, require_move
from solidarity.rules.access import Person
from solidarity.rules.calendar import paris_day
from solidarity.rules.deciding import NOTHING_TO_GRANT, Choice, Plan, Verdict, plan_decision
from solidarity.rules.errors import Conflict, Invalid, NotAllowed, Problem
from solidarity.rules.letter import LetterKind
from solidarity.rules.lifecycle import (
    APPEAL_OPEN,
    AppealAction,
    AppealState,
    DecisionOutcome,
    RequestAction,
    next_appeal_state,
)
from solidarity.rules.money import Cents
from solidarity.store.fund_settings import fund_setting
from solidarity.store.tables import AppealRow, RequestRow
from solidarity.store.transaction import hold, writing
from solidarity.trail.commands import Subject, record


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the review finds: new amounts, or that the decision stays; `reason` then stands in the letter."""

    upholds: bool
    granted_cents: Mapping[int, Cents]
    reason: str | None = None
    override_reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """An open appeal with everything it is about, held."""

    held: Held
    appeal: dict[str, Any]
    before: InForce

    @property
    def state(self) -> AppealState:
        return AppealState(self.appeal["state"])


async def file_appeal(reference: str, grounds: str, *, by: Person, now: datetime) -> None:
    """Ask for the decision in force to be looked at again.

    Raises `Unknown`, `Conflict` ("state" before a decision, "appeal-already-open",
    "appeal-already-answered").
    """
    async with writing():
        held = await hold_request(reference, by=by)
        require_move(held, RequestAction.APPEAL, by=by)
        before = await decision_in_force(held.request["id"], reference)
        await _refuse_second(held, before)
        head = read_letterhead(await fund_setting(LETTERHEAD_SETTING), "fr")
        answer_by = paris_day(now) + timedelta(days=head.review.answer_days)
        await AppealRow.insert(
            AppealRow(
                id=uuid4(),
                request=held.request["id"],
                decision=before.row["id"],
                state=AppealState.RECEIVED.value,
                grounds=grounds,
                filed_by=by.id,
                filed_at=now,
                answer_by=answer_by,
                taken_by=None,
                taken_at=None,
                proposal=None,
                prepared_by=None,
                prepared_at=None,
                ended_by=None,
                ended_at=None,
                note=None,
                outcome=None,
            )
        )
        detail = {
            "message": grounds,
            "decision": before.row["number"],
            "answer_by": answer_by.isoformat(),
        }
        await move(held, RequestAction.APPEAL, by=by, now=now, values={}, detail=detail)


async def withdraw_appeal(reference: str, *, by: Person, now: datetime) -> None:
    """The school takes its appeal back; the decision stays as it is."""
    async with writing():
        review = await _open_review(reference, AppealAction.WITHDRAW, by=by)
        await _end(review, AppealState.WITHDRAWN, None, by=by, now=now)
        await _told(review, "appeal_withdraw", {}, by=by, now=now)


async def take_appeal(reference: str, *, by: Person, now: datetime) -> None:
    """Begin the review. Raises `NotAllowed("took-part")` for whoever took part in a decision before."""
    async with writing():
        review = await _open_review(reference, AppealAction.TAKE_INTO_REVIEW, by=by)
        await _take(review, by=by, now=now)
        await _told(review, "appeal_take", {}, by=by, now=now)


async def answer_appeal(reference: str, answer: Answer, *, by: Person, now: datetime) -> str:
    """Answer: the state of the appeal, still `under_review` when a second person must confirm.

    Raises `NotAllowed("took-part")`, `Conflict` ("appeal-none", "appeal-not-better",
    "appeal-awaits-approval", "envelope-exhausted", "nothing-to-grant"), `Invalid`.
    """
    async with writing():
        review = await _open_review(reference, None, by=by)
        if review.appeal["proposal"] is not None:
            raise Conflict("appeal-awaits-approval")
        await _take(review, by=by, now=now)
        if not answer.upholds:
            return await _dismiss(review, answer.reason or "", by=by, now=now)
        assessed = await assess_held(review.held, now=now)
        plan = _plan(review, assessed, answer)
        if plan.approvals > 1:
            await _prepare(review, answer, plan, by=by, now=now)
            return AppealState.UNDER_REVIEW.value
        return await _correct(review, assessed, answer, plan, by=by, prepared_by=by.id, now=now)


async def approve_answer(reference: str, *, by: Person, now: datetime) -> str:
    """Confirm the correction that the reviewer prepared. Raises `NotAllowed("same-person")`."""
    async with writing():
        review = await _open_review(reference, None, by=by)
        answer, prepared_by = _prepared(review, by=by)
        assessed = await assess_held(review.held, now=now)
        plan = _plan(review, assessed, answer)
        return await _correct(review, assessed, answer, plan, by=by, prepared_by=prepared_by, now=now)


async def return_answer(reference: str, *, note: str | None, by: Person, now: datetime) -> None:
    """Send the prepared correction back to the review."""
    async with writing():
        review = await _open_review(reference, None, by=by)
        _prepared(review, by=by)
        values: dict[Any, Any] = {
            AppealRow.proposal: None,
            AppealRow.prepared_by: None,
            AppealRow.prepared_at: None,
        }
        await AppealRow.update(values).where(AppealRow.id == review.appeal["id"])
        await _told(review, "appeal_return", {"note": note}, by=by, now=now)


async def _refuse_second(held: Held, before: InForce) -> None:
    rows = await AppealRow.select(AppealRow.state, AppealRow.decision).where(
        AppealRow.request == held.request["id"]
    )
    if any(AppealState(row["state"]) in APPEAL_OPEN for row in rows):
        raise Conflict("appeal-already-open")
    answered = AppealState.DISMISSED.value
    if any(row["decision"] == before.row["id"] and row["state"] == answered for row in rows):
        raise Conflict("appeal-already-answered")


async def _open_review(reference: str, action: AppealAction | None, *, by: Person) -> Review:
    """Hold the request and its open appeal; without an action the answer decides what may be done."""
    held = await hold_request(reference, by=by)
    row = await (
        AppealRow.select(AppealRow.id)
        .where(
            (AppealRow.request == held.request["id"])
            & AppealRow.state.is_in([state.value for state in APPEAL_OPEN])
        )
        .first()
    )
    if row is None:
        raise Conflict("appeal-none")
    appeal = await hold(AppealRow, row["id"])
    assert appeal is not None, "appeals are never deleted"
    found = appeal.to_dict()
    if action is not None and next_appeal_state(AppealState(found["state"]), action, by.role) is None:
        raise Conflict("appeal-none")
    return Review(held=held, appeal=found, before=await decision_in_force(held.request["id"], reference))


async def _take(review: Review, *, by: Person, now: datetime) -> None:
    if by.id in await who_took_part(review.held.request["id"]):
        raise NotAllowed("took-part")
    if review.state is AppealState.RECEIVED:
        await AppealRow.update(
            {
                AppealRow.state: AppealState.UNDER_REVIEW.value,
                AppealRow.taken_by: by.id,
                AppealRow.taken_at: now,
            }
        ).where(AppealRow.id == review.appeal["id"])


def _plan(review: Review, assessed: Assessed, answer: Answer) -> Plan:
    """The correction as a plan; the emergency lane is no short cut here, and no appeal makes things worse."""
    choice = Choice(
        verdict=Verdict.GRANT,
        granted_cents=answer.granted_cents,
        note=answer.reason,
        override_reason=answer.override_reason,
    )
    case = replace(assessed.case, urgency="normal")
    plan = plan_decision(assessed.rules.ruleset, case, assessed.assessment, choice)
    if plan == [NOTHING_TO_GRANT]:
        raise Conflict("nothing-to-grant")
    if not isinstance(plan, Plan):
        raise Invalid(tuple(plan))
    short = [
        Problem(pointer=f"/lines/{one.position - 1}/granted_cents", code="less-than-paid")
        for one in review.before.promises
        if plan.granted_cents[one.position - 1] < one.paid_cents
    ]
    if short:
        raise Invalid(tuple(short))
    if plan.total_cents <= review.before.granted_cents:
        raise Conflict("appeal-not-better")
    return plan


async def _prepare(review: Review, answer: Answer, plan: Plan, *, by: Person, now: datetime) -> None:
    prepared = {
        "lines": {str(place): cents for place, cents in enumerate(plan.granted_cents, start=1)},
        "reason": answer.reason,
        "override_reason": answer.override_reason,
    }
    await AppealRow.update(
        {
            AppealRow.proposal: json.dumps(prepared),
            AppealRow.prepared_by: by.id,
            AppealRow.prepared_at: now,
        }
    ).where(AppealRow.id == review.appeal["id"])
    detail = {"granted_cents": plan.total_cents, "override_reason": answer.override_reason}
    await _told(review, "appeal_prepare", detail, by=by, now=now)


def _prepared(review: Review, *, by: Person) -> tuple[Answer, UUID]:
    if review.appeal["proposal"] is None:
        raise Conflict("appeal-none")
    if review.appeal["prepared_by"] == by.id:
        raise NotAllowed("same-person")
    kept = json.loads(review.appeal["proposal"])
    answer = Answer(
        upholds=True,
        granted_cents={int(place): cents for place, cents in kept["lines"].items()},
        reason=kept["reason"],
        override_reason=kept["override_reason"],
    )
    return answer, review.appeal["prepared_by"]


async def _dismiss(review: Review, reason: str, *, by: Person, now: datetime) -> str:
    if not reason:
        raise Invalid((Problem(pointer="/reason", code="required"),))
    before = review.before
    await _end(review, AppealState.DISMISSED, reason, by=by, now=now)
    letter = await queue_successor_letter(
        review.held,
        before,
        await basis_of(before),
        before.row,
        tuple(line["granted_cents"] for line in before.lines),
        kind=LetterKind.MAINTAINED,
        reason=reason,
        asked_on=paris_day(review.appeal["filed_at"]),
        by=by,
        now=now,
    )
    await _told(review, "appeal_dismiss", {"reason": reason, "letter": letter}, by=by, now=now)
    return AppealState.DISMISSED.value


async def _correct(
    review: Review,
    assessed: Assessed,
    answer: Answer,
    plan: Plan,
    *,
    by: Person,
    prepared_by: UUID,
    now: datetime,
) -> str:
    """Money, decision, letter, appeal, event: a new decision replaces the one in force."""
    held, before = review.held, review.before
    envelopes = await recommit(held, before, assessed, plan.granted_cents, by=by, now=now)
    basis = Basis(rules=assessed.rules, case=assessed.case, assessment=assessed.assessment)
    new = Successor(
        outcome=DecisionOutcome.CORRECTED,
        granted_cents=plan.granted_cents,
        envelopes=envelopes,
        prepared_by=prepared_by,
        approved_by=None if prepared_by == by.id else by.id,
        approvals=plan.approvals,
        note=answer.reason,
        override_reason=answer.override_reason if plan.overrides else None,
    )
    decision = await write_successor(held, before, basis, new, now=now)
    letter = await queue_successor_letter(
        held,
        before,
        basis,
        decision,
        plan.granted_cents,
        kind=LetterKind.CORRECTION,
        reason=answer.reason or "",
        asked_on=paris_day(review.appeal["filed_at"]),
        by=by,
        now=now,
    )
    is_whole = plan.total_cents >= assessed.assessment.requested_cents
    state = AppealState.UPHELD if is_whole else AppealState.PARTLY_UPHELD
    await _end(review, state, answer.reason, by=by, now=now, outcome=decision["id"])
    detail = {"granted_cents": plan.total_cents, "decision": decision["number"], "letter": letter}
    await _told(review, "appeal_uphold", detail, by=by, now=now)
    return state.value


async def _end(
    review: Review,
    state: AppealState,
    note: str | None,
    *,
    by: Person,
    now: datetime,
    outcome: UUID | None = None,
) -> None:
    values: dict[Any, Any] = {
        AppealRow.state: state.value,
        AppealRow.ended_by: by.id,
        AppealRow.ended_at: now,
        AppealRow.note: note,
        AppealRow.outcome: outcome,
    }
    await AppealRow.update(values).where(AppealRow.id == review.appeal["id"])


async def _told(review: Review, act: str, detail: dict[str, Any], *, by: Person, now: datetime) -> None:
    """The request changed for its readers, and one event; call it last."""
    request = review.held.request
    await RequestRow.update({RequestRow.changed_at: now, RequestRow.version: request["version"] + 1}).where(
        RequestRow.id == request["id"]
    )
    about = Subject(kind="request", id=review.held.reference)
    await record(f"request.{act}", about=about, by=by, at=now, detail=detail)
