"""What is computed without CEL is what CEL computes, value by value, nulls and limits included."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solidarity.rules.ruleset.expressions import Expression, ExpressionFaults, compile_expression
from solidarity.rules.ruleset.visible import names

NAMES = names({}, {})
NUMBERS = ("student.age", "student.household_size", "line.days", "student.quotient_familial_cents")
TRUTHS = ("student.boarder",)
TEXTS = ("student.trade", "line.kind")


def joined(signs: list[str], parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda left, sign, right: f"({left} {sign} {right})", parts, st.sampled_from(signs), parts
    )


FUNCTIONS = st.sampled_from(["min", "max", "floor_div", "ceil_div", "half_up_div"])
WHOLE = st.recursive(
    st.sampled_from([*NUMBERS, "0", "1", "-7", "15", "9223372036854775807"]),
    lambda parts: st.one_of(
        joined(["+", "-", "*", "/", "%"], parts),
        st.builds(lambda name, left, right: f"{name}({left}, {right})", FUNCTIONS, parts, parts),
        parts.map(lambda part: f"-({part})"),
        st.builds(lambda left, right: f"(student.boarder ? {left} : {right})", parts, parts),
    ),
    max_leaves=4,
)
TEXT = st.sampled_from([*TEXTS, '"pass"', '""', '"été"'])
TRUTH = st.recursive(
    st.one_of(
        st.sampled_from([*TRUTHS, "true", "false", "has(student.trade)"]),
        joined(["<", "<=", ">", ">=", "==", "!="], WHOLE),
        joined(["==", "!="], TEXT),
    ),
    lambda parts: st.one_of(joined(["&&", "||", "==", "!="], parts), parts.map(lambda part: f"!({part})")),
    max_leaves=4,
)
WHOLE_VALUES = st.sampled_from([None, 0, 1, -1, 16, 31, 45_000, 2**63 - 1, -(2**63), 2**63])
VALUES = st.fixed_dictionaries(
    {
        **dict.fromkeys(NUMBERS, WHOLE_VALUES),
        **dict.fromkeys(TRUTHS, st.sampled_from([None, True, False])),
        **dict.fromkeys(TEXTS, st.sampled_from([None, "", "pass", "été"])),
    }
)


def by_cel(expression: Expression) -> Expression:
    return replace(expression, direct=None)


def compiled(source: str) -> Expression | None:
    """None for what a ruleset could not say: it divides by a written zero, or always fails."""
    try:
        return compile_expression(source, names=NAMES, constants={}, wanted=())
    except ExpressionFaults:
        return None


@settings(max_examples=200, deadline=None)
@given(st.one_of(WHOLE, TRUTH, TEXT), st.lists(VALUES, min_size=1, max_size=6))
def test_a_direct_expression_agrees_with_cel(source, cases):
    expression = compiled(source)
    for values in cases if expression is not None else ():
        found = expression.evaluate(values)
        assert found == by_cel(expression).evaluate(values)
        assert type(found.value) is type(by_cel(expression).evaluate(values).value)


@pytest.mark.slow
@settings(max_examples=3_000, deadline=None)
@given(st.one_of(WHOLE, TRUTH, TEXT), st.lists(VALUES, min_size=1, max_size=6))
def test_a_direct_expression_agrees_with_cel_whatever_is_tried(source, cases):
    expression = compiled(source)
    for values in cases if expression is not None else ():
        assert expression.evaluate(values) == by_cel(expression).evaluate(values)


@pytest.mark.parametrize(
    ("source", "is_direct"),
    [
        ("student.age >= 15 && student.age <= 18", True),
        ("half_up_div(2 * line.days * student.age, 1000)", True),
        ("student.boarder ? line.days : 0", True),
        ("student.trade == 'plomberie'", True),
        ("line.days / 7", False),
        ("has(student.trade)", False),
        ("line.kind in ['pass', 'ticket']", False),
        ("documents.exists(d, d == 'lease')", False),
        ("today > timestamp('2026-10-01T00:00:00Z')", False),
        ("student.trade < 'b'", False),
        ("student.boarder != null", False),
        ("1.5 < 2.0", False),
    ],
)
def test_which_expressions_are_computed_directly(source, is_direct):
    assert (compile_expression(source, names=NAMES, constants={}, wanted=()).direct is not None) is is_direct


def test_a_value_of_another_type_than_declared_is_left_to_cel():
    expression = compile_expression("student.age > 3", names=NAMES, constants={}, wanted=())
    for value in (True, "7", date(2026, 10, 1)):
        values = {"student.age": value}
        assert expression.evaluate(values) == by_cel(expression).evaluate(values)
