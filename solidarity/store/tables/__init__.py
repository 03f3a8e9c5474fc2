"""The tables, one module a subject; `TABLES` lists them all in the order in which foreign keys allow them."""

from solidarity.store.tables.counter import Counter
from solidarity.store.tables.decisions import DecisionLineRow, DecisionRow, ProposalRow
from solidarity.store.tables.fund import FundSettingRow, SchoolYearRow
from solidarity.store.tables.jobs import JobRow, MailRow
from solidarity.store.tables.letters import LetterFileRow, LetterRow
from solidarity.store.tables.money import (
    ContributionRow,
    EnvelopeRow,
    EnvelopeSourceRow,
    FunderRow,
    LedgerEntryRow,
    LedgerMovementRow,
)
from solidarity.store.tables.people import (
    ApiTokenRow,
    IdempotencyRow,
    PersonRow,
    SessionRow,
    SignInAttemptRow,
)
from solidarity.store.tables.requests import DocumentRow, LineRow, RequestRow, ReservationRow
from solidarity.store.tables.rulesets import RulesetRow
from solidarity.store.tables.schools import SchoolRow
from solidarity.store.tables.students import StudentRow
from solidarity.store.tables.trail import ChainHeadRow, EventDetailRow, EventRow

TABLES = (
    Counter,
    FundSettingRow,
    SchoolYearRow,
    SchoolRow,
    PersonRow,
    SessionRow,
    ApiTokenRow,
    SignInAttemptRow,
    IdempotencyRow,
    StudentRow,
    RulesetRow,
    FunderRow,
    ContributionRow,
    EnvelopeRow,
    EnvelopeSourceRow,
    LedgerMovementRow,
    LedgerEntryRow,
    RequestRow,
    LineRow,
    DocumentRow,
    ReservationRow,
    ProposalRow,
    DecisionRow,
    DecisionLineRow,
    LetterRow,
    LetterFileRow,
    JobRow,
    MailRow,
    EventRow,
    EventDetailRow,
    ChainHeadRow,
)

__all__ = [
    "TABLES",
    "ApiTokenRow",
    "ChainHeadRow",
    "ContributionRow",
    "Counter",
    "DecisionLineRow",
    "DecisionRow",
    "DocumentRow",
    "EnvelopeRow",
    "EnvelopeSourceRow",
    "EventDetailRow",
    "EventRow",
    "FundSettingRow",
    "FunderRow",
    "IdempotencyRow",
    "JobRow",
    "LedgerEntryRow",
    "LedgerMovementRow",
    "LetterFileRow",
    "LetterRow",
    "LineRow",
    "MailRow",
    "PersonRow",
    "ProposalRow",
    "RequestRow",
    "ReservationRow",
    "RulesetRow",
    "SchoolRow",
    "SchoolYearRow",
    "SessionRow",
    "SignInAttemptRow",
    "StudentRow",
]
