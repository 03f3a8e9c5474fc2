"""A grant is cut exactly, on the fifth of the month, never before the money may leave."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidarity.rules.calendar import Frequency, occurrences
from solidarity.rules.instalments import instalments


def cut(cents, frequency, first, last, first_on):
    days = [date.fromisoformat(day) for day in (first, last, first_on)]
    found = instalments(
        granted_cents=cents, frequency=frequency, period_from=days[0], period_to=days[1], first_on=days[2]
    )
    return [(each.due_on.isoformat(), each.amount_cents) for each in found]


CUTS = [
    (
        "one for a single cost",
        (140_00, "once", "2026-10-15", "2026-10-20", "2026-10-01"),
        [("2026-10-05", 140_00)],
    ),
    ("one a year", (140_00, "yearly", "2026-09-01", "2027-08-31", "2026-10-20"), [("2026-11-05", 140_00)]),
    (
        "one a month, the rest on the first",
        (100_00, "monthly", "2026-10-15", "2026-12-14", "2026-09-20"),
        [("2026-10-05", 33_34), ("2026-11-05", 33_33), ("2026-12-05", 33_33)],
    ),
    (
        "what is late leaves with the first payment",
        (90_00, "monthly", "2026-09-01", "2026-11-30", "2026-10-06"),
        [("2026-11-05", 30_00), ("2026-11-05", 30_00), ("2026-11-05", 30_00)],
    ),
    (
        "the fifth itself is not too early",
        (90_00, "monthly", "2026-09-01", "2026-11-30", "2026-10-05"),
        [("2026-10-05", 30_00), ("2026-10-05", 30_00), ("2026-11-05", 30_00)],
    ),
    (
        "one a term",
        (100_01, "termly", "2026-10-15", "2027-06-30", "2026-10-01"),
        [("2026-10-05", 33_35), ("2027-01-05", 33_33), ("2027-04-05", 33_33)],
    ),
    ("no empty instalment", (2, "monthly", "2026-10-01", "2027-06-30", "2026-10-01"), [("2026-10-05", 2)]),
    ("nothing granted", (0, "monthly", "2026-10-01", "2027-06-30", "2026-10-01"), []),
]


@pytest.mark.parametrize(("asked", "expected"), [pytest.param(*rest, id=name) for name, *rest in CUTS])
def test_a_grant_is_cut_into_instalments(asked, expected):
    assert cut(*asked) == expected


DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(st.integers(0, 10**8), st.sampled_from(Frequency), DAYS, st.integers(0, 500), DAYS)
def test_instalments_sum_to_the_grant(cents, frequency, first, length, first_on):
    last = first + timedelta(days=length)
    found = instalments(
        granted_cents=cents, frequency=frequency, period_from=first, period_to=last, first_on=first_on
    )
    assert sum(each.amount_cents for each in found) == cents
    assert all(each.amount_cents > 0 and each.due_on.day == 5 and each.due_on >= first_on for each in found)
    assert [each.due_on for each in found] == sorted(each.due_on for each in found)
    if cents >= 10_000:
        cuts = 1 if frequency == "yearly" else occurrences(frequency, first, last)
        assert len(found) == cuts


def test_a_negative_grant_is_our_mistake():
    with pytest.raises(AssertionError):
        cut(-1, "once", "2026-10-01", "2026-10-01", "2026-10-01")
