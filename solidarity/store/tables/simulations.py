"""Simulations of a ruleset on a past school year: asked for, worked off, kept."""

from piccolo.table import Table

from solidarity.store.columns import count, identity, link, moment, prose, small, words
from solidarity.store.tables.people import PersonRow
from solidarity.store.tables.rulesets import RulesetRow


class SimulationRow(Table, tablename="simulation"):
    """One simulation; `result` is the JSON of its summary once it is done."""

    id = identity()
    ruleset = link(RulesetRow)
    school_year = words(9)
    state = words(12)
    done = count()
    total = count()
    attempts = small()
    claimed_until = moment(null=True)
    result = prose(null=True)
    problem = words(500, null=True)
    asked_by = link(PersonRow)
    asked_at = moment()
    finished_at = moment(null=True)
