"""The tables, one module a subject; `TABLES` lists them all in the order in which foreign keys allow them."""

from solidarity.store.tables.counter import Counter
from solidarity.store.tables.decisions import DecisionLineRow, DecisionRow, ProposalRow
from solidarity.store.tables.fund import FundSettingRow, SchoolYearRow
from solidarity.store.tables.funding import FundingRow
from solidarity.store.tables.jobs import JobRow, MailRow
from solidarity.store.tables.ledger_months import LedgerMonthRow, LedgerPlaceRow
from solidarity.store.tables.letters import LetterFileRow, LetterRow
from solidarity.store.tables.money import (
    ContributionRow,
    EnvelopeRow,
    EnvelopeSourceRow,
    FunderRow,
    LedgerEntryRow,
    LedgerMovementRow,
    SourceMoveRow,
)
from solidarity.store.tables.people import (
    ApiTokenRow,
    IdempotencyRow,
    PersonRow,
    SessionRow,
    SignInAttemptRow,
)
from solidarity.store.tables.requests import DocumentRow, LineRow, RequestRow, ReservationRow
from solidarity.store.tables.revisions import AppealRow, ClaimReminderRow, RatificationRow
from solidarity.store.tables.rulesets import RulesetRow
from solidarity.store.tables.schools import SchoolRow
from solidarity.store.tables.simulations import SimulationRow
from solidarity.store.tables.students import StudentRow
from solidarity.store.tables.trail import ChainHeadRow, EventDetailRow, EventRow
from solidarity.store.tables.transfers import TransferRow
from solidarity.store.tables.waiting import WaitingRow
from solidarity.store.tables.years import YearClosingRow

TABLES = (
    Counter,
    FundSettingRow,
    SchoolRow,
    PersonRow,
    SessionRow,
    ApiTokenRow,
    SignInAttemptRow,
    IdempotencyRow,
    YearClosingRow,
    StudentRow,
    RulesetRow,
    SimulationRow,
    FunderRow,
    ContributionRow,
    EnvelopeRow,
    EnvelopeSourceRow,
    TransferRow,
    SourceMoveRow,
    LedgerMovementRow,
    LedgerEntryRow,
    LedgerMonthRow,
    LedgerPlaceRow,
    RequestRow,
    LineRow,
    DocumentRow,
    ReservationRow,
    WaitingRow,
    FundingRow,
    ProposalRow,
    DecisionRow,
    DecisionLineRow,
    AppealRow,
    RatificationRow,
    ClaimReminderRow,
    LetterRow,
    LetterFileRow,
    JobRow,
    MailRow,
    EventRow,
    EventDetailRow,
    ChainHeadRow,
    # Last: once a year is closed, nothing of it could be copied into another database.
    SchoolYearRow,
)

__all__ = [
    "TABLES",
    "ApiTokenRow",
    "AppealRow",
    "ChainHeadRow",
    "ClaimReminderRow",
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
    "FundingRow",
    "IdempotencyRow",
    "JobRow",
    "LedgerEntryRow",
    "LedgerMonthRow",
    "LedgerMovementRow",
    "LedgerPlaceRow",
    "LetterFileRow",
    "LetterRow",
    "LineRow",
    "MailRow",
    "PersonRow",
    "ProposalRow",
    "RatificationRow",
    "RequestRow",
    "ReservationRow",
    "RulesetRow",
    "SchoolRow",
    "SchoolYearRow",
    "SessionRow",
    "SignInAttemptRow",
    "SimulationRow",
    "SourceMoveRow",
    "StudentRow",
    "TransferRow",
    "WaitingRow",
    "YearClosingRow",
]
