"""The closing of a school year: what was prepared, who confirmed it, and whether it is done."""

from piccolo.table import Table

from solidarity.store.columns import link, moment, prose, small, words
from solidarity.store.tables.people import PersonRow


class YearClosingRow(Table, tablename="year_closing"):
    """One closing; `choices` is JSON, and nobody who acted means the command line."""

    school_year = words(9, primary_key=True)
    state = words(12)
    choices = prose()
    version = small()
    prepared_by = link(PersonRow, null=True)
    prepared_at = moment()
    confirmed_by = link(PersonRow, null=True)
    confirmed_at = moment(null=True)
    ended_at = moment(null=True)
