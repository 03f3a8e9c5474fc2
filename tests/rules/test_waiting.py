"""The waiting list: its order, whom a request holds up, and when what is set aside lapses."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidarity.rules.envelopes import Envelope, allot
from solidarity.rules.waiting import Waiter, awaited_by, in_order, lapses_on, still_open

DAY = datetime(2026, 11, 12, 9, 30, tzinfo=UTC)


def a_waiter(reference: str, *, hour: int = 0, is_emergency: bool = False) -> Waiter:
    return Waiter(reference=reference, is_emergency=is_emergency, since=DAY.replace(hour=hour))


def an_envelope(name: str, available_cents: int, category: str | None = None) -> Envelope:
    return Envelope(
        id=name,
        name=name,
        category=category,
        school=None,
        region_code=None,
        available_cents=available_cents,
    )


def test_emergencies_then_the_longest_wait_then_the_reference() -> None:
    listed = [
        a_waiter("d", hour=9),
        a_waiter("c", hour=9),
        a_waiter("a", hour=8),
        a_waiter("z", hour=23, is_emergency=True),
    ]
    assert [one.reference for one in in_order(listed)] == ["z", "a", "c", "d"]
    assert in_order(reversed(listed)) == in_order(listed)


TRANSPORT, HOUSING, ANY = "transport-only", "housing-only", "anything"


@pytest.mark.parametrize(
    ("needs", "awaited"),
    [
        ([("housing", 500)], {HOUSING, ANY}),
        ([("transport", 100), ("housing", 500)], {HOUSING, ANY}),
        ([("transport", 100), ("transport", 100)], {TRANSPORT, ANY}),
        ([("transport", 0), ("housing", 500)], {HOUSING, ANY}),
        ([("food", 500)], {ANY}),
    ],
)
def test_only_what_a_request_lacks_is_kept_for_it(needs: list[tuple[str, int]], awaited: set[str]) -> None:
    usable = [
        an_envelope(TRANSPORT, 100, "transport"),
        an_envelope(HOUSING, 50, "housing"),
        an_envelope(ANY, 20),
    ]
    assert allot(needs, usable, "roubaix", "32") is None
    assert awaited_by(needs, usable, "roubaix", "32") == awaited
    left = still_open(usable, awaited)
    assert {one.id for one in left} == {TRANSPORT, HOUSING, ANY} - awaited


AMOUNTS = st.lists(st.integers(1, 60), min_size=1, max_size=8)


@given(amounts=AMOUNTS, available=st.integers(0, 150), kinds=st.lists(st.booleans(), min_size=8, max_size=8))
def test_nobody_is_overtaken_in_an_envelope(amounts: list[int], available: int, kinds: list[bool]) -> None:
    """Whoever is served took nothing of an envelope that somebody before them waits for."""
    left = {TRANSPORT: available, HOUSING: available, ANY: available // 2}
    awaited: frozenset[str] = frozenset()
    for amount, is_housing in zip(amounts, kinds, strict=False):
        needs = [("housing" if is_housing else "transport", amount)]
        usable = [
            an_envelope(TRANSPORT, left[TRANSPORT], "transport"),
            an_envelope(HOUSING, left[HOUSING], "housing"),
            an_envelope(ANY, left[ANY]),
        ]
        chosen = allot(needs, still_open(usable, awaited), "roubaix", "32")
        if chosen is None:
            awaited |= awaited_by(needs, usable, "roubaix", "32")
            continue
        assert chosen[0] is not None
        assert chosen[0] not in awaited
        left[chosen[0]] -= amount
    assert all(cents >= 0 for cents in left.values())


@pytest.mark.parametrize(
    ("days", "due_on", "first_free"),
    [
        (30, None, date(2026, 12, 13)),
        (30, date(2026, 11, 20), date(2026, 12, 13)),
        (30, date(2027, 1, 10), date(2027, 1, 11)),
        (0, None, date(2026, 11, 13)),
    ],
)
def test_what_is_set_aside_lapses_after_the_answer_is_due(
    days: int, due_on: date | None, first_free: date
) -> None:
    assert lapses_on(date(2026, 11, 12), days, due_on) == first_free
