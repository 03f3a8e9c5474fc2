"""The lines of a request: what is asked, checked against the kinds and facts that the ruleset declares."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from solidarity.rules.calendar import occurrences, school_year_of
from solidarity.rules.errors import Problem
from solidarity.rules.money import MOST_CENTS, Cents
from solidarity.rules.ruleset import Ruleset

CATEGORIES = ("transport", "housing", "food")
FREQUENCIES = ("once", "monthly", "termly", "yearly")
MOST_LINES = 20
LONGEST_PERIOD_DAYS = 800
FactValue = int | Decimal | str | bool


@dataclass(frozen=True, kw_only=True, slots=True)
class NewLine:
    """One line as it was typed; `amount_cents` is per occurrence of `frequency`."""

    category: str
    kind: str
    description: str
    amount_cents: Cents
    frequency: str
    period_from: date
    period_to: date
    supplier: str | None
    facts: Mapping[str, FactValue]

    @property
    def requested_cents(self) -> Cents:
        return self.amount_cents * occurrences(self.frequency, self.period_from, self.period_to)


def problems_of(lines: Sequence[NewLine], ruleset: Ruleset) -> list[Problem]:
    """Everything that keeps these lines from being a request under this ruleset, each with its pointer."""
    found = [
        Problem(pointer=f"/lines/{place}{where}", code=code)
        for place, line in enumerate(lines)
        for where, code in _problems_of_line(line, ruleset)
    ]
    if not lines:
        found.append(Problem(pointer="/lines", code="lines-none"))
    if len(lines) > MOST_LINES:
        found.append(Problem(pointer="/lines", code="lines-too-many"))
    if len({school_year_of(line.period_from) for line in lines}) > 1:
        found.append(Problem(pointer="/lines", code="lines-several-school-years"))
    return found


def _problems_of_line(line: NewLine, ruleset: Ruleset) -> list[tuple[str, str]]:
    found = []
    if line.category not in CATEGORIES:
        found.append(("/category", "category-unknown"))
    elif line.kind not in ruleset.kinds.get(line.category, ()):
        found.append(("/kind", "kind-unknown"))
    if line.frequency not in FREQUENCIES:
        found.append(("/frequency", "frequency-unknown"))
    if line.period_from > line.period_to:
        found.append(("/period_to", "period-reversed"))
    elif (line.period_to - line.period_from).days > LONGEST_PERIOD_DAYS:
        found.append(("/period_to", "period-too-long"))
    if not 0 < line.amount_cents <= MOST_CENTS:
        found.append(("/amount_cents", "amount-out-of-range"))
    found.extend((f"/facts/{name}", code) for name, code in _problems_of_facts(line, ruleset))
    return found


def _problems_of_facts(line: NewLine, ruleset: Ruleset) -> list[tuple[str, str]]:
    found = []
    for name, value in line.facts.items():
        declared = ruleset.facts.get(name)
        if declared is None:
            found.append((name, "fact-unknown"))
        elif not _fits(value, declared.type):
            found.append((name, f"fact-not-{declared.type}"))
    return found


def _fits(value: FactValue, kind: str) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    if kind == "integer":
        return isinstance(value, int) and abs(value) < 10**12
    if kind == "number":
        return isinstance(value, int | Decimal) and _is_exact_to_milli(Decimal(value))
    return isinstance(value, str)


def _is_exact_to_milli(value: Decimal) -> bool:
    if not value.is_finite() or abs(value) >= 10**9:
        return False
    exponent = value.normalize().as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -3


def facts_to_text(facts: Mapping[str, FactValue]) -> str:
    """The facts of a line as they are stored: canonical JSON, decimals as exact numbers."""
    parts = [f"{json.dumps(name)}:{_number(facts[name])}" for name in sorted(facts)]
    return "{" + ",".join(parts) + "}"


def _number(value: FactValue) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)


def facts_from_text(text: str) -> dict[str, Any]:
    """The facts as they were typed; a decimal is a `Decimal`, never a float."""
    found: dict[str, Any] = json.loads(text, parse_float=Decimal)
    return found


def line_from_row(row: Mapping[str, Any]) -> NewLine:
    """The line of a row of `aid_line`."""
    return NewLine(
        category=row["category"],
        kind=row["kind"],
        description=row["description"],
        amount_cents=row["amount_cents"],
        frequency=row["frequency"],
        period_from=row["period_from"],
        period_to=row["period_to"],
        supplier=row["supplier"],
        facts=facts_from_text(row["facts"]),
    )
