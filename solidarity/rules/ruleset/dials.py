"""Facts of a case that could be otherwise: each as a number that can be moved, and what rules then see.

Birth date, school, region and trade have no dial: nobody can honestly change them to be helped more.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from solidarity.rules.calendar import days_in, months_touched, occurrences, weeks_in
from solidarity.rules.ruleset.case import Case, FactValue, LineFacts
from solidarity.rules.ruleset.expressions import Value
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.model import FactDeclaration, FactType, Ruleset

MOST = 10**9
MOST_LINES = 20
LONGEST_PERIOD_DAYS = 3_660
THOUSANDTHS = 1_000


class Nature(StrEnum):
    """What changing the fact would take; from the easiest."""

    PAPER = "paper"
    TIME = "time"
    SITUATION = "situation"
    REQUEST = "request"


class Counted(StrEnum):
    """What the number of a dial counts."""

    CENTS = "cents"
    UNITS = "units"
    THOUSANDTHS = "thousandths"
    TRUTH = "truth"
    DAY = "day"
    PAPERS = "papers"


@dataclass(frozen=True, kw_only=True, slots=True)
class Dial:
    """`value` is the fact today, None when unknown; `line` is None for facts of the whole case.

    `seen` gives what expressions see by name when the dial stands at a value, `put` the whole case.
    """

    fact: str
    line: int | None
    label: Text
    nature: Nature
    counted: Counted
    value: int | None
    least: int
    most: int
    seen: Callable[[int], Mapping[str, Value]]
    put: Callable[[int], Case]


def dials(ruleset: Ruleset, case: Case) -> Iterator[Dial]:
    """The dials of the case and of its first lines, the easiest to change first."""
    yield _time(ruleset, case)
    yield from _of_student(case)
    for number, line in enumerate(case.lines[:MOST_LINES], start=1):
        for fact in ruleset.facts.values():
            if fact.type is not FactType.TEXT:
                yield _of_fact(case, number, line, fact)
        yield _of_period(case, number, line)
        yield _of_amount(case, number, line)


def _time(ruleset: Ruleset, case: Case) -> Dial:
    def seen(ordinal: int) -> Mapping[str, Value]:
        day = date.fromordinal(ordinal)
        return {"today": day, "student.age": case.student.age_on(day)}

    return Dial(
        fact="today",
        line=None,
        label=Text("la date", "the date"),
        nature=Nature.TIME,
        counted=Counted.DAY,
        value=case.today.toordinal(),
        least=case.today.toordinal(),
        most=max(case.today, ruleset.valid_to).toordinal(),
        seen=seen,
        put=lambda ordinal: replace(case, today=date.fromordinal(ordinal)),
    )


STUDENT_LABELS: Mapping[str, tuple[Text, Counted, int, int]] = {
    "quotient_familial_cents": (Text("le quotient familial", "quotient familial"), Counted.CENTS, 0, MOST),
    "household_size": (
        Text("le nombre de personnes du foyer", "the number of people of the household"),
        Counted.UNITS,
        1,
        100,
    ),
    "boarder": (Text("« interne »", "“boarder”"), Counted.TRUTH, 0, 1),
}


def _of_student(case: Case) -> Iterator[Dial]:
    for field, (label, counted, least, most) in STUDENT_LABELS.items():
        yield Dial(
            fact=f"student.{field}",
            line=None,
            label=label,
            nature=Nature.SITUATION,
            counted=counted,
            value=_as_number(getattr(case.student, field)),
            least=least,
            most=most,
            seen=_named(f"student.{field}", counted),
            put=_student_with(case, field, counted),
        )


def _named(path: str, counted: Counted) -> Callable[[int], Mapping[str, Value]]:
    return lambda number: {path: bool(number) if counted is Counted.TRUTH else number}


def _student_with(case: Case, field: str, counted: Counted) -> Callable[[int], Case]:
    def put(number: int) -> Case:
        value = bool(number) if counted is Counted.TRUTH else number
        changed: dict[str, Any] = {field: value}
        return replace(case, student=replace(case.student, **changed))

    return put


def _as_number(value: object) -> int | None:
    return int(value) if isinstance(value, int | bool) else None


def _with_line(case: Case, number: int, line: LineFacts) -> Case:
    lines = (*case.lines[: number - 1], line, *case.lines[number:])
    return replace(case, lines=lines)


def _of_fact(case: Case, number: int, line: LineFacts, fact: FactDeclaration) -> Dial:
    counted = {
        FactType.NUMBER: Counted.THOUSANDTHS,
        FactType.BOOLEAN: Counted.TRUTH,
    }.get(fact.type, Counted.UNITS)
    given = line.facts.get(fact.name)

    def put(value: int) -> Case:
        facts = {**line.facts, fact.name: _fact_value(value, counted)}
        return _with_line(case, number, replace(line, facts=facts))

    return Dial(
        fact=f"line.facts.{fact.name}",
        line=number,
        label=Text(f"« {fact.label.fr} »", f"“{fact.label.en}”"),
        nature=Nature.REQUEST,
        counted=counted,
        value=_in_thousandths(given) if counted is Counted.THOUSANDTHS else _as_number(given),
        least=0,
        most=1 if counted is Counted.TRUTH else MOST,
        seen=_named(f"line.facts.{fact.variable}", counted),
        put=put,
    )


def _in_thousandths(value: FactValue) -> int | None:
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return int(value * THOUSANDTHS) if is_number else None  # type: ignore[operator]  # it is a number


def _fact_value(value: int, counted: Counted) -> FactValue:
    if counted is Counted.TRUTH:
        return bool(value)
    if counted is Counted.THOUSANDTHS and value % THOUSANDTHS:
        return Decimal(value) / THOUSANDTHS
    return value // THOUSANDTHS if counted is Counted.THOUSANDTHS else value


def _of_period(case: Case, number: int, line: LineFacts) -> Dial:
    first = line.period_from

    def put(ordinal: int) -> Case:
        return _with_line(case, number, replace(line, period_to=date.fromordinal(ordinal)))

    def seen(ordinal: int) -> Mapping[str, Value]:
        last = date.fromordinal(ordinal)
        return {
            "line.period_to": last,
            "line.days": days_in(first, last),
            "line.weeks": weeks_in(first, last),
            "line.months": months_touched(first, last),
            "line.occurrences": occurrences(line.frequency, first, last),
        }

    return Dial(
        fact="line.period_to",
        line=number,
        label=Text("la fin de la période", "the end of the period"),
        nature=Nature.REQUEST,
        counted=Counted.DAY,
        value=line.period_to.toordinal(),
        least=first.toordinal(),
        most=first.toordinal() + LONGEST_PERIOD_DAYS,
        seen=seen,
        put=put,
    )


def _of_amount(case: Case, number: int, line: LineFacts) -> Dial:
    others = sum(each.requested_cents for each in case.lines) - line.requested_cents
    times = occurrences(line.frequency, line.period_from, line.period_to)
    return Dial(
        fact="line.amount_cents",
        line=number,
        label=Text("le montant demandé", "the amount asked for"),
        nature=Nature.REQUEST,
        counted=Counted.CENTS,
        value=line.amount_cents,
        least=0,
        most=MOST,
        seen=lambda cents: {"line.amount_cents": cents, "request.total_cents": others + cents * times},
        put=lambda cents: _with_line(case, number, replace(line, amount_cents=cents)),
    )
