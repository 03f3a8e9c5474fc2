"""Which contribution pays which line: append-only, what is given back is a row below zero."""

from piccolo.table import Table

from solidarity.store.columns import cents, day, identity, link, moment, prose, small, words
from solidarity.store.tables.money import ContributionRow, EnvelopeRow
from solidarity.store.tables.requests import RequestRow


class FundingRow(Table, tablename="funding"):
    """What a contribution pays of a line, why this one, and as JSON why not the others of its envelope."""

    id = identity()
    request = link(RequestRow)
    position = small()
    envelope = link(EnvelopeRow)
    contribution = link(ContributionRow)
    amount_cents = cents()
    kind = words(12)
    reason = words(20)
    passed_over = prose(null=True)
    school_year = words(9)
    day = day()
    at = moment()
