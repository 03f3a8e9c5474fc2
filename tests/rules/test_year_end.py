"""The end of a year, purely: no cent is lost, whatever is chosen; what blocks; what the next year opens with."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from solidarity.rules.funding import Contribution, Restriction
from solidarity.rules.lifecycle import BEFORE_DECISION, RequestState
from solidarity.rules.year_end import (
    Blocker,
    Choices,
    Commitment,
    EnvelopeRest,
    Fate,
    FormerEnvelope,
    GiftRest,
    OpenRequest,
    Step,
    YearFacts,
    named_again,
    plan_year_end,
    possible_fates,
    proposals,
    usual_fate,
)

CENTS = st.integers(min_value=0, max_value=10**9)
TODAY = date(2027, 9, 20)
GIFTS = ("a", "b", "c")


def the_facts(
    requests: tuple[OpenRequest, ...] = (),
    commitments: tuple[Commitment, ...] = (),
    gifts: tuple[GiftRest, ...] = (),
    **other: object,
) -> YearFacts:
    """A year whose envelopes hold what is free of the gifts, what is set aside, and what is promised."""
    reserved = sum(one.reserved_cents for one in requests)
    unused = sum(gift.unused_cents for gift in gifts)
    promised = sum(one.unpaid_cents for one in commitments)
    known: dict[str, object] = {
        "school_year": "2026-2027",
        "next_year": "2027-2028",
        "is_closed": False,
        "envelopes": (
            EnvelopeRest(
                id="e",
                name="Toutes",
                free_cents=unused - reserved,
                reserved_cents=reserved,
                committed_cents=promised,
            ),
        ),
        "transfers": 0,
        "appeals": 0,
        "unratified": 0,
        "is_next_closed": False,
    }
    return YearFacts(requests=requests, commitments=commitments, gifts=gifts, **(known | other))  # type: ignore[arg-type]


def a_gift(name: str, *, outside: int = 0, unused: int = 0, may_be_carried: bool = True) -> GiftRest:
    return GiftRest(
        id=name,
        funder=name,
        is_restricted=False,
        until=None,
        outside_cents=outside,
        unused_cents=unused,
        may_be_carried=may_be_carried,
    )


@given(
    outside=st.tuples(CENTS, CENTS, CENTS),
    unused=st.tuples(CENTS, CENTS, CENTS),
    promised=st.lists(st.tuples(st.sampled_from(GIFTS), CENTS), max_size=5),
    lapsing=st.sets(st.integers(0, 4)),
    lapsed=st.sets(st.sampled_from(GIFTS)),
    fates=st.dictionaries(st.sampled_from(GIFTS), st.sampled_from(Fate)),
)
def test_every_cent_that_leaves_an_envelope_is_carried_returned_or_kept(
    outside: tuple[int, ...],
    unused: tuple[int, ...],
    promised: list[tuple[str, int]],
    lapsing: set[int],
    lapsed: set[str],
    fates: dict[str, Fate],
) -> None:
    gifts = tuple(
        a_gift(name, outside=out, unused=rest, may_be_carried=name not in lapsed)
        for name, out, rest in zip(GIFTS, outside, unused, strict=True)
    )
    commitments = tuple(
        Commitment(reference=str(place), unpaid_cents=cents, shares=((gift, cents),))
        for place, (gift, cents) in enumerate(promised)
    )
    choices = Choices(lapsing=frozenset(map(str, lapsing)), fates=fates)
    plan = plan_year_end(the_facts(commitments=commitments, gifts=gifts), choices)
    assert sum(plan.rest_cents(fate) for fate in Fate) == sum(outside) + plan.emptied_cents
    assert plan.lapsing_cents + plan.staying_cents == sum(cents for _gift, cents in promised)
    for end in plan.ends:
        assert end.fate in possible_fates(end.gift)
        assert end.gift.id not in lapsed or end.fate is not Fate.CARRY, "lapsed money is never carried"
        assert end.fate in {fates.get(end.gift.id), usual_fate(end.gift)}


def test_what_waits_for_a_person_blocks_and_the_rest_is_closed() -> None:
    requests = tuple(
        OpenRequest(reference=state.value, state=state, reserved_cents=100)
        for state in sorted(BEFORE_DECISION)
    )
    facts = the_facts(requests, gifts=(a_gift("a", unused=1_000),), transfers=2, appeals=3, unratified=1)
    others = {Blocker.TRANSFERS: 2, Blocker.APPEALS: 3, Blocker.UNRATIFIED: 1, Blocker.AWAITING_APPROVAL: 1}
    usual = plan_year_end(facts, Choices())
    assert {one.state for one in usual.closing} == {
        RequestState.DRAFT,
        RequestState.INFORMATION_REQUESTED,
        RequestState.ON_HOLD,
    }
    assert usual.blockers == {Blocker.UNDECIDED: 2, **others}
    assert (usual.released_cents, usual.emptied_cents) == (300, 700), "what blocks keeps what is set aside"
    asked = plan_year_end(facts, Choices(close_undecided=True))
    assert asked.blockers == others
    assert asked.todo[Step.REQUESTS] == 5
    assert plan_year_end(the_facts(is_next_closed=True), Choices()).blockers == {Blocker.NEXT_YEAR_CLOSED: 1}


def test_a_year_with_nothing_left_is_done_once_it_is_closed() -> None:
    assert not plan_year_end(the_facts(), Choices()).is_done
    done = plan_year_end(the_facts(is_closed=True, gifts=(a_gift("a"),)), Choices())
    assert done.is_done
    dormant = the_facts(is_closed=True, gifts=(a_gift("a", outside=5, may_be_carried=False),))
    assert plan_year_end(dormant, Choices()).is_done, "dormant money waits for somebody, not for the closing"
    assert not plan_year_end(dormant, Choices(fates={"a": Fate.RETURN})).is_done


def test_last_years_envelopes_are_filled_as_far_as_the_contributions_reach() -> None:
    def an_envelope(name: str, cents: int, category: str | None) -> FormerEnvelope:
        return FormerEnvelope(
            name=name,
            category=category,
            school=None,
            region_code=None,
            school_region=None,
            opened_cents=cents,
        )

    transport = Restriction(category="transport")
    half = Restriction(category="transport", max_share=5_000)
    gifts = [
        Contribution(id="region", restriction=transport, left_cents=3_000),
        Contribution(id="half", restriction=half, left_cents=9_000),
        Contribution(id="free", restriction=Restriction(), left_cents=4_000),
    ]
    former = [an_envelope("Toutes", 10_000, None), an_envelope("Transport", 8_000, "transport")]
    found = proposals(former, gifts, TODAY)
    assert [(one.former.name, one.amount_cents) for one in found] == [("Transport", 8_000), ("Toutes", 3_000)]
    assert [one.amount_cents for one in proposals(former, [], TODAY)] == [0, 0]
    assert named_again("Repas 2026-2027", "2026-2027", "2027-2028") == "Repas 2027-2028"
