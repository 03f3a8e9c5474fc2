"""Money: who gave it, where it is kept, and every movement of it."""

from piccolo.table import Table

from solidarity.store.columns import cents, count, day, identity, link, moment, prose, small, words
from solidarity.store.tables.people import PersonRow
from solidarity.store.tables.schools import SchoolRow


class FunderRow(Table, tablename="funder"):
    """One donor."""

    id = identity()
    name = words(160, unique=True)


class ContributionRow(Table, tablename="contribution"):
    """Money received from a funder, perhaps restricted; `allocated_cents` of it feed envelopes.

    `max_share` is in basis points; `settled_cents` went to the next year or back to the funder;
    `carried_from` is the contribution of the year before whose rest this is.
    """

    id = identity()
    funder = link(FunderRow)
    school_year = words(9)
    amount_cents = cents()
    allocated_cents = cents()
    settled_cents = cents()
    received_on = day()
    category = words(20, null=True)
    region_code = words(3, null=True)
    schools = prose(null=True)
    usable_from = day(null=True)
    until = day(null=True)
    max_share = small(null=True)
    carried_from = link("self", null=True)
    created_by = link(PersonRow, null=True)
    created_at = moment()


class EnvelopeRow(Table, tablename="envelope"):
    """A budget line of a school year; the database refuses reserved + committed + paid > allocated."""

    id = identity()
    name = words(160)
    school_year = words(9)
    category = words(20, null=True)
    school = link(SchoolRow, null=True)
    region_code = words(3, null=True)
    allocated_cents = cents()
    reserved_cents = cents()
    committed_cents = cents()
    paid_cents = cents()
    created_at = moment()


class EnvelopeSourceRow(Table, tablename="envelope_source"):
    """How much of an envelope comes from which contribution, and how much of that is promised or paid."""

    id = identity()
    envelope = link(EnvelopeRow)
    contribution = link(ContributionRow)
    amount_cents = cents()
    used_cents = cents()


class SourceMoveRow(Table, tablename="source_move"):
    """Money of a contribution that went from one envelope to another."""

    id = identity()
    contribution = link(ContributionRow)
    source = link(EnvelopeRow)
    target = link(EnvelopeRow)
    amount_cents = cents()
    at = moment()


class LedgerMovementRow(Table, tablename="ledger_movement"):
    """One double-entry transaction, numbered without gap in its fiscal year."""

    id = identity()
    fiscal_year = words(9)
    number = count()
    kind = words(30)
    reason = words(300)
    about_kind = words(30)
    about_id = words(60)
    person = link(PersonRow, null=True)
    at = moment()


class LedgerEntryRow(Table, tablename="ledger_entry"):
    """One amount from one account to another: debit and credit are equal by construction."""

    id = identity()
    movement = link(LedgerMovementRow)
    position = small()
    debit_kind = words(30)
    debit_ref = words(60)
    credit_kind = words(30)
    credit_ref = words(60)
    amount_cents = cents()
