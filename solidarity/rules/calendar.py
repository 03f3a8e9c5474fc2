"""Days as the fund counts them: school years, terms, months, ages, and how a day is read and written."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from solidarity.rules.errors import Unreadable

PARIS: Final = ZoneInfo("Europe/Paris")

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2200

SCHOOL_YEAR_FIRST_MONTH: Final = 9
TERM_FIRST_MONTHS: Final = (9, 1, 4)
"""The school terms: 1 September to 31 December, 1 January to 31 March, 1 April to 31 August."""

MONTH_NAMES: Final = {
    "fr": (
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}

_TERM_OF_MONTH = (1, 1, 1, 2, 2, 2, 2, 2, 0, 0, 0, 0)
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_FRENCH_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_SHORT_YEAR = re.compile(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2}")
_SCHOOL_YEAR = re.compile(r"([0-9]{4})-([0-9]{4})")
_DURATION = re.compile(r"P([0-9]{1,5})([DWMY])")
_MOST_OF_UNIT = {"D": 36_500, "W": 5_200, "M": 1_200, "Y": 100}


class Frequency(StrEnum):
    ONCE = "once"
    MONTHLY = "monthly"
    TERMLY = "termly"
    YEARLY = "yearly"


@dataclass(frozen=True, kw_only=True, slots=True)
class Duration:
    months: int = 0
    days: int = 0


# Paris


def paris_time(instant: datetime) -> datetime:
    assert instant.tzinfo is not None, "an instant is aware"
    return instant.astimezone(PARIS)


def paris_day(instant: datetime) -> date:
    return paris_time(instant).date()


# School years


@lru_cache(maxsize=4096)
def school_year_of(day: date) -> str:
    first = _school_year_start(day)
    return f"{first:04}-{first + 1:04}"


def _school_year_start(day: date) -> int:
    return day.year if day.month >= SCHOOL_YEAR_FIRST_MONTH else day.year - 1


def school_year_bounds(school_year: str) -> tuple[date, date]:
    """Give the first and the last day of "2026-2027"; raises Unreadable("school-year-unreadable")."""
    match = _SCHOOL_YEAR.fullmatch(school_year)
    if match is None or int(match[2]) != int(match[1]) + 1 or not FIRST_YEAR <= int(match[1]) < LAST_YEAR:
        raise Unreadable("school-year-unreadable")
    return date(int(match[1]), SCHOOL_YEAR_FIRST_MONTH, 1), date(int(match[2]), 8, 31)


def previous_school_year(school_year: str) -> str:
    return school_year_of(school_year_bounds(school_year)[0] - timedelta(days=1))


def next_school_year(school_year: str) -> str:
    return school_year_of(school_year_bounds(school_year)[1] + timedelta(days=1))


# Counting; both ends of a period belong to it


def days_in(first: date, last: date) -> int:
    if last < first:
        raise Unreadable("period-reversed")
    return (last - first).days + 1


def weeks_in(first: date, last: date) -> int:
    """Count weeks of seven days from the first day; a week that has begun counts."""
    return (days_in(first, last) + 6) // 7


def months_touched(first: date, last: date) -> int:
    """Count calendar months with a day in the period: 15 October to 14 November is 2."""
    _in_order(first, last)
    return (last.year - first.year) * 12 + last.month - first.month + 1


def terms_touched(first: date, last: date) -> int:
    _in_order(first, last)
    return _term_index(last) - _term_index(first) + 1


def _term_index(day: date) -> int:
    return _school_year_start(day) * 3 + _TERM_OF_MONTH[day.month - 1]


def school_years_touched(first: date, last: date) -> int:
    _in_order(first, last)
    return _school_year_start(last) - _school_year_start(first) + 1


def _in_order(first: date, last: date) -> None:
    if last < first:
        raise Unreadable("period-reversed")


def occurrences(frequency: str, first: date, last: date) -> int:
    """Count how often an amount falls due; raises Unreadable: frequency-unknown, period-reversed."""
    if frequency not in _OCCURRENCES:
        raise Unreadable("frequency-unknown")
    return _OCCURRENCES[frequency](first, last)


def _single(first: date, last: date) -> int:
    _in_order(first, last)
    return 1


_OCCURRENCES = {
    "once": _single,
    "monthly": months_touched,
    "termly": terms_touched,
    "yearly": school_years_touched,
}


def term_start(day: date) -> date:
    """Give the first day of the school term the day lies in."""
    return date(day.year, TERM_FIRST_MONTHS[_TERM_OF_MONTH[day.month - 1]], 1)


# Ages and moving along the calendar


def age_on(birth_date: date, day: date) -> int:
    """Full years; somebody born on 29 February grows older on 1 March when there is no 29 February."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def add_months(day: date, months: int) -> date:
    """Same day some months later, or the last day of that month when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    return add_months(day, 12 * years)


def duration(text: str) -> Duration:
    """Read "P30D", "P2W", "P3M" or "P1Y"; raises Unreadable("duration-unreadable")."""
    match = _DURATION.fullmatch(text)
    if match is None or int(match[1]) > _MOST_OF_UNIT[match[2]]:
        raise Unreadable("duration-unreadable")
    count = int(match[1])
    return {
        "D": Duration(days=count),
        "W": Duration(days=7 * count),
        "M": Duration(months=count),
        "Y": Duration(months=12 * count),
    }[match[2]]


def minus(day: date, length: Duration) -> date:
    return add_months(day, -length.months) - timedelta(days=length.days)


def plus(day: date, length: Duration) -> date:
    return add_months(day, length.months) + timedelta(days=length.days)


# Reading and writing days


def parse_day(text: str) -> date:
    """Read 2026-11-01, 01/11/2026 or 1/11/2026.

    Raises Unreadable: day-required, day-short-year, day-unreadable, day-impossible, day-out-of-range.
    """
    typed = text.strip(" \u00a0\u202f")
    if not typed:
        raise Unreadable("day-required")
    if match := _ISO_DAY.fullmatch(typed):
        year, month, day = match.groups()
    elif match := _FRENCH_DAY.fullmatch(typed):
        day, month, year = match.groups()
    else:
        raise Unreadable("day-short-year" if _SHORT_YEAR.fullmatch(typed) else "day-unreadable")
    return _existing_day(int(year), int(month), int(day))


def _existing_day(year: int, month: int, day: int) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise Unreadable("day-impossible") from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Unreadable("day-out-of-range", first_year=FIRST_YEAR, last_year=LAST_YEAR)
    return found


def format_day(day: date, language: str = "fr") -> str:
    return f"{_day_and_month(day, language)} {day.year}"


def _day_and_month(day: date, language: str) -> str:
    ordinal = "er" if day.day == 1 and language == "fr" else ""
    return f"{day.day}{ordinal} {MONTH_NAMES[language][day.month - 1]}"


def format_period(first: date, last: date, language: str = "fr") -> str:
    """Write "du 1er novembre au 15 décembre 2026", or "1 November to 15 December 2026" in English."""
    end = format_day(last, language)
    if first == last:
        return f"le {end}" if language == "fr" else end
    start = _day_and_month(first, language) if first.year == last.year else format_day(first, language)
    return f"du {start} au {end}" if language == "fr" else f"{start} to {end}"
