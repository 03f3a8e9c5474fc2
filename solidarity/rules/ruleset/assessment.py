"""What the rules say of a case: frozen, complete, the same to the byte for the same case."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from solidarity.rules.money import Cents
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.model import Severity

Input = int | bool | str | None


class Outcome(StrEnum):
    """From the worst: what comes first hides what comes after."""

    NOT_ELIGIBLE = "not_eligible"
    INCOMPLETE = "incomplete"
    NEEDS_JUDGEMENT = "needs_judgement"
    PAYABLE = "payable"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One rule at work on the amount of a line."""

    rule: str
    title: Text
    before_cents: Cents
    after_cents: Cents
    explanation: Text
    inputs: Mapping[str, Input]


@dataclass(frozen=True, kw_only=True, slots=True)
class DiscretionBand:
    """The administrator may choose any amount of it; both ends included."""

    minimum_cents: Cents
    maximum_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class LineAssessment:
    """`line` counts from 1; `awaits_rate` when an unconfirmed parameter was used."""

    line: int
    requested_cents: Cents
    proposed_cents: Cents
    most_grantable_cents: Cents
    binding_rule: str | None
    is_refused: bool
    awaits_rate: bool
    band: DiscretionBand | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """`passed` is None when a value was missing; `lines` are those it failed on, or could not be told."""

    rule: str
    kind: str
    passed: bool | None
    severity: Severity
    message: Text
    needs: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class EnvelopeUse:
    id: str
    name: str
    lines: tuple[int, ...]
    available_cents: Cents
    after_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """`envelope` is None when several pay, or when none is known."""

    envelope: str | None
    available_cents: Cents | None
    after_cents: Cents | None
    enough: bool
    envelopes: tuple[EnvelopeUse, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    """`most_grantable_cents` bounds the whole request: caps that lines share may be below their sum."""

    ruleset_id: str
    ruleset_sha256: str
    outcome: Outcome
    approvals_required: int
    requested_cents: Cents
    proposed_cents: Cents
    most_grantable_cents: Cents
    lines: tuple[LineAssessment, ...]
    checks: tuple[Check, ...]
    budget: Budget
    largest_grantable_cents: Cents
