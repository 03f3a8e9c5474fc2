"""Decisions, append-only, and the proposals that wait for a second person."""

from piccolo.table import Table

from solidarity.store.columns import cents, day, flag, identity, link, moment, prose, small, words
from solidarity.store.tables.money import EnvelopeRow
from solidarity.store.tables.people import PersonRow
from solidarity.store.tables.requests import LineRow, RequestRow
from solidarity.store.tables.rulesets import RulesetRow


class ProposalRow(Table, tablename="proposal"):
    """What one administrator prepared and another must approve or return."""

    id = identity()
    request = link(RequestRow)
    state = words(12)
    outcome = words(12)
    lines = prose()
    reason_codes = prose()
    note = prose(null=True)
    override_reason = prose(null=True)
    prepared_by = link(PersonRow)
    prepared_at = moment()
    answered_by = link(PersonRow, null=True)
    answered_at = moment(null=True)
    answer_note = prose(null=True)


class DecisionRow(Table, tablename="decision"):
    """One decision with the facts, the rules and the assessment it was taken on."""

    id = identity()
    request = link(RequestRow)
    number = small()
    outcome = words(20)
    requested_cents = cents()
    proposed_cents = cents()
    granted_cents = cents()
    approvals_required = small()
    prepared_by = link(PersonRow)
    approved_by = link(PersonRow, null=True)
    decided_at = moment()
    decided_on = day()
    school_year = words(9)
    ruleset = link(RulesetRow)
    ruleset_sha256 = words(64)
    facts = prose()
    assessment = prose()
    reason_codes = prose()
    note = prose(null=True)
    override_reason = prose(null=True)
    is_emergency = flag()
    ratify_by = day(null=True)
    supersedes = link("self", null=True)


class DecisionLineRow(Table, tablename="decision_line"):
    """What one decision granted for one line, and the envelope that pays it."""

    id = identity()
    decision = link(DecisionRow)
    line = link(LineRow)
    position = small()
    category = words(20)
    requested_cents = cents()
    proposed_cents = cents()
    granted_cents = cents()
    envelope = link(EnvelopeRow, null=True)
