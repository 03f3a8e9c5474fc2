"""Reading one TOML table: every key with its type, every fault kept, none raised."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from solidarity.rules.calendar import Duration, duration
from solidarity.rules.errors import Unreadable
from solidarity.rules.ruleset.expressions import (
    Expression,
    ExpressionFaults,
    Value,
    cents_of,
    compile_expression,
)
from solidarity.rules.ruleset.faults import Fault, Text
from solidarity.rules.ruleset.locate import Place
from solidarity.rules.ruleset.readable import is_readable, why_unreadable
from solidarity.rules.ruleset.signatures import Type

Raw = Mapping[str, object]
Choice = TypeVar("Choice", bound=StrEnum)

MOST_TEXT = 2_000
MOST_CENTS = 10_000_000_000
MOST_FAULTS = 200
PERCENT = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,2}))?[ \u00a0\u202f]?%")
UNIT_RATE = re.compile(r"([0-9]{1,8})(?:\.([0-9]{1,4}))?")

TYPE_NAMES: tuple[tuple[type, Text], ...] = (
    (bool, Text("un booléen", "a boolean")),
    (int, Text("un nombre entier", "an integer")),
    (Decimal, Text("un nombre à virgule", "a floating number")),
    (str, Text("un texte", "a string")),
    (datetime, Text("une date avec une heure", "a date with a time")),
    (date, Text("une date", "a date")),
    (list, Text("une liste", "an array")),
    (dict, Text("une table", "a table")),
)


def named_type(value: object) -> Text:
    return next((name for kind, name in TYPE_NAMES if isinstance(value, kind)), Text("autre chose", "other"))


class Faults:
    """Where faults are put while a file is read; beyond two hundred nobody reads them."""

    def __init__(self) -> None:
        self._found: list[Fault] = []

    def add(self, fault: Fault) -> None:
        if len(self._found) < MOST_FAULTS and fault not in self._found:
            self._found.append(fault)

    def all(self) -> tuple[Fault, ...]:
        return tuple(sorted(self._found, key=lambda fault: fault.line or 0))


class Table:
    """One table of the file; `asked` are the keys somebody wanted, `finish` reports the others."""

    def __init__(
        self,
        raw: Raw,
        *,
        place: Place,
        faults: Faults,
        rule: str | None = None,
        names: Mapping[str, Type] | None = None,
        constants: Mapping[str, Value] | None = None,
        refused: frozenset[str] = frozenset(),
    ) -> None:
        self.raw = raw
        self.place = place
        self.faults = faults
        self.rule = rule
        self.names = names or {}
        self.constants = constants or {}
        self.refused = refused
        self.asked: list[str] = []

    def inner(self, raw: Raw, key: str, index: int | None = None) -> "Table":
        """A table inside this one, reported on the line of the key that holds it."""
        return Table(
            raw,
            place=Place(line=self.place.line_of(key, index)),
            faults=self.faults,
            rule=self.rule,
            names=self.names,
            constants=self.constants,
            refused=self.refused,
        )

    def complain(self, key: str, code: str, message: Text, remedy: Text, *, index: int | None = None) -> None:
        said = Text(f"« {key} » : {message.fr}", f"“{key}”: {message.en}") if key else message
        line = self.place.line_of(key, index)
        self.faults.add(Fault(line=line, rule=self.rule, code=code, message=said, remedy=remedy))

    def has(self, key: str) -> bool:
        self._ask(key)
        return key in self.raw

    def _ask(self, key: str) -> None:
        if key not in self.asked:
            self.asked.append(key)

    def get(self, key: str, *, required: bool = False) -> object:
        self._ask(key)
        if key not in self.raw and required:
            self.complain(
                key,
                "key-missing",
                Text("cette clé est obligatoire", "this key is required"),
                Text(f"Ajoutez {key} = …", f"Add {key} = …"),
            )
        return self.raw.get(key)

    def wrong(self, key: str, wanted: Text, found: object) -> None:
        name = named_type(found)
        self.complain(
            key,
            "type",
            Text(f"attend {wanted.fr}, trouve {name.fr}", f"needs {wanted.en}, finds {name.en}"),
            Text(f"Écrivez {wanted.fr}.", f"Write {wanted.en}."),
        )

    def finish(self) -> None:
        for key in self.raw:
            if key in self.asked:
                continue
            close = get_close_matches(key, self.asked, n=1)
            known = ", ".join(self.asked)
            self.complain(
                str(key)[:80],
                "key-unknown",
                Text("clé inconnue", "unknown key"),
                Text(
                    f"Vouliez-vous dire « {close[0]} » ?" if close else f"Clés connues : {known}.",
                    f"Did you mean “{close[0]}”?" if close else f"Known keys: {known}.",
                ),
            )

    # Values

    def string(self, key: str, *, required: bool = False) -> str | None:
        value = self.get(key, required=required)
        if value is None:
            return None
        if not isinstance(value, str):
            self.wrong(key, Text("un texte entre guillemets", "a quoted string"), value)
            return None
        if not is_readable(value, most=MOST_TEXT):
            self.complain(
                key,
                "text-length",
                why_unreadable(value, most=MOST_TEXT),
                Text(f"De 1 à {MOST_TEXT} caractères visibles.", f"1 to {MOST_TEXT} visible characters."),
            )
            return None
        return value

    def choice(self, key: str, choices: type[Choice], *, required: bool = True) -> Choice | None:
        value = self.string(key, required=required)
        if value is None:
            return None
        if value in {choice.value for choice in choices}:
            return choices(value)
        self.not_one_of(key, value, [choice.value for choice in choices])
        return None

    def not_one_of(self, key: str, value: str, choices: Sequence[str]) -> None:
        close = get_close_matches(value, choices, n=1)
        listed = ", ".join(choices)
        self.complain(
            key,
            "choice-unknown",
            Text(f"« {value[:80]} » n’existe pas ici", f"“{value[:80]}” does not exist here"),
            Text(
                f"Vouliez-vous dire « {close[0]} » ?" if close else f"Choisissez parmi : {listed}.",
                f"Did you mean “{close[0]}”?" if close else f"Choose one of: {listed}.",
            ),
        )

    def boolean(self, key: str) -> bool:
        value = self.get(key)
        if value is None or isinstance(value, bool):
            return value is True
        self.wrong(key, Text("true ou false", "true or false"), value)
        return False

    def integer(self, key: str, *, least: int = 0, most: int = 10**9, required: bool = False) -> int | None:
        value = self.get(key, required=required)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong(key, Text("un nombre entier", "an integer"), value)
            return None
        if not least <= value <= most:
            self.complain(
                key,
                "number-range",
                Text("ce nombre est hors limites", "this number is out of range"),
                Text(f"De {least} à {most}.", f"From {least} to {most}."),
            )
            return None
        return value

    def day(self, key: str, *, required: bool = True) -> date | None:
        value = self.get(key, required=required)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        self.wrong(key, Text("une date sans guillemets (2026-09-01)", "an unquoted date (2026-09-01)"), value)
        return None

    def length(self, key: str, *, required: bool = False) -> Duration | None:
        value = self.string(key, required=required)
        return None if value is None else self.length_of(key, value)

    def length_of(self, key: str, value: str) -> Duration | None:
        try:
            found = duration(value)
        except Unreadable:
            found = Duration()
        if found == Duration():
            self.complain(
                key,
                "duration",
                Text(f"« {value[:80]} » n’est pas une durée", f"“{value[:80]}” is not a duration"),
                Text("Écrivez P30D, P2W, P3M ou P1Y.", "Write P30D, P2W, P3M or P1Y."),
            )
            return None
        return found

    def text(self, key: str, *, required: bool = True) -> Text | None:
        value = self.get(key, required=required)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.wrong(key, Text('{ fr = "…", en = "…" }', '{ fr = "…", en = "…" }'), value)
            return None
        inner = self.inner(value, key)
        fr, en = inner.string("fr", required=True), inner.string("en", required=True)
        inner.finish()
        return Text(fr, en) if fr is not None and en is not None else None

    def strings(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        value = self.get(key, required=required)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.wrong(key, Text("une liste de textes", "an array of strings"), value)
            return ()
        is_short = all(is_readable(item, most=100) for item in value)
        if not value or len(value) > 100 or len(set(value)) != len(value) or not is_short:
            self.complain(
                key,
                "list",
                Text("liste vide, trop longue ou avec un doublon", "empty, too long or repeating array"),
                Text("De 1 à 100 textes courts différents.", "1 to 100 different short strings."),
            )
        return tuple(value)

    def tables(self, key: str, *, required: bool = True) -> tuple["Table", ...]:
        value = self.get(key, required=required)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.wrong(key, Text("une liste de tables { … }", "an array of tables { … }"), value)
            return ()
        if not 1 <= len(value) <= 200:
            self.complain(
                key,
                "list",
                Text("liste vide ou trop longue", "empty or too long array"),
                Text("De 1 à 200 tables.", "1 to 200 tables."),
            )
            return ()
        return tuple(self.inner(item, key, index) for index, item in enumerate(value))

    # Money, rates and expressions

    def cents(self, key: str, *, required: bool = False) -> int | None:
        value = self.get(key, required=required)
        return None if value is None else self.cents_of(key, value)

    def cents_of(self, key: str, value: object) -> int | None:
        cents = cents_of(value) if isinstance(value, str) else None
        if cents is not None and 0 <= cents <= MOST_CENTS:
            return cents
        self.complain(
            key,
            "amount",
            Text(
                f"{_shown(value)} n’est pas un montant en euros",
                f"{_shown(value)} is not an amount in euros",
            ),
            Text(
                'Écrivez un texte à deux décimales au plus, avec un point : "250.00".',
                'Write a string with a point and two decimals at most: "250.00".',
            ),
        )
        return None

    def percent(self, key: str, *, required: bool = False, most: int = 100_000) -> int | None:
        value = self.get(key, required=required)
        if value is None:
            return None
        points = basis_points_of(value) if isinstance(value, str) else None
        if points is not None and points <= most:
            return points
        self.complain(
            key,
            "rate",
            Text(f"{_shown(value)} n’est pas un taux", f"{_shown(value)} is not a rate"),
            Text(
                f'Écrivez un texte comme "80%" ou "33.33%", {most // 100} % au plus.',
                f'Write a string such as "80%" or "33.33%", {most // 100}% at most.',
            ),
        )
        return None

    def unit_rate(self, key: str) -> int | None:
        """Euros a unit, up to four decimals, in ten-thousandths of a euro."""
        value = self.get(key)
        match = UNIT_RATE.fullmatch(value) if isinstance(value, str) else None
        if match is not None:
            return int(match[1]) * 10_000 + int((match[2] or "").ljust(4, "0"))
        self.complain(
            key,
            "amount",
            Text(
                f"{_shown(value)} n’est pas un prix unitaire en euros",
                f"{_shown(value)} is not a unit rate in euros",
            ),
            Text(
                'Écrivez un texte à quatre décimales au plus : "0.2345".',
                'Write a string with four decimals at most: "0.2345".',
            ),
        )
        return None

    def expression(self, key: str, *wanted: str, required: bool = False) -> Expression | None:
        value = self.get(key, required=required)
        if value is None:
            return None
        if not isinstance(value, str):
            self.wrong(key, Text("une expression entre guillemets", "a quoted expression"), value)
            return None
        return self.expression_of(key, value.removeprefix("="), *wanted)

    def expression_of(self, key: str, source: str, *wanted: str) -> Expression | None:
        try:
            return compile_expression(source, names=self.names, constants=self.constants, wanted=wanted)
        except ExpressionFaults as fault:
            for complaint in fault.complaints:
                if not any(f"“{name}”" in complaint.message.en for name in self.refused):
                    self.complain(key, complaint.code, complaint.message, complaint.remedy)
        return None

    def amount(self, key: str, *, required: bool = False) -> int | Expression | None:
        """A euro string, or an expression yielding cents after "="."""
        value = self.get(key, required=required)
        if value is None:
            return None
        if isinstance(value, str) and value.startswith("="):
            return self.expression_of(key, value[1:], "integer")
        return self.cents_of(key, value)

    def count(self, key: str, *, required: bool = False) -> int | Expression | None:
        """A whole number, or an expression yielding one (with or without "=")."""
        value = self.get(key, required=required)
        if isinstance(value, str):
            return self.expression_of(key, value.removeprefix("="), "integer")
        return self.integer(key, required=False)


def basis_points_of(value: str) -> int | None:
    match = PERCENT.fullmatch(value)
    return None if match is None else int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def _shown(value: object) -> str:
    """A value as a message quotes it; a number of thousands of digits is not written out."""
    if isinstance(value, str):
        return f'"{value[:40]}"'
    is_huge = isinstance(value, int) and abs(value) > 10**30
    return "…" if is_huge or not isinstance(value, int | Decimal | date) else str(value)[:40]
