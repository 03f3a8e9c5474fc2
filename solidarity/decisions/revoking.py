"""Ending an aid: a new decision frees what was not paid; what was paid stays, until somebody recovers it."""

from dataclasses import dataclass, replace
from datetime import datetime

from solidarity.budgets.promises import Promise, give_back
from solidarity.decisions.succeeding import (
    InForce,
    Successor,
    basis_of,
    decision_in_force,
    queue_successor_letter,
    write_successor,
)
from solidarity.requests.holding import Held, hold_request, move, request_in_scope, require_move
from solidarity.rules.access import Person
from solidarity.rules.errors import Conflict
from solidarity.rules.letter import LetterKind
from solidarity.rules.lifecycle import APPEAL_OPEN, DecisionOutcome, RequestAction
from solidarity.rules.money import Cents
from solidarity.store.tables import AppealRow
from solidarity.store.transaction import reading, writing


@dataclass(frozen=True, kw_only=True, slots=True)
class Revocation:
    """What ending an aid frees and what it leaves, line by line."""

    reference: str
    decision_number: int
    granted_cents: Cents
    paid_cents: Cents
    freed_cents: Cents
    promises: tuple[Promise, ...]


async def revoke(reference: str, reason: str, *, by: Person, now: datetime) -> Revocation:
    """End the aid of a decided request: what is not paid is free again, and a letter says so.

    `reason` stands in the letter. Raises `Unknown`, `Conflict` ("state", "nothing-in-force" when nothing is
    granted, "nothing-to-release" when all of it was paid, "appeal-open").
    """
    async with writing():
        held = await hold_request(reference, by=by)
        require_move(held, RequestAction.REVOKE, by=by)
        before = await _revocable(held)
        granted = _left(before)
        envelopes = {one.position: one.envelope for one in before.promises if one.paid_cents}
        new = Successor(
            outcome=DecisionOutcome.TERMINATED,
            granted_cents=granted,
            envelopes=envelopes,
            prepared_by=by.id,
            approved_by=None,
            approvals=1,
            note=reason,
        )
        basis = await basis_of(before)
        freed = await give_back(held.request["id"], reference, before.promises, by=by, now=now)
        decision = await write_successor(held, before, basis, new, now=now)
        letter = await queue_successor_letter(
            held,
            before,
            basis,
            decision,
            granted,
            kind=LetterKind.TERMINATION,
            reason=reason,
            asked_on=None,
            by=by,
            now=now,
        )
        detail = {
            "reason": reason,
            "released_cents": freed,
            "paid_cents": before.paid_cents,
            "decision": decision["number"],
            "letter": letter,
        }
        await move(held, RequestAction.REVOKE, by=by, now=now, values={}, detail=detail)
    return replace(_shown(reference, before), decision_number=decision["number"])


async def revocation_preview(reference: str, person: Person) -> Revocation | None:
    """What ending this aid would free; None when there is nothing to end."""
    async with reading():
        row = await request_in_scope(reference, person)
        try:
            before = await decision_in_force(row["id"], reference)
        except Conflict:
            return None
    return _shown(reference, before) if before.unpaid_cents else None


async def _revocable(held: Held) -> InForce:
    before = await decision_in_force(held.request["id"], held.reference)
    if before.granted_cents == 0:
        raise Conflict("nothing-in-force")
    if before.unpaid_cents == 0:
        raise Conflict("nothing-to-release")
    if await AppealRow.exists().where(
        (AppealRow.request == held.request["id"])
        & AppealRow.state.is_in([state.value for state in APPEAL_OPEN])
    ):
        raise Conflict("appeal-open")
    return before


def _left(before: InForce) -> tuple[Cents, ...]:
    """What stays granted of each line: what was paid of it."""
    paid = {one.position: one.paid_cents for one in before.promises}
    return tuple(paid.get(line["position"], 0) for line in before.lines)


def _shown(reference: str, before: InForce) -> Revocation:
    return Revocation(
        reference=reference,
        decision_number=before.row["number"],
        granted_cents=before.granted_cents,
        paid_cents=before.paid_cents,
        freed_cents=before.unpaid_cents,
        promises=before.promises,
    )
