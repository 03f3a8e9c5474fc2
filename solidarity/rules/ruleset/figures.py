"""Named figures in messages: `{limit}` and `{value}` become amounts, rates, days or counts."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from solidarity.rules.calendar import format_day
from solidarity.rules.money import format_euros
from solidarity.rules.ruleset.faults import Text

_NAME_ALONE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class Unit(StrEnum):
    EUROS = "euros"
    RATE = "rate"
    THOUSANDTHS = "thousandths"
    TEN_THOUSANDTHS = "ten-thousandths"
    PLAIN = "plain"


FigureValue = int | bool | str | date | Text | None


class Figure(NamedTuple):
    """A value with what it counts; integers of the unit, so nothing is ever rounded here."""

    value: FigureValue
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


NO_FIGURE = Figure(None)

_TRUTH = {True: Text("oui", "yes"), False: Text("non", "no")}
_UNKNOWN = Text("inconnu", "unknown")
_DECIMALS = {Unit.RATE: 2, Unit.THOUSANDTHS: 3}


def _number(value: int, unit: Unit, language: str) -> str:
    if unit is Unit.EUROS:
        return format_euros(value, language)
    if unit is Unit.TEN_THOUSANDTHS:
        return _unit_price(value, language)
    shown = decimal(value, _DECIMALS.get(unit, 0), language)
    if unit is Unit.RATE:
        return f"{shown}%" if language == "en" else f"{shown}\u00a0%"
    return shown


def _unit_price(value: int, language: str) -> str:
    """Ten-thousandths of a euro, written as an amount unless it takes more than two decimals."""
    cents, rest = divmod(value, 100)
    if not rest:
        return format_euros(cents, language)
    shown = decimal(value, 4, language)
    return f"€{shown}" if language == "en" else f"{shown}\u00a0€"


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


def unit_beside(source: str, other: Unit) -> Unit:
    """What an expression counts that is compared with something of a known unit.

    Thousandths that were computed with are no longer thousandths: beside euros they are cents.
    """
    own = unit_of(source)
    is_computed = own is Unit.THOUSANDTHS and _NAME_ALONE.fullmatch(source.strip()) is None
    return other if own is Unit.PLAIN or (is_computed and other is Unit.EUROS) else own


def placeholders(text: Text) -> frozenset[str]:
    return frozenset(PLACEHOLDER.findall(text.fr)) | frozenset(PLACEHOLDER.findall(text.en))


def has_stray_brace(text: Text) -> bool:
    return any(set("{}") & set(PLACEHOLDER.sub("", part)) for part in (text.fr, text.en))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Template:
    """A text ready to be filled: the names of its figures, and where each of them goes.

    Templates are told apart by identity: a filled one is remembered, and looking it up has to cost little.
    """

    names: tuple[str, ...]
    fr: str
    en: str


@lru_cache(maxsize=4096)
def template_of(text: Text) -> Template:
    names = tuple(sorted(placeholders(text)))
    return Template(names=names, fr=_numbered(text.fr, names), en=_numbered(text.en, names))


def _numbered(text: str, names: Sequence[str]) -> str:
    """The text as `str.format` takes it, each figure by its place among the names."""
    parts = PLACEHOLDER.split(text)
    parts[::2] = [part.replace("{", "{{").replace("}", "}}") for part in parts[::2]]
    parts[1::2] = [f"{{{names.index(name)}}}" for name in parts[1::2]]
    return "".join(parts)


def fill(text: Text, figures: Mapping[str, Figure]) -> Text:
    """The text with its figures written the way of each language."""
    return fill_from(text, figures.get)


def fill_from(text: Text, figure_of: Callable[[str], Figure | None]) -> Text:
    template = template_of(text)
    found = [figure_of(name) or NO_FIGURE for name in template.names]
    return filled(template, tuple([written(figure.value, figure.unit) for figure in found]))


@lru_cache(maxsize=16384)
def filled(template: Template, written: tuple[tuple[str, str], ...]) -> Text:
    """`written` holds each figure of the template in French and in English, in the order of its names."""
    fr, en = zip(*written, strict=True) if written else ((), ())
    return Text(template.fr.format(*fr), template.en.format(*en))


@lru_cache(maxsize=16384, typed=True)
def written(value: FigureValue, unit: Unit) -> tuple[str, str]:
    """In French and in English; typed, because True and 1 are equal and not written alike."""
    figure = Figure(value, unit)
    return figure.in_language("fr"), figure.in_language("en")
