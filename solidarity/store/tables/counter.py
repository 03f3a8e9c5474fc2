"""The counters behind numbers without gaps."""

from piccolo.table import Table

from solidarity.store.columns import count, words


class Counter(Table, tablename="counter"):
    """The last number given under a name."""

    name = words(60, primary_key=True)
    value = count()
