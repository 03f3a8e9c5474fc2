"""Grants that nobody claims: the school is reminded in time, then an administrator may release them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Final
from uuid import UUID, uuid4

from solidarity.decisions.revoking import Revocation, revoke
from solidarity.letters.mail import queue_notice
from solidarity.requests.holding import hold_request, request_in_scope
from solidarity.rules.access import Person
from solidarity.rules.calendar import format_day, paris_day
from solidarity.rules.claims import ClaimStage, claim_stage
from solidarity.rules.errors import Conflict
from solidarity.rules.money import Cents
from solidarity.store.statements import Statement
from solidarity.store.tables import ClaimReminderRow, StudentRow
from solidarity.store.transaction import reading, retrying, writing
from solidarity.trail.commands import Subject, record

# What is promised by the last decision of a request and was not paid; the letter says until when to claim it.
_UNCLAIMED: Final = Statement(
    "SELECT promised.decision, promised.reference, promised.school, school.name AS school_name,"
    " promised.granted_cents, promised.paid_cents, letter.facts, claim_reminder.reminded_at"
    " FROM (SELECT decision.id AS decision, aid_request.reference, aid_request.school,"
    "  decision.granted_cents, CAST(COALESCE((SELECT SUM(CASE WHEN ledger_entry.credit_kind = 'envelope_paid'"
    "   THEN ledger_entry.amount_cents WHEN ledger_entry.debit_kind = 'envelope_paid'"
    "   THEN -ledger_entry.amount_cents ELSE 0 END)"
    "   FROM ledger_movement JOIN ledger_entry ON ledger_entry.movement = ledger_movement.id"
    "   WHERE ledger_movement.about_kind = 'request'"
    "   AND ledger_movement.about_id = aid_request.reference), 0) AS BIGINT) AS paid_cents"
    "  FROM decision JOIN aid_request ON aid_request.id = decision.request WHERE decision.granted_cents > 0"
    "  AND NOT EXISTS (SELECT 1 FROM decision later WHERE later.request = decision.request"
    "   AND later.number > decision.number)) promised"
    " JOIN school ON school.id = promised.school JOIN letter ON letter.decision = promised.decision"
    " LEFT JOIN claim_reminder ON claim_reminder.decision = promised.decision"
    " WHERE promised.paid_cents < promised.granted_cents AND letter.kind <> 'maintained'"
)
_REASONS: Final = {
    "fr": "L’aide n’a pas été réclamée avant le {day}.",
    "en": "The aid was not claimed before {day}.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Unclaimed:
    """One grant that is not paid, whole or in part."""

    reference: str
    decision: UUID
    school_id: UUID
    school_name: str
    granted_cents: Cents
    unpaid_cents: Cents
    claim_by: date
    reminded_at: datetime | None
    stage: ClaimStage


async def unclaimed(now: datetime, *, stages: Iterable[ClaimStage] = tuple(ClaimStage)) -> list[Unclaimed]:
    """Grants in force that are not paid, the first to lapse first."""
    wanted, today = frozenset(stages), paris_day(now)
    async with reading():
        rows = await _UNCLAIMED.rows()
    found = []
    for row in rows:
        payment = json.loads(row["facts"])["payment"]
        if payment is None:
            continue
        claim_by = date.fromisoformat(payment["claim_by_on"])
        stage = claim_stage(claim_by, today, is_reminded=row["reminded_at"] is not None)
        found.append(
            Unclaimed(
                reference=row["reference"],
                decision=row["decision"],
                school_id=row["school"],
                school_name=row["school_name"],
                granted_cents=row["granted_cents"],
                unpaid_cents=row["granted_cents"] - row["paid_cents"],
                claim_by=claim_by,
                reminded_at=row["reminded_at"],
                stage=stage,
            )
        )
    return sorted(
        (one for one in found if one.stage in wanted), key=lambda one: (one.claim_by, one.reference)
    )


async def remind_of_claims(*, now: datetime) -> list[str]:
    """Write once to the school of every grant that lapses soon; answers the references."""
    soon = await unclaimed(now, stages=[ClaimStage.TO_REMIND])
    return [one.reference for one in soon if await retrying(partial(_remind, one, now=now))]


async def release_unclaimed(reference: str, *, by: Person, now: datetime) -> Revocation:
    """Free what nobody claimed in time, by a decision that ends the aid and a letter that says why.

    Raises `Unknown`, `Conflict("claim-still-open")` before the last day is over, and as `revoke` does.
    """
    row = await request_in_scope(reference, by)
    lapsed = {one.reference: one for one in await unclaimed(now, stages=[ClaimStage.LAPSED])}
    if reference not in lapsed:
        raise Conflict("claim-still-open")
    student = (
        await StudentRow.select(StudentRow.letter_language).where(StudentRow.id == row["student"]).first()
    )
    language = "en" if student and student["letter_language"] == "en" else "fr"
    day = format_day(lapsed[reference].claim_by, language)
    return await revoke(reference, _REASONS[language].format(day=day), by=by, now=now)


async def _letter_language(student: UUID) -> str:
    row = await StudentRow.select(StudentRow.letter_language).where(StudentRow.id == student).first()
    return "en" if row and row["letter_language"] == "en" else "fr"


async def _remind(one: Unclaimed, *, now: datetime) -> bool:
    async with writing():
        # Holding the request makes a second runner, who saw the same list, see the first one's reminder.
        await hold_request(one.reference, by=None)
        if await ClaimReminderRow.exists().where(ClaimReminderRow.decision == one.decision):
            return False
        await ClaimReminderRow.insert(
            ClaimReminderRow(id=uuid4(), decision=one.decision, claim_by=one.claim_by, reminded_at=now)
        )
        await queue_notice("claim_reminder", one.school_id, one.reference, day=one.claim_by, now=now)
        about = Subject(kind="request", id=one.reference)
        detail = {"claim_by": one.claim_by.isoformat(), "unpaid_cents": one.unpaid_cents}
        await record("request.claim_reminded", about=about, by=None, at=now, detail=detail)
    return True
