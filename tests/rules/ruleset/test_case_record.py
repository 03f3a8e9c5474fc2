"""What a decision keeps of a case gives the same case, and so the same assessment, ten years later."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from solidarity.rules.envelopes import Envelope
from solidarity.rules.ruleset import (
    Case,
    DocumentFact,
    EmergencyUse,
    LineFacts,
    PastGrant,
    StudentFacts,
    assess,
    assessment_to_json,
    parse,
)
from solidarity.rules.ruleset.case_record import case_from_record, case_to_record

FEDERATION = Path(__file__).parents[3] / "rulesets" / "federation-2026-2027.toml"


def a_case(facts: dict[str, object]) -> Case:
    line = LineFacts(
        category="transport",
        kind="car",
        amount_cents=4_000,
        frequency="monthly",
        period_from=date(2026, 10, 1),
        period_to=date(2026, 12, 31),
        supplier="Garage de l’Œuvre",
        facts=facts,  # type: ignore[arg-type]
    )
    return Case(
        today=date(2026, 10, 2),
        student=StudentFacts(birth_date=date(2010, 2, 28), boarder=False, quotient_familial_cents=41_200),
        lines=(line,),
        submitted_on=date(2026, 10, 1),
        documents=(DocumentFact(kind="income"), DocumentFact(kind="pass", dated=date(2026, 9, 1))),
        history=(
            PastGrant(
                category="food",
                granted_cents=5_000,
                decided_on=date(2026, 9, 15),
                period_from=date(2026, 9, 1),
                period_to=date(2027, 6, 30),
            ),
        ),
        envelopes=(
            Envelope(id="e", name="E", category=None, school=None, region_code=None, available_cents=900_00),
        ),
        emergency=EmergencyUse(used=1, overdue=0),
    )


@pytest.mark.parametrize("facts", [{}, {"distance": Decimal("12.4")}, {"distance": 12}])
def test_a_case_survives_being_written_as_json(facts: dict[str, object]) -> None:
    case = a_case(facts)

    again = case_from_record(json.loads(json.dumps(case_to_record(case))))

    assert again == case


def test_the_kept_case_gives_the_same_assessment_to_the_byte() -> None:
    ruleset = parse(FEDERATION.read_bytes())
    case = a_case({})

    again = case_from_record(json.loads(json.dumps(case_to_record(case))))

    assert json.dumps(assessment_to_json(assess(ruleset, again), None)) == json.dumps(
        assessment_to_json(assess(ruleset, case), None)
    )
