"""Caps and floors over lines, requests, years and rolling windows."""

import pytest

from solidarity.rules.ruleset import is_within
from tests.rules.ruleset.written import assessed, grant, line, rule, ruleset


def cap(per, amount='"100.00"', places='["*"]'):
    return ruleset(rule("cap", f'per = "{per}"\namount = {amount}', places=places))


def amounts(found):
    return [each.proposed_cents for each in found.lines]


FOOD = {"category": "food", "kind": "canteen"}


def test_a_line_cap_is_for_each_line():
    assert amounts(assessed(cap("line"), line(150_00), line(80_00))) == [100_00, 80_00]


def test_a_monthly_cap_covers_the_months_touched():
    two_months = line(150_00, frequency="monthly", period_from="2026-10-15", period_to="2026-11-14")
    assert amounts(assessed(cap("line_month"), two_months)) == [200_00]


def test_a_request_cap_is_taken_in_the_order_of_the_lines():
    found = assessed(
        cap("request"), line(60_00), line(70_00), line(10_00), history=[grant(500_00, "2026-09-30")]
    )
    assert amounts(found) == [60_00, 40_00, 0]


def test_applies_to_chooses_the_lines_and_per_alone_the_history():
    found = assessed(
        cap("student_year", places='["transport"]'),
        line(50_00, **FOOD),
        line(90_00),
        history=[grant(30_00, "2026-09-10", category="food")],
    )
    assert amounts(found) == [50_00, 70_00]


def test_a_category_cap_counts_each_category_alone():
    found = assessed(
        cap("student_category_year"),
        line(90_00),
        line(90_00, **FOOD),
        line(90_00),
        history=[grant(20_00, "2026-09-10"), grant(30_00, "2026-09-10", category="food")],
    )
    assert amounts(found) == [80_00, 70_00, 0]


@pytest.mark.parametrize(
    ("past", "left"),
    [
        (grant(40_00, "2026-10-01", period_from="2026-09-01"), 60_00),
        (grant(40_00, "2026-08-15", period_from="2026-09-01"), 60_00),  # decided before, for this year
        (grant(40_00, "2026-09-15", period_from="2026-08-31"), 100_00),  # for the year before
        (grant(40_00, "2026-10-02", period_from="2026-09-01"), 100_00),  # not decided yet
        (grant(400_00, "2026-09-15"), 0),
    ],
)
@pytest.mark.parametrize("per", ["student_year", "school_year", "household_year", "student_category_year"])
def test_a_year_counts_what_was_decided_for_the_same_school_year(per, past, left):
    assert amounts(assessed(cap(per), line(150_00), history=[past])) == [left]


@pytest.mark.parametrize(
    ("per", "decided_on", "left"),
    [
        ("rolling:P12M", "2026-10-01", 60_00),
        ("rolling:P12M", "2025-10-02", 60_00),
        ("rolling:P12M", "2025-10-01", 100_00),
        ("rolling:P30D", "2026-09-02", 60_00),
        ("rolling:P30D", "2026-09-01", 100_00),
        ("rolling:P1Y", "2025-10-02", 60_00),
        ("rolling:P2W", "2026-09-17", 100_00),
    ],
)
def test_a_rolling_window_looks_at_the_day_of_decision_and_holds_today(per, decided_on, left):
    assert amounts(assessed(cap(per), line(150_00), history=[grant(40_00, decided_on, category="food")])) == [
        left
    ]


def test_only_a_household_cap_counts_other_pupils_of_the_household():
    sibling = grant(40_00, "2026-09-10", household=True)
    assert amounts(assessed(cap("student_year"), line(150_00), history=[sibling])) == [100_00]
    assert amounts(assessed(cap("household_year"), line(150_00), history=[sibling])) == [60_00]


def test_lines_of_two_school_years_have_a_cap_each():
    later = line(90_00, period_from="2027-09-01", period_to="2027-09-30")
    assert amounts(assessed(cap("student_year"), line(90_00), later, line(90_00))) == [90_00, 90_00, 10_00]


def test_a_refused_line_takes_nothing_from_a_shared_cap():
    refuse = rule("eligibility", 'require = "line.kind != \'car\'"\nseverity = "refuse"', rule_id="no-car")
    rules = ruleset(refuse, rule("cap", 'per = "request"\namount = "100.00"'))
    found = assessed(rules, line(90_00, kind="car"), line(90_00))
    assert amounts(found) == [0, 90_00]
    assert (found.outcome.value, found.lines[0].binding_rule) == ("payable", "no-car")
    assert [(step.before_cents, step.after_cents) for step in found.lines[0].steps] == [(90_00, 0)]


@pytest.mark.parametrize(
    ("per", "count", "lines", "history", "expected"),
    [
        ("request", 1, 2, [], [10_00, 0]),
        ("student_year", 2, 1, [grant(5, "2026-09-10"), grant(5, "2026-09-11")], [0]),
        ("student_year", 2, 2, [grant(5, "2026-09-10")], [10_00, 0]),
        ("student_category_year", 1, 1, [grant(5, "2026-09-10", category="food")], [10_00]),
        ("rolling:P12M", 1, 1, [grant(5, "2025-11-10")], [0]),
        ("student_year", 1, 1, [grant(0, "2026-09-10")], [10_00]),
    ],
)
def test_a_count_caps_how_often(per, count, lines, history, expected):
    rules = ruleset(rule("cap", f'per = "{per}"\ncount = {count}'))
    assert amounts(assessed(rules, *[line(10_00)] * lines, history=history)) == expected


def test_a_cap_may_be_an_expression():
    rules = ruleset(
        '[params]\nmonth = "40.00"', rule("cap", 'per = "line"\namount = "=params.month * line.months"')
    )
    assert amounts(assessed(rules, line(150_00, period_to="2026-12-01"))) == [120_00]


@pytest.mark.parametrize(
    ("per", "asked", "below", "expected", "outcome"),
    [
        ("line", [20_00, 19_99], "zero", [20_00, 0], "payable"),
        ("line", [20_00, 19_99], "refuse", [20_00, 0], "payable"),
        ("line", [19_99], "refuse", [0], "not_eligible"),
        ("line", [19_99], "zero", [0], "payable"),
        ("request", [10_00, 10_00], "refuse", [10_00, 10_00], "payable"),
        ("request", [10_00, 9_99], "refuse", [0, 0], "not_eligible"),
        ("student_year", [5_00], "zero", [5_00], "payable"),
    ],
)
def test_floors(per, asked, below, expected, outcome):
    rules = ruleset(rule("floor", f'per = "{per}"\namount = "20.00"\nbelow = "{below}"'))
    found = assessed(rules, *[line(amount) for amount in asked], history=[grant(15_00, "2026-09-10")])
    assert (amounts(found), found.outcome.value) == (expected, outcome)


def test_shared_caps_bound_what_discretion_bands_can_reach_together():
    scale = rule(
        "scale", 'on = "line.months"\nbrackets = [{ rate_min = "20%", rate_max = "80%" }]', places='["food"]'
    )
    rules = ruleset(scale, rule("cap", 'per = "student_year"\namount = "1000.00"', rule_id="year"))
    found = assessed(rules, line(1000_00, **FOOD), line(500_00))
    assert amounts(found) == [200_00, 500_00]
    assert [each.most_grantable_cents for each in found.lines] == [800_00, 500_00]
    assert (found.most_grantable_cents, found.largest_grantable_cents) == (1000_00, 1000_00)


def test_with_two_bands_under_one_cap_any_amounts_within_both_tops_and_the_sum_pass():
    """A grant below a floor or below the proposal is no override: floors limit what the rules propose."""
    rules = ruleset(
        rule(
            "scale",
            'on = "0"\nbrackets = [{ rate_min = "20%", rate_max = "40%" }]',
            rule_id="band",
        ),
        rule("cap", 'per = "request"\namount = "60.00"', rule_id="shared"),
        rule("floor", 'per = "line"\namount = "10.00"\nbelow = "zero"', rule_id="least"),
    )
    found = assessed(rules, line(100_00), line(100_00))
    assert [(each.band.minimum_cents, each.band.maximum_cents) for each in found.lines if each.band] == [
        (20_00, 40_00),
        (20_00, 20_00),
    ]
    assert found.most_grantable_cents == 60_00
    assert is_within(found, [40_00, 20_00])
    assert is_within(found, [5_00, 1_00])
    assert not is_within(found, [20_00, 30_00])
    assert not is_within(found, [41_00, 0])
