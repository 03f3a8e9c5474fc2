"""What triggers on `ledger_entry` keep, so that no page adds up the ledger: read only, written by nobody."""

from piccolo.table import Table

from solidarity.store.columns import cents, count, link, words
from solidarity.store.tables.money import LedgerMovementRow


class LedgerMonthRow(Table, tablename="ledger_month"):
    """What one account gave and got in one month of Paris, "2026-11"; the key is all three of its names."""

    account_ref = words(60, primary_key=True)
    account_kind = words(30)
    month = words(7)
    debit_cents = cents()
    credit_cents = cents()
    entries = count()


class LedgerPlaceRow(Table, tablename="ledger_place"):
    """Which movements touch an envelope, a contribution or a payee, in the order of their numbers."""

    account_ref = words(60, primary_key=True)
    month = words(7)
    number = count()
    movement = link(LedgerMovementRow)
