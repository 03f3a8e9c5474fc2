"""Named figures in messages: `{limit}` and `{value}` become amounts, rates, days or counts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from solidarity.rules.calendar import format_day
from solidarity.rules.money import format_euros
from solidarity.rules.ruleset.faults import Text

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class Unit(StrEnum):
    EUROS = "euros"
    RATE = "rate"
    THOUSANDTHS = "thousandths"
    TEN_THOUSANDTHS = "ten-thousandths"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with what it counts; integers of the unit, so nothing is ever rounded here."""

    value: int | bool | str | date | Text | None
    unit: Unit = Unit.PLAIN

    def in_language(self, language: str) -> str:
        value = self.value
        if isinstance(value, bool):
            return _TRUTH[value].in_language(language)
        if isinstance(value, int):
            return _number(value, self.unit, language)
        if isinstance(value, date):
            return format_day(value, language)
        if isinstance(value, Text):
            return value.in_language(language)
        return value if value is not None else _UNKNOWN.in_language(language)


_TRUTH = {True: Text("oui", "yes"), False: Text("non", "no")}
_UNKNOWN = Text("inconnu", "unknown")
_DECIMALS = {Unit.RATE: 2, Unit.THOUSANDTHS: 3, Unit.TEN_THOUSANDTHS: 4}


def _number(value: int, unit: Unit, language: str) -> str:
    if unit is Unit.EUROS:
        return format_euros(value, language)
    shown = decimal(value, _DECIMALS.get(unit, 0), language)
    if unit is Unit.RATE:
        return f"{shown}%" if language == "en" else f"{shown}\u00a0%"
    if unit is Unit.TEN_THOUSANDTHS:
        return f"€{shown}" if language == "en" else f"{shown}\u00a0€"
    return shown


def decimal(value: int, places: int, language: str) -> str:
    """Write an integer of 10^-places without trailing zeros: 12400 thousandths is 12,4."""
    whole, rest = divmod(abs(value), 10**places)
    sign = "−" if value < 0 else ""
    decimals = f"{rest:0{places}}".rstrip("0") if places and rest else ""
    point = "." if language == "en" else ","
    return f"{sign}{whole}{point}{decimals}" if decimals else f"{sign}{whole}"


def unit_of(source: str) -> Unit:
    """What the result of an expression counts, from the names it uses."""
    if "_cents" in source or "cents(" in source:
        return Unit.EUROS
    return Unit.THOUSANDTHS if "_milli" in source else Unit.PLAIN


def placeholders(text: Text) -> frozenset[str]:
    return frozenset(PLACEHOLDER.findall(text.fr)) | frozenset(PLACEHOLDER.findall(text.en))


def has_stray_brace(text: Text) -> bool:
    return any(set("{}") & set(PLACEHOLDER.sub("", part)) for part in (text.fr, text.en))


def fill(text: Text, figures: Mapping[str, Figure]) -> Text:
    return Text(_filled(text.fr, figures, "fr"), _filled(text.en, figures, "en"))


def _filled(text: str, figures: Mapping[str, Figure], language: str) -> str:
    return PLACEHOLDER.sub(
        lambda found: figures.get(found[1], Figure(None)).in_language(language),
        text,
    )
