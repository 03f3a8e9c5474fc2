"""Which envelope pays a line, and the largest total that all of them can."""

from itertools import product
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solidarity.rules.envelopes import Envelope, allot, largest_total, matching

SHAPES = {
    "school+food": ("food", "lyon", None),
    "school": (None, "lyon", None),
    "region+food": ("food", None, "84"),
    "region": (None, None, "84"),
    "food": ("food", None, None),
    "transport": ("transport", None, None),
    "general": (None, None, None),
}


def envelope(shape, cents=10, **changes):
    category, school, region = SHAPES[shape]
    return Envelope(
        id=shape,
        name=shape,
        category=category,
        school=school,
        region_code=region,
        available_cents=cents,
        **changes,
    )


def test_the_most_specific_comes_first():
    found = matching([envelope(shape) for shape in reversed(SHAPES)], "food", "lyon", "84")
    assert [each.id for each in found] == [
        "school+food",
        "school",
        "region+food",
        "region",
        "food",
        "general",
    ]


@pytest.mark.parametrize(
    ("category", "school", "region", "expected"),
    [
        ("food", "paris", "11", ["food", "general"]),
        ("transport", "paris", "84", ["region", "transport", "general"]),
        ("housing", None, None, ["general"]),
    ],
)
def test_an_envelope_of_another_place_never_pays(category, school, region, expected):
    found = matching([envelope(shape) for shape in SHAPES], category, school, region)
    assert [each.id for each in found] == expected


def test_a_line_is_paid_whole_by_the_most_specific_with_enough_left():
    envelopes = [envelope("food", 10), envelope("general", 12)]
    needs = [("food", 8), ("food", 3), ("food", 2), ("transport", 9)]
    assert allot(needs, envelopes, None, None) == ("food", "general", "food", "general")
    assert allot([*needs, ("food", 1)], envelopes, None, None) is None


def test_a_line_of_nothing_needs_no_envelope():
    assert allot([("food", 0)], [], None, None) == (None,)


def test_what_the_request_reserved_itself_is_available_to_it():
    assert allot([("food", 15)], [envelope("food", 5, own_reserved_cents=10)], None, None) == ("food",)


NEEDS = st.lists(st.tuples(st.sampled_from(["food", "transport"]), st.integers(0, 6)), min_size=1, max_size=4)
ENVELOPES = st.lists(
    st.builds(envelope, st.sampled_from(sorted(SHAPES)), st.integers(0, 7)),
    max_size=5,
    unique_by=lambda each: each.id,
)


@settings(max_examples=300, deadline=None)
@given(NEEDS, ENVELOPES)
def test_the_largest_total_is_the_best_of_all_choices(most, envelopes):
    best = max(
        sum(amounts)
        for amounts in product(*[range(cents + 1) for _, cents in most])
        if allot(
            [(need[0], cents) for need, cents in zip(most, amounts, strict=True)], envelopes, "lyon", "84"
        )
        is not None
    )
    assert largest_total(most, envelopes, "lyon", "84") == best


def test_many_lines_and_envelopes_take_no_time():
    envelopes = [envelope(shape, 10_000 + 37 * n) for n, shape in enumerate(SHAPES)]
    most = [("food" if n % 2 else "transport", 4_000 + 17 * n) for n in range(20)]
    began = perf_counter()
    total = largest_total(most, envelopes, "lyon", "84")
    assert perf_counter() - began < 2
    assert sum(cents for _, cents in most) > total >= 0.95 * sum(each.available_cents for each in envelopes)
