"""Expressions: types, nulls, exact functions, and nothing that can crash or run away."""

from datetime import date

import pytest

from solidarity.rules.ruleset.expressions import ExpressionFaults, Failure, compile_expression
from solidarity.rules.ruleset.visible import names

NAMES = names({}, {})
VALUES = {
    "student.age": 16,
    "student.trade": "plomberie",
    "student.boarder": None,
    "line.days": 31,
    "line.months": 2,
    "line.kind": "pass",
    "documents": ("lease", "income"),
    "today": date(2026, 10, 1),
    "line.period_from": date(2026, 9, 1),
}


def compiled(source, *wanted):
    return compile_expression(source, names=NAMES, constants={}, wanted=wanted)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("min(3, 2) + max(3, 2)", 5),
        ("floor_div(-7, 2)", -4),
        ("ceil_div(7, 2)", 4),
        ("half_up_div(7, 2)", 4),
        ("half_up_div(10, 4)", 3),
        ("-7 / 2", -3),
        ('cents("12.34") + cents("0.5") + cents("1")', 1384),
        ("days_between(line.period_from, today)", 30),
        ("days_between(today, line.period_from)", -30),
        ("student.age > 15 && line.kind in ['pass', 'ticket']", True),
        ("documents.exists(d, d == 'lease')", True),
        ("documents.all(d, d.startsWith('l'))", False),
        ("documents.filter(d, d != 'lease').size()", 1),
        ("'lease' in documents ? 1 : 2", 1),
        ("{'pass': 10, 'car': 20}[line.kind]", 10),
        ("[5, 6, 7][line.months]", 7),
        ("today > timestamp('2026-09-30T00:00:00Z')", True),
        ("today - line.period_from >= duration('720h')", True),
        ("today.getFullYear()", 2026),
        ("size(student.trade)", 9),
        ('student["age"]', 16),
        ("has(student.boarder) ? 1 : 2", 2),
        ("has(student.trade)", True),
        ("// a comment\n!(student.age < 3)", True),
        ("--3", 3),
        ("0x1F", 31),
        ("string(student.age) + 'ans' == '16ans'", True),
        ("double(student.age) / 2.0 < 8.5", True),
    ],
)
def test_values(source, expected):
    found = compiled(source).evaluate(VALUES)
    assert found.value == expected
    assert type(found.value) is type(expected)


@pytest.mark.parametrize(
    ("source", "missing", "failure"),
    [
        ("student.boarder", ("student.boarder",), None),
        ("student.age / (line.days - 31)", (), Failure.DIVISION_BY_ZERO),
        ("floor_div(student.age, line.days - 31)", (), Failure.DIVISION_BY_ZERO),
        ("floor_div(student.age, 0 - line.days + 31) > 1 ? 1 : 2", (), Failure.DIVISION_BY_ZERO),
        ("max(student.age, 9223372036854775807) + line.days", (), Failure.OVERFLOW),
        ("{'car': 20}[line.kind]", (), Failure.NOT_FOUND),
    ],
)
def test_what_has_no_value_says_why(source, missing, failure):
    found = compiled(source).evaluate(VALUES)
    assert (found.value, found.missing, found.failure) == (None, missing, failure)


def test_two_names_that_may_differ_are_not_taken_as_equal():
    assert compiled("100 / (line.days - line.months)", "integer").evaluate(VALUES).value == 3


@pytest.mark.parametrize(
    ("source", "type_name"),
    [
        ("student.age > 3 ? 1 : null", "integer"),
        ("documents", "list"),
        ("today", "time"),
        ("1.5 < 2.0", "boolean"),
        ("[1, 2].map(x, x > 1)", "list"),
    ],
)
def test_types_are_known_without_running(source, type_name):
    assert compiled(source).type_name == type_name


@pytest.mark.parametrize(
    "source", ["1 +", "student", "x", "1 + 'a'", "f(1)", "[1, 'a']", "1.5", "b'a'", "1u", "a.?b", "{1}"]
)
def test_what_is_not_an_integer_expression_is_refused_with_a_remedy(source):
    with pytest.raises(ExpressionFaults) as caught:
        compiled(source, "integer")
    assert all(complaint.remedy.fr and complaint.message.en for complaint in caught.value.complaints)
