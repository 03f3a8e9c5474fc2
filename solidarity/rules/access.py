"""Who may do what: the roles, every action of the product, and the table that joins them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from solidarity.rules.errors import NotAllowed


class Role(StrEnum):
    DIRECTOR = "director"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Scope(StrEnum):
    READ = "read"
    WRITE = "write"


class Action(StrEnum):
    VIEW_SELF = "view_self"
    EDIT_SELF = "edit_self"
    VIEW_SCHOOLS = "view_schools"
    EDIT_SCHOOLS = "edit_schools"
    ADD_STUDENT = "add_student"
    VIEW_STUDENTS = "view_students"
    EDIT_STUDENT = "edit_student"
    DRAFT_REQUEST = "draft_request"
    EDIT_REQUEST = "edit_request"
    SUBMIT_REQUEST = "submit_request"
    WITHDRAW_REQUEST = "withdraw_request"
    VIEW_REQUESTS = "view_requests"
    ADD_DOCUMENT = "add_document"
    VIEW_DOCUMENT = "view_document"
    VIEW_ASSESSMENT = "view_assessment"
    REVIEW = "review"
    DECIDE = "decide"
    APPROVE = "approve"
    APPEAL = "appeal"
    REVOKE = "revoke"
    VIEW_TIMELINE = "view_timeline"
    VIEW_LETTERS = "view_letters"
    VIEW_BUDGET = "view_budget"
    VIEW_LEDGER = "view_ledger"
    ADD_CONTRIBUTION = "add_contribution"
    ADD_ENVELOPE = "add_envelope"
    TRANSFER = "transfer"
    CLOSE_YEARS = "close_years"
    VIEW_RULES_IN_FORCE = "view_rules_in_force"
    VIEW_RULESETS = "view_rulesets"
    EDIT_RULESETS = "edit_rulesets"
    SIMULATE_RULESET = "simulate_ruleset"
    ACTIVATE_RULESET = "activate_ruleset"
    VIEW_PAYMENTS = "view_payments"
    MAKE_PAYMENTS = "make_payments"
    VIEW_EVENTS = "view_events"
    SAMPLE = "sample"
    EXPORT_PACKS = "export_packs"
    MANAGE_PEOPLE = "manage_people"
    VERIFY = "verify"


_EVERYBODY: Final = frozenset(
    {
        Action.VIEW_SELF,
        Action.EDIT_SELF,
        Action.VIEW_SCHOOLS,
        Action.VIEW_REQUESTS,
        Action.VIEW_DOCUMENT,
        Action.VIEW_ASSESSMENT,
        Action.VIEW_TIMELINE,
        Action.VIEW_LETTERS,
        Action.VIEW_BUDGET,
        Action.VIEW_RULES_IN_FORCE,
        Action.VERIFY,
    }
)

ALLOWED: Final[dict[Role, frozenset[Action]]] = {
    Role.DIRECTOR: _EVERYBODY
    | {
        Action.ADD_STUDENT,
        Action.VIEW_STUDENTS,
        Action.EDIT_STUDENT,
        Action.DRAFT_REQUEST,
        Action.EDIT_REQUEST,
        Action.SUBMIT_REQUEST,
        Action.WITHDRAW_REQUEST,
        Action.ADD_DOCUMENT,
        Action.APPEAL,
    },
    Role.ADMINISTRATOR: _EVERYBODY
    | {
        Action.EDIT_SCHOOLS,
        Action.ADD_STUDENT,
        Action.VIEW_STUDENTS,
        Action.EDIT_STUDENT,
        Action.REVIEW,
        Action.DECIDE,
        Action.APPROVE,
        Action.REVOKE,
        Action.VIEW_LEDGER,
        Action.ADD_CONTRIBUTION,
        Action.ADD_ENVELOPE,
        Action.TRANSFER,
        Action.CLOSE_YEARS,
        Action.VIEW_RULESETS,
        Action.EDIT_RULESETS,
        Action.SIMULATE_RULESET,
        Action.ACTIVATE_RULESET,
        Action.VIEW_PAYMENTS,
        Action.MAKE_PAYMENTS,
        Action.VIEW_EVENTS,
        Action.MANAGE_PEOPLE,
    },
    Role.AUDITOR: _EVERYBODY
    | {
        Action.VIEW_LEDGER,
        Action.VIEW_RULESETS,
        Action.VIEW_EVENTS,
        Action.SAMPLE,
        Action.EXPORT_PACKS,
    },
}

# Simulating, drawing a sample and exporting a pack read the fund and change nothing in it.
WRITES: Final[frozenset[Action]] = frozenset(
    {
        Action.EDIT_SELF,
        Action.EDIT_SCHOOLS,
        Action.ADD_STUDENT,
        Action.EDIT_STUDENT,
        Action.DRAFT_REQUEST,
        Action.EDIT_REQUEST,
        Action.SUBMIT_REQUEST,
        Action.WITHDRAW_REQUEST,
        Action.ADD_DOCUMENT,
        Action.REVIEW,
        Action.DECIDE,
        Action.APPROVE,
        Action.APPEAL,
        Action.REVOKE,
        Action.ADD_CONTRIBUTION,
        Action.ADD_ENVELOPE,
        Action.TRANSFER,
        Action.CLOSE_YEARS,
        Action.EDIT_RULESETS,
        Action.ACTIVATE_RULESET,
        Action.MAKE_PAYMENTS,
        Action.MANAGE_PEOPLE,
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Who acts: somebody signed in, or the account behind a token with that token's scope."""

    id: UUID
    email: str
    name: str
    role: Role
    school_id: UUID | None = None
    school_slug: str | None = None
    language: Literal["fr", "en"] = "fr"
    scope: Scope = Scope.WRITE


def may(person: Person, action: Action) -> bool:
    allowed = action in ALLOWED[person.role]
    return allowed and (person.scope is Scope.WRITE or action not in WRITES)


def scope_of(person: Person) -> UUID | None:
    """Give the one school the person may see, or None for every school.

    Raises NotAllowed("no-school") for a director without one: None would open every school to them.
    """
    if person.role is not Role.DIRECTOR:
        return None
    if person.school_id is None:
        raise NotAllowed("no-school")
    return person.school_id
