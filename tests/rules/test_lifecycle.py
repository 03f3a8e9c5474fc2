"""The four state machines, walked over the whole product of states, actions and roles."""

from itertools import product

import pytest

from solidarity.rules import lifecycle
from solidarity.rules.access import Role
from solidarity.rules.lifecycle import (
    AppealAction,
    AppealState,
    DecisionAction,
    DecisionState,
    PaymentAction,
    PaymentState,
    RequestAction,
    RequestState,
    next_request_state,
    open_actions,
    steps_to,
)

# Written as in the design, "state role action state": a second reading of the table, not a copy of its code.
REQUEST_STORY = """
draft director submit submitted
draft director withdraw withdrawn
draft administrator close closed
submitted director withdraw withdrawn
submitted administrator take_into_review in_review
in_review director withdraw withdrawn
in_review administrator request_information information_requested
in_review administrator hold on_hold
in_review administrator close closed
in_review administrator prepare awaiting_approval
in_review administrator decide decided
information_requested director answer in_review
information_requested director withdraw withdrawn
information_requested administrator close closed
on_hold director withdraw withdrawn
on_hold administrator resume in_review
on_hold administrator close closed
awaiting_approval director withdraw withdrawn
awaiting_approval administrator approve decided
awaiting_approval administrator return in_review
awaiting_approval administrator close closed
decided director appeal decided
decided administrator revoke decided
"""

PAYMENT_STORY = """
planned system ask_for_proof awaiting_proof
planned administrator ask_for_proof awaiting_proof
planned system wait_for_rate awaiting_rate
planned system fall_due due
planned administrator fall_due due
planned administrator cancel cancelled
awaiting_proof administrator accept_proof due
awaiting_proof administrator cancel cancelled
awaiting_rate administrator confirm_rate planned
awaiting_rate administrator cancel cancelled
due administrator batch in_batch
due administrator cancel cancelled
in_batch administrator send sent
sent administrator confirm confirmed
sent administrator fail failed
failed administrator plan_again planned
confirmed administrator recover recovery
"""

APPEAL_STORY = """
received administrator take_into_review under_review
received director withdraw withdrawn
under_review administrator uphold upheld
under_review administrator partly_uphold partly_upheld
under_review administrator dismiss dismissed
under_review director withdraw withdrawn
"""

DECISION_STORY = "in_force administrator supersede superseded"

MACHINES = {
    "request": (REQUEST_STORY, RequestState, RequestAction, lifecycle.next_request_state),
    "decision": (DECISION_STORY, DecisionState, DecisionAction, lifecycle.next_decision_state),
    "appeal": (APPEAL_STORY, AppealState, AppealAction, lifecycle.next_appeal_state),
    "payment": (PAYMENT_STORY, PaymentState, PaymentAction, lifecycle.next_payment_state),
}


def read(story):
    found = {}
    for line in story.strip().splitlines():
        state, role, action, after = line.split()
        found[state, None if role == "system" else role, action] = after
    return found


@pytest.mark.parametrize("machine", MACHINES)
def test_every_state_action_and_role_leads_where_the_design_says_or_nowhere(machine):
    story, states, actions, next_state = MACHINES[machine]
    expected = read(story)
    walked = {
        (state.value, role and role.value, action.value): after.value
        for state, action, role in product(states, actions, [*Role, None])
        if (after := next_state(state, action, role)) is not None
    }
    assert walked == expected


@pytest.mark.parametrize("machine", MACHINES)
def test_every_state_can_be_reached(machine):
    story, states, _, _ = MACHINES[machine]
    first = next(iter(states))
    reached = {first.value} | set(read(story).values())
    assert reached == {state.value for state in states}


def test_the_names_of_the_states_are_those_of_the_contract():
    assert " ".join(RequestState) == (
        "draft submitted in_review information_requested on_hold awaiting_approval decided withdrawn closed"
    )
    assert " ".join(PaymentState) == (
        "planned awaiting_proof awaiting_rate due in_batch sent confirmed failed cancelled recovery"
    )
    assert " ".join(lifecycle.DecisionOutcome) == "granted_full granted_partial refused terminated corrected"


@pytest.mark.parametrize("action", ["request_information", "hold", "close", "decide", "prepare"])
def test_an_act_on_a_submitted_request_first_takes_it_into_review(action):
    steps = steps_to(RequestState.SUBMITTED, RequestAction(action), Role.ADMINISTRATOR)
    opening, act = steps
    assert opening == (RequestAction.TAKE_INTO_REVIEW, RequestState.IN_REVIEW)
    assert act == (
        action,
        next_request_state(RequestState.IN_REVIEW, RequestAction(action), Role.ADMINISTRATOR),
    )


@pytest.mark.parametrize("action", ["resume", "approve", "return", "revoke", "submit", "answer", "withdraw"])
def test_taking_into_review_opens_no_other_door(action):
    assert steps_to(RequestState.SUBMITTED, RequestAction(action), Role.ADMINISTRATOR) == ()


def test_only_a_submitted_request_takes_two_steps():
    two = {
        state
        for state, action, role in product(RequestState, RequestAction, Role)
        if len(steps_to(state, action, role)) == 2
    }
    assert two == {RequestState.SUBMITTED}


def test_a_director_withdraws_in_one_step_until_the_decision():
    for state in RequestState:
        steps = steps_to(state, RequestAction.WITHDRAW, Role.DIRECTOR)
        assert len(steps) == (state in lifecycle.BEFORE_DECISION)


def test_an_auditor_never_acts_and_nothing_follows_the_end():
    assert not any(open_actions(state, Role.AUDITOR) for state in RequestState)
    for state, role in product((RequestState.WITHDRAWN, RequestState.CLOSED), Role):
        assert open_actions(state, role) == ()


def test_open_actions_are_what_a_page_may_offer():
    assert open_actions(RequestState.DRAFT, Role.DIRECTOR) == (RequestAction.SUBMIT, RequestAction.WITHDRAW)
    assert open_actions(RequestState.AWAITING_APPROVAL, Role.ADMINISTRATOR) == (
        RequestAction.CLOSE,
        RequestAction.APPROVE,
        RequestAction.RETURN,
    )
    assert RequestAction.DECIDE in open_actions(RequestState.SUBMITTED, Role.ADMINISTRATOR)
