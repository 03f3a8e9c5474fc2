"""A whole year at once: as good as trying everything, and never against what a funder asked for."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solidarity.rules.allocation import allocate, grouped, left_to_lapse
from solidarity.rules.funding import Contribution, Need, Restriction, last_day, objections, order_of_use

DAY = date(2026, 11, 1)
SOON = date(2026, 12, 31)


def a_contribution(name, left, **restriction):
    return Contribution(id=name, restriction=Restriction(**restriction), left_cents=left)


def a_need(cents, category="transport", school="caen-wood", day=DAY):
    return Need(category=category, region_code="28", school=school, day=day, amount_cents=cents)


def test_what_went_by_too_early_is_seen_from_the_end_of_the_year():
    """Day by day the grant for Caen took the open gift that lapses; the gift for Caen alone then lapsed too."""
    narrow = a_contribution("caen", 100, schools=frozenset({"caen-wood"}), until=SOON)
    open_gift = a_contribution("open", 100, until=SOON)
    found = allocate([narrow, open_gift], [a_need(100), a_need(100, school="evreux")])
    assert found.used() == {"caen": 100, "open": 100}
    assert found.unpaid_cents == 0
    assert left_to_lapse([narrow, open_gift], {"open": 100}) == 100
    assert left_to_lapse([narrow, open_gift], found.used()) == 0


def test_money_that_lapses_is_used_before_money_that_does_not():
    lapsing, lasting = a_contribution("lapsing", 100, until=date(2027, 8, 31)), a_contribution("lasting", 100)
    found = allocate([lasting, lapsing], [a_need(60), a_need(70, category="food")])
    assert found.used() == {"lapsing": 100, "lasting": 30}


def test_nothing_and_too_much():
    assert allocate([], []).flows == ()
    found = allocate([a_contribution("one", 50)], [a_need(80)])
    assert (found.used(), found.unpaid_cents) == ({"one": 50}, 30)
    late = allocate([a_contribution("one", 50, until=DAY - timedelta(days=1))], [a_need(10)])
    assert (late.used(), late.unpaid_cents) == ({}, 10)


CONTRIBUTIONS = st.lists(
    st.builds(
        a_contribution,
        name=st.sampled_from("abc"),
        left=st.integers(0, 9),
        until=st.none() | st.sampled_from([DAY - timedelta(days=1), SOON, date(2027, 8, 31)]),
        category=st.sampled_from([None, None, "transport", "food"]),
        schools=st.sampled_from([frozenset(), frozenset({"evreux"})]),
        max_share=st.none() | st.sampled_from([3_400, 5_000, 8_000]),
    ),
    max_size=3,
    unique_by=lambda each: each.id,
)
NEEDS = st.lists(
    st.builds(
        a_need,
        st.integers(1, 5),
        category=st.sampled_from(["transport", "food"]),
        school=st.sampled_from(["caen-wood", "evreux"]),
    ),
    max_size=3,
)


def splits(known, need):
    """Every lawful way to pay one line, the whole of it or a part."""
    most = []
    for each in known:
        share = each.restriction.max_share or 10_000
        may = not objections(each, need)
        most.append(min(each.left_cents, need.amount_cents * share // 10_000) if may else 0)
    for split in product(*(range(limit + 1) for limit in most)):
        if sum(split) <= need.amount_cents:
            yield split


def every_use(known, needs):
    """What the contributions can have paid after all lines, each tried in every lawful way."""
    reached = {(0,) * len(known)}
    for need in needs:
        ways = list(splits(known, need))
        sums = {tuple(map(sum, zip(before, way, strict=True))) for before, way in product(reached, ways)}
        reached = {
            use
            for use in sums
            if all(cents <= each.left_cents for cents, each in zip(use, known, strict=True))
        }
    return reached


def worth(known, needs, use):
    """Less is better: unpaid first, then what was taken from money that lasts, then what came too early."""
    unpaid = sum(need.amount_cents for need in needs) - sum(use)
    lasting = sum(cents for each, cents in zip(known, use, strict=True) if last_day(each) is None)
    return unpaid, lasting, sum(rank * cents for rank, cents in enumerate(use))


@settings(max_examples=150, deadline=None)
@given(CONTRIBUTIONS, NEEDS)
def test_nothing_better_exists_and_nothing_unlawful_is_done(contributions, needs):
    known = sorted(contributions, key=lambda each: (*order_of_use(each), each.id))
    found = allocate(contributions, needs)
    used = found.used()
    use = tuple(used.get(each.id, 0) for each in known)
    lawful = every_use(known, needs)
    assert use in lawful
    assert worth(known, needs, use) == min(worth(known, needs, one) for one in lawful)
    assert found.unpaid_cents == sum(need.amount_cents for need in needs) - sum(use)
    assert allocate(reversed(contributions), needs) == found


def test_lines_that_may_be_split_alike_stand_together():
    half, two_thirds = a_contribution("half", 1, max_share=5_000), a_contribution("two", 1, max_share=6_667)
    needs = [a_need(3), a_need(5), a_need(5, school="evreux")]
    assert [group.count for group in grouped([half], needs)] == [3]
    assert grouped([half], needs)[0].most_cents == {"half": 1 + 2 + 2}
    assert sorted(group.count for group in grouped([half, two_thirds], needs)) == [1, 2]


@pytest.mark.parametrize("count", [2_000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_a_year_of_many_commitments_takes_a_moment(count):
    contributions = [
        a_contribution(
            f"c{number}",
            count * 600,
            category=("transport", "food", None)[number % 3],
            until=SOON + timedelta(days=30 * number) if number % 2 else None,
            max_share=5_000 if number == 4 else None,
        )
        for number in range(20)
    ]
    needs = [
        a_need(
            100 * (1 + number % 300),
            category=("transport", "food")[number % 2],
            school=f"school-{number % 70}",
            day=DAY + timedelta(days=number % 250),
        )
        for number in range(count)
    ]
    found = allocate(contributions, needs)
    assert sum(found.used().values()) + found.unpaid_cents == sum(need.amount_cents for need in needs)
    assert len({id(flow.group) for flow in found.flows}) < 100
