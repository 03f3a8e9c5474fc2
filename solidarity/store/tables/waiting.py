"""The waiting list: requests for which no envelope had enough left."""

from piccolo.table import Table

from solidarity.store.columns import identity, link, moment
from solidarity.store.tables.requests import RequestRow


class WaitingRow(Table, tablename="waiting"):
    """Since when a request waits for credit; it is on the list while it is on hold for that reason."""

    id = identity()
    request = link(RequestRow)
    since = moment()
