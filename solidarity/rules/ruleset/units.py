"""What each part of an expression counts: kilometres one way never meet a round trip, nor euros a rate."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from solidarity.rules.ruleset import syntax
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.figures import Unit
from solidarity.rules.ruleset.model import FactDeclaration, FactType, Parameter
from solidarity.rules.ruleset.typecheck import Complaint

COMPARING = frozenset({"<", "<=", ">", ">=", "==", "!=", "+", "-"})
SAME_ARGUMENTS = frozenset({"min", "max"})
COUNTS = frozenset(
    {"student.age", "student.household_size", "line.occurrences", "line.days", "line.weeks", "line.months"}
)
EUROS = ("eur", "€", "cent")
REMEDY = Text(
    "Ramenez les deux à la même unité, par exemple 2 * l’aller simple pour un aller et retour,"
    " ou half_up_div(….facts.x_milli, 10) pour des centimes.",
    "Bring both to one unit, for instance 2 * one way for a round trip,"
    " or half_up_div(….facts.x_milli, 10) for cents.",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """What a number counts; `fact` is the unit that a declared fact names, None when it names none."""

    name: Text
    is_fact: bool = False
    unit: str | None = None
    in_thousandths: bool = False


CENTS = Measure(name=Text("des centimes", "cents"))
RATE = Measure(name=Text("un taux en points de base", "a rate in basis points"))
COUNT = Measure(name=Text("un nombre", "a count"))
OF_PARAMETERS = {Unit.EUROS: CENTS, Unit.RATE: RATE}


def measures(facts: Mapping[str, FactDeclaration], params: Mapping[str, Parameter]) -> Mapping[str, Measure]:
    """What every name counts that an expression can say; of a list "name[]" is what one of it counts."""
    known = {
        f"params.{name}{'' if isinstance(parameter.values[0].value, int) else '[]'}": OF_PARAMETERS[
            parameter.measure
        ]
        for name, parameter in params.items()
        if parameter.measure in OF_PARAMETERS
    }
    return known | {f"line.facts.{fact.variable}": _of_fact(fact) for fact in facts.values()}


def _of_fact(fact: FactDeclaration) -> Measure:
    in_thousandths = fact.type is FactType.NUMBER
    unit = fact.unit or fact.name
    name = Text(f"des millièmes de {unit}", f"thousandths of {unit}") if in_thousandths else Text(unit, unit)
    return Measure(name=name, is_fact=True, unit=fact.unit, in_thousandths=in_thousandths)


def complaints(source: str, known: Mapping[str, Measure]) -> tuple[Complaint, ...]:
    """Every place of a good expression where two units meet that do not go together."""
    found = []
    for node in syntax.walk(syntax.read(source)):
        for left, right in _meetings(node):
            one, other = _measure(left, known), _measure(right, known)
            if one is not None and other is not None and not _go_together(one, other):
                found.append(_complaint(one, other, source[node.start : node.end]))
    return tuple(dict.fromkeys(found))


def _meetings(node: syntax.Node) -> Iterator[tuple[syntax.Node, syntax.Node]]:
    match node:
        case syntax.Binary(operator=operator, left=left, right=right) if operator in COMPARING:
            yield left, right
        case syntax.Call(function=name, target=None, arguments=(left, right)) if name in SAME_ARGUMENTS:
            yield left, right
        case syntax.Ternary(then=left, otherwise=right):
            yield left, right


def _complaint(one: Measure, other: Measure, part: str) -> Complaint:
    return Complaint(
        code="expression-unit",
        message=Text(
            f"« {part[:80]} » mélange {one.name.fr} et {other.name.fr}",
            f"“{part[:80]}” mixes {one.name.en} and {other.name.en}",
        ),
        remedy=REMEDY,
    )


def _measure(node: syntax.Node, known: Mapping[str, Measure]) -> Measure | None:
    """None for a plain number, and for what was multiplied or divided: that may be anything."""
    match node:
        case syntax.Select() | syntax.Name():
            return _of_path(path_of(node), known)
        case syntax.Index(operand=operand):
            return known.get(f"{path_of(operand)}[]")
        case syntax.Unary(operator="-", operand=operand):
            return _measure(operand, known)
        case syntax.Call(function="cents", target=None):
            return CENTS
        case syntax.Binary(operator="+" | "-") | syntax.Call() | syntax.Ternary():
            met = [_measure(part, known) for meeting in _meetings(node) for part in meeting]
            return met[0] if met and all(found == met[0] for found in met) else None
    return None


def path_of(node: syntax.Node) -> str:
    parts: list[str] = []
    while isinstance(node, syntax.Select):
        parts.insert(0, node.field)
        node = node.operand
    return ".".join([node.name, *parts]) if isinstance(node, syntax.Name) else ""


def _of_path(path: str, known: Mapping[str, Measure]) -> Measure | None:
    if path in known:
        return known[path]
    if path.startswith(("params.", "line.facts.")):
        return None
    if path.endswith("_cents"):
        return CENTS
    return COUNT if path in COUNTS or path.endswith("_count") else None


def _go_together(one: Measure, other: Measure) -> bool:
    if one.is_fact and other.is_fact:
        is_other_unit = None not in (one.unit, other.unit) and one.unit != other.unit
        return not is_other_unit and one.in_thousandths == other.in_thousandths
    if not one.is_fact and not other.is_fact:
        return one == other
    fact, plain = (one, other) if one.is_fact else (other, one)
    if fact.in_thousandths:
        return False
    if fact.unit is None or plain == COUNT:
        return True
    return plain == CENTS and any(word in fact.unit.lower() for word in EUROS)
