"""What may be typed about money that comes in, and about an envelope to open."""

from collections.abc import Collection
from datetime import date
from typing import Final

from solidarity.budgets.commands import NewContribution, NewEnvelope
from solidarity.budgets.labels import CATEGORIES
from solidarity.web.forms import Form

LONGEST_NAME: Final = 160
POINTERS: Final = {"/restriction/until": "until", "/region_code": "region", "/school": "school"}
"""Where the problems that a command finds stand in the form."""


def read_contribution(
    form: Form, *, years: Collection[str], regions: Collection[str], schools: Collection[str], today: date
) -> NewContribution | None:
    """A contribution; None when a problem was noted beside its field."""
    funder = form.text("funder", most=LONGEST_NAME, missing="funder-required")
    amount = form.amount("amount")
    received_on = form.day("received_on")
    year = form.one_of("school_year", years)
    category = form.one_of("category", CATEGORIES, required=False)
    region = form.one_of("region", regions, required=False)
    chosen = form.several_of("schools", schools)
    usable_from = form.day("usable_from", required=False)
    until = form.day("until", required=False)
    share = form.whole("max_share", least=1, most=100, required=False)
    if amount == 0:
        form.refuse("amount", "amount-not-positive")
    if received_on is not None and received_on > today:
        form.refuse("received_on", "day-in-the-future")
    if usable_from is not None and until is not None and until < usable_from:
        form.refuse("until", "restriction-period-reversed")
    if form.errors or funder is None or amount is None or received_on is None or year is None:
        return None
    return NewContribution(
        funder=funder,
        amount_cents=amount,
        received_on=received_on,
        school_year=year,
        category=category,
        region_code=region,
        schools=chosen,
        usable_from=usable_from,
        until=until,
        max_share=None if share is None else share * 100,
    )


def read_envelope(
    form: Form, *, years: Collection[str], regions: Collection[str], schools: Collection[str]
) -> NewEnvelope | None:
    """An envelope to open; None when a problem was noted beside its field."""
    name = form.text("name", most=LONGEST_NAME, missing="envelope-name-required")
    year = form.one_of("school_year", years)
    amount = form.amount("amount")
    category = form.one_of("category", CATEGORIES, required=False)
    region = form.one_of("region", regions, required=False)
    school = form.one_of("school", schools, required=False)
    if amount == 0:
        form.refuse("amount", "amount-not-positive")
    if form.errors or name is None or year is None or amount is None:
        return None
    return NewEnvelope(
        name=name,
        school_year=year,
        category=category,
        school=school,
        region_code=region,
        allocated_cents=amount,
    )
