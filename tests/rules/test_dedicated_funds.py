"""What restricted gifts leave at the end of a year, and what of it nobody touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidarity.rules.dedicated_funds import RestrictedGift, dedicated_funds


def a_gift(name="g", funder="F", **figures):
    known = {"opening_cents": 0, "received_cents": 0, "used_cents": 0, "returned_cents": 0}
    return RestrictedGift(contribution=name, funder=funder, **{**known, **figures})


def test_each_line_adds_up_and_so_do_the_sums():
    found = dedicated_funds(
        [
            a_gift("b", "Toit", received_cents=100, used_cents=60),
            a_gift("a", "Toit", opening_cents=50, used_cents=20, returned_cents=30),
            a_gift("c", "Ateliers", opening_cents=40, received_cents=10, used_before_cents=5),
        ]
    )
    assert [(line.funder, line.contributions, line.to_carry_cents) for line in found.lines] == [
        ("Ateliers", ("c",), 50),
        ("Toit", ("a",), 0),
        ("Toit", ("b",), 40),
    ]
    total = found.total
    assert (total.opening_cents, total.received_cents, total.used_cents) == (90, 110, 80)
    assert (total.returned_cents, total.to_carry_cents) == (30, 90)


@pytest.mark.parametrize(
    ("figures", "dormant"),
    [
        ({"opening_cents": 70}, 70),
        ({"opening_cents": 70, "used_before_cents": 0}, 70),
        ({"opening_cents": 70, "used_before_cents": 1}, 0),
        ({"opening_cents": 70, "used_cents": 1}, 0),
        ({"opening_cents": 70, "returned_cents": 30}, 40),
        ({"received_cents": 70}, 0),
        ({"opening_cents": 70, "received_cents": 5}, 70),
    ],
)
def test_dormant_is_what_came_from_before_and_nobody_used_for_two_years(figures, dormant):
    assert dedicated_funds([a_gift(**figures)]).total.dormant_cents == dormant


def test_a_line_is_settled_once_its_rest_was_carried():
    [open_line] = dedicated_funds([a_gift(received_cents=10)]).lines
    [settled] = dedicated_funds([a_gift(received_cents=10, carried_cents=10)]).lines
    assert (open_line.is_settled, settled.is_settled) == (False, True)
    with pytest.raises(AssertionError, match="nothing is used"):
        dedicated_funds([a_gift(received_cents=10, used_cents=11)])


@given(st.lists(st.tuples(*[st.integers(0, 900)] * 4), max_size=8))
def test_the_year_that_follows_opens_with_what_this_one_carries(figures):
    gifts = [
        a_gift(
            str(place),
            opening_cents=opening + used,
            received_cents=received + returned,
            used_cents=used,
            returned_cents=returned,
        )
        for place, (opening, received, used, returned) in enumerate(figures)
    ]
    closed = dedicated_funds(gifts)
    opened = dedicated_funds(
        [a_gift(line.contributions[0], opening_cents=line.to_carry_cents) for line in closed.lines]
    )
    assert opened.total.opening_cents == closed.total.to_carry_cents
    assert closed.total.to_carry_cents == sum(opening + received for opening, received, _u, _r in figures)
