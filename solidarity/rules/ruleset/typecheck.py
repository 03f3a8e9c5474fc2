"""What type an expression yields, found from its tree alone, and everything wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from solidarity.rules.ruleset import syntax
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.signatures import (
    ARITHMETIC,
    BOOLEAN,
    DIVISIONS,
    MACROS,
    METHODS,
    NULL,
    NUMBERS,
    ORDERED,
    SIGNATURES,
    TYPE_NAMES,
    UNKNOWN,
    Type,
)

MOST_NESTED_MACROS = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Complaint:
    code: str
    message: Text
    remedy: Text


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """The type of an expression, the paths it reads and what is wrong with it."""

    type: Type
    references: frozenset[str]
    complaints: tuple[Complaint, ...]


CONVERT = Text(
    "Comparez et calculez des valeurs de même type ; les montants sont des centimes entiers"
    ' (cents("12.34")).',
    'Compare and compute values of one type; amounts are integer cents (cents("12.34")).',
)


def check(node: syntax.Node, names: Mapping[str, Type]) -> Checked:
    checker = _Checker(names)
    found = checker.type_of(node)
    if found.name == "record":
        checker.complain_about_record()
    return Checked(type=found, references=frozenset(checker.references), complaints=tuple(checker.complaints))


class _Checker:
    def __init__(self, names: Mapping[str, Type]) -> None:
        self._names = dict(names)
        self._bound: list[str] = []
        self.references: set[str] = set()
        self.complaints: list[Complaint] = []

    def type_of(self, node: syntax.Node) -> Type:
        match node:
            case syntax.Literal(type_name=name):
                return Type(name)
            case syntax.Name() | syntax.Select():
                return self._path(node)
            case syntax.Index():
                return self._index(node)
            case syntax.Unary():
                return self._unary(node)
            case syntax.Binary():
                return self._binary(node)
            case syntax.Ternary():
                return self._ternary(node)
            case syntax.ListOf(items=items):
                return Type("list", self._common([self._value(item) for item in items]))
            case syntax.MapOf():
                return self._map(node)
        assert isinstance(node, syntax.Call), "every other node has its case"
        return self._call(node)

    def _map(self, node: syntax.MapOf) -> Type:
        for key in node.keys:
            self._need(key, ("text", "integer", "boolean"))
        return Type("map", self._common([self._value(value) for value in node.values]))

    # Saying what is wrong

    def _complain(self, code: str, message: Text, remedy: Text) -> Type:
        complaint = Complaint(code=code, message=message, remedy=remedy)
        if complaint not in self.complaints:
            self.complaints.append(complaint)
        return UNKNOWN

    def complain_about_record(self) -> Type:
        return self._complain(
            "expression-type",
            Text(
                "l’expression donne un ensemble de champs, pas une valeur",
                "the expression yields a set of fields, not a value",
            ),
            Text("Nommez un de ses champs, par exemple student.age.", "Name a field, such as student.age."),
        )

    def _value(self, node: syntax.Node) -> Type:
        found = self.type_of(node)
        return self.complain_about_record() if found.name == "record" else found

    def _need(self, node: syntax.Node, wanted: tuple[str, ...]) -> Type:
        """The type of a part that must be one of these; null is let through and met at run time."""
        found = self._value(node)
        if found.name in {*wanted, "unknown"}:
            return found
        wanted_fr = " ou ".join(TYPE_NAMES[name].fr for name in wanted)
        wanted_en = " or ".join(TYPE_NAMES[name].en for name in wanted)
        return self._complain(
            "expression-type",
            Text(
                f"l’expression attend {wanted_fr} et trouve {TYPE_NAMES[found.name].fr}",
                f"the expression needs {wanted_en} and finds {TYPE_NAMES[found.name].en}",
            ),
            CONVERT,
        )

    # Names

    def _path(self, node: syntax.Node) -> Type:
        parts: list[str] = []
        current = node
        while isinstance(current, syntax.Select):
            parts.insert(0, current.field)
            current = current.operand
        if not isinstance(current, syntax.Name):
            return self._complain(
                "expression-type",
                Text(
                    "l’expression prend un champ d’une valeur qui n’en a pas",
                    "the expression takes a field of a value that has none",
                ),
                Text(
                    "Écrivez le nom complet, par exemple line.months.", "Write the whole name: line.months."
                ),
            )
        return self._look_up(current.name, parts)

    def _look_up(self, name: str, parts: list[str]) -> Type:
        if name not in self._names:
            return self._unknown_name(name, name, self._names)
        found, path = self._names[name], name
        for part in parts:
            if found.fields is None:
                return self._unknown_name(f"{path}.{part}", part, ())
            if part not in found.fields:
                return self._unknown_name(f"{path}.{part}", part, found.fields)
            found, path = found.fields[part], f"{path}.{part}"
        if name not in self._bound and found.name != "record":
            self.references.add(path)
        return found

    def _unknown_name(self, path: str, part: str, known: "Mapping[str, Type] | tuple[str, ...]") -> Type:
        close = get_close_matches(part, known, n=1) or ([f"{part}_milli"] if f"{part}_milli" in known else [])
        if f"{part}_milli" in known:
            close = [f"{part}_milli"]
        names = ", ".join(sorted(known)[:30])
        remedy = (
            Text(f"Vouliez-vous dire « {close[0]} » ?", f"Did you mean “{close[0]}”?")
            if close
            else Text(
                f"Noms connus ici : {names or 'aucun'}.",
                f"Names known here: {names or 'none'}.",
            )
        )
        return self._complain(
            "expression-unknown-name",
            Text(f"le nom « {path} » est inconnu", f"the name “{path}” is unknown"),
            remedy,
        )

    # Operators

    def _index(self, node: syntax.Index) -> Type:
        operand = self._need(node.operand, ("list", "map"))
        self._need(node.index, ("integer",) if operand.name == "list" else ("integer", "text", "boolean"))
        return operand.item or UNKNOWN

    def _unary(self, node: syntax.Unary) -> Type:
        if node.operator == "!":
            self._need(node.operand, ("boolean",))
            return BOOLEAN
        return self._need(node.operand, ("integer", "double"))

    def _ternary(self, node: syntax.Ternary) -> Type:
        self._need(node.condition, ("boolean",))
        return self._common([self._value(node.then), self._value(node.otherwise)])

    def _common(self, types: list[Type]) -> Type:
        known = [found for found in types if found.name not in {"null", "unknown"}]
        if not known:
            return NULL if types and all(found.name == "null" for found in types) else UNKNOWN
        if any(not _same(found, known[0]) for found in known):
            return self._complain(
                "expression-type",
                Text(
                    "l’expression donne tantôt un type, tantôt un autre : "
                    + ", ".join(TYPE_NAMES[found.name].fr for found in known),
                    "the expression yields different types: "
                    + ", ".join(TYPE_NAMES[found.name].en for found in known),
                ),
                CONVERT,
            )
        return known[0]

    def _binary(self, node: syntax.Binary) -> Type:
        match node.operator:
            case "&&" | "||":
                self._need(node.left, ("boolean",))
                self._need(node.right, ("boolean",))
                return BOOLEAN
            case "==" | "!=":
                self._comparable(self._value(node.left), self._value(node.right), equality=True)
                return BOOLEAN
            case "<" | "<=" | ">" | ">=":
                left = self._need(node.left, tuple(sorted(ORDERED)))
                self._comparable(left, self._need(node.right, tuple(sorted(ORDERED))), equality=False)
                return BOOLEAN
            case "in":
                left, right = self._value(node.left), self._need(node.right, ("list", "map"))
                if right.name == "list" and right.item is not None:
                    self._comparable(left, right.item, equality=True)
                return BOOLEAN
        return self._arithmetic(node)

    def _comparable(self, left: Type, right: Type, *, equality: bool) -> None:
        names = {left.name, right.name}
        if "unknown" in names or (equality and "null" in names):
            return
        if not _same(left, right) and not names <= NUMBERS:
            self._complain(
                "expression-type",
                Text(
                    f"l’expression compare {TYPE_NAMES[left.name].fr} et {TYPE_NAMES[right.name].fr}",
                    f"the expression compares {TYPE_NAMES[left.name].en} with {TYPE_NAMES[right.name].en}",
                ),
                CONVERT,
            )

    def _arithmetic(self, node: syntax.Binary) -> Type:
        left, right = self._value(node.left), self._value(node.right)
        if UNKNOWN in (left, right):
            return UNKNOWN
        if node.operator in {"/", "%"} and _is_zero(node.right):
            return self._division_by_zero()
        result = ARITHMETIC.get((left.name, node.operator, right.name))
        if result is not None:
            return result
        return self._complain(
            "expression-type",
            Text(
                f"« {node.operator} » ne s’applique pas à {TYPE_NAMES[left.name].fr}"
                f" et {TYPE_NAMES[right.name].fr}",
                f"“{node.operator}” does not apply to {TYPE_NAMES[left.name].en}"
                f" and {TYPE_NAMES[right.name].en}",
            ),
            CONVERT,
        )

    def _division_by_zero(self) -> Type:
        return self._complain(
            "expression-division-by-zero",
            Text("l’expression divise par zéro", "the expression divides by zero"),
            Text("Divisez par un nombre qui n’est pas zéro.", "Divide by a number that is not zero."),
        )

    # Functions

    def _call(self, node: syntax.Call) -> Type:
        if node.target is not None and node.function in MACROS:
            return self._macro(node)
        if node.function == "has" and node.target is None:
            return self._has(node)
        table = SIGNATURES if node.target is None else METHODS
        if node.function not in table:
            return self._unknown_function(node, table)
        wanted, result = table[node.function]
        arguments = node.arguments if node.target is None else (node.target, *node.arguments)
        if len(arguments) != len(wanted):
            return self._complain(
                "expression-arguments",
                Text(
                    f"« {node.function} » prend {len(wanted)} valeur(s), pas {len(arguments)}",
                    f"“{node.function}” takes {len(wanted)} value(s), not {len(arguments)}",
                ),
                Text("Corrigez le nombre de valeurs.", "Give it that many values."),
            )
        for argument, names in zip(arguments, wanted, strict=True):
            self._need(argument, names)
        if node.function in DIVISIONS and _is_zero(node.arguments[1]):
            return self._division_by_zero()
        return result

    def _unknown_function(self, node: syntax.Call, table: Mapping[str, object]) -> Type:
        for argument in node.arguments:
            self.type_of(argument)
        close = get_close_matches(node.function, [*table, *MACROS], n=1)
        known = ", ".join(sorted(table))
        return self._complain(
            "expression-unknown-function",
            Text(
                f"la fonction « {node.function} » est inconnue", f"the function “{node.function}” is unknown"
            ),
            Text(
                f"Vouliez-vous dire « {close[0]} » ?" if close else f"Fonctions connues : {known}.",
                f"Did you mean “{close[0]}”?" if close else f"Known functions: {known}.",
            ),
        )

    def _has(self, node: syntax.Call) -> Type:
        if len(node.arguments) == 1 and isinstance(node.arguments[0], syntax.Select):
            self._value(node.arguments[0])
            return BOOLEAN
        return self._complain(
            "expression-arguments",
            Text("« has » prend un nom de champ", "“has” takes the name of a field"),
            Text("Écrivez par exemple has(student.trade).", "Write for instance has(student.trade)."),
        )

    def _macro(self, node: syntax.Call) -> Type:
        assert node.target is not None, "a macro stands after a list"
        operand = self._need(node.target, ("list",))
        if len(node.arguments) != 2 or not isinstance(node.arguments[0], syntax.Name):
            return self._complain(
                "expression-arguments",
                Text(
                    f"« {node.function} » prend un nom et une expression",
                    f"“{node.function}” takes a name and an expression",
                ),
                Text(
                    'Écrivez documents.exists(d, d == "lease").', 'Write documents.exists(d, d == "lease").'
                ),
            )
        name = node.arguments[0].name
        if name in self._names or len(self._bound) >= MOST_NESTED_MACROS:
            return self._complain(
                "expression-macro",
                Text(
                    f"« {name} » est déjà pris, ou les listes sont trop imbriquées",
                    f"“{name}” is already taken, or lists are nested too deeply",
                ),
                Text("Choisissez un autre nom, deux niveaux au plus.", "Choose another name; two levels."),
            )
        return self._macro_body(node, name, operand)

    def _macro_body(self, node: syntax.Call, name: str, operand: Type) -> Type:
        self._names[name] = operand.item or UNKNOWN
        self._bound.append(name)
        body = self._value(node.arguments[1])
        if node.function != "map" and body.name not in {"boolean", "unknown"}:
            self._need(node.arguments[1], ("boolean",))
        self._bound.pop()
        del self._names[name]
        if node.function == "map":
            return Type("list", body)
        return operand if node.function == "filter" else BOOLEAN


def _same(left: Type, right: Type) -> bool:
    if left.name != right.name:
        return False
    if left.item is None or right.item is None or UNKNOWN in (left.item, right.item):
        return True
    return _same(left.item, right.item)


def _is_zero(node: syntax.Node) -> bool:
    return isinstance(node, syntax.Literal) and node.value == 0 and node.type_name == "integer"
