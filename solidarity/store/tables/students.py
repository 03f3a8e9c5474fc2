"""Students: everything that identifies one is in one row."""

from piccolo.table import Table

from solidarity.store.columns import count, day, flag, identity, link, moment, prose, small, words
from solidarity.store.tables.people import PersonRow
from solidarity.store.tables.schools import SchoolRow


class StudentRow(Table, tablename="student"):
    """One student; everything that identifies a person is in this row and may be erased."""

    id = identity()
    school = link(SchoolRow)
    given_name = words(100)
    family_name = words(100)
    birth_date = day()
    trade = words(120, null=True)
    boarder = flag()
    quotient_familial_cents = count(null=True)
    household_size = small(null=True)
    means_confirmed_for = words(9, null=True)
    guardian_name = words(160, null=True)
    guardian_address = prose(null=True)
    letter_language = words(2)
    search_key = words(420)
    match_key = words(440)
    distinct_reason = prose(null=True)
    created_by = link(PersonRow, null=True)
    created_at = moment()
    version = small()
