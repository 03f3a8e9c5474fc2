"""What a school year will have granted on 31 August, from its grants so far and the pace of past years.

    known = Known(this_year=so_far, past=(last_year,), network=(whole_fund_last_year,))
    found = forecast(known, today=today, allocated_cents=80_000_00)
    found.expected_cents, found.least_cents, found.most_cents

A forecast is no money: inside, shares and variances are floats; what comes out is whole cents.

The share `s` of a year that is behind us is what past years had granted by the same day, of their totals. Two
guesses of the year's level stand against each other: the grants so far divided by `s`, and a usual year, the
mean of past totals. Each counts by its precision (credibility, Bühlmann 1967): few grants say little, and the
past decides; many grants decide themselves. What is still to come is `1 - s` of that level.

The band holds four outcomes in five if grants come one by one and independently, in the sizes seen so far (a
compound Poisson process), if the level differs between years by the spread of past totals (by `USUAL_SPREAD`
while there is one), and the share by the spread of past paces (by `PACE_DAYS` while there is one).
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from math import exp, log, sqrt
from typing import Final

from solidarity.rules.calendar import add_months, school_year_bounds
from solidarity.rules.money import Cents

ENOUGH_GRANTS: Final = 30
"""With fewer grants than this, the pace of past years is chance: that of the whole fund is taken."""
USUAL_SPREAD: Final = 0.25
"""By how much of itself a year's total differs from a usual one, until several past years tell."""
PACE_DAYS: Final = 10
"""By how many days a year runs ahead of another or behind it, until several past years tell."""
LINEAR_SPREAD: Final = 0.5
"""By how much of itself the share is unsure at first when no past year tells the pace."""
WITHIN: Final = 1.2816
"""Standard deviations on either side that hold four outcomes in five."""
LEAST_SHARE: Final = 0.01
"""Nothing is divided by less."""


class Basis(StrEnum):
    """Whose pace the forecast follows."""

    OWN = "own"
    NETWORK = "network"
    LINEAR = "linear"
    OVER = "over"


@dataclass(frozen=True, kw_only=True, slots=True)
class Grants:
    """What was granted on a day, less what was taken back; `squares` adds up the square of each, in cents."""

    day: date
    cents: Cents
    squares: int
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Year:
    """The grants of one school year."""

    school_year: str
    grants: tuple[Grants, ...]

    @property
    def total_cents(self) -> Cents:
        return sum(one.cents for one in self.grants)

    @property
    def count(self) -> int:
        return sum(one.count for one in self.grants)

    def until(self, day: date) -> "Year":
        """What was known of it in the evening of a day."""
        known = tuple(one for one in self.grants if one.day <= day)
        return Year(school_year=self.school_year, grants=known)


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What a forecast may use: earlier years of the same thing, and those of the whole fund (`network`)."""

    this_year: Year
    past: tuple[Year, ...] = ()
    network: tuple[Year, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """The end of a day: granted so far, or expected with its band."""

    day: date
    granted_cents: Cents | None
    expected_cents: Cents
    least_cents: Cents
    most_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """The total on the last day, between `least_cents` and `most_cents` in four cases of five.

    `share` is the part of the year behind us in basis points, by its pace; `years` are those that told it.
    `exhausted_on` is when the money is used up, if it will be; `exhausted_early` the same at the upper edge.
    """

    granted_cents: Cents
    expected_cents: Cents
    least_cents: Cents
    most_cents: Cents
    basis: Basis
    share: int
    years: int
    exhausted_on: date | None
    exhausted_early: date | None
    path: tuple[Point, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ahead:
    """What is to come: a year of this `level`, the rest unsure by `doubt` (a variance), in such grants."""

    granted: float
    share: float
    level: float
    doubt: float
    size: float

    def at(self, share: float) -> tuple[float, float, float]:
        """Expected, least and most when that share of the year is over."""
        part = max(share - self.share, 0.0)
        mean = self.level * part
        done = part / (1 - self.share) if self.share < 1 else 1.0
        variance = mean * self.size + done * done * self.doubt
        # Downwards the band is that of a lognormal, which never falls below what is granted.
        spread = log(1 + variance / (mean * mean)) if mean > 0 else 0.0
        least = mean * exp(-spread / 2 - WITHIN * sqrt(spread))
        most = mean + WITHIN * sqrt(variance)
        return self.granted + mean, self.granted + least, self.granted + most


class _Pace:
    """By which day which share of a year is granted, learned from past years, or linear without one."""

    def __init__(self, years: Sequence[Year], length: int) -> None:
        self.years = [year for year in years if year.total_cents > 0]
        self._curves = [_curve(year, length) for year in self.years]
        self._length = length

    def share(self, number: int) -> float:
        """After so many days of the year: the mean of past years."""
        if not self._curves:
            return min(number / self._length, 1.0)
        place = min(max(number, 0), self._length)
        return sum(curve[place] for curve in self._curves) / len(self._curves)

    def relative_variance(self, number: int) -> float:
        """How unsure that share is, as a variance of the ratio to the true one."""
        share = max(self.share(number), LEAST_SHARE)
        if not self._curves:
            return (LINEAR_SPREAD * (1 - share)) ** 2
        by_chance = (1 - share) / share * _size(self.years) / sum(year.total_cents for year in self.years)
        if len(self._curves) == 1:
            return by_chance + self._moved_by(PACE_DAYS, number) ** 2
        seen = _variance([curve[min(number, self._length)] / share for curve in self._curves])
        return by_chance + max(seen, self._moved_by(PACE_DAYS // 2, number) ** 2)

    def _moved_by(self, days: int, number: int) -> float:
        """By how much of itself the share changes when the year runs so many days early or late."""
        change = self.share(number + days) - self.share(number - days)
        return change / 2 / max(self.share(number), LEAST_SHARE)


def forecast(known: Known, *, today: date, allocated_cents: Cents | None = None) -> Forecast:
    """Forecast the total of the year; `allocated_cents` asks when that much is used up."""
    first, last = school_year_bounds(known.this_year.school_year)
    length = (last - first).days + 1
    number = min(max((today - first).days + 1, 0), length)
    so_far = known.this_year.until(today)
    own = [year for year in known.past if year.total_cents > 0]
    basis, pace_years = _basis(own, known.network)
    pace = _Pace(pace_years, length)
    ahead = _ahead(so_far, own, pace, number, _size([so_far, *own]) or _size(known.network))
    if number == length:
        ahead = replace(ahead, share=1.0, doubt=0.0)
    expected, least, most = ahead.at(1.0)
    return Forecast(
        granted_cents=so_far.total_cents,
        expected_cents=round(expected),
        least_cents=round(least),
        most_cents=round(most),
        basis=Basis.OVER if number == length else basis,
        share=round(ahead.share * 10_000),
        years=len(pace_years),
        exhausted_on=_exhausted(known.this_year, ahead, pace, allocated_cents, today=today, edge=0),
        exhausted_early=_exhausted(known.this_year, ahead, pace, allocated_cents, today=today, edge=2),
        path=tuple(_path(known.this_year, ahead, pace, today=today)),
    )


def _basis(own: Sequence[Year], network: Sequence[Year]) -> tuple[Basis, list[Year]]:
    if own and sum(year.count for year in own) >= ENOUGH_GRANTS:
        return Basis.OWN, list(own)
    of_all = [year for year in network if year.total_cents > 0]
    return (Basis.NETWORK, of_all) if of_all else (Basis.LINEAR, [])


def _ahead(so_far: Year, own: Sequence[Year], pace: _Pace, number: int, size: float) -> _Ahead:
    """Weigh the two guesses of the year's level, each by the other's variance."""
    share = pace.share(number)
    by_pace = max(so_far.total_cents, 0) / max(share, LEAST_SHARE)
    usual = sum(year.total_cents for year in own) / len(own) if own else by_pace
    awaited = max(share, LEAST_SHARE) * usual
    of_share, of_chance = pace.relative_variance(number), size / awaited if awaited else 0.0
    of_usual = _spread(own) ** 2
    trust = of_usual / (of_usual + of_share + of_chance) if own else 1.0
    level = trust * by_pace + (1 - trust) * usual
    of_level = trust**2 * of_chance + (1 - trust) ** 2 * of_usual
    # A wrong share moves the whole total guessed by the pace, but only the part behind us of a usual year.
    moved = trust + (1 - trust) * share
    return _Ahead(
        granted=so_far.total_cents,
        share=share,
        level=level,
        doubt=level**2 * ((1 - share) ** 2 * of_level + moved**2 * of_share),
        size=size,
    )


def _spread(years: Sequence[Year]) -> float:
    """How much of itself a year's total differs from the mean; never less than half the usual."""
    if len(years) < 2:
        return USUAL_SPREAD
    mean = sum(year.total_cents for year in years) / len(years)
    return max(sqrt(_variance([year.total_cents / mean for year in years])), USUAL_SPREAD / 2)


def _variance(values: Sequence[float]) -> float:
    """Of another one to come, of which these are the sample: with few values it is larger."""
    if len(values) < 2:
        return 0.0
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1) * (1 + 1 / len(values))


def _size(years: Iterable[Year]) -> float:
    """The size of grants that matters for chance: their mean square over their mean."""
    squares, cents = 0, 0
    for year in years:
        squares += sum(one.squares for one in year.grants)
        cents += sum(abs(one.cents) for one in year.grants)
    return squares / cents if cents else 0.0


def _curve(year: Year, length: int) -> list[float]:
    """Which share of the total was granted after 0, 1, 2… days; it never falls when money comes back."""
    first, _last = school_year_bounds(year.school_year)
    by_day = [0] * (length + 1)
    for one in year.grants:
        by_day[min(max((one.day - first).days + 1, 0), length)] += one.cents
    total, reached = year.total_cents, 0
    found: list[float] = []
    for cents in by_day:
        reached += cents
        found.append(min(max(reached / total, found[-1] if found else 0.0), 1.0))
    return found


def _exhausted(
    year: Year, ahead: _Ahead, pace: _Pace, allocated_cents: Cents | None, *, today: date, edge: int
) -> date | None:
    """The first day, today or later, on which the money is used up; `edge` 0 expects it, 2 fears it."""
    first, last = school_year_bounds(year.school_year)
    if allocated_cents is None or ahead.at(1.0)[edge] < allocated_cents or today > last:
        return None
    numbers = range(max((today - first).days + 1, 0), (last - first).days + 1)
    place = bisect_left(
        numbers, allocated_cents, key=lambda number: round(ahead.at(pace.share(number))[edge])
    )
    return last if place == len(numbers) else first + timedelta(days=max(numbers[place] - 1, 0))


def _path(year: Year, ahead: _Ahead, pace: _Pace, *, today: date) -> Iterable[Point]:
    """The end of each month, and today in between."""
    first, last = school_year_bounds(year.school_year)
    ends = {add_months(first, count + 1) - timedelta(days=1) for count in range(12)}
    if first <= today <= last:
        ends.add(today)
    for end in sorted(ends):
        if end <= today:
            granted = year.until(end).total_cents
            expected, least, most = (granted, granted, granted)
        else:
            share = 1.0 if end == last else pace.share((end - first).days + 1)
            expected, least, most = (round(value) for value in ahead.at(share))
        yield Point(
            day=end,
            granted_cents=granted if end <= today else None,
            expected_cents=expected,
            least_cents=least,
            most_cents=most,
        )
