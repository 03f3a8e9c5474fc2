"""Which contribution pays, and why another one may not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidarity.rules.funding import (
    Contribution,
    Need,
    Objection,
    Reason,
    Restriction,
    choose,
    covers,
    objections,
    payers,
)

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
        ({"usable_from": DAY}, {}, ()),
        ({"usable_from": date(2026, 11, 2)}, {}, (Objection.NOT_YET,)),
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


def shares(found):
    return {share.contribution: (share.amount_cents, share.reason) for share in found.shares}


def test_each_choice_says_why_this_one_and_why_no_other():
    found = payers(
        [
            a_contribution("free"),
            a_contribution("narrow", left=10_00, category="transport"),
            a_contribution("soon", left=30_00, until=date(2026, 12, 31)),
            a_contribution("late", until=date(2027, 8, 31), category="food", region_code="84"),
            a_contribution("tiny", max_share=1),
            a_contribution("spare"),
        ],
        a_need(50_00),
    )
    assert shares(found) == {
        "soon": (30_00, Reason.LAPSES_FIRST),
        "narrow": (10_00, Reason.RESTRICTED),
        "free": (10_00, Reason.FREE),
    }
    assert found.passed_over == {
        "late": (Objection.OTHER_CATEGORY, Objection.OTHER_REGION),
        "tiny": (Objection.SHARE_TOO_SMALL,),
        "spare": (Objection.NOT_NEEDED,),
    }
    assert found.missing_cents == 0


def test_a_share_is_a_limit_to_the_cent():
    half, other = a_contribution("half", max_share=5_000), a_contribution("other", left=25_00)
    assert payers([half, other], a_need(50_00)).missing_cents == 0
    assert payers([half, other], a_need(50_01)).missing_cents == 1
    assert choose([half], a_need(1)) is None
    assert payers([half], a_need(1)).passed_over == {"half": (Objection.SHARE_TOO_SMALL,)}


def test_a_limited_share_is_spent_in_step_with_what_stands_beside_it():
    """Used by lapse alone, the open gift would go first, and half of the limited one could never be used."""
    half = a_contribution("half", left=50_00, max_share=5_000)
    open_gift = a_contribution("open", left=50_00, until=date(2026, 12, 31))
    found = payers([half, open_gift], a_need(20_00))
    assert shares(found) == {"half": (10_00, Reason.IN_STEP), "open": (10_00, Reason.LAPSES_FIRST)}


LIMITED = st.lists(
    st.builds(
        a_contribution,
        name=st.uuids().map(str),
        left=st.integers(0, 300),
        usable_from=st.none() | st.dates(date(2026, 9, 1), date(2026, 12, 31)),
        until=st.none() | st.dates(date(2026, 9, 1), date(2027, 8, 31)),
        category=st.sampled_from([None, None, "transport", "food"]),
        region_code=st.sampled_from([None, None, "28", "84"]),
        schools=st.sampled_from([frozenset(), frozenset({"caen-wood"}), frozenset({"evreux"})]),
        max_share=st.none() | st.integers(1, 10_000),
    ),
    max_size=8,
    unique_by=lambda each: each.id,
)


@given(LIMITED, st.integers(1, 400))
def test_no_restriction_is_ever_broken(contributions, cents):
    need = a_need(cents)
    found = payers(contributions, need)
    known = {each.id: each for each in contributions}
    for share in found.shares:
        contribution = known[share.contribution]
        wanted = contribution.restriction
        assert wanted.category in (None, "transport")
        assert wanted.region_code in (None, "28")
        assert not wanted.schools or "caen-wood" in wanted.schools
        assert (wanted.usable_from or DAY) <= DAY <= (wanted.until or DAY)
        assert 0 < share.amount_cents <= contribution.left_cents
        assert share.amount_cents * 10_000 <= cents * (wanted.max_share or 10_000)
    paying = [share.contribution for share in found.shares]
    assert len(set(paying)) == len(paying)
    assert set(paying) | found.passed_over.keys() == known.keys()
    assert not set(paying) & found.passed_over.keys()
    assert sum(share.amount_cents for share in found.shares) == cents - found.missing_cents
    most = sum(
        min(each.left_cents, cents * (each.restriction.max_share or 10_000) // 10_000)
        for each in contributions
        if not objections(each, need)
    )
    assert found.missing_cents == max(0, cents - most)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=12), st.integers(1, 9_999), st.integers(0, 1_000))
def test_money_with_a_limited_share_is_never_stranded(grants, share, late):
    """Beside an open gift that covers the rest, every grant is paid to the last cent, whatever lapses first."""
    euros = [amount * 100_00 for amount in grants]
    total = sum(euros)
    limited = total * share // 10_000
    lapses = {"until": date(2027, 1, 1)} if late % 2 else {}
    left = {"limited": limited, "open": total - limited + len(grants)}
    for amount in euros:
        found = payers(
            [
                a_contribution("limited", left=left["limited"], max_share=share),
                a_contribution("open", left=left["open"], **lapses),
            ],
            a_need(amount),
        )
        assert found.missing_cents == 0
        for one in found.shares:
            left[one.contribution] -= one.amount_cents
