"""The whole table of roles and actions, and what a person's school and token leave of it."""

from dataclasses import replace
from uuid import UUID

import pytest

from solidarity.rules.access import ALLOWED, WRITES, Action, Person, Role, Scope, may, scope_of
from solidarity.rules.errors import NotAllowed

SCHOOL = UUID(int=7)

CAST = {
    role: Person(
        id=UUID(int=number),
        email=f"{role}@example.org",
        name=f"Personne {number}",
        role=role,
        school_id=SCHOOL if role is Role.DIRECTOR else None,
    )
    for number, role in enumerate(Role, start=1)
}

# D director, A administrator, U auditor: the table of the public contract, one line an action.
WHO = {
    Action.VIEW_SELF: "DAU",
    Action.EDIT_SELF: "DAU",
    Action.VIEW_SCHOOLS: "DAU",
    Action.EDIT_SCHOOLS: "A",
    Action.ADD_STUDENT: "DA",
    Action.VIEW_STUDENTS: "DA",
    Action.EDIT_STUDENT: "DA",
    Action.DRAFT_REQUEST: "D",
    Action.EDIT_REQUEST: "D",
    Action.SUBMIT_REQUEST: "D",
    Action.WITHDRAW_REQUEST: "D",
    Action.VIEW_REQUESTS: "DAU",
    Action.ADD_DOCUMENT: "D",
    Action.VIEW_DOCUMENT: "DAU",
    Action.VIEW_ASSESSMENT: "DAU",
    Action.REVIEW: "A",
    Action.DECIDE: "A",
    Action.APPROVE: "A",
    Action.APPEAL: "D",
    Action.REVOKE: "A",
    Action.VIEW_TIMELINE: "DAU",
    Action.VIEW_LETTERS: "DAU",
    Action.VIEW_BUDGET: "DAU",
    Action.VIEW_LEDGER: "AU",
    Action.ADD_CONTRIBUTION: "A",
    Action.ADD_ENVELOPE: "A",
    Action.TRANSFER: "A",
    Action.CLOSE_YEARS: "A",
    Action.VIEW_RULES_IN_FORCE: "DAU",
    Action.VIEW_RULESETS: "AU",
    Action.EDIT_RULESETS: "A",
    Action.SIMULATE_RULESET: "A",
    Action.ACTIVATE_RULESET: "A",
    Action.VIEW_PAYMENTS: "A",
    Action.MAKE_PAYMENTS: "A",
    Action.VIEW_EVENTS: "AU",
    Action.SAMPLE: "U",
    Action.EXPORT_PACKS: "U",
    Action.MANAGE_PEOPLE: "A",
    Action.VERIFY: "DAU",
}
LETTERS = {Role.DIRECTOR: "D", Role.ADMINISTRATOR: "A", Role.AUDITOR: "U"}


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_exactly_what_the_contract_says(role, action):
    assert may(CAST[role], action) == (LETTERS[role] in WHO[action])


@pytest.mark.parametrize("role", Role)
def test_a_reading_token_changes_nothing(role):
    reader = replace(CAST[role], scope=Scope.READ)
    assert {action for action in Action if may(reader, action)} == ALLOWED[role] - WRITES


def test_an_auditor_writes_nothing_but_their_own_account():
    assert ALLOWED[Role.AUDITOR] & WRITES == {Action.EDIT_SELF}


def test_nobody_both_asks_and_decides():
    assert not ALLOWED[Role.DIRECTOR] & {Action.DECIDE, Action.APPROVE, Action.REVIEW}
    assert not ALLOWED[Role.ADMINISTRATOR] & {Action.DRAFT_REQUEST, Action.SUBMIT_REQUEST}


def test_only_a_director_is_kept_to_one_school():
    assert scope_of(CAST[Role.DIRECTOR]) == SCHOOL
    assert scope_of(CAST[Role.ADMINISTRATOR]) is None
    assert scope_of(replace(CAST[Role.AUDITOR], school_id=SCHOOL)) is None


def test_a_director_without_a_school_sees_nothing():
    with pytest.raises(NotAllowed, match="no-school"):
        scope_of(replace(CAST[Role.DIRECTOR], school_id=None))
