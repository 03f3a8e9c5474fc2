"""The forecast of a school year: it follows the pace of past years, says how unsure it is, and ends at the truth."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solidarity.rules.calendar import add_years, school_year_bounds
from solidarity.rules.forecast import Basis, Forecast, Grants, Known, Year, forecast

THIS, LAST, BEFORE = "2026-2027", "2025-2026", "2024-2025"
FIRST, END = date(2026, 9, 1), date(2027, 8, 31)


def a_year(name: str, by_day: dict[int, int], *, size: int = 100_00) -> Year:
    """Grants of `size`, so many cents on the day of that number."""
    first, _last = school_year_bounds(name)
    return Year(
        school_year=name,
        grants=tuple(
            Grants(
                day=first + timedelta(days=day),
                cents=cents,
                squares=abs(cents) * size,
                count=max(cents // size, 1),
            )
            for day, cents in sorted(by_day.items())
        ),
    )


def drawn(name: str, seed: int, *, grants: int = 200, mean_cents: int = 250_00) -> Year:
    """Many in autumn, few in summer, sizes that differ."""
    dice = random.Random(seed)
    first, _last = school_year_bounds(name)
    found = []
    for _ in range(grants):
        cents = round(dice.uniform(0.2, 1.8) * mean_cents)
        day = first + timedelta(days=int(dice.betavariate(1.2, 2.4) * 330))
        found.append(Grants(day=day, cents=cents, squares=cents**2, count=1))
    return Year(school_year=name, grants=tuple(sorted(found, key=lambda one: one.day)))


def on(day: date, this_year: Year, *past: Year, allocated_cents: int | None = None) -> Forecast:
    known = Known(this_year=this_year, past=past, network=past)
    return forecast(known, today=day, allocated_cents=allocated_cents)


def test_a_year_like_the_last_is_foreseen_exactly() -> None:
    pace = {10: 40_000_00, 100: 40_000_00, 250: 20_000_00}
    found = on(date(2027, 1, 15), a_year(THIS, {10: 40_000_00, 100: 40_000_00}), a_year(LAST, pace))
    assert found.expected_cents == 100_000_00
    assert found.granted_cents == 80_000_00
    assert found.share == 8_000
    assert (found.basis, found.years) == (Basis.OWN, 1)
    assert found.granted_cents < found.least_cents < found.expected_cents < found.most_cents


def test_half_the_pace_pulls_the_forecast_down_and_few_grants_pull_less() -> None:
    pace = {10: 40_000_00, 100: 40_000_00, 250: 20_000_00}
    day = date(2027, 1, 15)
    many = on(day, a_year(THIS, {10: 40_000_00}), a_year(LAST, pace))
    few = on(day, a_year(THIS, {10: 40_000_00}, size=8_000_00), a_year(LAST, pace, size=8_000_00))
    assert 50_000_00 < many.expected_cents < few.expected_cents < 60_000_00


def test_the_band_narrows_to_the_truth() -> None:
    last, this = drawn(LAST, 1), drawn(THIS, 2)
    days = [add_years(FIRST, 0) + timedelta(days=step) for step in (20, 90, 180, 280, 364)]
    found = [on(day, this, last) for day in days]
    widths = [one.most_cents - one.least_cents for one in found]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] == 0
    assert found[-1].expected_cents == this.total_cents
    assert found[-1].basis is Basis.OVER


def test_the_band_holds_about_four_outcomes_in_five() -> None:
    """Years of one level and one pace; months from October to March."""
    last = [drawn(LAST, seed) for seed in range(10)]
    this = [drawn(THIS, 100 + seed) for seed in range(10)]
    held = [
        found.least_cents <= year.total_cents <= found.most_cents
        for before, year in zip(last, this, strict=True)
        for month in (10, 12, 14)
        for found in [on(date(2026, 8, 31) + timedelta(days=30 * (month - 8)), year, before)]
    ]
    assert 0.75 <= sum(held) / len(held) <= 1.0


def test_without_a_past_year_the_pace_is_linear_and_very_unsure() -> None:
    half = FIRST + timedelta(days=181)
    this = a_year(THIS, {30: 20_000_00})
    alone, taught = on(half, this), on(half, this, a_year(LAST, {30: 20_000_00, 300: 20_000_00}))
    assert (alone.basis, alone.years) == (Basis.LINEAR, 0)
    assert alone.expected_cents == pytest.approx(40_000_00, rel=0.01)
    assert alone.most_cents - alone.least_cents > 1.4 * (taught.most_cents - taught.least_cents)
    nothing = on(half, a_year(THIS, {}))
    assert (nothing.expected_cents, nothing.least_cents, nothing.most_cents) == (0, 0, 0)


def test_few_past_grants_borrow_the_pace_of_the_fund() -> None:
    own, fund = a_year(LAST, {200: 300_00}), a_year(LAST, {10: 90_000_00, 200: 10_000_00})
    known = Known(this_year=a_year(THIS, {10: 100_00}), past=(own,), network=(fund,))
    found = forecast(known, today=date(2026, 10, 1))
    assert found.basis is Basis.NETWORK
    assert found.share == 9_000
    assert found.expected_cents < 200_00


def test_several_past_years_say_how_much_they_differ() -> None:
    day, this = date(2026, 12, 1), a_year(THIS, {30: 30_000_00})
    alike = [a_year(name, {30: 30_000_00, 200: 30_000_00}) for name in (LAST, BEFORE)]
    unlike = [a_year(LAST, {30: 10_000_00, 200: 20_000_00}), a_year(BEFORE, {30: 50_000_00, 200: 40_000_00})]
    sure, unsure = on(day, this, *alike), on(day, this, *unlike)
    assert sure.years == unsure.years == 2
    assert unsure.most_cents - unsure.least_cents > 1.5 * (sure.most_cents - sure.least_cents)


def test_when_the_money_is_used_up() -> None:
    pace = dict.fromkeys(range(300), 100000)
    this = a_year(THIS, dict.fromkeys(range(100), 100000))
    day = FIRST + timedelta(days=99)
    found = on(day, this, a_year(LAST, pace), allocated_cents=200_000_00)
    assert found.exhausted_on == FIRST + timedelta(days=199)
    assert found.exhausted_early is not None
    assert day < found.exhausted_early < found.exhausted_on
    assert on(day, this, a_year(LAST, pace), allocated_cents=1_000_000_00).exhausted_early is None
    assert on(day, this, a_year(LAST, pace), allocated_cents=100_000_00).exhausted_on == day
    after = on(END + timedelta(days=9), this, a_year(LAST, pace), allocated_cents=100_00)
    assert (after.exhausted_on, after.basis) == (None, Basis.OVER)


def test_the_path_goes_from_what_is_granted_to_the_forecast() -> None:
    found = on(date(2027, 1, 15), drawn(THIS, 5).until(date(2027, 1, 15)), drawn(LAST, 4))
    assert [point.day for point in found.path][3:6] == [
        date(2026, 12, 31),
        date(2027, 1, 15),
        date(2027, 1, 31),
    ]
    assert [point.granted_cents is None for point in found.path] == [False] * 5 + [True] * 8
    assert found.path[4].expected_cents == found.granted_cents
    assert found.path[-1].expected_cents == found.expected_cents
    assert (found.path[-1].least_cents, found.path[-1].most_cents) == (found.least_cents, found.most_cents)


@settings(max_examples=40, deadline=None)
@given(
    this=st.dictionaries(st.integers(0, 364), st.integers(-900_00, 9_000_00), max_size=12),
    past=st.lists(
        st.dictionaries(st.integers(0, 364), st.integers(-900_00, 9_000_00), max_size=12), max_size=3
    ),
    day=st.integers(-10, 380),
)
def test_whatever_was_granted_there_is_an_answer(
    this: dict[int, int], past: list[dict[int, int]], day: int
) -> None:
    years = [a_year(name, days) for name, days in zip((LAST, BEFORE, "2023-2024"), past, strict=False)]
    found = on(FIRST + timedelta(days=day), a_year(THIS, this), *years, allocated_cents=5_000_00)
    assert found.granted_cents <= found.least_cents <= found.expected_cents <= found.most_cents
    later = [point.expected_cents for point in found.path if point.granted_cents is None]
    assert later == sorted(later)
