"""What an expression can see: the names, their types, and their values for one line of a case."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from solidarity.rules.calendar import days_in, months_touched, occurrences, school_year_of, weeks_in
from solidarity.rules.ruleset import signatures
from solidarity.rules.ruleset.case import Case, LineFacts
from solidarity.rules.ruleset.expressions import Value
from solidarity.rules.ruleset.model import FactDeclaration, FactType, Parameter, ParameterValue, Ruleset
from solidarity.rules.ruleset.signatures import Type
from solidarity.rules.ruleset.windows import Spent, Year, spent

Reader = Callable[[Case, LineFacts], Value]
"""Finds the value of a name for one line of a case."""

_FACT_TYPES = {
    FactType.INTEGER: signatures.INTEGER,
    FactType.NUMBER: signatures.INTEGER,
    FactType.BOOLEAN: signatures.BOOLEAN,
    FactType.TEXT: signatures.TEXT,
}

_STUDENT = {
    "age": signatures.INTEGER,
    "boarder": signatures.BOOLEAN,
    "trade": signatures.TEXT,
    "school": signatures.TEXT,
    "region_code": signatures.TEXT,
    "household_size": signatures.INTEGER,
    "quotient_familial_cents": signatures.INTEGER,
}
_LINE = {
    "category": signatures.TEXT,
    "kind": signatures.TEXT,
    "amount_cents": signatures.INTEGER,
    "frequency": signatures.TEXT,
    "occurrences": signatures.INTEGER,
    "days": signatures.INTEGER,
    "weeks": signatures.INTEGER,
    "months": signatures.INTEGER,
    "period_from": signatures.TIME,
    "period_to": signatures.TIME,
}
_REQUEST = {
    "urgency": signatures.TEXT,
    "total_cents": signatures.INTEGER,
    "submitted_on": signatures.TIME,
    "school_year": signatures.TEXT,
}
_HISTORY = {
    "student_year_cents": signatures.INTEGER,
    "student_category_year_cents": signatures.INTEGER,
    "household_year_cents": signatures.INTEGER,
    "student_year_count": signatures.INTEGER,
    "student_category_year_count": signatures.INTEGER,
}


def type_of_value(value: ParameterValue) -> Type:
    match value:
        case bool():
            return signatures.BOOLEAN
        case int():
            return signatures.INTEGER
        case str():
            return signatures.TEXT
        case date():
            return signatures.TIME
    return Type("list", type_of_value(value[0]) if value else signatures.UNKNOWN)


def names(facts: Mapping[str, FactDeclaration], params: Mapping[str, Parameter]) -> Mapping[str, Type]:
    fact_types = {fact.variable: _FACT_TYPES[fact.type] for fact in facts.values()}
    line = _LINE | {"facts": Type("record", fields=fact_types)}
    return {
        "student": Type("record", fields=_STUDENT),
        "line": Type("record", fields=line),
        "request": Type("record", fields=_REQUEST),
        "history": Type("record", fields=_HISTORY),
        "params": Type(
            "record", fields={name: type_of_value(found.values[0].value) for name, found in params.items()}
        ),
        "documents": Type("list", signatures.TEXT),
        "today": signatures.TIME,
    }


def constants(params: Mapping[str, Parameter]) -> Mapping[str, Value]:
    """A value of each parameter, for trying expressions out."""
    return {f"params.{name}": found.values[0].value for name, found in params.items()}


def readers(ruleset: Ruleset) -> Mapping[str, Reader]:
    """How each name an expression of the ruleset can say is found; absent values are null."""
    return {
        **_FIXED,
        **{f"line.facts.{fact.variable}": _fact_reader(fact) for fact in ruleset.facts.values()},
        **{f"params.{name}": _parameter_reader(found) for name, found in ruleset.params.items()},
    }


class Seen(dict[str, Value]):
    """What the expressions of one line see, by dotted path; a value is found when it is first asked for."""

    __slots__ = ("_case", "_line", "_readers")

    def __init__(self, readers: Mapping[str, Reader], case: Case, line: LineFacts) -> None:
        super().__init__()
        self._readers, self._case, self._line = readers, case, line

    def __missing__(self, name: str) -> Value:
        value = self[name] = self._readers[name](self._case, self._line)
        return value


def _fact_reader(fact: FactDeclaration) -> Reader:
    return lambda _, line: _fact(fact, line)


def _parameter_reader(parameter: Parameter) -> Reader:
    first = parameter.values[0]
    if len(parameter.values) == 1 and first.from_day is None:
        return lambda *_: first.value
    return lambda _, line: _in_force(parameter, line)


def _fact(fact: FactDeclaration, line: LineFacts) -> Value:
    """A declared fact as expressions see it; a number in integer thousandths; null if of another type."""
    value = line.facts.get(fact.name)
    match fact.type:
        case FactType.NUMBER if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return int(value * 1000)
        case FactType.INTEGER if isinstance(value, int) and not isinstance(value, bool):
            return value
        case FactType.BOOLEAN if isinstance(value, bool):
            return value
        case FactType.TEXT if isinstance(value, str):
            return value
    return None


def _in_force(parameter: Parameter, line: LineFacts) -> Value:
    dated = parameter.on(line.period_from)
    return dated.value if dated is not None else None


def _student_year(case: Case, line: LineFacts) -> Spent:
    return spent(case, Year(school_year_of(line.period_from)), household=False)


def _category_year(case: Case, line: LineFacts) -> Spent:
    year = Year(school_year_of(line.period_from))
    return spent(case, year, household=False, category=line.category)


def _household_year(case: Case, line: LineFacts) -> Spent:
    return spent(case, Year(school_year_of(line.period_from)), household=True)


_FIXED: Mapping[str, Reader] = {
    "student.age": lambda case, _: case.student.age_on(case.today),
    "student.boarder": lambda case, _: case.student.boarder,
    "student.trade": lambda case, _: case.student.trade,
    "student.school": lambda case, _: case.student.school,
    "student.region_code": lambda case, _: case.student.region_code,
    "student.household_size": lambda case, _: case.student.household_size,
    "student.quotient_familial_cents": lambda case, _: case.student.quotient_familial_cents,
    "line.category": lambda _, line: line.category,
    "line.kind": lambda _, line: line.kind,
    "line.amount_cents": lambda _, line: line.amount_cents,
    "line.frequency": lambda _, line: line.frequency,
    "line.occurrences": lambda _, line: occurrences(line.frequency, line.period_from, line.period_to),
    "line.days": lambda _, line: days_in(line.period_from, line.period_to),
    "line.weeks": lambda _, line: weeks_in(line.period_from, line.period_to),
    "line.months": lambda _, line: months_touched(line.period_from, line.period_to),
    "line.period_from": lambda _, line: line.period_from,
    "line.period_to": lambda _, line: line.period_to,
    "request.urgency": lambda case, _: case.urgency,
    "request.total_cents": lambda case, _: sum(line.requested_cents for line in case.lines),
    "request.submitted_on": lambda case, _: case.submitted_on,
    "request.school_year": lambda case, _: school_year_of(case.lines[0].period_from),
    "history.student_year_cents": lambda case, line: _student_year(case, line).cents,
    "history.student_category_year_cents": lambda case, line: _category_year(case, line).cents,
    "history.household_year_cents": lambda case, line: _household_year(case, line).cents,
    "history.student_year_count": lambda case, line: _student_year(case, line).count,
    "history.student_category_year_count": lambda case, line: _category_year(case, line).count,
    "documents": lambda case, _: tuple(document.kind for document in case.documents),
    "today": lambda case, _: case.today,
}
