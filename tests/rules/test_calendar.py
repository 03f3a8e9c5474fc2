"""School years, terms, ages, and days as they are typed and written."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidarity.rules import calendar
from solidarity.rules.calendar import Duration
from solidarity.rules.errors import Unreadable

DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))


@pytest.mark.parametrize(
    ("day", "school_year"),
    [
        (date(2026, 8, 31), "2025-2026"),
        (date(2026, 9, 1), "2026-2027"),
        (date(2026, 12, 31), "2026-2027"),
        (date(2027, 1, 1), "2026-2027"),
    ],
)
def test_the_school_year_begins_on_the_first_of_september(day, school_year):
    assert calendar.school_year_of(day) == school_year


def test_a_school_year_has_bounds_and_neighbours():
    assert calendar.school_year_bounds("2026-2027") == (date(2026, 9, 1), date(2027, 8, 31))
    assert calendar.previous_school_year("2026-2027") == "2025-2026"
    assert calendar.next_school_year("2026-2027") == "2027-2028"


@pytest.mark.parametrize("text", ["2026", "2026-2028", "2026/2027", "2026-27", "0000-0001", "9999-10000", ""])
def test_a_school_year_is_two_following_years(text):
    with pytest.raises(Unreadable, match="school-year-unreadable"):
        calendar.school_year_bounds(text)


# first, last, days, weeks, months, terms, school years
PERIODS = [
    ("2026-10-15", "2026-11-14", 31, 5, 2, 1, 1),
    ("2026-10-01", "2026-10-01", 1, 1, 1, 1, 1),
    ("2026-10-01", "2026-10-07", 7, 1, 1, 1, 1),
    ("2026-10-01", "2026-10-08", 8, 2, 1, 1, 1),
    ("2026-09-01", "2027-08-31", 365, 53, 12, 3, 1),
    ("2026-09-01", "2026-12-31", 122, 18, 4, 1, 1),
    ("2026-12-31", "2027-01-01", 2, 1, 2, 2, 1),
    ("2027-03-31", "2027-04-01", 2, 1, 2, 2, 1),
    ("2027-08-31", "2027-09-01", 2, 1, 2, 2, 2),
    ("2026-09-01", "2028-06-30", 669, 96, 22, 6, 2),
]


@pytest.mark.parametrize(("first", "last", "days", "weeks", "months", "terms", "years"), PERIODS)
def test_a_period_counts_what_it_touches(first, last, days, weeks, months, terms, years):
    period = (date.fromisoformat(first), date.fromisoformat(last))
    assert calendar.days_in(*period) == days
    assert calendar.weeks_in(*period) == weeks
    assert calendar.months_touched(*period) == months
    assert calendar.terms_touched(*period) == terms
    assert calendar.school_years_touched(*period) == years
    counted = [calendar.occurrences(frequency, *period) for frequency in calendar.Frequency]
    assert counted == [1, months, terms, years]


@given(DAYS, st.integers(0, 1500))
def test_counts_agree_with_walking_every_day(first, length):
    last = first + timedelta(days=length)
    days = [first + timedelta(days=step) for step in range(length + 1)]
    assert calendar.months_touched(first, last) == len({(day.year, day.month) for day in days})
    assert calendar.terms_touched(first, last) == len({calendar.term_start(day) for day in days})
    assert calendar.school_years_touched(first, last) == len({calendar.school_year_of(day) for day in days})


@pytest.mark.parametrize(
    "count",
    [
        calendar.days_in,
        calendar.weeks_in,
        calendar.months_touched,
        calendar.terms_touched,
        calendar.school_years_touched,
        lambda first, last: calendar.occurrences("once", first, last),
    ],
)
def test_a_reversed_period_is_refused(count):
    with pytest.raises(Unreadable, match="period-reversed"):
        count(date(2026, 10, 2), date(2026, 10, 1))


def test_an_unknown_frequency_is_refused():
    with pytest.raises(Unreadable, match="frequency-unknown"):
        calendar.occurrences("weekly", date(2026, 10, 1), date(2026, 10, 2))


def test_a_pupil_grows_older_on_the_birthday():
    assert calendar.age_on(date(2008, 10, 2), date(2026, 10, 1)) == 17
    assert calendar.age_on(date(2008, 10, 2), date(2026, 10, 2)) == 18


def test_a_pupil_born_on_29_february_grows_older_on_1_march():
    born = date(2008, 2, 29)
    assert calendar.age_on(born, date(2026, 2, 28)) == 17
    assert calendar.age_on(born, date(2026, 3, 1)) == 18
    assert calendar.age_on(born, date(2028, 2, 29)) == 20


def test_moving_along_the_calendar_never_falls_off_a_month():
    assert calendar.add_years(date(2028, 2, 29), 1) == date(2029, 2, 28)
    assert calendar.add_years(date(2028, 2, 29), 4) == date(2032, 2, 29)
    assert calendar.add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert calendar.add_months(date(2026, 12, 15), 1) == date(2027, 1, 15)
    assert calendar.add_months(date(2026, 1, 15), -13) == date(2024, 12, 15)


@given(DAYS, st.integers(-600, 600))
def test_adding_months_lands_in_the_right_month(day, months):
    found = calendar.add_months(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day <= day.day


def test_a_length_of_time_is_read_and_taken_away():
    day = date(2026, 3, 31)
    assert calendar.duration("P30D") == Duration(days=30)
    assert calendar.minus(day, calendar.duration("P30D")) == date(2026, 3, 1)
    assert calendar.minus(day, calendar.duration("P2W")) == date(2026, 3, 17)
    assert calendar.minus(day, calendar.duration("P1M")) == date(2026, 2, 28)
    assert calendar.minus(day, calendar.duration("P12M")) == calendar.minus(day, calendar.duration("P1Y"))
    assert calendar.plus(day, calendar.duration("P3M")) == date(2026, 6, 30)


@pytest.mark.parametrize(
    "text", ["", "P", "30D", "P-1D", "P1.5M", "P1H", "P1Y2M", "p1y", "P٣D", "P101Y", "P99999D"]
)
def test_an_unreadable_length_is_refused(text):
    with pytest.raises(Unreadable, match="duration-unreadable"):
        calendar.duration(text)


@pytest.mark.parametrize("typed", ["2026-11-01", "01/11/2026", "1/11/2026", " 01/11/2026\u00a0"])
def test_a_day_is_read_in_french_and_iso_order(typed):
    assert calendar.parse_day(typed) == date(2026, 11, 1)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "day-required"),
        ("  ", "day-required"),
        ("01/11/26", "day-short-year"),
        ("1-11-26", "day-short-year"),
        ("31/11/2026", "day-impossible"),
        ("00/00/0000", "day-impossible"),
        ("2026-13-01", "day-impossible"),
        ("29/02/2027", "day-impossible"),
        ("31/12/1899", "day-out-of-range"),
        ("01/01/2201", "day-out-of-range"),
        ("0001-01-01", "day-out-of-range"),
        ("9999-12-31", "day-out-of-range"),
        ("+292000000000-01-01", "day-unreadable"),
        ("٠١/١١/٢٠٢٦", "day-unreadable"),
        ("2026-11-01T00:00:00", "day-unreadable"),
        ("20261101", "day-unreadable"),
        ("1er novembre 2026", "day-unreadable"),
        ("01/11/2026\n", "day-unreadable"),
    ],
)
def test_a_day_that_cannot_be_is_refused(typed, code):
    with pytest.raises(Unreadable) as refusal:
        calendar.parse_day(typed)
    assert refusal.value.code == code


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_every_day_of_the_range_is_read_both_ways(day):
    assert (
        calendar.parse_day(day.isoformat()) == day == calendar.parse_day(f"{day.day}/{day.month}/{day.year}")
    )


def test_days_are_written_in_both_languages():
    assert calendar.format_day(date(2026, 11, 1)) == "1er novembre 2026"
    assert calendar.format_day(date(2026, 8, 2)) == "2 août 2026"
    assert calendar.format_day(date(2026, 11, 1), "en") == "1 November 2026"


def test_periods_are_written_in_both_languages():
    first, last = date(2026, 11, 1), date(2026, 12, 15)
    assert calendar.format_period(first, last) == "du 1er novembre au 15 décembre 2026"
    assert calendar.format_period(first, last, "en") == "1 November to 15 December 2026"
    assert calendar.format_period(first, date(2027, 1, 3)) == "du 1er novembre 2026 au 3 janvier 2027"
    assert calendar.format_period(first, first) == "le 1er novembre 2026"
    assert calendar.format_period(first, first, "en") == "1 November 2026"


def test_the_day_in_paris_is_not_the_day_in_london():
    before, after = datetime(2026, 8, 31, 21, 59, 59, tzinfo=UTC), datetime(2026, 8, 31, 22, 0, 1, tzinfo=UTC)
    assert calendar.paris_day(before) == date(2026, 8, 31)
    assert calendar.paris_day(after) == date(2026, 9, 1)
    assert calendar.paris_day(datetime(2026, 12, 31, 23, 0, tzinfo=UTC)) == date(2027, 1, 1)


def test_the_hour_that_comes_twice_keeps_its_order():
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    written = [calendar.paris_time(instant).isoformat() for instant in (first, second)]
    assert written == ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"]


def test_an_instant_without_a_zone_is_our_mistake():
    with pytest.raises(AssertionError, match="aware"):
        calendar.paris_day(datetime(2026, 1, 1))
