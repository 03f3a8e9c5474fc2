"""Movements keep the books: they sum to zero, a reversal restores, and nothing is spent twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidarity.rules import ledger
from solidarity.rules.ledger import FUNDS, Entry, balances, envelope_figures, overdrawn, postings

AMOUNTS = st.integers(1, 10**11)
OPENING = (
    ledger.received(contribution="c1", amount_cents=1000_00, reason="don"),
    ledger.allocated(envelope="e1", shares=[("c1", 600_00)], reason="ouverture"),
    ledger.allocated(envelope="e2", shares=[("c1", 100_00)], reason="ouverture"),
)


def after(*movements):
    return balances(entry for movement in movements for entry in movement.entries)


def figures(*movements, envelope="e1"):
    found = envelope_figures(after(*OPENING, *movements), envelope)
    return (
        found.allocated_cents,
        found.reserved_cents,
        found.committed_cents,
        found.paid_cents,
        found.available_cents,
    )


def reserve(cents):
    return ledger.reserved(envelope="e1", amount_cents=cents, reason="demande")


def test_an_envelope_follows_a_grant_from_reservation_to_payment():
    steps = [reserve(100_00)]
    assert figures(*steps) == (600_00, 100_00, 0, 0, 500_00)
    steps.append(
        ledger.committed(envelope="e1", amount_cents=80_00, reserved_cents=100_00, reason="décision")
    )
    assert figures(*steps) == (600_00, 0, 80_00, 0, 520_00)
    steps.append(ledger.paid(envelope="e1", payee="p1", amount_cents=30_00, reason="mensualité"))
    assert figures(*steps) == (600_00, 0, 50_00, 30_00, 520_00)
    steps.append(ledger.released(envelope="e1", committed_cents=50_00, reason="départ"))
    assert figures(*steps) == (600_00, 0, 0, 30_00, 570_00)


def test_a_grant_above_its_reservation_takes_the_rest_from_what_is_free():
    grant = ledger.committed(envelope="e1", amount_cents=150_00, reserved_cents=100_00, reason="décision")
    assert figures(reserve(100_00), grant) == (600_00, 0, 150_00, 0, 450_00)


def test_a_grant_without_reservation_takes_what_is_free():
    grant = ledger.committed(envelope="e1", amount_cents=150_00, reason="décision")
    assert figures(grant) == (600_00, 0, 150_00, 0, 450_00)


def test_a_transfer_moves_only_what_is_free():
    transfer = ledger.transferred(source="e1", target="e2", amount_cents=50_00, reason="besoin")
    assert figures(transfer) == (550_00, 0, 0, 0, 550_00)
    assert figures(transfer, envelope="e2") == (150_00, 0, 0, 0, 150_00)


def test_a_returned_payment_is_owed_again():
    payment = ledger.paid(envelope="e1", payee="p1", amount_cents=30_00, reason="mensualité")
    grant = ledger.committed(envelope="e1", amount_cents=30_00, reason="décision")
    undone = ledger.reversed_(payment, reason="rejet de la banque")
    assert undone.kind == ledger.MovementKind.REVERSED
    assert figures(grant, payment, undone) == figures(grant) == (600_00, 0, 30_00, 0, 570_00)


def test_the_bank_holds_what_was_received_and_not_paid():
    grant = ledger.committed(envelope="e1", amount_cents=30_00, reason="décision")
    payment = ledger.paid(envelope="e1", payee="p1", amount_cents=30_00, reason="mensualité")
    held = after(*OPENING, grant, payment)
    assert -held[ledger.BANK] == 970_00
    assert -held[ledger.Account(kind=ledger.AccountKind.PAYEE, ref="p1")] == 30_00
    assert held[ledger.contribution_account("c1")] == 300_00


def test_an_overspending_movement_names_the_account():
    held = after(*OPENING)
    assert overdrawn(held, reserve(600_00)) == ()
    assert overdrawn(held, reserve(600_01)) == (ledger.free("e1"),)
    too_much = ledger.allocated(envelope="e1", shares=[("c1", 300_01)], reason="ouverture")
    assert overdrawn(held, too_much) == (ledger.contribution_account("c1"),)
    gift = ledger.received(contribution="c2", amount_cents=5, reason="don")
    assert overdrawn({}, gift) == ()


@pytest.mark.parametrize("amount", [0, -1])
def test_an_entry_of_nothing_is_our_mistake(amount):
    with pytest.raises(AssertionError, match="positive"):
        Entry(debit=ledger.BANK, credit=ledger.free("e1"), amount_cents=amount)


def test_an_entry_from_an_account_to_itself_is_our_mistake():
    with pytest.raises(AssertionError, match="two accounts"):
        ledger.transferred(source="e1", target="e1", amount_cents=5, reason="rien")


def test_a_movement_of_nothing_or_of_less_is_our_mistake():
    with pytest.raises(AssertionError, match="moves something"):
        ledger.released(envelope="e1", reason="rien")
    with pytest.raises(AssertionError, match="never negative"):
        ledger.committed(envelope="e1", amount_cents=-5, reason="rien")


ENVELOPES = st.sampled_from(["e1", "e2", "e3"])
MOVEMENTS = st.one_of(
    st.builds(
        ledger.received, contribution=st.sampled_from(["c1", "c2"]), amount_cents=AMOUNTS, reason=st.just("r")
    ),
    st.builds(
        ledger.allocated,
        envelope=ENVELOPES,
        shares=st.lists(st.tuples(st.sampled_from(["c1", "c2"]), AMOUNTS), min_size=1, max_size=3),
        reason=st.just("r"),
    ),
    st.builds(
        ledger.transferred,
        source=st.just("e1"),
        target=st.just("e2"),
        amount_cents=AMOUNTS,
        reason=st.just("r"),
    ),
    st.builds(ledger.reserved, envelope=ENVELOPES, amount_cents=AMOUNTS, reason=st.just("r")),
    st.builds(ledger.released, envelope=ENVELOPES, reserved_cents=AMOUNTS, reason=st.just("r")),
    st.builds(
        ledger.committed,
        envelope=ENVELOPES,
        amount_cents=AMOUNTS,
        reserved_cents=AMOUNTS,
        reason=st.just("r"),
    ),
    st.builds(ledger.paid, envelope=ENVELOPES, payee=st.just("p"), amount_cents=AMOUNTS, reason=st.just("r")),
)


@given(MOVEMENTS)
def test_a_movement_sums_to_zero_and_its_reversal_restores(movement):
    signed = [posting.amount_cents for entry in movement.entries for posting in postings(entry)]
    assert sum(signed) == 0
    assert any(after(movement).values())
    undone = ledger.reversed_(movement, reason="erreur")
    assert not any(after(movement, undone).values())


@given(st.lists(MOVEMENTS, max_size=30))
def test_funds_never_fall_below_zero_when_overdrawn_movements_are_refused(movements):
    posted = list(OPENING)
    for movement in movements:
        if not overdrawn(after(*posted), movement):
            posted.append(movement)
    held = after(*posted)
    assert sum(held.values()) == 0
    assert all(cents >= 0 for account, cents in held.items() if account.kind in FUNDS)
    for envelope in ("e1", "e2", "e3"):
        found = envelope_figures(held, envelope)
        spoken_for = found.reserved_cents + found.committed_cents + found.paid_cents
        assert found.available_cents == found.allocated_cents - spoken_for >= 0


@given(st.lists(MOVEMENTS, max_size=10))
def test_postings_and_balances_tell_the_same(movements):
    totals = {}
    for movement in movements:
        for entry in movement.entries:
            for posting in postings(entry):
                totals[posting.account] = totals.get(posting.account, 0) + posting.amount_cents
    assert totals == after(*movements)
