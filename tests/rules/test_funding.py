"""Which contribution pays, and why another one may not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidarity.rules.funding import Contribution, Need, Objection, Restriction, choose, covers, objections

DAY = date(2026, 11, 1)


def a_contribution(name="c", left=100_00, lapses_on=None, **restriction):
    return Contribution(id=name, restriction=Restriction(**restriction), left_cents=left, lapses_on=lapses_on)


def a_need(cents=50_00, category="transport", region_code="28", school="caen-wood", day=DAY):
    return Need(category=category, region_code=region_code, school=school, day=day, amount_cents=cents)


ANYTHING = {"category": None, "region_code": None, "school": None}


@pytest.mark.parametrize(
    ("restriction", "need", "expected"),
    [
        ({}, {}, ()),
        ({}, ANYTHING, ()),
        ({"category": "transport"}, {}, ()),
        ({"category": "food"}, {}, (Objection.OTHER_CATEGORY,)),
        ({"category": "transport"}, ANYTHING, (Objection.OTHER_CATEGORY,)),
        ({"region_code": "28"}, {}, ()),
        ({"region_code": "84"}, {}, (Objection.OTHER_REGION,)),
        ({"region_code": "28"}, ANYTHING, (Objection.OTHER_REGION,)),
        ({"schools": frozenset({"caen-wood", "evreux"})}, {}, ()),
        ({"schools": frozenset({"evreux"})}, {}, (Objection.OTHER_SCHOOL,)),
        ({"schools": frozenset({"evreux"})}, ANYTHING, (Objection.OTHER_SCHOOL,)),
        ({"until": DAY}, {}, ()),
        ({"until": date(2026, 10, 31)}, {}, (Objection.LAPSED,)),
        ({"lapses_on": date(2026, 10, 31), "until": date(2027, 1, 1)}, {}, (Objection.LAPSED,)),
        ({"left": 0}, {}, (Objection.USED_UP,)),
        ({"category": "food", "region_code": "84"}, {}, (Objection.OTHER_CATEGORY, Objection.OTHER_REGION)),
    ],
)
def test_a_contribution_says_every_reason_why_it_cannot_pay(restriction, need, expected):
    assert objections(a_contribution(**restriction), a_need(**need)) == expected


def test_what_lapses_first_is_used_first():
    late = a_contribution("a-late", lapses_on=date(2027, 8, 31))
    soon = a_contribution("b-soon", left=30_00, until=date(2026, 12, 31))
    never = a_contribution("c-never")
    assert choose([never, late, soon], a_need(140_00)) == (
        ("b-soon", 30_00),
        ("a-late", 100_00),
        ("c-never", 10_00),
    )


def test_of_two_that_lapse_together_the_more_restricted_is_used_first():
    free, narrow = (
        a_contribution("a-free"),
        a_contribution("b-narrow", category="transport", region_code="28"),
    )
    assert choose([free, narrow], a_need(10_00)) == (("b-narrow", 10_00),)


def test_not_enough_is_not_a_part_of_it():
    assert choose([a_contribution(left=49_99)], a_need(50_00)) is None
    assert not covers([a_contribution(left=49_99)], a_need(50_00))
    assert covers([a_contribution(left=50_00)], a_need(50_00))


def test_money_for_transport_opens_no_general_envelope():
    gift = a_contribution(category="transport")
    assert covers([gift], a_need(**{**ANYTHING, "category": "transport"}))
    assert not covers([gift], a_need(**ANYTHING))
    assert not covers([gift], a_need(category="housing"))


SOME = st.lists(
    st.builds(
        a_contribution,
        name=st.uuids().map(str),
        left=st.integers(0, 200),
        lapses_on=st.none() | st.dates(date(2026, 9, 1), date(2027, 8, 31)),
        category=st.sampled_from([None, "transport", "food"]),
        region_code=st.sampled_from([None, "28", "84"]),
        schools=st.sampled_from([frozenset(), frozenset({"caen-wood"}), frozenset({"evreux"})]),
    ),
    max_size=8,
)


@given(SOME, st.integers(1, 400), st.randoms(use_true_random=False))
def test_a_choice_is_exact_lawful_and_independent_of_the_order(contributions, cents, random):
    need = a_need(cents)
    chosen = choose(contributions, need)
    usable = {each.id: each for each in contributions if not objections(each, need)}
    if chosen is None:
        assert sum(each.left_cents for each in usable.values()) < cents
    else:
        assert sum(share for _, share in chosen) == cents
        assert all(0 < share <= usable[name].left_cents for name, share in chosen)
        last = max(usable[name].lapses_on or date.max for name, _ in chosen)
        untouched = (each for each in usable.values() if each.id not in dict(chosen))
        assert all((each.lapses_on or date.max) >= last for each in untouched)
    shuffled = contributions[:]
    random.shuffle(shuffled)
    assert choose(shuffled, need) == chosen
