"""Cases made up from a number: the same number gives the same case, on any machine."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from solidarity.rules.envelopes import Envelope
from solidarity.rules.ruleset import (
    Case,
    DocumentFact,
    EmergencyUse,
    FactDeclaration,
    LineFacts,
    PastGrant,
    Ruleset,
    StudentFacts,
)

FIRST = date(2026, 9, 1)
CATEGORIES = ("transport", "housing", "food")


def a_case_of(ruleset: Ruleset, number: int) -> Case:
    """Whatever a fund may meet, and nulls, huge numbers and papers out of date more often than it does."""
    chance = Random(number)
    return Case(
        today=_a_day(chance),
        student=_a_student(chance),
        lines=tuple(_a_line(chance, ruleset) for _ in range(chance.choice((1, 1, 2, 3, 4)))),
        urgency=chance.choice(("normal", "normal", "emergency")),
        submitted_on=chance.choice((None, FIRST)),
        documents=tuple(
            DocumentFact(kind=chance.choice(ruleset.document_kinds), dated=chance.choice((None, FIRST)))
            for _ in range(chance.randrange(6))
        ),
        history=tuple(_a_grant(chance) for _ in range(chance.choice((0, 0, 1, 4)))),
        envelopes=_some_envelopes(chance),
        emergency=EmergencyUse(used=chance.choice((0, 30)), overdue=chance.choice((0, 0, 1))),
    )


def _a_day(chance: Random) -> date:
    return FIRST + timedelta(days=chance.randrange(300))


def _a_student(chance: Random) -> StudentFacts:
    return StudentFacts(
        birth_date=date(2010, 3, 14) + timedelta(days=chance.randrange(-1500, 1500)),
        boarder=chance.choice((None, True, False)),
        quotient_familial_cents=chance.choice(
            (None, 499_99, 500_00, chance.randrange(700_00, 1300_00), 50_00)
        ),
        household_size=chance.choice((None, 1, 4, 7)),
        school=chance.choice((None, "lyon", "paris")),
        region_code=chance.choice((None, "84")),
        trade=chance.choice((None, "plomberie", "")),
    )


def _a_line(chance: Random, ruleset: Ruleset) -> LineFacts:
    category = chance.choice(CATEGORIES)
    first = _a_day(chance)
    return LineFacts(
        category=category,
        kind=chance.choice(ruleset.kinds[category]),
        amount_cents=chance.choice((0, 1, chance.randrange(200_00), chance.randrange(2000_00))),
        frequency=chance.choice(("once", "monthly", "termly", "yearly")),
        period_from=first,
        period_to=first + timedelta(days=chance.choice((0, 6, 30, 100, 270))),
        facts={
            name: _a_fact(chance, fact) for name, fact in ruleset.facts.items() if chance.randrange(4) > 0
        },
    )


def _a_fact(chance: Random, fact: FactDeclaration) -> int | Decimal | bool | str | None:
    if chance.randrange(20) == 0:
        return chance.choice((None, 2**63))
    return {
        "integer": chance.randrange(60),
        "number": Decimal(chance.randrange(600_000)) / 1000,
        "boolean": chance.random() < 0.5,
        "text": chance.choice(("a", "b", "")),
    }[fact.type.value]


def _a_grant(chance: Random) -> PastGrant:
    first = _a_day(chance)
    return PastGrant(
        category=chance.choice(CATEGORIES),
        granted_cents=chance.choice((0, chance.randrange(600_00))),
        decided_on=_a_day(chance),
        period_from=first,
        period_to=first + timedelta(days=30),
        household=chance.random() < 0.3,
    )


def _some_envelopes(chance: Random) -> tuple[Envelope, ...] | None:
    if chance.randrange(3) == 0:
        return None
    return tuple(
        Envelope(
            id=f"e{number}",
            name=f"E {number}",
            category=chance.choice((None, *CATEGORIES)),
            school=chance.choice((None, None, "lyon")),
            region_code=chance.choice((None, None, "84")),
            available_cents=chance.randrange(5000_00),
            own_reserved_cents=chance.choice((0, 5_00)),
            allocated_cents=chance.choice((None, 7000_00)),
        )
        for number in range(chance.randrange(4))
    )
