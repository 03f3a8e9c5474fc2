"""Money moved from one envelope to another, by two people."""

from piccolo.table import Table

from solidarity.store.columns import cents, identity, link, moment, prose, words
from solidarity.store.tables.money import EnvelopeRow
from solidarity.store.tables.people import PersonRow


class TransferRow(Table, tablename="transfer"):
    """A transfer one administrator proposed; its amount is set aside until another one answers."""

    id = identity()
    school_year = words(9)
    source = link(EnvelopeRow)
    target = link(EnvelopeRow)
    amount_cents = cents()
    reason = prose()
    state = words(12)
    prepared_by = link(PersonRow)
    prepared_at = moment()
    answered_by = link(PersonRow, null=True)
    answered_at = moment(null=True)
    answer_note = prose(null=True)
