"""What a decision tells the letters: everything a letter says that the decision knows."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from solidarity.rules.lifecycle import DecisionOutcome
from solidarity.rules.money import Cents
from solidarity.rules.ruleset import Assessment, Case, LineAssessment, LineFacts, Ruleset


@dataclass(frozen=True, kw_only=True, slots=True)
class DecidedLine:
    """One line: what was asked, what the rules said, what was granted."""

    line: LineFacts
    assessed: LineAssessment
    granted_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """A decision just written; `request` is its row, `deciders` are the names of who took it."""

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
