"""Envelopes, what is kept back, the largest grant, approvals and the emergency lane."""

from dataclasses import replace

import pytest

from solidarity.rules.envelopes import Envelope
from solidarity.rules.ruleset import (
    EmergencyUse,
    approvals_for,
    assess,
    assessment_to_json,
    case_from_json,
    would_pass,
)
from tests.rules.ruleset.written import assessed, case, grant, line, rule, ruleset

NOTHING = rule("round", 'to = "0.01"\nmode = "down"', rule_id="nothing")
FOOD = {"category": "food", "kind": "canteen"}


def envelope(name, available, **changes):
    fields = {"category": None, "school": None, "region_code": None, **changes}
    return Envelope(id=name, name=name, available_cents=available, **fields)


@pytest.mark.parametrize(
    ("available", "enough", "largest"), [(100_00, True, 100_00), (99_99, False, 99_99), (0, False, 0)]
)
def test_an_empty_envelope_changes_neither_outcome_nor_proposal(available, enough, largest):
    found = assessed(ruleset(NOTHING), envelope={"available_cents": available})
    assert (found.outcome.value, found.proposed_cents) == ("payable", 100_00)
    assert (found.budget.enough, found.budget.available_cents) == (enough, available)
    assert found.budget.after_cents == available - 100_00
    assert found.largest_grantable_cents == largest


def test_without_envelopes_the_budget_is_unknown():
    found = assessed(ruleset(NOTHING))
    assert (found.budget.available_cents, found.budget.enough) == (None, True)
    assert found.largest_grantable_cents == 100_00


def test_lines_paid_by_different_envelopes_are_listed():
    rules = ruleset(NOTHING)
    built = replace(
        case_from_json(case(line(), line(50_00, **FOOD)), rules),
        envelopes=(envelope("t", 150_00, category="transport"), envelope("g", 60_00)),
    )
    found = assess(rules, built)
    assert (found.budget.envelope, found.budget.available_cents, found.budget.after_cents) == (
        None,
        210_00,
        60_00,
    )
    assert [(use.id, use.lines, use.after_cents) for use in found.budget.envelopes] == [
        ("t", (1,), 50_00),
        ("g", (2,), 10_00),
    ]


def test_what_the_request_has_reserved_counts_as_available_for_it():
    rules = ruleset(NOTHING)
    built = replace(case_from_json(case(), rules), envelopes=(envelope("g", 0, own_reserved_cents=100_00),))
    assert assess(rules, built).budget.enough is True
    assert assess(rules, built).largest_grantable_cents == 100_00


RESERVE = rule("reserve", 'share = "10%"\nuntil = 2026-10-01\nexcept_urgency = "emergency"')


@pytest.mark.parametrize(
    ("today", "urgency", "available"),
    [("2026-10-01", "normal", 90_00), ("2026-10-02", "normal", 100_00), ("2026-10-01", "emergency", 100_00)],
)
def test_a_reserve_keeps_a_share_back_until_its_day_except_in_an_emergency(today, urgency, available):
    found = assessed(
        ruleset(RESERVE), today=today, request={"urgency": urgency}, envelope={"available_cents": 100_00}
    )
    assert (found.budget.available_cents, found.largest_grantable_cents) == (available, available)
    assert (found.outcome.value, found.proposed_cents) == ("payable", 100_00)


def test_a_reserve_is_a_share_of_what_was_allocated_when_that_is_known():
    given = {"available_cents": 100_00, "allocated_cents": 500_00}
    assert assessed(ruleset(RESERVE), envelope=given).budget.available_cents == 50_00


APPROVAL = rule(
    "approval", 'bands = [{ up_to = "300.00", approvals = 1 }, { approvals = 2 }]\nover = "rolling:P30D"'
)


@pytest.mark.parametrize(
    ("asked", "history", "expected"),
    [
        (300_00, [], 1),
        (300_01, [], 2),
        (100_00, [grant(200_00, "2026-09-10", category="food")], 1),
        (100_01, [grant(200_00, "2026-09-10", category="food")], 2),
        (300_00, [grant(200_00, "2026-09-01")], 1),
        (300_00, [grant(200_00, "2026-09-10", household=True)], 1),
    ],
)
def test_the_number_of_people_follows_the_total_with_recent_grants(asked, history, expected):
    assert assessed(ruleset(APPROVAL), line(asked), history=history).approvals_required == expected


def test_the_deciding_total_counts_not_the_proposal_and_the_highest_rule_wins():
    strict = rule("approval", "bands = [{ approvals = 2 }]", rule_id="food", places='["food"]')
    rules = ruleset(APPROVAL, strict)
    transport, food = (case_from_json(case(each), rules) for each in (line(), line(**FOOD)))
    assert [approvals_for(rules, transport, cents) for cents in (300_00, 300_01)] == [1, 2]
    assert approvals_for(rules, food, 1) == 2
    assert approvals_for(ruleset(NOTHING), transport, 10**9) == 1


EMERGENCY = rule("emergency", 'amount = "400.00"\nquota = 3\nratify_within = "P15D"', rule_id="lane")


@pytest.mark.parametrize(
    ("urgency", "asked", "use", "approvals"),
    [
        ("emergency", 400_00, EmergencyUse(), 1),
        ("emergency", 400_01, EmergencyUse(), 2),
        ("emergency", 400_00, EmergencyUse(used=2), 1),
        ("emergency", 400_00, EmergencyUse(used=3), 2),
        ("emergency", 400_00, EmergencyUse(overdue=1), 2),
        ("normal", 400_00, EmergencyUse(), 2),
    ],
)
def test_the_emergency_lane(urgency, asked, use, approvals):
    rules = ruleset(APPROVAL, EMERGENCY)
    built = replace(case_from_json(case(line(asked), request={"urgency": urgency}), rules), emergency=use)
    found = assess(rules, built)
    assert (found.approvals_required, found.outcome.value) == (approvals, "payable")
    lane = [check.passed for check in found.checks if check.rule == "lane"]
    assert lane == ([] if urgency == "normal" else [approvals == 1])


def test_nothing_is_grantable_when_the_outcome_is_not_payable():
    refer = rule("eligibility", 'require = "student.age > 90"\nseverity = "refer"', rule_id="old")
    assert assessed(ruleset(refer), envelope={"available_cents": 10**6}).largest_grantable_cents == 0


def test_would_pass_says_no_to_one_cent_more():
    rules = ruleset(rule("cap", 'per = "request"\namount = "120.00"'))
    built = case_from_json(case(line(), line(**FOOD), envelope={"available_cents": 110_00}), rules)
    found = assess(rules, built)
    assert (found.proposed_cents, found.largest_grantable_cents) == (120_00, 110_00)
    assert would_pass(rules, built, found, {1: 100_00, 2: 10_00})
    assert not would_pass(rules, built, found, {1: 100_00, 2: 10_01})
    assert not would_pass(rules, built, found, {1: 100_01})


def test_the_json_has_every_key_of_the_contract():
    found = assessment_to_json(assessed(ruleset(APPROVAL), envelope={"available_cents": 5}), "fr")
    assert set(found) >= {
        *("ruleset", "outcome", "approvals_required", "requested_cents", "proposed_cents", "lines", "checks"),
        *("budget", "largest_grantable_cents"),
    }
    assert set(found["budget"]) >= {"envelope", "available_cents", "after_cents", "enough"}
    assert set(found["lines"][0]) >= {"line", "requested_cents", "proposed_cents", "binding_rule", "steps"}
    assert set(found["lines"][0]["steps"][0]) == {
        *("rule", "title", "before_cents", "after_cents", "explanation", "inputs"),
    }
