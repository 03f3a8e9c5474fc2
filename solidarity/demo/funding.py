"""Who gives what in the demo, and into which envelopes it goes: about 400,000 € a year."""

from dataclasses import dataclass
from typing import Final

from solidarity.budgets.commands import NewContribution, NewEnvelope
from solidarity.rules.calendar import school_year_bounds
from solidarity.rules.money import Cents

NORMANDIE: Final = "28"


@dataclass(frozen=True, kw_only=True, slots=True)
class Gift:
    """One contribution of the plan; a restriction makes it harder to use."""

    funder: str
    amount_cents: Cents
    category: str | None = None
    region_code: str | None = None
    school: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """One envelope of the plan."""

    name: str
    allocated_cents: Cents
    category: str | None = None
    region_code: str | None = None
    school: str | None = None


GIFTS: Final = (
    Gift(funder="Fondation Belle Ouvrage", amount_cents=150_000_00),
    Gift(funder="Fonds Compagnons de Demain", amount_cents=110_000_00),
    Gift(funder="Fondation du Premier Toit", amount_cents=60_000_00, category="housing"),
    Gift(funder="Mécénat Ateliers Réunis", amount_cents=40_000_00, category="transport"),
    Gift(
        funder="Fondation Rives Normandes",
        amount_cents=15_000_00,
        category="transport",
        region_code=NORMANDIE,
    ),
    Gift(funder="Club des anciens élèves", amount_cents=6_000_00, school="*"),
    Gift(funder="Dons de particuliers", amount_cents=19_000_00),
)
"""The school `*` is the first one of the network."""

BUDGETS: Final = (
    Budget(name="Transport", allocated_cents=80_000_00, category="transport"),
    Budget(name="Logement", allocated_cents=115_000_00, category="housing"),
    Budget(
        name="Transport en Normandie", allocated_cents=15_000_00, category="transport", region_code=NORMANDIE
    ),
    Budget(name="Don des anciens élèves", allocated_cents=6_000_00, school="*"),
)
FOOD: Final = Budget(name="Repas", allocated_cents=150_000_00, category="food")
MORE_FOOD: Final = Budget(name="Repas, complément d’automne", allocated_cents=90_000_00, category="food")

FIRST_FOOD_FOR_A_REQUEST: Final[Cents] = 55_00
"""This year's meals are first paid from little money, so that some requests wait for credit."""


def contribution(gift: Gift, school_year: str, *, first_school: str) -> NewContribution:
    """The gift for a school year, received on its first day."""
    first_day, last_day = school_year_bounds(school_year)
    return NewContribution(
        funder=gift.funder,
        amount_cents=gift.amount_cents,
        received_on=first_day,
        school_year=school_year,
        category=gift.category,
        region_code=gift.region_code,
        schools=(first_school,) if gift.school else (),
        until=last_day if gift.category else None,
    )


def envelope(
    budget: Budget, school_year: str, *, first_school: str, allocated_cents: Cents | None = None
) -> NewEnvelope:
    """The envelope for a school year."""
    return NewEnvelope(
        name=f"{budget.name} {school_year}",
        school_year=school_year,
        category=budget.category,
        school=first_school if budget.school else None,
        region_code=budget.region_code,
        allocated_cents=allocated_cents or budget.allocated_cents,
    )
