"""What an expression can see: the names, their types, and their values for one line of a case."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from solidarity.rules.calendar import days_in, months_touched, occurrences, school_year_of, weeks_in
from solidarity.rules.ruleset import signatures
from solidarity.rules.ruleset.case import Case, LineFacts
from solidarity.rules.ruleset.expressions import Value
from solidarity.rules.ruleset.model import FactDeclaration, FactType, Parameter, ParameterValue, Ruleset
from solidarity.rules.ruleset.signatures import Type
from solidarity.rules.ruleset.windows import Year, spent

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


def values(ruleset: Ruleset, case: Case, line: LineFacts) -> Mapping[str, Value]:
    """Everything an expression of this line can name, by its dotted path; absent values are null."""
    return {
        **_student_values(case),
        **_line_values(line),
        **{f"line.facts.{fact.variable}": _fact(fact, line) for fact in ruleset.facts.values()},
        **_request_values(case, line),
        **_history_values(case, line),
        **{f"params.{name}": _in_force(found, line) for name, found in ruleset.params.items()},
        "documents": tuple(document.kind for document in case.documents),
        "today": case.today,
    }


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


def _student_values(case: Case) -> Mapping[str, Value]:
    student = case.student
    return {
        "student.age": student.age_on(case.today),
        "student.boarder": student.boarder,
        "student.trade": student.trade,
        "student.school": student.school,
        "student.region_code": student.region_code,
        "student.household_size": student.household_size,
        "student.quotient_familial_cents": student.quotient_familial_cents,
    }


def _line_values(line: LineFacts) -> Mapping[str, Value]:
    period = (line.period_from, line.period_to)
    return {
        "line.category": line.category,
        "line.kind": line.kind,
        "line.amount_cents": line.amount_cents,
        "line.frequency": line.frequency,
        "line.occurrences": occurrences(line.frequency, *period),
        "line.days": days_in(*period),
        "line.weeks": weeks_in(*period),
        "line.months": months_touched(*period),
        "line.period_from": line.period_from,
        "line.period_to": line.period_to,
    }


def _request_values(case: Case, line: LineFacts) -> Mapping[str, Value]:
    return {
        "request.urgency": case.urgency,
        "request.total_cents": sum(each.requested_cents for each in case.lines),
        "request.submitted_on": case.submitted_on,
        "request.school_year": school_year_of(case.lines[0].period_from if case.lines else line.period_from),
    }


def _history_values(case: Case, line: LineFacts) -> Mapping[str, Value]:
    year = Year(school_year_of(line.period_from))
    own = spent(case, year, household=False)
    category = spent(case, year, household=False, category=line.category)
    household = spent(case, year, household=True)
    return {
        "history.student_year_cents": own.cents,
        "history.student_category_year_cents": category.cents,
        "history.household_year_cents": household.cents,
        "history.student_year_count": own.count,
        "history.student_category_year_count": category.count,
    }
