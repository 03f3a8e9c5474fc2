"""The optional declarations of a ruleset: kinds of aid, facts that lines carry, parameters."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from solidarity.rules.ruleset.expressions import cents_of
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.figures import Unit as Measure
from solidarity.rules.ruleset.locate import Places
from solidarity.rules.ruleset.model import (
    CATEGORIES,
    DEFAULT_KINDS,
    DatedValue,
    FactDeclaration,
    FactType,
    Parameter,
    ParameterValue,
)
from solidarity.rules.ruleset.readable import is_readable
from solidarity.rules.ruleset.reading import (
    MOST_CENTS,
    MOST_TEXT,
    Faults,
    Table,
    basis_points_of,
)

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")
KIND = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
RESERVED = frozenset(
    {"true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if"}
    | {"import", "let", "loop", "package", "namespace", "return", "var", "void", "while", "has"}
)
LOOKS_LIKE_MONEY = re.compile(r"[+-]?\d+([.,]\d*)?\s*€?")
AMOUNT_IN_LIST = re.compile(r"[0-9]{1,8}\.[0-9]{2}")
MEASURES = {"amount": Measure.EUROS, "rate": Measure.RATE}
MOST_DECLARED = 200


def read_kinds(raw: Mapping[str, Any], places: Places, faults: Faults) -> Mapping[str, tuple[str, ...]]:
    table = Table(raw, place=places.of("kinds"), faults=faults)
    kinds = {category: table.strings(category) or DEFAULT_KINDS[category] for category in CATEGORIES}
    table.finish()
    for category, named in kinds.items():
        for kind in named:
            if not KIND.fullmatch(kind):
                table.complain(
                    category,
                    "name",
                    Text(f"« {kind[:60]} » n’est pas un nom", f"“{kind[:60]}” is not a name"),
                    Text("Minuscules, chiffres, - et _.", "Lower case letters, digits, - and _."),
                )
    return kinds


def _is_name(table: Table, name: str) -> bool:
    if NAME.fullmatch(name) and name not in RESERVED:
        return True
    table.complain(
        name[:80],
        "name",
        Text("ce nom ne peut pas servir dans une expression", "this name cannot be used in an expression"),
        Text("Lettres sans accent, chiffres et _.", "Letters, digits and _."),
    )
    return False


def _too_many(table: Table, raw: Mapping[str, Any]) -> bool:
    if len(raw) <= MOST_DECLARED:
        return False
    table.complain(
        "",
        "too-many",
        Text(f"{MOST_DECLARED} noms au plus", f"at most {MOST_DECLARED} names"),
        Text("Retirez ce qui ne sert pas.", "Remove what is not used."),
    )
    return True


def read_facts(
    raw: Mapping[str, Any], places: Places, faults: Faults, kinds: Mapping[str, tuple[str, ...]]
) -> Mapping[str, FactDeclaration]:
    holder = Table(raw, place=places.of("facts"), faults=faults)
    found: dict[str, FactDeclaration] = {}
    if _too_many(holder, raw):
        return found
    for name, value in raw.items():
        if not _is_name(holder, name):
            continue
        if not isinstance(value, dict):
            holder.wrong(name, Text("une table", "a table"), value)
            continue
        table = Table(value, place=places.of(f"facts.{name}"), faults=faults)
        declared = _fact(table, name, kinds)
        if declared is not None:
            found[name] = declared
    _refuse_same_variable(holder, found)
    return found


def _fact(table: Table, name: str, kinds: Mapping[str, tuple[str, ...]]) -> FactDeclaration | None:
    fact_type = table.choice("type", FactType)
    unit, label, named = table.string("unit"), table.text("label"), table.strings("kinds")
    table.finish()
    known = [
        *("*", *CATEGORIES),
        *(kind for listed in kinds.values() for kind in listed),
        *(f"{category}.{kind}" for category, listed in kinds.items() for kind in listed),
    ]
    for kind in named:
        if kind not in known:
            table.not_one_of("kinds", kind, known)
    if fact_type is None or label is None:
        return None
    return FactDeclaration(name=name, type=fact_type, unit=unit, label=label, kinds=named)


def _refuse_same_variable(table: Table, facts: Mapping[str, FactDeclaration]) -> None:
    seen: dict[str, str] = {}
    for fact in facts.values():
        other = seen.setdefault(fact.variable, fact.name)
        if other != fact.name:
            table.complain(
                fact.name,
                "name",
                Text(f"ce fait se confond avec « {other} »", f"this fact is confused with “{other}”"),
                Text("Renommez l’un des deux.", "Rename one of them."),
            )


def read_params(raw: Mapping[str, Any], places: Places, faults: Faults) -> Mapping[str, Parameter]:
    holder = Table(raw, place=places.of("params"), faults=faults)
    found: dict[str, Parameter] = {}
    if _too_many(holder, raw):
        return found
    for name, value in raw.items():
        if not _is_name(holder, name):
            continue
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            dated = _dated(holder, places, name, value)
        else:
            read = _value(holder, name, value)
            dated = () if read is None else (DatedValue(from_day=None, value=read),)
        if dated:
            found[name] = Parameter(name=name, values=dated, measure=_measure(value, dated[0].value))
    return found


def _dated(holder: Table, places: Places, name: str, entries: list[Any]) -> tuple[DatedValue, ...]:
    found: list[DatedValue] = []
    shapes: list[str] = []
    for index, entry in enumerate(entries[:MOST_DECLARED]):
        table = Table(entry, place=places.of(f"params.{name}", index), faults=holder.faults)
        from_day = table.day("from")
        table.get("value", required=True)
        value = _value(table, "value", entry["value"]) if "value" in entry else None
        is_confirmed = table.boolean("confirmed") if table.has("confirmed") else True
        table.finish()
        if from_day is not None and value is not None:
            if from_day in {dated.from_day for dated in found}:
                reason = Text("une autre valeur commence ce jour-là", "another value begins on that day")
                _dated_complaint(table, "from", reason)
            found.append(DatedValue(from_day=from_day, value=value, is_confirmed=is_confirmed))
            shapes.append(_shape(entry["value"], value))
            if shapes[-1] != shapes[0]:
                reason = Text("le type n’est pas celui des autres", "the type is not that of the others")
                _dated_complaint(table, "value", reason)
    return tuple(sorted(found, key=lambda dated: dated.from_day or date.min))


def _dated_complaint(table: Table, key: str, message: Text) -> None:
    remedy = Text("Une valeur par jour, toutes du même type.", "One value a day, all of one type.")
    table.complain(key, "param-dated", message, remedy)


def _shape(written: object, value: ParameterValue) -> str:
    """Cents, basis points and plain numbers are all integers, yet never replace each other."""
    if isinstance(written, str) and isinstance(value, int):
        return "rate" if "%" in written else "amount"
    return f"list of {type(value[0]).__name__}" if isinstance(value, tuple) else type(value).__name__


def _measure(written: object, value: ParameterValue) -> Measure:
    """Of dated values and of a list the first says it: all are alike."""
    if isinstance(written, list) and isinstance(written[0], dict):
        return _measure(written[0].get("value"), value)
    if isinstance(written, list) and isinstance(value, tuple):
        return _measure(written[0], value[0])
    return MEASURES.get(_shape(written, value), Measure.PLAIN)


def _value(table: Table, key: str, value: object) -> ParameterValue | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return table.inner({key: value}, key).integer(key, least=-(10**15), most=10**15)
    if isinstance(value, str):
        return _from_text(table, key, value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, list) and value:
        if all(isinstance(item, str) for item in value):
            return _from_texts([str(item) for item in value])
        if all(isinstance(item, int) and not isinstance(item, bool) and abs(item) < 10**15 for item in value):
            return tuple(int(item) for item in value)
    table.wrong(
        key,
        Text(
            'un montant ("250.00"), un taux ("80%"), un entier, un texte, une date ou un booléen',
            'an amount ("250.00"), a rate ("80%"), an integer, a string, a date or a boolean',
        ),
        value,
    )
    return None


def _from_texts(items: list[str]) -> ParameterValue:
    """Amounts with two decimals are cents, rates basis points; "84" in a list stays a text: it is a code."""
    if all(AMOUNT_IN_LIST.fullmatch(item) for item in items):
        return tuple(cents_of(item) or 0 for item in items)
    points = [basis_points_of(item) for item in items]
    known = tuple(found for found in points if found is not None)
    return known if len(known) == len(items) else tuple(items)


def _from_text(table: Table, key: str, value: str) -> ParameterValue | None:
    """A euro string is cents, a percent string basis points, any other text itself."""
    points = basis_points_of(value)
    if points is not None:
        return points
    cents = cents_of(value)
    if cents is not None and abs(cents) <= MOST_CENTS:
        return cents
    if value.startswith("="):
        reason = Text(
            "un paramètre est une constante, pas un calcul", "a parameter is a constant, not a computation"
        )
    elif LOOKS_LIKE_MONEY.fullmatch(value) or value.rstrip().endswith("%"):
        reason = Text("ce montant ou ce taux est illisible", "this amount or rate cannot be read")
    elif value and not is_readable(value, most=MOST_TEXT):
        reason = Text("ce texte est trop long ou illisible", "this text is too long or unreadable")
    else:
        return value
    table.complain(
        key,
        "param",
        reason,
        Text(
            'Écrivez "250.00" ou "80%", deux décimales au plus.',
            'Write "250.00" or "80%", two decimals at most.',
        ),
    )
    return None
