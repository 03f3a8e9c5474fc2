"""What a ruleset is once read: texts, facts, parameters and one class for each kind of rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from solidarity.rules.calendar import Duration
from solidarity.rules.money import Cents
from solidarity.rules.ruleset.expressions import Expression
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.figures import Unit as Measure
from solidarity.rules.ruleset.figures import unit_beside, unit_of

CATEGORIES = ("transport", "housing", "food")

DEFAULT_KINDS: Mapping[str, tuple[str, ...]] = {
    "transport": ("pass", "ticket", "car", "other"),
    "housing": ("rent", "boarding", "residence", "other"),
    "food": ("canteen", "voucher", "other"),
}

DEFAULT_DOCUMENT_KINDS = (
    *("invoice", "quote", "pass", "lease", "receipt"),
    *("identity", "income", "attendance", "other"),
)


class Severity(StrEnum):
    REFUSE = "refuse"
    REFER = "refer"
    WARN = "warn"


class FactType(StrEnum):
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"


class Window(StrEnum):
    """Over what a cap or a floor counts."""

    LINE = "line"
    LINE_MONTH = "line_month"
    REQUEST = "request"
    STUDENT_CATEGORY_YEAR = "student_category_year"
    STUDENT_YEAR = "student_year"
    HOUSEHOLD_YEAR = "household_year"
    SCHOOL_YEAR = "school_year"
    ROLLING = "rolling"


class Missing(StrEnum):
    """What a scale does when what it reads is null."""

    REFER = "refer"
    REFUSE = "refuse"
    RATE = "rate"
    INCOMPLETE = "incomplete"


class Below(StrEnum):
    REFUSE = "refuse"
    ZERO = "zero"


class Unit(StrEnum):
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


class ProrateMode(StrEnum):
    KEEP = "keep"
    REMOVE = "remove"


class Rounding(StrEnum):
    DOWN = "down"
    HALF_UP = "half_up"
    UP = "up"


Amount = int | Expression
"""Cents (or a count) as written, or an expression that yields them."""

ParameterValue = int | bool | str | date | tuple[str, ...] | tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FactDeclaration:
    name: str
    type: FactType
    unit: str | None
    label: Text
    kinds: tuple[str, ...]

    @property
    def variable(self) -> str:
        """The name expressions see; a number is counted in thousandths."""
        return f"{self.name}_milli" if self.type is FactType.NUMBER else self.name


@dataclass(frozen=True, kw_only=True, slots=True)
class DatedValue:
    """A value from a day on; None for a parameter that never changes."""

    from_day: date | None
    value: ParameterValue
    is_confirmed: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """`measure` says what its integers are, from the way they are written: cents, basis points or plain."""

    name: str
    values: tuple[DatedValue, ...]
    measure: Measure = Measure.PLAIN

    def on(self, day: date) -> DatedValue | None:
        """The value in force that day; None before the first."""
        return next(
            (dated for dated in reversed(self.values) if dated.from_day is None or dated.from_day <= day),
            None,
        )


def measure_of(source: str, params: Mapping[str, Parameter]) -> Measure:
    """What an expression counts; a parameter alone counts what it was written as."""
    parameter = params.get(source.strip().removeprefix("params."))
    is_alone = parameter is not None and source.strip() == f"params.{parameter.name}"
    return parameter.measure if parameter is not None and is_alone else unit_of(source)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    id: str
    title: Text
    applies_to: tuple[str, ...]
    when: Expression | None = None
    source: str | None = None
    message: Text | None = None
    line: int | None = field(default=None, compare=False)

    @property
    def kind(self) -> str:
        return KIND_OF[type(self)]

    def concerns(self, category: str, kind: str) -> bool:
        return any(
            pattern == "*" or pattern in {category, f"{category}.{kind}"} for pattern in self.applies_to
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class EligibilityRule(Rule):
    require: Expression
    severity: Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentsRule(Rule):
    all_of: tuple[str, ...]
    any_of: tuple[str, ...]
    valid_for: Duration | None
    is_for_school_year: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """Half-open [start, stop); None is without bound. Rate in ten-thousandths of a euro a unit."""

    start: int | None
    stop: int | None
    unit_rate: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CostRule(Rule):
    amount: Expression | None
    units: Expression | None
    bands: tuple[Band, ...]
    unit_rate: Expression | None
    min_units: int | None
    may_exceed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class DeductRule(Rule):
    amount: Amount


@dataclass(frozen=True, kw_only=True, slots=True)
class Bracket:
    """Half-open [start, stop); rates in basis points; exactly one of rates, amount or refer."""

    start: int | None
    stop: int | None
    rate_least: int | None = None
    rate_most: int | None = None
    amount: Amount | None = None
    refer: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ScaleRule(Rule):
    on: Expression
    brackets: tuple[Bracket, ...]
    missing: Missing
    missing_rate: int | None
    has_euro_bounds: bool = False

    @property
    def counts(self) -> Measure:
        """What the scale reads: its bounds say when it is euros."""
        return unit_beside(self.on.source, Measure.EUROS if self.has_euro_bounds else Measure.PLAIN)


@dataclass(frozen=True, kw_only=True, slots=True)
class CapRule(Rule):
    per: Window
    over: Duration | None
    amount: Amount | None
    count: Amount | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FloorRule(Rule):
    per: Window
    over: Duration | None
    amount: Amount
    below: Below


@dataclass(frozen=True, kw_only=True, slots=True)
class ProrateRule(Rule):
    by: Unit
    units: Amount | None
    of: Amount
    mode: ProrateMode
    threshold: Amount


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundRule(Rule):
    to_cents: Cents
    mode: Rounding


@dataclass(frozen=True, kw_only=True, slots=True)
class ReserveRule(Rule):
    share: int
    until: date
    except_urgency: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalBand:
    up_to_cents: Cents | None
    approvals: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalRule(Rule):
    bands: tuple[ApprovalBand, ...]
    over: Duration | None


@dataclass(frozen=True, kw_only=True, slots=True)
class EmergencyRule(Rule):
    amount: Amount
    quota: int
    ratify_within: Duration


KIND_OF: Mapping[type[Rule], str] = {
    EligibilityRule: "eligibility",
    DocumentsRule: "documents",
    CostRule: "cost",
    DeductRule: "deduct",
    ScaleRule: "scale",
    CapRule: "cap",
    FloorRule: "floor",
    ProrateRule: "prorate",
    RoundRule: "round",
    ReserveRule: "reserve",
    ApprovalRule: "approval",
    EmergencyRule: "emergency",
}

AMOUNT_STAGES: tuple[tuple[type[Rule], ...], ...] = (
    (CostRule,),
    (DeductRule,),
    (ScaleRule,),
    (CapRule, FloorRule),
    (ProrateRule,),
    (RoundRule,),
)
"""The stages that change an amount, in the order they run; file order inside each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruleset:
    id: str
    sha256: str
    title: Text
    school_year: str
    valid_from: date
    valid_to: date
    kinds: Mapping[str, tuple[str, ...]]
    facts: Mapping[str, FactDeclaration]
    params: Mapping[str, Parameter]
    rules: tuple[Rule, ...]
    document_kinds: tuple[str, ...]
    examples: tuple["Example", ...] = field(default=(), repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A case as written in the file, with what must come out of it."""

    name: str
    case: Mapping[str, object]
    expect: Mapping[str, object]
    line: int | None
