"""The four state machines, each one table of (state, action, role) to state; what is not in it is refused."""

from enum import StrEnum
from typing import Final

from solidarity.rules.access import Role

_DIRECTOR: Final = Role.DIRECTOR
_ADMINISTRATOR: Final = Role.ADMINISTRATOR


# A request


class RequestState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    INFORMATION_REQUESTED = "information_requested"
    ON_HOLD = "on_hold"
    AWAITING_APPROVAL = "awaiting_approval"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class RequestAction(StrEnum):
    SUBMIT = "submit"
    ANSWER = "answer"
    WITHDRAW = "withdraw"
    TAKE_INTO_REVIEW = "take_into_review"
    REQUEST_INFORMATION = "request_information"
    HOLD = "hold"
    RESUME = "resume"
    CLOSE = "close"
    PREPARE = "prepare"
    DECIDE = "decide"
    APPROVE = "approve"
    RETURN = "return"
    APPEAL = "appeal"
    REVOKE = "revoke"


EDITABLE: Final = frozenset({RequestState.DRAFT, RequestState.INFORMATION_REQUESTED})
"""The states in which a director may change the lines and the narrative."""

RESERVING: Final = frozenset(
    {
        RequestState.SUBMITTED,
        RequestState.IN_REVIEW,
        RequestState.INFORMATION_REQUESTED,
        RequestState.ON_HOLD,
        RequestState.AWAITING_APPROVAL,
    }
)
"""The states in which the proposed amount is kept aside for the request."""

BEFORE_DECISION: Final = RESERVING | {RequestState.DRAFT}

REQUEST_MOVES: Final[dict[tuple[RequestState, RequestAction, Role], RequestState]] = {
    (RequestState.DRAFT, RequestAction.SUBMIT, _DIRECTOR): RequestState.SUBMITTED,
    (RequestState.INFORMATION_REQUESTED, RequestAction.ANSWER, _DIRECTOR): RequestState.IN_REVIEW,
    (RequestState.SUBMITTED, RequestAction.TAKE_INTO_REVIEW, _ADMINISTRATOR): RequestState.IN_REVIEW,
    (RequestState.IN_REVIEW, RequestAction.REQUEST_INFORMATION, _ADMINISTRATOR): (
        RequestState.INFORMATION_REQUESTED
    ),
    (RequestState.IN_REVIEW, RequestAction.HOLD, _ADMINISTRATOR): RequestState.ON_HOLD,
    (RequestState.ON_HOLD, RequestAction.RESUME, _ADMINISTRATOR): RequestState.IN_REVIEW,
    (RequestState.IN_REVIEW, RequestAction.PREPARE, _ADMINISTRATOR): RequestState.AWAITING_APPROVAL,
    (RequestState.IN_REVIEW, RequestAction.DECIDE, _ADMINISTRATOR): RequestState.DECIDED,
    (RequestState.AWAITING_APPROVAL, RequestAction.APPROVE, _ADMINISTRATOR): RequestState.DECIDED,
    (RequestState.AWAITING_APPROVAL, RequestAction.RETURN, _ADMINISTRATOR): RequestState.IN_REVIEW,
    # An appeal and a revocation bring a new decision; the request itself stays decided.
    (RequestState.DECIDED, RequestAction.APPEAL, _DIRECTOR): RequestState.DECIDED,
    (RequestState.DECIDED, RequestAction.REVOKE, _ADMINISTRATOR): RequestState.DECIDED,
    **{
        (state, RequestAction.WITHDRAW, _DIRECTOR): RequestState.WITHDRAWN
        for state in RequestState
        if state in BEFORE_DECISION
    },
    # A submitted request is closed through review, like every act of an administrator on it.
    **{
        (state, RequestAction.CLOSE, _ADMINISTRATOR): RequestState.CLOSED
        for state in RequestState
        if state in BEFORE_DECISION - {RequestState.SUBMITTED}
    },
}


def next_request_state(state: RequestState, action: RequestAction, role: Role) -> RequestState | None:
    return REQUEST_MOVES.get((state, action, role))


def steps_to(
    state: RequestState, action: RequestAction, role: Role
) -> tuple[tuple[RequestAction, RequestState], ...]:
    """Give the moves that carry the action out, in order, each with the state it leads to; () is a refusal.

    An administrator's act on a submitted request first takes it into review: two moves, two events.
    """
    if (direct := next_request_state(state, action, role)) is not None:
        return ((action, direct),)
    opening = RequestAction.TAKE_INTO_REVIEW
    reviewed = next_request_state(state, opening, role)
    after = next_request_state(reviewed, action, role) if reviewed is not None else None
    if reviewed is None or after is None:
        return ()
    return ((opening, reviewed), (action, after))


def open_actions(state: RequestState, role: Role) -> tuple[RequestAction, ...]:
    """Give everything the role may do now, in the order of RequestAction."""
    return tuple(action for action in RequestAction if steps_to(state, action, role))


# A decision


class DecisionOutcome(StrEnum):
    GRANTED_FULL = "granted_full"
    GRANTED_PARTIAL = "granted_partial"
    REFUSED = "refused"
    TERMINATED = "terminated"
    CORRECTED = "corrected"


class DecisionState(StrEnum):
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"


class DecisionAction(StrEnum):
    SUPERSEDE = "supersede"


DECISION_MOVES: Final[dict[tuple[DecisionState, DecisionAction, Role], DecisionState]] = {
    (DecisionState.IN_FORCE, DecisionAction.SUPERSEDE, _ADMINISTRATOR): DecisionState.SUPERSEDED,
}


def next_decision_state(state: DecisionState, action: DecisionAction, role: Role) -> DecisionState | None:
    return DECISION_MOVES.get((state, action, role))


# An appeal


class AppealState(StrEnum):
    RECEIVED = "received"
    UNDER_REVIEW = "under_review"
    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


class AppealAction(StrEnum):
    TAKE_INTO_REVIEW = "take_into_review"
    UPHOLD = "uphold"
    PARTLY_UPHOLD = "partly_uphold"
    DISMISS = "dismiss"
    WITHDRAW = "withdraw"


APPEAL_OPEN: Final = frozenset({AppealState.RECEIVED, AppealState.UNDER_REVIEW})

APPEAL_MOVES: Final[dict[tuple[AppealState, AppealAction, Role], AppealState]] = {
    (AppealState.RECEIVED, AppealAction.TAKE_INTO_REVIEW, _ADMINISTRATOR): AppealState.UNDER_REVIEW,
    (AppealState.UNDER_REVIEW, AppealAction.UPHOLD, _ADMINISTRATOR): AppealState.UPHELD,
    (AppealState.UNDER_REVIEW, AppealAction.PARTLY_UPHOLD, _ADMINISTRATOR): AppealState.PARTLY_UPHELD,
    (AppealState.UNDER_REVIEW, AppealAction.DISMISS, _ADMINISTRATOR): AppealState.DISMISSED,
    (AppealState.RECEIVED, AppealAction.WITHDRAW, _DIRECTOR): AppealState.WITHDRAWN,
    (AppealState.UNDER_REVIEW, AppealAction.WITHDRAW, _DIRECTOR): AppealState.WITHDRAWN,
}


def next_appeal_state(state: AppealState, action: AppealAction, role: Role) -> AppealState | None:
    return APPEAL_MOVES.get((state, action, role))


# A payment; None is the system, which watches the dates


class PaymentState(StrEnum):
    PLANNED = "planned"
    AWAITING_PROOF = "awaiting_proof"
    AWAITING_RATE = "awaiting_rate"
    DUE = "due"
    IN_BATCH = "in_batch"
    SENT = "sent"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    RECOVERY = "recovery"


class PaymentAction(StrEnum):
    ASK_FOR_PROOF = "ask_for_proof"
    ACCEPT_PROOF = "accept_proof"
    WAIT_FOR_RATE = "wait_for_rate"
    CONFIRM_RATE = "confirm_rate"
    FALL_DUE = "fall_due"
    BATCH = "batch"
    SEND = "send"
    CONFIRM = "confirm"
    FAIL = "fail"
    PLAN_AGAIN = "plan_again"
    CANCEL = "cancel"
    RECOVER = "recover"


UNPAID: Final = frozenset(
    {PaymentState.PLANNED, PaymentState.AWAITING_PROOF, PaymentState.AWAITING_RATE, PaymentState.DUE}
)
"""What a terminating decision still cancels; from a batch on, the bank may already have the order."""

PAYMENT_MOVES: Final[dict[tuple[PaymentState, PaymentAction, Role | None], PaymentState]] = {
    (PaymentState.PLANNED, PaymentAction.ASK_FOR_PROOF, None): PaymentState.AWAITING_PROOF,
    (PaymentState.PLANNED, PaymentAction.ASK_FOR_PROOF, _ADMINISTRATOR): PaymentState.AWAITING_PROOF,
    (PaymentState.AWAITING_PROOF, PaymentAction.ACCEPT_PROOF, _ADMINISTRATOR): PaymentState.DUE,
    (PaymentState.PLANNED, PaymentAction.WAIT_FOR_RATE, None): PaymentState.AWAITING_RATE,
    (PaymentState.AWAITING_RATE, PaymentAction.CONFIRM_RATE, _ADMINISTRATOR): PaymentState.PLANNED,
    (PaymentState.PLANNED, PaymentAction.FALL_DUE, None): PaymentState.DUE,
    (PaymentState.PLANNED, PaymentAction.FALL_DUE, _ADMINISTRATOR): PaymentState.DUE,
    (PaymentState.DUE, PaymentAction.BATCH, _ADMINISTRATOR): PaymentState.IN_BATCH,
    (PaymentState.IN_BATCH, PaymentAction.SEND, _ADMINISTRATOR): PaymentState.SENT,
    (PaymentState.SENT, PaymentAction.CONFIRM, _ADMINISTRATOR): PaymentState.CONFIRMED,
    (PaymentState.SENT, PaymentAction.FAIL, _ADMINISTRATOR): PaymentState.FAILED,
    (PaymentState.FAILED, PaymentAction.PLAN_AGAIN, _ADMINISTRATOR): PaymentState.PLANNED,
    (PaymentState.CONFIRMED, PaymentAction.RECOVER, _ADMINISTRATOR): PaymentState.RECOVERY,
    **{
        (state, PaymentAction.CANCEL, _ADMINISTRATOR): PaymentState.CANCELLED
        for state in PaymentState
        if state in UNPAID
    },
}


def next_payment_state(state: PaymentState, action: PaymentAction, role: Role | None) -> PaymentState | None:
    return PAYMENT_MOVES.get((state, action, role))
