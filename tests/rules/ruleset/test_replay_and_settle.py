"""A decision computed again to the byte, and a grant settled once its rate is confirmed."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from solidarity.rules.ruleset import (
    assess,
    assessment_to_json,
    parse,
)
from solidarity.rules.ruleset.case_record import case_to_record
from solidarity.rules.ruleset.replay import Fault, Stored, canonical, replay_all
from solidarity.rules.ruleset.settle import SettledLine, Standing, settle
from tests.build import RULES
from tests.rules.ruleset.pasts import (
    CAR,
    OLD,
    THEN,
    a_case,
    a_line,
    rules_of,
)

# Decided again from what was stored


def test_a_decision_comes_out_again_to_the_byte_or_the_first_difference_is_named() -> None:
    source = rules_of(THEN)
    case = a_case(a_line(facts={}), history=())
    stored = Stored(
        reference="2025-000001",
        number=1,
        ruleset_sha256=OLD.sha256,
        facts=canonical(case_to_record(case)),
        assessment=canonical(assessment_to_json(assess(OLD, case), None)),
    )
    assert replay_all(source, [stored, stored]) == []
    wrong = [
        replace(
            stored,
            assessment=stored.assessment.replace('"proposed_cents":30000', '"proposed_cents":30001', 1),
        ),
        replace(stored, facts=stored.facts.replace('"today"', '"tomorrow"')),
        replace(stored, ruleset_sha256="0" * 64),
        replace(stored, assessment="nothing"),
    ]
    found = replay_all(source, wrong)
    assert [one.fault for one in found] == [
        Fault.ASSESSMENT_DIFFERS,
        Fault.FACTS_UNREADABLE,
        Fault.RULESET_CHANGED,
        Fault.ASSESSMENT_DIFFERS,
    ]
    assert (found[0].place, found[0].stored, found[0].found) == ("/lines/0/proposed_cents", "30001", "30000")
    assert replay_all(source + "nonsense", [stored])[0].fault is Fault.RULESET_CHANGED
    assert json.loads(canonical({"é": [1]})) == {"é": [1]}


# A rate that was not confirmed


@pytest.mark.parametrize(
    ("rate", "granted", "settled", "standing"),
    [
        ("0.20", 248, 248, Standing.UNCHANGED),
        ("0.25", 248, 310, Standing.DIFFERS),
        ("0.25", 100, 100, Standing.UNCHANGED),
        ("0.05", 100, 62, Standing.DIFFERS),
        ("0.25", 900, None, Standing.BY_HAND),
    ],
)
def test_what_a_confirmed_rate_makes_of_a_grant(
    rate: str, granted: int, settled: int | None, standing: Standing
) -> None:
    then_rules = parse(RULES + CAR)
    car = a_line(
        kind="car",
        facts={"distance": Decimal("12.4")},
        period_from=date(2026, 11, 1),
        period_to=date(2026, 11, 30),
    )
    case = a_case(car, replace(car, kind="pass"), day=date(2026, 11, 12))
    then = assess(then_rules, case)
    confirmed = parse(RULES + CAR.replace("false", "true").replace("0.20", rate))
    assert settle(then_rules, confirmed, case, then, [granted, 30_000]) == (
        SettledLine(
            line=1,
            category="transport",
            kind="car",
            granted_cents=granted,
            settled_cents=settled,
            standing=standing,
        ),
    )
    waiting = settle(then_rules, then_rules, case, then, [granted, 0])
    assert [(line.standing, line.settled_cents, line.difference_cents) for line in waiting] == [
        (Standing.WAITING, None, 0)
    ]
    assert settle(then_rules, confirmed, case, then, [0, 30_000]) == ()
