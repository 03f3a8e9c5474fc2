"""What was granted before, inside the window a rule looks at."""

from dataclasses import dataclass
from datetime import date

from solidarity.rules.calendar import Duration, minus, school_year_of
from solidarity.rules.money import Cents
from solidarity.rules.ruleset.case import Case, PastGrant


@dataclass(frozen=True, slots=True)
class Year:
    """Grants of one school year: the year of the day their period begins."""

    school_year: str

    def holds(self, grant: PastGrant, today: date) -> bool:
        return grant.decided_on <= today and school_year_of(grant.period_from) == self.school_year


@dataclass(frozen=True, slots=True)
class Rolling:
    """Grants decided in the last P12M, P30D…, today included: 30 days are today and the 29 before it."""

    length: Duration

    def holds(self, grant: PastGrant, today: date) -> bool:
        return minus(today, self.length) < grant.decided_on <= today


@dataclass(frozen=True, kw_only=True, slots=True)
class Spent:
    cents: Cents
    count: int


NOTHING = Spent(cents=0, count=0)


def spent(case: Case, window: Year | Rolling, *, household: bool, category: str | None = None) -> Spent:
    """Sum and number of the pupil's past grants; with `household`, those of its other pupils too."""
    if not case.history:
        return NOTHING
    found = [
        grant.granted_cents
        for grant in case.history
        if (household or not grant.household)
        and (category is None or grant.category == category)
        and window.holds(grant, case.today)
    ]
    return Spent(cents=sum(found), count=sum(1 for cents in found if cents > 0))
