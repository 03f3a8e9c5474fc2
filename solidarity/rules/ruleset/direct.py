"""Plain expressions computed without starting CEL: the same values, or None, and then CEL decides.

Whole numbers, truths and texts, compared and computed: most rules say nothing else, and a call of CEL
costs more than all of it. Whatever CEL might see in another way (a number that leaves 64 bits, a division
by zero, a list, a date, a double, a null in `==`, `&&`, `||` or `? :`) is not answered here. Every part is
computed, whatever the others yield, so that what cannot be computed is never hidden.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from solidarity.rules.money import ceil_div, floor_div, half_up_div
from solidarity.rules.ruleset import syntax
from solidarity.rules.ruleset.signatures import DIVISIONS, Type

Compute = Callable[[Mapping[str, Any]], Any]
"""From the values by name to a whole number, a truth, a text or NULL; None when CEL has to say."""

NULL = object()
"""The result of what needs the value of a null."""

_NO_VALUE = (None, NULL)

LIMIT = syntax.INTEGER_LIMIT

Typed = tuple[str, Compute]

_TYPES: Mapping[str, type] = {"integer": int, "boolean": bool, "text": str}

_ORDERS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_EQUALITIES: Mapping[str, Callable[[Any, Any], Any]] = {"==": operator.eq, "!=": operator.ne}
_JOINS: Mapping[str, Callable[[Any, Any], Any]] = {"&&": operator.and_, "||": operator.or_}
_SUMS: Mapping[str, Callable[[Any, Any], Any]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
EXACT: Mapping[str, Callable[[int, int], int]] = {
    "min": min,
    "max": max,
    "floor_div": floor_div,
    "ceil_div": ceil_div,
    "half_up_div": half_up_div,
}
"""Functions of two whole numbers that every expression may call; CEL is given the same ones."""


def direct(tree: syntax.Node, names: Mapping[str, Type]) -> Compute | None:
    """The expression as a function, when it is made of nothing but what this module knows."""
    found = _typed(tree, names)
    return found[1] if found is not None else None


def _typed(node: syntax.Node, names: Mapping[str, Type]) -> Typed | None:
    match node:
        case syntax.Literal(value=value, type_name=name) if name in _TYPES:
            return name, _known(value, name)
        case syntax.Name() | syntax.Select():
            return _read(node, names)
        case syntax.Unary(operator=sign, operand=operand):
            return _unary(sign, _typed(operand, names))
        case syntax.Binary(operator=sign, left=left, right=syntax.Literal(value=int(limit))) if (
            sign in _ORDERS and type(limit) is int
        ):
            return _order(_ORDERS[sign], _typed(left, names), limit)
        case syntax.Binary(operator=sign, left=left, right=right):
            return _binary(sign, _typed(left, names), _typed(right, names))
        case syntax.Call(function=function, target=None, arguments=(left, right)) if function in EXACT:
            return _exact(function, _typed(left, names), _typed(right, names))
        case syntax.Ternary(condition=condition, then=then, otherwise=otherwise):
            return _choice(*(_typed(part, names) for part in (condition, then, otherwise)))
    return None


def _known(value: Any, name: str) -> Compute:
    within = _within(value) if name == "integer" else value
    return lambda _: within


def _within(number: Any) -> Any:
    """The whole number, unless 64 bits cannot hold it."""
    return number if -LIMIT <= number < LIMIT else None


# Names


def _read(node: syntax.Node, names: Mapping[str, Type]) -> Typed | None:
    path = _path(node)
    found = names.get(path[0]) if path else None
    for part in path[1:]:
        found = found.fields.get(part) if found is not None and found.fields is not None else None
    if found is None or found.name not in _TYPES:
        return None
    name, wanted = ".".join(path), _TYPES[found.name]

    def whole_number(values: Mapping[str, Any]) -> Any:
        value = values[name]
        if type(value) is int:
            return value if -LIMIT <= value < LIMIT else None
        return NULL if value is None else None

    def of_its_type(values: Mapping[str, Any]) -> Any:
        value = values[name]
        return value if type(value) is wanted else NULL if value is None else None

    return found.name, whole_number if wanted is int else of_its_type


def _path(node: syntax.Node) -> tuple[str, ...]:
    match node:
        case syntax.Name(name=name):
            return (name,)
        case syntax.Select(operand=operand, field=field):
            parents = _path(operand)
            return (*parents, field) if parents else ()
    return ()


# Operators and functions


def _unary(sign: str, operand: Typed | None) -> Typed | None:
    if operand is None:
        return None
    name, compute = operand

    def negated(values: Mapping[str, Any]) -> Any:
        value = compute(values)
        return value if value is None or value is NULL else _within(-value)

    def denied(values: Mapping[str, Any]) -> Any:
        value = compute(values)
        return value if value is None or value is NULL else not value

    if (sign, name) == ("-", "integer"):
        return name, negated
    return (name, denied) if (sign, name) == ("!", "boolean") else None


def _binary(sign: str, left: Typed | None, right: Typed | None) -> Typed | None:
    if left is None or right is None or left[0] != right[0]:
        return None
    name = left[0]
    if sign in _EQUALITIES:
        return "boolean", _of_known(_EQUALITIES[sign], left[1], right[1])
    if sign in _JOINS and name == "boolean":
        return "boolean", _of_known(_JOINS[sign], left[1], right[1])
    if sign in _ORDERS and name == "integer":
        return "boolean", _of_both(_ORDERS[sign], left[1], right[1])
    if sign in _SUMS and name == "integer":
        return "integer", _of_both(_SUMS[sign], left[1], right[1])
    return None


def _order(compare: Callable[[Any, Any], Any], left: Typed | None, limit: int) -> Typed | None:
    """A comparison with a number that is written: the most frequent of all, so it has its own way."""
    if left is None or left[0] != "integer" or not -LIMIT <= limit < LIMIT:
        return None
    compute = left[1]

    def run(values: Mapping[str, Any]) -> Any:
        value = compute(values)
        return value if value is None or value is NULL else compare(value, limit)

    return "boolean", run


def _of_known(join: Callable[[Any, Any], Any], left: Compute, right: Compute) -> Compute:
    """What a null does not always make null."""

    def run(values: Mapping[str, Any]) -> Any:
        one, other = left(values), right(values)
        return None if one in _NO_VALUE or other in _NO_VALUE else join(one, other)

    return run


def _of_both(join: Callable[[Any, Any], Any], left: Compute, right: Compute) -> Compute:
    """What needs both values."""

    def run(values: Mapping[str, Any]) -> Any:
        one, other = left(values), right(values)
        if one is None or other is None:
            return None
        return NULL if one is NULL or other is NULL else _within(join(one, other))

    return run


def _exact(function: str, left: Typed | None, right: Typed | None) -> Typed | None:
    if left is None or right is None or left[0] != "integer" or right[0] != "integer":
        return None
    compute, divisor = _of_both(EXACT[function], left[1], right[1]), right[1]
    if function not in DIVISIONS:
        return "integer", compute
    return "integer", lambda values: compute(values) if divisor(values) else None


def _choice(*parts: Typed | None) -> Typed | None:
    condition, then, otherwise = parts
    if condition is None or then is None or otherwise is None or condition[0] != "boolean":
        return None
    if then[0] != otherwise[0]:
        return None

    def run(values: Mapping[str, Any]) -> Any:
        asked, one, other = condition[1](values), then[1](values), otherwise[1](values)
        if asked in _NO_VALUE or one in _NO_VALUE or other in _NO_VALUE:
            return None
        return one if asked else other

    return then[0], run
