"""A case: everything the rules are told about one request, as plain frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from solidarity.rules.calendar import age_on, occurrences
from solidarity.rules.envelopes import Envelope
from solidarity.rules.money import Cents

FactValue = int | Decimal | bool | str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StudentFacts:
    birth_date: date
    boarder: bool | None = None
    quotient_familial_cents: Cents | None = None
    household_size: int | None = None
    school: str | None = None
    region_code: str | None = None
    trade: str | None = None

    def age_on(self, day: date) -> int:
        return age_on(self.birth_date, day)


@dataclass(frozen=True, kw_only=True, slots=True)
class LineFacts:
    """One line of a request; `amount_cents` is per occurrence, `facts` by the name the ruleset declares."""

    category: str
    kind: str
    amount_cents: Cents
    frequency: str
    period_from: date
    period_to: date
    description: str = ""
    supplier: str | None = None
    facts: Mapping[str, FactValue] = field(default_factory=dict)

    @property
    def requested_cents(self) -> Cents:
        return self.amount_cents * occurrences(self.frequency, self.period_from, self.period_to)


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentFact:
    """A paper that was given; without a date it is taken as valid."""

    kind: str
    dated: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PastGrant:
    """What was granted before; `household` when it was to another pupil of the same household."""

    category: str
    granted_cents: Cents
    decided_on: date
    period_from: date
    period_to: date
    household: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class EmergencyUse:
    """Emergency decisions already taken this school year, and those whose ratification is overdue."""

    used: int = 0
    overdue: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """`envelopes` is None when the budget is unknown: nothing then limits what may be granted."""

    today: date
    student: StudentFacts
    lines: tuple[LineFacts, ...]
    urgency: str = "normal"
    submitted_on: date | None = None
    documents: tuple[DocumentFact, ...] = ()
    history: tuple[PastGrant, ...] = ()
    envelopes: tuple[Envelope, ...] | None = None
    emergency: EmergencyUse = EmergencyUse()
