"""What is true of the whole fund: its settings and its school years."""

from piccolo.table import Table

from solidarity.store.columns import moment, prose, words


class FundSettingRow(Table, tablename="fund_setting"):
    """One setting of the fund that is data, not environment (the demo's clock, the letterhead)."""

    key = words(60, primary_key=True)
    value = prose()


class SchoolYearRow(Table, tablename="school_year"):
    """A school year and whether money may still move in it."""

    label = words(9, primary_key=True)
    state = words(12)
    changed_at = moment()
