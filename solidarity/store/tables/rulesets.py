"""Rulesets: the text as it was written, and when it is in force."""

from piccolo.table import Table

from solidarity.store.columns import day, identity, link, moment, prose, words
from solidarity.store.tables.people import PersonRow


class RulesetRow(Table, tablename="ruleset"):
    """One version of a ruleset; its text never changes."""

    id = identity()
    slug = words(120)
    sha256 = words(64, unique=True)
    title_fr = words(200)
    title_en = words(200)
    school_year = words(9)
    valid_from = day()
    valid_to = day()
    source = prose()
    state = words(12)
    created_by = link(PersonRow, null=True)
    created_at = moment()
    activated_by = link(PersonRow, null=True)
    activated_at = moment(null=True)
