"""Refusals carry a stable code and the figures their wording needs."""

import pytest

from solidarity.rules import errors


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (errors.Unknown(), "not-found"),
        (errors.NotAllowed(), "forbidden"),
        (errors.NotAllowed("no-school"), "no-school"),
        (errors.Conflict("envelope-exhausted"), "envelope-exhausted"),
        (errors.Stale(), "stale"),
        (errors.Gone(), "gone"),
        (errors.TooMany(30), "too-many"),
        (errors.Invalid((errors.Problem(pointer="/name", code="name-required"),)), "invalid"),
    ],
)
def test_every_refusal_has_a_stable_code(refusal, code):
    assert isinstance(refusal, errors.RuleError)
    assert refusal.code == code == str(refusal)


def test_a_conflict_carries_its_figures():
    assert errors.Conflict("envelope-exhausted", available_cents=5).figures == {"available_cents": 5}


def test_an_invalid_request_names_every_problem():
    problems = tuple(errors.Problem(pointer=f"/lines/{line}", code="amount-negative") for line in range(2))
    assert errors.Invalid(problems).problems == problems
    with pytest.raises(AssertionError):
        errors.Invalid(())


def test_the_next_try_is_announced():
    assert errors.TooMany(30).retry_after == 30


def test_an_unreadable_value_is_a_value_error():
    assert isinstance(errors.Unreadable("amount-negative"), ValueError)
