"""The shape of an assessment as JSON, for the description of the API; the rules write it themselves."""

from typing import Any

from msgspec import Struct


class RulesetRefJson(Struct, frozen=True, kw_only=True):
    """Which ruleset was asked."""

    id: str
    sha256: str


class StepJson(Struct, frozen=True, kw_only=True):
    """One rule at work on the amount of a line."""

    rule: str
    title: str
    before_cents: int
    after_cents: int
    explanation: str
    inputs: dict[str, Any]


class BandJson(Struct, frozen=True, kw_only=True):
    """The administrator may choose any amount of it."""

    minimum_cents: int
    maximum_cents: int


class AssessedLineJson(Struct, frozen=True, kw_only=True):
    """One line; its steps chain from what was asked to what is proposed."""

    line: int
    requested_cents: int
    proposed_cents: int
    most_grantable_cents: int
    binding_rule: str | None
    is_refused: bool
    awaits_rate: bool
    band: BandJson | None
    steps: list[StepJson]


class CheckJson(Struct, frozen=True, kw_only=True):
    """One condition; `passed` is null when a value is missing."""

    rule: str
    kind: str
    passed: bool | None
    severity: str
    message: str
    needs: list[str]
    lines: list[int]


class EnvelopeUseJson(Struct, frozen=True, kw_only=True):
    """An envelope that pays some of the lines."""

    id: str
    name: str
    lines: list[int]
    available_cents: int
    after_cents: int


class AssessedBudgetJson(Struct, frozen=True, kw_only=True):
    """The credit; `envelope` is null when several pay, or none."""

    envelope: str | None
    available_cents: int | None
    after_cents: int | None
    enough: bool
    envelopes: list[EnvelopeUseJson]


class AssessmentJson(Struct, frozen=True, kw_only=True):
    """What the rules say of a request."""

    ruleset: RulesetRefJson
    outcome: str
    approvals_required: int
    requested_cents: int
    proposed_cents: int
    most_grantable_cents: int
    lines: list[AssessedLineJson]
    checks: list[CheckJson]
    budget: AssessedBudgetJson
    largest_grantable_cents: int
