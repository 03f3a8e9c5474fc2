"""What may follow a decision: an appeal, a ratification, a reminder that nobody claimed the grant."""

from piccolo.table import Table

from solidarity.store.columns import day, identity, link, moment, prose, words
from solidarity.store.tables.decisions import DecisionRow
from solidarity.store.tables.people import PersonRow
from solidarity.store.tables.requests import RequestRow


class AppealRow(Table, tablename="appeal"):
    """A director asks for a decision to be looked at again; `outcome` is the decision that came of it."""

    id = identity()
    request = link(RequestRow)
    decision = link(DecisionRow)
    state = words(14)
    grounds = prose()
    filed_by = link(PersonRow)
    filed_at = moment()
    answer_by = day()
    taken_by = link(PersonRow, null=True)
    taken_at = moment(null=True)
    proposal = prose(null=True)
    prepared_by = link(PersonRow, null=True)
    prepared_at = moment(null=True)
    ended_by = link(PersonRow, null=True)
    ended_at = moment(null=True)
    note = prose(null=True)
    outcome = link(DecisionRow, null=True)


class RatificationRow(Table, tablename="ratification"):
    """Somebody else confirms afterwards what one person decided in an emergency."""

    id = identity()
    decision = link(DecisionRow)
    decided_by = link(PersonRow)
    ratified_by = link(PersonRow)
    ratified_at = moment()
    note = prose(null=True)


class ClaimReminderRow(Table, tablename="claim_reminder"):
    """The school was reminded once of a grant that must be claimed by that day."""

    id = identity()
    decision = link(DecisionRow)
    claim_by = day()
    reminded_at = moment()
