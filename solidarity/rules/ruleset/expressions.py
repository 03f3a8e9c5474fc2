"""The one door to CEL: a checked expression, compiled once, run on plain values, never crashing."""

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from types import ModuleType
from typing import Any, NamedTuple

from solidarity.rules.ruleset import syntax, typecheck
from solidarity.rules.ruleset.direct import EXACT, NULL, Compute, direct
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.signatures import DIVISIONS, TYPE_NAMES, Type
from solidarity.rules.ruleset.typecheck import Complaint

# The package's own start loads its interactive terminal (0.8 s); an empty module in its place is enough.
_TERMINAL = "cel.cli"
_terminal_was_loaded = _TERMINAL in sys.modules
sys.modules.setdefault(_TERMINAL, ModuleType(_TERMINAL))
import cel  # noqa: E402

if not _terminal_was_loaded:
    del sys.modules[_TERMINAL]

Value = int | bool | str | date | None | tuple[str, ...] | tuple[int, ...]

_EUROS = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,2}))?")


class Failure(StrEnum):
    """Why a computation has no result although every value is known."""

    DIVISION_BY_ZERO = "division-by-zero"
    OVERFLOW = "overflow"
    NOT_FOUND = "not-found"
    IMPOSSIBLE = "impossible"


FAILURE_TEXTS = {
    Failure.DIVISION_BY_ZERO: Text("division par zéro", "division by zero"),
    Failure.OVERFLOW: Text("nombre trop grand", "number too large"),
    Failure.NOT_FOUND: Text("valeur absente de la table", "a value that is not in the map"),
    Failure.IMPOSSIBLE: Text("opération impossible sur ces valeurs", "impossible with these values"),
}


class Evaluated(NamedTuple):
    """A value; or else the names that were null; or else why it cannot be computed.

    A tuple because an assessment makes dozens: it costs a third of a frozen dataclass.
    """

    value: int | bool | str | None = None
    missing: tuple[str, ...] = ()
    failure: Failure | None = None

    @property
    def is_known(self) -> bool:
        return self.value is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """A comparison inside a condition: the figures that a message may name."""

    condition: "Expression"
    value: "Expression"
    limit: "Expression"


@dataclass(frozen=True, kw_only=True, slots=True)
class Expression:
    source: str
    type_name: str
    references: tuple[str, ...]
    comparisons: tuple[Comparison, ...] = ()
    program: Any = field(compare=False, repr=False)
    direct: Compute | None = field(default=None, compare=False, repr=False)

    def evaluate(self, values: Mapping[str, Value]) -> Evaluated:
        value = self.direct(values) if self.direct is not None else None
        if value is NULL:
            return Evaluated(missing=_nulls(self.references, values))
        return _run(self.program, self.references, values) if value is None else Evaluated(value=value)


class ExpressionFaults(ValueError):  # noqa: N818 - it carries complaints, it is not one
    def __init__(self, complaints: tuple[Complaint, ...]) -> None:
        super().__init__(complaints[0].message.en)
        self.complaints = complaints


SIMPLER = Text(
    "Corrigez l’expression (CEL) ; pour la raccourcir, faites-en plusieurs règles ou un paramètre.",
    "Correct the expression (CEL); to make it shorter, use several rules or a parameter.",
)
WRITE_VALUES = Text(
    'Écrivez par exemple cents("12.34"), timestamp("2026-10-01T00:00:00Z"), un diviseur non nul.',
    'Write for instance cents("12.34"), timestamp("2026-10-01T00:00:00Z"), a divisor that is not zero.',
)


def compile_expression(
    source: str,
    *,
    names: Mapping[str, Type],
    constants: Mapping[str, Value],
    wanted: tuple[str, ...],
) -> Expression:
    """Check and compile; `wanted` are the types the key can take. Raises ExpressionFaults."""
    tree, checked = _checked(source, names, wanted)
    expression = _compiled(_without_has(source, tree), source, checked)
    _try_out(expression, names, constants)
    return replace(expression, comparisons=_comparisons(tree, source, names), direct=direct(tree, names))


def document_kinds_named(source: str) -> frozenset[str]:
    """Texts an expression looks for in `documents`: naming a kind is enough for it to exist."""
    found: set[str] = set()
    for node in syntax.walk(syntax.read(source)):
        match node:
            case syntax.Binary(
                operator="in", left=syntax.Literal(value=str(kind)), right=syntax.Name(name=name)
            ):
                if name == "documents":
                    found.add(kind)
    return frozenset(found)


def _checked(
    source: str, names: Mapping[str, Type], wanted: tuple[str, ...]
) -> tuple[syntax.Node, typecheck.Checked]:
    try:
        tree = syntax.read(source)
    except syntax.SyntaxFault as fault:
        raise ExpressionFaults((Complaint(code=fault.code, message=fault.message, remedy=SIMPLER),)) from None
    checked = typecheck.check(tree, names)
    complaints = checked.complaints
    if not complaints and wanted and checked.type.name not in {*wanted, "unknown"}:
        complaints = (_wrong_result(checked.type, wanted),)
    if complaints:
        raise ExpressionFaults(complaints)
    return tree, checked


def _wrong_result(found: Type, wanted: tuple[str, ...]) -> Complaint:
    wanted_fr = " ou ".join(TYPE_NAMES[name].fr for name in wanted)
    wanted_en = " or ".join(TYPE_NAMES[name].en for name in wanted)
    return Complaint(
        code="expression-result",
        message=Text(
            f"l’expression donne {TYPE_NAMES[found.name].fr}, cette clé attend {wanted_fr}",
            f"the expression yields {TYPE_NAMES[found.name].en}, this key needs {wanted_en}",
        ),
        remedy=typecheck.CONVERT,
    )


def _compiled(runnable: str, source: str, checked: typecheck.Checked) -> Expression:
    try:
        program = cel.compile(runnable)
    except Exception as fault:
        reason = str(fault).splitlines()[0][:200] if str(fault) else type(fault).__name__
        message = Text(
            "l’expression ne se compile pas : " + reason, "the expression does not compile: " + reason
        )
        complaint = Complaint(code="expression-syntax", message=message, remedy=SIMPLER)
        raise ExpressionFaults((complaint,)) from None
    return Expression(
        source=source,
        type_name=checked.type.name,
        references=tuple(sorted(checked.references)),
        program=program,
    )


def _without_has(source: str, tree: syntax.Node) -> str:
    """Absent values are null, so `has(x.y)` must ask for null: CEL's own would always say yes."""
    for node in sorted(syntax.walk(tree), key=lambda found: -found.start):
        if isinstance(node, syntax.Call) and node.function == "has" and node.target is None:
            asked = node.arguments[0]
            source = f"{source[: node.start]}({source[asked.start : asked.end]} != null){source[node.end :]}"
    return source


def _comparisons(tree: syntax.Node, source: str, names: Mapping[str, Type]) -> tuple[Comparison, ...]:
    found = []
    for node in syntax.walk(tree):
        if isinstance(node, syntax.Binary) and node.operator in {"<", "<=", ">", ">=", "==", "!=", "in"}:
            condition, value, limit = (_side(part, source, names) for part in (node, node.left, node.right))
            if condition is None or value is None or limit is None:
                continue
            if _is_constant(value) and not _is_constant(limit):
                value, limit = limit, value
            found.append(Comparison(condition=condition, value=value, limit=limit))
    return tuple(found)


def _is_constant(expression: Expression) -> bool:
    return all(reference.startswith("params.") for reference in expression.references)


def _side(node: syntax.Node, source: str, names: Mapping[str, Type]) -> Expression | None:
    """One side of a comparison on its own; None when it stands inside a macro and means nothing alone."""
    checked = typecheck.check(node, names)
    if checked.complaints:
        return None
    part = source[node.start : node.end]
    try:
        return replace(
            _compiled(_without_has(part, syntax.read(part)), part, checked), direct=direct(node, names)
        )
    except (ExpressionFaults, syntax.SyntaxFault):
        return None


# Running


def _nulls(references: tuple[str, ...], values: Mapping[str, Value]) -> tuple[str, ...]:
    return tuple(reference for reference in references if values[reference] is None)


def _nested(references: tuple[str, ...], values: Mapping[str, Value]) -> dict[str, Any]:
    context: dict[str, Any] = {}
    for reference in references:
        *parents, last = reference.split(".")
        place = context
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = _as_cel(values[reference])
    return context


def _as_cel(value: Value) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    return value


def _run(program: Any, references: tuple[str, ...], values: Mapping[str, Value]) -> Evaluated:
    missing = _nulls(references, values)
    if any(_is_too_large(values[reference]) for reference in references):
        return Evaluated(failure=Failure.OVERFLOW)
    trouble: list[Failure | None] = []
    context = _nested(references, values) | _functions(trouble)
    try:
        result = program.execute(context)
    except Exception as fault:
        return _failed(fault, missing, trouble)
    if trouble or result is None:
        return _failed(None, missing, trouble)
    if _is_too_large(result):
        return Evaluated(failure=Failure.OVERFLOW)
    if isinstance(result, bool | int | str):
        return Evaluated(value=result)
    return Evaluated(value=_shown(result))


def _shown(result: Any) -> str:
    if isinstance(result, datetime):
        return result.date().isoformat()
    return ", ".join(str(item) for item in result) if isinstance(result, list) else str(result)


def _failed(fault: Exception | None, missing: tuple[str, ...], trouble: list[Failure | None]) -> Evaluated:
    met = next((found for found in trouble if found is not None), None)
    if met is None and isinstance(fault, ZeroDivisionError):
        met = Failure.DIVISION_BY_ZERO
    if met is None and isinstance(fault, OverflowError):
        met = Failure.OVERFLOW
    if met is None and isinstance(fault, LookupError):
        met = Failure.NOT_FOUND
    if met in {None, Failure.NOT_FOUND} and missing:
        return Evaluated(missing=missing)
    return Evaluated(failure=met or Failure.IMPOSSIBLE)


def _is_too_large(value: object) -> bool:
    return isinstance(value, int) and not -syntax.INTEGER_LIMIT <= value < syntax.INTEGER_LIMIT


def _functions(trouble: list[Failure | None]) -> dict[str, Callable[..., Any]]:
    """Our functions; a raised exception would be printed by the package, so they note and answer null."""

    def exact(compute: Callable[[int, int], int], *, divides: bool) -> Callable[[Any, Any], Any]:
        def run(left: Any, right: Any) -> Any:
            if left is None or right is None:
                trouble.append(None)
                return None
            if divides and right == 0:
                trouble.append(Failure.DIVISION_BY_ZERO)
                return None
            result = compute(left, right)
            if _is_too_large(result):
                trouble.append(Failure.OVERFLOW)
                return None
            return result

        return run

    def cents(text: Any) -> Any:
        read = cents_of(text) if isinstance(text, str) else None
        if read is None:
            trouble.append(None if text is None else Failure.IMPOSSIBLE)
        return read

    def days_between(first: Any, last: Any) -> Any:
        if not isinstance(first, datetime) or not isinstance(last, datetime):
            trouble.append(None)
            return None
        return (last - first).days

    return {
        **{name: exact(compute, divides=name in DIVISIONS) for name, compute in EXACT.items()},
        "cents": cents,
        "days_between": days_between,
    }


def cents_of(text: str) -> int | None:
    """Read "12.34" as a ruleset writes amounts: a point, two decimals at most."""
    match = _EUROS.fullmatch(text)
    if match is None:
        return None
    cents = int(match[2]) * 100 + int((match[3] or "").ljust(2, "0"))
    return -cents if match[1] else cents


# Trying out

_INTEGERS: tuple[tuple[int, int], ...] = ((7, 3), (1, 50), (0, 0), (45_000, -7))
"""A first value and what each next name adds: two names are not always equal."""

_SAMPLES: dict[str, tuple[Any, ...]] = {
    "boolean": (True, False, False, True),
    "text": ("7", "a", "", "pass"),
    "time": (date(2026, 10, 1), date(2026, 9, 1), date(2027, 8, 31), date(2025, 2, 28)),
    "list": (("lease", "invoice"), (), ("quote",), ("pass",)),
}


def _try_out(expression: Expression, names: Mapping[str, Type], constants: Mapping[str, Value]) -> None:
    """Refuse what fails whatever the values: an overflow, a division by zero, a text that is no amount."""
    failures = []
    for turn in range(4):
        values = {
            reference: constants.get(reference, _sample(reference, names, turn, index))
            for index, reference in enumerate(expression.references)
        }
        found = expression.evaluate(values)
        if found.failure in {None, Failure.NOT_FOUND}:
            return
        failures.append(found.failure)
    reason = FAILURE_TEXTS[failures[0]]
    complaint = Complaint(
        code="expression-never-works",
        message=Text(
            f"l’expression échoue quelles que soient les valeurs : {reason.fr}",
            f"the expression fails whatever the values: {reason.en}",
        ),
        remedy=WRITE_VALUES,
    )
    raise ExpressionFaults((complaint,))


def _sample(reference: str, names: Mapping[str, Type], turn: int, index: int) -> Value:
    first, *rest = reference.split(".")
    found = names[first]
    for part in rest:
        assert found.fields is not None, "a checked reference has fields on its way"
        found = found.fields[part]
    if found.name == "integer":
        first_value, step = _INTEGERS[turn]
        return first_value + step * index
    value: Value = _SAMPLES[found.name][turn]
    return value
