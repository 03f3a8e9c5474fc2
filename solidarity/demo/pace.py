"""When things happen in the demo: the two school years, and office hours inside them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from solidarity.rules.calendar import (
    PARIS,
    paris_day,
    previous_school_year,
    school_year_bounds,
    school_year_of,
)

FIRST_HOUR, LAST_HOUR = 8, 18
SATURDAY = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Years:
    """The school year in progress at `now`, and the closed one before it."""

    now: datetime

    @property
    def this_year(self) -> str:
        return school_year_of(paris_day(self.now))

    @property
    def last_year(self) -> str:
        return previous_school_year(self.this_year)

    @property
    def this_start(self) -> datetime:
        return at_hour(school_year_bounds(self.this_year)[0], 0)

    @property
    def last_start(self) -> datetime:
        return at_hour(school_year_bounds(self.last_year)[0], 0)

    def early(self, share: int) -> datetime:
        """The instant after so many thousandths of this year so far; the year may be minutes old."""
        return self.this_start + (self.now - self.this_start) * share / 1000


def at_hour(day: date, hour: int) -> datetime:
    """That hour in Paris, as an instant in UTC."""
    return datetime.combine(day, time(hour), tzinfo=PARIS).astimezone(UTC)


def instants(
    first: datetime, gaps: Sequence[timedelta], *, end: datetime, dice: random.Random
) -> list[datetime]:
    """The first instant and one after each gap, in office hours when there is room, all before `end`.

    When the gaps reach beyond `end` they shrink together, so that a story always comes to its end.
    """
    assert first < end, "a story begins before it ends"
    whole = sum(gaps, timedelta())
    room = (end - first) * 9 / 10
    scale = min(1.0, room / whole) if whole else 1.0
    found = [_in_office_hours(first, earliest=first, latest=end, dice=dice)]
    wished = first
    for place, gap in enumerate(gaps, start=1):
        wished += gap * scale
        left = (end - found[-1]) / (len(gaps) - place + 2)
        latest = found[-1] + max(left, min(wished - found[-1], left * 2))
        earliest = found[-1] + min(timedelta(minutes=7), left / 2)
        found.append(
            _in_office_hours(max(wished, earliest), earliest=earliest, latest=min(latest, end), dice=dice)
        )
    return found


def _in_office_hours(
    wished: datetime, *, earliest: datetime, latest: datetime, dice: random.Random
) -> datetime:
    """The same day between eight and six in Paris, Friday for a weekend; as wished when that does not fit."""
    day = paris_day(wished)
    day -= timedelta(days=max(0, day.weekday() - SATURDAY + 1))
    minute = dice.randrange((LAST_HOUR - FIRST_HOUR) * 60)
    snapped = at_hour(day, FIRST_HOUR) + timedelta(minutes=minute, seconds=dice.randrange(60))
    return snapped if earliest <= snapped <= latest else min(max(wished, earliest), latest)
