"""How values are written on screens: amounts, days, instants, shares, in both languages."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from solidarity.rules.calendar import format_day, format_period, paris_day, paris_time
from solidarity.rules.money import format_euros, half_up_div
from solidarity.web.visit import Language

NARROW_SPACE = "\u202f"


def moment(instant: datetime, language: Language = "fr") -> str:
    """An instant by the clocks of Paris: "1er novembre 2026 à 14 h 05", "1 November 2026 at 14:05"."""
    local = paris_time(instant)
    if language == "en":
        return f"{format_day(local.date(), 'en')} at {local.hour}:{local.minute:02}"
    return f"{format_day(local.date(), 'fr')} à {local.hour}\u00a0h\u00a0{local.minute:02}"


def short_day(when: date) -> str:
    """For narrow tables: "01/11/2026" in both languages; of an instant, its day by the clocks of Paris."""
    day = paris_day(when) if isinstance(when, datetime) else when
    return f"{day.day:02}/{day.month:02}/{day.year}"


def percent(basis_points: int, language: Language = "fr") -> str:
    """A share in basis points, with one decimal when there is one: "97,2 %", "97.2%"."""
    tenths = half_up_div(basis_points, 10)
    whole, decimal = divmod(abs(tenths), 10)
    sign = "\u2212" if tenths < 0 else ""
    if language == "en":
        return f"{sign}{whole}.{decimal}%" if decimal else f"{sign}{whole}%"
    return f"{sign}{whole},{decimal}{NARROW_SPACE}%" if decimal else f"{sign}{whole}{NARROW_SPACE}%"


def number(count: int, language: Language = "fr") -> str:
    """A whole number with its thousands apart."""
    grouped = f"{count:,}"
    return grouped if language == "en" else grouped.replace(",", NARROW_SPACE)


def file_size(size_bytes: int, language: Language = "fr") -> str:
    """A size somebody can judge: "240 Ko", "1,2 Mo"."""
    unit = "o" if language == "fr" else "B"
    if size_bytes < 1_000_000:
        return f"{max(1, half_up_div(size_bytes, 1000))}\u00a0K{unit}"
    whole, decimal = divmod(half_up_div(size_bytes, 100_000), 10)
    return f"{whole}{',' if language == 'fr' else '.'}{decimal}\u00a0M{unit}"


def plural(count: int, one: str, many: str, language: Language = "fr") -> str:
    """The word that goes with a number: in French 0 and 1 are singular, in English only 1."""
    singular = abs(count) < 2 if language == "fr" else count == 1
    return f"{number(count, language)}\u00a0{one if singular else many}"


def formats_in(language: Language) -> dict[str, Callable[..., Any]]:
    """The template filters of one language, by name."""
    return {
        "euros": partial(_euros, language=language),
        "day": partial(_day, language=language),
        "typed_euros": typed_euros,
        "short_day": short_day,
        "period": lambda period: format_period(period[0], period[1], language),
        "moment": partial(moment, language=language),
        "percent": partial(percent, language=language),
        "number": partial(number, language=language),
        "file_size": partial(file_size, language=language),
        "plural": partial(plural, language=language),
    }


def typed_euros(cents: int) -> str:
    """An amount as somebody would type it into a field: "150,00"."""
    return f"{cents // 100},{cents % 100:02}"


def _day(when: date, *, language: Language) -> str:
    """A day, or the day on which an instant fell by the clocks of Paris."""
    return format_day(paris_day(when) if isinstance(when, datetime) else when, language)


def _euros(cents: int, *, language: Language) -> str:
    return format_euros(cents, language)
