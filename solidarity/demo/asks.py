"""What schools ask for in the demo: lines with plausible amounts, and the papers that go with them."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from solidarity.demo.network import Pupil
from solidarity.requests.lines import FactValue, NewLine
from solidarity.rules.calendar import add_months, school_year_bounds

PERIOD_YEAR, PERIOD_TERM, PERIOD_MONTH = "year", "term", "month"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """One thing that is asked for; euros lie between `least` and `most`, by occurrence of `frequency`."""

    category: str
    kind: str
    descriptions: tuple[str, ...]
    least: int
    most: int
    frequency: str
    period: str
    suppliers: tuple[str, ...]
    papers: tuple[str, ...]
    weight: int
    boarders_only: bool = False


ASKS: Final = (
    Ask(
        category="transport",
        kind="pass",
        descriptions=("Abonnement scolaire annuel", "Carte de bus et de train, année scolaire"),
        least=70,
        most=392,
        frequency="yearly",
        period=PERIOD_YEAR,
        suppliers=("Réseau régional", "Régie des transports", "TER"),
        papers=("pass",),
        weight=30,
    ),
    Ask(
        category="transport",
        kind="ticket",
        descriptions=("Billets de train du week-end", "Carnets de tickets"),
        least=18,
        most=46,
        frequency="monthly",
        period=PERIOD_TERM,
        suppliers=("TER", "Cars du département"),
        papers=("receipt",),
        weight=10,
    ),
    Ask(
        category="transport",
        kind="car",
        descriptions=("Trajets en voiture, pas de ligne à l’heure de l’atelier",),
        least=60,
        most=210,
        frequency="monthly",
        period=PERIOD_TERM,
        suppliers=(),
        papers=("attendance",),
        weight=8,
    ),
    Ask(
        category="housing",
        kind="boarding",
        descriptions=("Internat du lycée voisin, repas compris",),
        least=1090,
        most=1456,
        frequency="yearly",
        period=PERIOD_YEAR,
        suppliers=("Lycée d’accueil", "Internat municipal"),
        papers=("invoice",),
        weight=9,
        boarders_only=True,
    ),
    Ask(
        category="housing",
        kind="residence",
        descriptions=("Chambre en foyer de jeunes travailleurs", "Résidence Habitat Jeunes"),
        least=250,
        most=419,
        frequency="monthly",
        period=PERIOD_TERM,
        suppliers=("Foyer de jeunes travailleurs", "Habitat Jeunes"),
        papers=("lease",),
        weight=7,
        boarders_only=True,
    ),
    Ask(
        category="food",
        kind="canteen",
        descriptions=("Cantine, cinq jours par semaine", "Demi-pension"),
        least=46,
        most=66,
        frequency="monthly",
        period=PERIOD_YEAR,
        suppliers=("Restaurant du lycée", "Cantine municipale"),
        papers=("invoice",),
        weight=18,
    ),
    Ask(
        category="food",
        kind="voucher",
        descriptions=("Bons repas pour les jours d’atelier",),
        least=30,
        most=55,
        frequency="monthly",
        period=PERIOD_TERM,
        suppliers=("Restaurant inter-entreprises",),
        papers=("quote",),
        weight=9,
    ),
)
TWO_LINES_PERCENT: Final = 22
NEEDS_TWO_PEOPLE: Final = ("boarding", "canteen")
"""What asks for more than one administrator may decide alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """The lines of one request, and every paper that the rules will want to see."""

    lines: tuple[NewLine, ...]
    papers: tuple[str, ...]


def wish(
    pupil: Pupil, dice: random.Random, *, on: date, school_year: str, only: tuple[str, ...] = ()
) -> Wish:
    """What is asked for a pupil on a day; `only` names the kinds to choose from."""
    possible = [
        ask
        for ask in ASKS
        if (not only or ask.kind in only) and (only or pupil.new.boarder or not ask.boarders_only)
    ]
    weights = [ask.weight * (3 if ask.boarders_only else 1) for ask in possible]
    chosen = dice.choices(possible, weights)
    others = [ask for ask in possible if ask.category != chosen[0].category]
    if others and not only and dice.randrange(100) < TWO_LINES_PERCENT:
        chosen.append(dice.choice(others))
    papers = {"income", *(paper for ask in chosen for paper in ask.papers)}
    lines = tuple(_line(ask, dice, on=on, school_year=school_year) for ask in chosen)
    return Wish(lines=lines, papers=tuple(sorted(papers)))


def _line(ask: Ask, dice: random.Random, *, on: date, school_year: str) -> NewLine:
    period_from, period_to = _period(ask.period, on=on, school_year=school_year)
    return NewLine(
        category=ask.category,
        kind=ask.kind,
        description=dice.choice(ask.descriptions),
        amount_cents=dice.randrange(ask.least * 100, ask.most * 100, 5),
        frequency=ask.frequency,
        period_from=period_from,
        period_to=period_to,
        supplier=dice.choice(ask.suppliers) if ask.suppliers else None,
        facts=_facts(ask, dice),
    )


def _period(period: str, *, on: date, school_year: str) -> tuple[date, date]:
    """From the month of the request to the end of June; a term is three months."""
    first_day, _last_day = school_year_bounds(school_year)
    june = date(first_day.year + 1, 6, 30)
    start = min(max(first_day, on.replace(day=1)), june.replace(day=1))
    if period == PERIOD_YEAR:
        return min(start, first_day), june
    end = add_months(start, 3 if period == PERIOD_TERM else 1)
    return start, min(june, end.replace(day=1) - _A_DAY)


_A_DAY = date(2000, 1, 2) - date(2000, 1, 1)


def _facts(ask: Ask, dice: random.Random) -> Mapping[str, FactValue]:
    """What the shipped rulesets ask of each kind."""
    if ask.kind == "car":
        return {
            "distance": dice.choice((2, 6, 9, 12, 14, 17, 21, 26, 34)),
            "days_present": dice.randrange(24, 52),
        }
    if ask.kind == "residence":
        return {"housing_benefit": dice.choice((0, 65, 90, 118, 142))}
    return {}
