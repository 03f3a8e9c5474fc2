"""What a decision tells the letters: everything a letter says that the decision knows."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from solidarity.rules.letter import LetterKind
from solidarity.rules.lifecycle import DecisionOutcome
from solidarity.rules.money import Cents
from solidarity.rules.ruleset import Assessment, Case, LineAssessment, LineFacts, Ruleset
from solidarity.trail.commands import ChainHead


@dataclass(frozen=True, kw_only=True, slots=True)
class DecidedLine:
    """One line: what was asked, what the rules said, what was granted."""

    line: LineFacts
    assessed: LineAssessment
    granted_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """What the letter of a decision about an earlier one says besides: the letter it replaces, and why.

    `reason` is what somebody typed; `asked_on` is the day on which a review was asked for.
    """

    kind: LetterKind
    former: UUID
    former_number: str
    former_on: date
    reason: str
    asked_on: date | None
    granted_before_cents: Cents
    paid_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """A decision just written; `request` is its row, `deciders` are the names of who took it.

    What the decision does not give (rows of student, school and papers, the head of the log) is read again.
    """

    decision_id: UUID
    decision_number: int
    outcome: DecisionOutcome
    request: dict[str, Any]
    rules: Ruleset
    case: Case
    assessment: Assessment
    lines: tuple[DecidedLine, ...]
    reason_codes: tuple[str, ...]
    note: str | None
    deciders: tuple[str, ...]
    student: dict[str, Any] | None = None
    school: dict[str, Any] | None = None
    papers: tuple[dict[str, Any], ...] | None = None
    head: ChainHead | None = None
    revision: Revision | None = None
