"""The types of the expression language, and what each function and operator takes and yields."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from solidarity.rules.ruleset.faults import Text


@dataclass(frozen=True, slots=True)
class Type:
    """A type of the language; `item` for lists and maps, `fields` for what has names inside."""

    name: str
    item: "Type | None" = None
    fields: "Mapping[str, Type] | None" = field(default=None, hash=False)


INTEGER = Type("integer")
DOUBLE = Type("double")
BOOLEAN = Type("boolean")
TEXT = Type("text")
TIME = Type("time")
SPAN = Type("span")
NULL = Type("null")
UNKNOWN = Type("unknown")
"""After a first fault: what cannot be known is not reported twice."""

NUMBERS = frozenset({"integer", "double"})
ORDERED = frozenset({"integer", "double", "text", "time", "span", "boolean"})

TYPE_NAMES = {
    "integer": Text("un nombre entier", "an integer"),
    "double": Text("un nombre à virgule", "a floating number"),
    "boolean": Text("vrai ou faux", "true or false"),
    "text": Text("un texte", "a text"),
    "time": Text("une date", "a date"),
    "span": Text("une durée", "a duration"),
    "null": Text("rien (null)", "nothing (null)"),
    "list": Text("une liste", "a list"),
    "map": Text("une table", "a map"),
    "record": Text("un ensemble de champs", "a set of fields"),
}

SIGNATURES: dict[str, tuple[tuple[tuple[str, ...], ...], Type]] = {
    "min": ((("integer",), ("integer",)), INTEGER),
    "max": ((("integer",), ("integer",)), INTEGER),
    "floor_div": ((("integer",), ("integer",)), INTEGER),
    "ceil_div": ((("integer",), ("integer",)), INTEGER),
    "half_up_div": ((("integer",), ("integer",)), INTEGER),
    "cents": ((("text",),), INTEGER),
    "days_between": ((("time",), ("time",)), INTEGER),
    "size": ((("text", "list", "map"),), INTEGER),
    "int": ((("integer", "double", "text", "time"),), INTEGER),
    "double": ((("integer", "double", "text"),), DOUBLE),
    "string": ((("integer", "double", "text", "boolean", "time"),), TEXT),
    "timestamp": ((("text",),), TIME),
    "duration": ((("text",),), SPAN),
    "matches": ((("text",), ("text",)), BOOLEAN),
}
PARTS_OF_A_DATE = (
    *("getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"),
    *("getHours", "getMinutes"),
)
METHODS: dict[str, tuple[tuple[tuple[str, ...], ...], Type]] = {
    "contains": ((("text",), ("text",)), BOOLEAN),
    "startsWith": ((("text",), ("text",)), BOOLEAN),
    "endsWith": ((("text",), ("text",)), BOOLEAN),
    "matches": ((("text",), ("text",)), BOOLEAN),
    "size": ((("text", "list", "map"),), INTEGER),
    **dict.fromkeys(PARTS_OF_A_DATE, ((("time",),), INTEGER)),
}
MACROS = frozenset({"all", "exists", "exists_one", "filter", "map"})
DIVISIONS = frozenset({"floor_div", "ceil_div", "half_up_div"})


ARITHMETIC: dict[tuple[str, str, str], Type] = {
    **{("integer", operator, "integer"): INTEGER for operator in "+-*/%"},
    **{("double", operator, "double"): DOUBLE for operator in "+-*/"},
    ("text", "+", "text"): TEXT,
    ("list", "+", "list"): Type("list", UNKNOWN),
    ("time", "-", "time"): SPAN,
    ("time", "+", "span"): TIME,
    ("time", "-", "span"): TIME,
    ("span", "+", "span"): SPAN,
    ("span", "-", "span"): SPAN,
}
