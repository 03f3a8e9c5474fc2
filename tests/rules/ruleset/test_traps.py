"""Traps that public scales and their programs fell into, each kept out by a test."""

import pytest

from solidarity.rules.ruleset import check
from tests.rules.ruleset.broken import scale
from tests.rules.ruleset.written import assessed, line, rule, ruleset

DISTANCE = """
[facts.distance]
type = "number"
unit = "km_one_way"
label = { fr = "aller simple", en = "one way" }
[facts.nights]
type = "integer"
label = { fr = "nuits", en = "nights" }
[facts.meals]
type = "integer"
label = { fr = "repas", en = "meals" }
[params]
km_rate = "0.20"
night = "30.00"
meal = "6.00"
"""


def test_one_way_is_not_a_round_trip():
    def cost(factor):
        return ruleset(
            DISTANCE,
            rule(
                "cost",
                f'amount = "half_up_div({factor} * line.facts.distance_milli * params.km_rate, 1000)'
                ' + line.facts.nights * params.night + line.facts.meals * params.meal"',
            ),
        )

    asked = line(500_00, facts={"distance": 31, "nights": 3, "meals": 9})
    assert assessed(cost(1), asked).proposed_cents == 150_20
    assert assessed(cost(2), asked).proposed_cents == 156_40


def test_a_distance_has_its_unit_in_its_declaration_and_decimals_are_exact():
    rules = ruleset(DISTANCE, rule("cost", 'amount = "line.facts.distance_milli"'))
    assert rules.facts["distance"].unit == "km_one_way"
    from decimal import Decimal

    assert assessed(rules, line(10**6, facts={"distance": Decimal("12.4")})).proposed_cents == 12_400
    assert assessed(rules, line(10**6, facts={"distance": Decimal("0.001")})).proposed_cents == 1
    assert assessed(rules, line(10**6, facts={"distance": 10})).proposed_cents == 10_000


def test_the_rate_of_the_first_day_of_the_line_is_used_not_that_of_today():
    rules = ruleset(
        "[[params.rate]]\nfrom = 2025-09-01\nvalue = 10\n[[params.rate]]\nfrom = 2026-09-01\nvalue = 20\n",
        rule("cost", 'amount = "params.rate"'),
    )
    asked = line(period_from="2026-08-31", period_to="2026-09-30")
    assert assessed(rules, asked, today="2026-10-01").proposed_cents == 10


def test_integer_bounds_leave_no_hole_between_550_and_551():
    assert {
        fault.code
        for fault in check(scale('{ below = "550.00", rate = "1%" }, { from = "551.00", rate = "2%" }'))
    } == {"range-hole"}


@pytest.mark.parametrize(("qf", "expected"), [(550_49, 100_00), (550_50, 90_00), (550_51, 90_00)])
def test_a_value_between_two_whole_euros_has_its_bracket(qf, expected):
    rules = ruleset(
        rule(
            "scale",
            'on = "student.quotient_familial_cents"\n'
            'brackets = [{ below = "550.50", rate = "100%" }, { from = "550.50", rate = "90%" }]',
        )
    )
    assert assessed(rules, student={"quotient_familial_cents": qf}).proposed_cents == expected


@pytest.mark.parametrize("bound", ["356.00", "560.00", "765.00"])
def test_every_bound_belongs_to_the_bracket_it_opens(bound):
    rules = ruleset(
        rule(
            "scale",
            'on = "student.quotient_familial_cents"\n'
            f'brackets = [{{ below = "{bound}", rate = "100%" }}, {{ from = "{bound}", rate = "0%" }}]',
        )
    )
    cents = int(bound.replace(".", ""))
    assert assessed(rules, student={"quotient_familial_cents": cents}).proposed_cents == 0
    assert assessed(rules, student={"quotient_familial_cents": cents - 1}).proposed_cents == 100_00


def test_nothing_to_pay_is_not_the_same_as_not_entitled():
    free = ruleset(rule("cost", 'amount = "0"'))
    barred = ruleset(rule("eligibility", 'require = "student.age > 90"\nseverity = "refuse"'))
    assert [(found.proposed_cents, found.outcome.value) for found in (assessed(free), assessed(barred))] == [
        (0, "payable"),
        (0, "not_eligible"),
    ]


def test_booleans_are_never_added_as_amounts():
    faults = check(
        ruleset_text := rule("deduct", 'amount = "(student.age > 3) * 500 + (student.age > 5) * 300"')
    )
    assert ruleset_text
    assert "expression-type" in {fault.code for fault in faults}


def test_a_month_across_new_year_is_counted_and_handled():
    rules = ruleset(rule("cap", 'per = "line_month"\namount = "10.00"'))
    asked = line(100_00, frequency="monthly", period_from="2026-12-28", period_to="2027-01-03")
    found = assessed(rules, asked)
    assert (found.requested_cents, found.proposed_cents) == (200_00, 20_00)


def test_many_small_rates_add_up_exactly():
    rules = ruleset(rule("scale", 'on = "line.months"\nbrackets = [{ rate = "10%" }]'))
    found = assessed(rules, *[line(1_01)] * 30)
    assert found.proposed_cents == 30 * 10  # each 10.1 cents, rounded line by line, then summed


@pytest.mark.parametrize(("absences", "expected"), [(15, 300_00), (16, 140_00)])
def test_beyond_15_days_the_deduction_counts_from_the_first(absences, expected):
    rules = ruleset(
        "[facts.absences]\ntype = 'integer'\nlabel = { fr = 'absences', en = 'absences' }\n",
        rule(
            "prorate",
            'by = "days"\nunits = "line.facts.absences"\nof = "30"\nmode = "remove"\nthreshold = 15',
        ),
    )
    assert assessed(rules, line(300_00, facts={"absences": absences})).proposed_cents == expected


def test_a_multiple_of_three_is_taken_after_the_percentage():
    rules = ruleset(
        rule("round", 'to = "3.00"\nmode = "down"', rule_id="three"),
        rule("scale", 'on = "line.months"\nbrackets = [{ rate = "55%" }]', rule_id="rate"),
    )
    assert assessed(rules, line(100_00)).proposed_cents == 54_00


def test_a_ceiling_is_compared_before_anything_is_rounded():
    rules = ruleset(
        rule("floor", 'per = "line"\namount = "10.00"\nbelow = "zero"', rule_id="least"),
        rule("round", 'to = "1.00"\nmode = "up"', rule_id="up"),
    )
    assert assessed(rules, line(9_99)).proposed_cents == 0


@pytest.mark.parametrize(("milli", "expected"), [("19.999", 1_00), ("20.000", 2_00)])
def test_a_decimal_finds_its_band_without_being_cut_to_a_whole(milli, expected):
    from decimal import Decimal

    rules = ruleset(
        DISTANCE,
        rule(
            "scale",
            'on = "line.facts.distance_milli"\n'
            'brackets = [{ below = 20000, amount = "1.00" }, { from = 20000, amount = "2.00" }]',
        ),
    )
    assert assessed(rules, line(facts={"distance": Decimal(milli)})).proposed_cents == expected
