"""Which values of a name a condition lets through, as far as its plain comparisons say."""

from collections.abc import Iterator
from dataclasses import dataclass

from solidarity.rules.ruleset import syntax
from solidarity.rules.ruleset.expressions import Expression
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.model import Ruleset
from solidarity.rules.ruleset.units import COUNTS, path_of

MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}


NEVER_NEGATIVE = Text("cette valeur n’est jamais négative", "this value is never negative")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """From `least` to `most`, both included; None is without bound. `said` tells why."""

    least: int | None = None
    most: int | None = None
    said: Text = NEVER_NEGATIVE

    def narrowed(self, other: "Reach", rule_id: str) -> "Reach":
        least = max((bound for bound in (self.least, other.least) if bound is not None), default=None)
        most = min((bound for bound in (self.most, other.most) if bound is not None), default=None)
        if (least, most) == (self.least, self.most):
            return self
        said = Text(
            f"la règle « {rule_id} » refuse ces valeurs", f"the rule “{rule_id}” refuses these values"
        )
        return Reach(least=least, most=most, said=said)


def reach_of_name(path: str) -> Reach:
    """What a value can be at all: amounts and counts are never below 0, of a computation nothing is known."""
    is_name = path.replace(".", "").isidentifier()
    is_natural = path.endswith(("_cents", "_count")) or path in COUNTS
    return Reach(least=0) if is_name and is_natural else Reach()


def reach_of(condition: Expression, path: str, ruleset: Ruleset) -> Reach:
    """Of the parts that `&&` joins, each comparison of the name with a constant narrows it."""
    found = Reach()
    for node in _parts(syntax.read(condition.source)):
        found = found.narrowed(_compared(node, path, ruleset), "")
    return found


def _parts(node: syntax.Node) -> Iterator[syntax.Binary]:
    if isinstance(node, syntax.Binary) and node.operator == "&&":
        yield from _parts(node.left)
        yield from _parts(node.right)
    elif isinstance(node, syntax.Binary):
        yield node


def _compared(node: syntax.Binary, path: str, ruleset: Ruleset) -> Reach:
    operator, value, limit = node.operator, node.left, node.right
    if path_of(value) != path:
        operator, value, limit = MIRRORED.get(operator, ""), limit, value
    bound = _constant(limit, ruleset)
    if path_of(value) != path or bound is None:
        return Reach()
    match operator:
        case "<":
            return Reach(most=bound - 1)
        case "<=":
            return Reach(most=bound)
        case ">":
            return Reach(least=bound + 1)
        case ">=":
            return Reach(least=bound)
        case "==":
            return Reach(least=bound, most=bound)
    return Reach()


def _constant(node: syntax.Node, ruleset: Ruleset) -> int | None:
    if isinstance(node, syntax.Literal):
        return node.value if isinstance(node.value, int) and not isinstance(node.value, bool) else None
    return constant_parameter(path_of(node), ruleset)


def constant_parameter(path: str, ruleset: Ruleset) -> int | None:
    """The number a parameter always is; None when it changes in the year, or is no number."""
    parameter = ruleset.params.get(path.removeprefix("params.")) if path.startswith("params.") else None
    if parameter is None or len(parameter.values) != 1:
        return None
    value = parameter.values[0].value
    return value if isinstance(value, int) and not isinstance(value, bool) else None
