"""Schools far below what their pupils let expect: the rate of the others, by means, and chance told apart."""

from collections.abc import Mapping
from fractions import Fraction
from math import comb, exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solidarity.rules.take_up import Band, TakeUp, at_most, band_of, take_up


def a_network(schools: int, *, pupils: int = 30, asked: int = 10) -> dict[str, dict[int, Band]]:
    return {f"school-{number}": {0: Band(pupils=pupils, asked=asked)} for number in range(schools)}


def found(schools: Mapping[str, Mapping[int, Band]], name: str) -> TakeUp:
    return next(one for one in take_up(schools) if one.school == name)


@pytest.mark.parametrize(
    ("asked", "pupils", "is_listed"),
    [(0, 30, True), (2, 30, True), (5, 30, False), (9, 30, False), (0, 12, False), (1, 300, True)],
)
def test_only_a_clear_shortfall_is_listed(asked: int, pupils: int, is_listed: bool) -> None:
    schools = {**a_network(20), "quiet": {0: Band(pupils=pupils, asked=asked)}}
    assert found(schools, "quiet").is_far_below is is_listed
    assert [one.school for one in take_up(schools) if one.is_far_below] == (["quiet"] if is_listed else [])


def test_the_expected_number_follows_the_means_of_the_families() -> None:
    schools = {
        "modest": {0: Band(pupils=10, asked=8), 3: Band(pupils=10, asked=1)},
        "average": {0: Band(pupils=20, asked=10), 3: Band(pupils=20, asked=2)},
        "well-off": {3: Band(pupils=40, asked=4)},
    }
    modest, well_off = found(schools, "modest"), found(schools, "well-off")
    assert modest.expected_tenths == 60  # 10 × 10/20 and 10 × (2 + 4)/(20 + 40)
    assert well_off.expected_tenths == 40  # 40 × (1 + 2)/(10 + 20)
    assert well_off.chance > 5_000
    assert take_up({"alone": {0: Band(pupils=30, asked=0)}})[0].expected_tenths == 0


def test_the_probability_is_that_of_poisson() -> None:
    assert at_most(0, 5) == pytest.approx(exp(-5))
    assert at_most(3, 2.5) == pytest.approx(exp(-2.5) * (1 + 2.5 + 2.5**2 / 2 + 2.5**3 / 6))
    assert at_most(4, 0) == 1
    # A binomial with many trials is near: 400 of 1 in 40, at most 5.
    share = Fraction(1, 40)
    near = sum(comb(400, k) * share**k * (1 - share) ** (400 - k) for k in range(6))
    assert at_most(5, 10) == pytest.approx(float(near), abs=0.005)


@settings(max_examples=40, deadline=None)
@given(count=st.integers(0, 300), expected=st.floats(0.01, 400))
def test_a_probability_grows_with_the_count_and_stays_a_probability(count: int, expected: float) -> None:
    less, more = at_most(count, expected), at_most(count + 1, expected)
    assert 0 <= less <= more + 1e-12
    assert more <= 1


def test_bands_of_means() -> None:
    quotients = (None, 0, 349_99, 350_00, 799_99, 800_00, 9_000_00)
    assert [band_of(one) for one in quotients] == [-1, 0, 0, 1, 2, 3, 3]
