"""A decision about an earlier one: reading what is in force, writing the next decision with its letter."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from solidarity.budgets.promises import Promise, promises_of
from solidarity.letters.commands import Decided, DecidedLine, queue_decision_letter
from solidarity.letters.decided import Revision
from solidarity.requests.holding import Held
from solidarity.rules.access import Person
from solidarity.rules.calendar import paris_day
from solidarity.rules.errors import Conflict
from solidarity.rules.letter import LetterKind
from solidarity.rules.lifecycle import DecisionOutcome
from solidarity.rules.money import Cents
from solidarity.rules.ruleset import Assessment, Case, assessment_from_json, assessment_to_json
from solidarity.rules.ruleset.case_record import case_from_record, case_to_record
from solidarity.rulesets.queries import RulesetInForce, ruleset_by_id
from solidarity.store.statements import insert
from solidarity.store.tables import (
    DecisionLineRow,
    DecisionRow,
    LetterRow,
    PersonRow,
    RatificationRow,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """What a decision rests on: the rules, the case they were told, and what they said."""

    rules: RulesetInForce
    case: Case
    assessment: Assessment


@dataclass(frozen=True, kw_only=True, slots=True)
class InForce:
    """The last decision of a request, with its lines and what was promised and paid of them."""

    row: dict[str, Any]
    lines: tuple[dict[str, Any], ...]
    promises: tuple[Promise, ...]

    @property
    def granted_cents(self) -> Cents:
        return int(self.row["granted_cents"])

    @property
    def paid_cents(self) -> Cents:
        return sum(one.paid_cents for one in self.promises)

    @property
    def unpaid_cents(self) -> Cents:
        return sum(one.unpaid_cents for one in self.promises)


@dataclass(frozen=True, kw_only=True, slots=True)
class Successor:
    """A decision to write after another one: what each line is granted now, by whom, and why."""

    outcome: DecisionOutcome
    granted_cents: tuple[Cents, ...]
    envelopes: Mapping[int, UUID]
    prepared_by: UUID
    approved_by: UUID | None
    approvals: int
    note: str | None
    reason_codes: tuple[str, ...] = ()
    override_reason: str | None = None


async def decision_in_force(request: UUID, reference: str) -> InForce:
    """The last decision of a request. Raises `Conflict("nothing-in-force")` when there is none."""
    row = await (
        DecisionRow.select()
        .where(DecisionRow.request == request)
        .order_by(DecisionRow.number, ascending=False)
        .first()
    )
    if row is None:
        raise Conflict("nothing-in-force")
    lines = await (
        DecisionLineRow.select()
        .where(DecisionLineRow.decision == row["id"])
        .order_by(DecisionLineRow.position)
    )
    promises = await promises_of(request, reference)
    return InForce(row=row, lines=tuple(lines), promises=tuple(promises))


async def basis_of(before: InForce) -> Basis:
    """What the decision in force rested on, as it was kept."""
    return Basis(
        rules=await ruleset_by_id(before.row["ruleset"]),
        case=case_from_record(json.loads(before.row["facts"])),
        assessment=assessment_from_json(json.loads(before.row["assessment"])),
    )


async def who_took_part(request: UUID) -> frozenset[UUID]:
    """Everybody who prepared, took, confirmed or ratified a decision of this request."""
    rows = await DecisionRow.select(DecisionRow.id, DecisionRow.prepared_by, DecisionRow.approved_by).where(
        DecisionRow.request == request
    )
    ratified = await RatificationRow.select(RatificationRow.ratified_by).where(
        RatificationRow.decision.request == request
    )
    people = {row[who] for row in rows for who in ("prepared_by", "approved_by")}
    return frozenset(people | {row["ratified_by"] for row in ratified}) - {None}


async def write_successor(
    held: Held, before: InForce, basis: Basis, new: Successor, *, now: datetime
) -> dict[str, Any]:
    """Write the next decision and its lines; answers its row. Nothing decided before is touched."""
    row = {
        "id": uuid4(),
        "request": held.request["id"],
        "number": before.row["number"] + 1,
        "outcome": new.outcome.value,
        "requested_cents": basis.assessment.requested_cents,
        "proposed_cents": basis.assessment.proposed_cents,
        "granted_cents": sum(new.granted_cents),
        "approvals_required": new.approvals,
        "prepared_by": new.prepared_by,
        "approved_by": new.approved_by,
        "decided_at": now,
        "decided_on": paris_day(now),
        "school_year": held.request["school_year"],
        "ruleset": basis.rules.id,
        "ruleset_sha256": basis.rules.ruleset.sha256,
        "facts": _canonical(case_to_record(basis.case)),
        "assessment": _canonical(assessment_to_json(basis.assessment, None)),
        "reason_codes": json.dumps(list(new.reason_codes)),
        "note": new.note,
        "override_reason": new.override_reason,
        "is_emergency": False,
        "ratify_by": None,
        "supersedes": before.row["id"],
    }
    await insert(DecisionRow, row)
    await insert(DecisionLineRow, *_lines(row["id"], before, basis, new))
    return row


def _lines(decision: UUID, before: InForce, basis: Basis, new: Successor) -> list[dict[str, Any]]:
    return [
        {
            "id": uuid4(),
            "decision": decision,
            "line": line["line"],
            "position": line["position"],
            "category": line["category"],
            "requested_cents": assessed.requested_cents,
            "proposed_cents": assessed.proposed_cents,
            "granted_cents": granted,
            "envelope": new.envelopes.get(line["position"]) if granted else None,
        }
        for line, assessed, granted in zip(
            before.lines, basis.assessment.lines, new.granted_cents, strict=True
        )
    ]


async def queue_successor_letter(
    held: Held,
    before: InForce,
    basis: Basis,
    decision: Mapping[str, Any],
    granted_cents: tuple[Cents, ...],
    *,
    kind: LetterKind,
    reason: str,
    asked_on: date | None,
    by: Person,
    now: datetime,
) -> str:
    """Queue the letter of a decision about an earlier one; answers its number.

    `decision` is a new one, or the one in force when a review maintains it.
    """
    former = await _last_letter(held.request["id"])
    people = [decision["prepared_by"], decision["approved_by"]] if kind in _DECIDES else [by.id]
    told = Decided(
        decision_id=decision["id"],
        decision_number=decision["number"],
        outcome=DecisionOutcome(decision["outcome"]),
        request=held.request,
        rules=basis.rules.ruleset,
        case=basis.case,
        assessment=basis.assessment,
        lines=tuple(
            DecidedLine(line=line, assessed=found, granted_cents=granted)
            for line, found, granted in zip(
                basis.case.lines, basis.assessment.lines, granted_cents, strict=True
            )
        ),
        reason_codes=(),
        note=None,
        deciders=await _names([one for one in people if one is not None]),
        revision=Revision(
            kind=kind,
            former=former["id"],
            former_number=former["number"],
            former_on=paris_day(former["issued_at"]),
            reason=reason,
            asked_on=asked_on,
            granted_before_cents=before.granted_cents,
            paid_cents=before.paid_cents,
        ),
    )
    return await queue_decision_letter(told, by=by, now=now)


_DECIDES = frozenset({LetterKind.CORRECTION, LetterKind.TERMINATION})


async def _last_letter(request: UUID) -> dict[str, Any]:
    rows: list[dict[str, Any]] = (
        await LetterRow.select(LetterRow.id, LetterRow.number, LetterRow.issued_at, LetterRow.kind)
        .where(LetterRow.request == request)
        .order_by(LetterRow.issued_at, LetterRow.number, ascending=False)
    )
    letters = [row for row in rows if row["kind"] != LetterKind.MAINTAINED.value]
    assert letters, "every decision has its letter"
    return letters[0]


async def _names(people: list[UUID]) -> tuple[str, ...]:
    rows = await PersonRow.select(PersonRow.id, PersonRow.name).where(PersonRow.id.is_in(people))
    names = {row["id"]: row["name"] for row in rows}
    return tuple(names[person] for person in people)


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
