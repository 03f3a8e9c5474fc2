"""Rules that change one line's amount, each with a table of cases to the cent."""

import pytest

from tests.rules.ruleset.written import assessed, line, rule, ruleset

FACTS = """
[facts.distance]
type = "number"
unit = "km_one_way"
label = { fr = "distance", en = "distance" }
[facts.other_aid]
type = "integer"
label = { fr = "autre aide", en = "other aid" }
[facts.nights]
type = "integer"
label = { fr = "nuits", en = "nights" }
"""


def proposed(rules, amount_cents=100_00, qf=None, **changes):
    student = {} if qf is None else {"quotient_familial_cents": qf}
    return assessed(rules, line(amount_cents, **changes), student=student).proposed_cents


@pytest.mark.parametrize(
    ("asked", "keys", "nights", "expected"),
    [
        (100_00, 'amount = "cents(\\"80.00\\")"', 1, 80_00),
        (50_00, 'amount = "cents(\\"80.00\\")"', 1, 50_00),
        (50_00, 'amount = "cents(\\"80.00\\")"\nmay_exceed = true', 1, 80_00),
        (50_00, 'amount = "0 - 1"', 1, 0),
        (100_00, 'unit_rate = "6.00"\nunits = "line.facts.nights"', 9, 54_00),
        (100_00, 'unit_rate = "0.1050"\nunits = "line.facts.nights"', 1, 11),
        (100_00, 'unit_rate = "0.1049"\nunits = "line.facts.nights"', 1, 10),
        (100_00, 'unit_rate = "0.3333"\nunits = "line.facts.nights"', 3, 1_00),
        (100_00, 'unit_rate = "6.00"\nunits = "line.facts.nights"\nmin_units = 4', 3, 0),
        (100_00, 'unit_rate = "6.00"\nunits = "line.facts.nights"\nmin_units = 4', 4, 24_00),
        (100_00, 'unit_rate = "6.00"\nunits = "0 - line.facts.nights"', 4, 0),
        (
            100_00,
            'units = "line.facts.nights"\nbands = [{ below = 10, unit_rate = "1.00" }, { from = 10, unit_rate = "0.50" }]',
            9,
            9_00,
        ),
        (
            100_00,
            'units = "line.facts.nights"\nbands = [{ below = 10, unit_rate = "1.00" }, { from = 10, unit_rate = "0.50" }]',
            10,
            5_00,
        ),
    ],
)
def test_cost_is_exact_and_never_above_what_was_asked(asked, keys, nights, expected):
    rules = ruleset(FACTS, rule("cost", keys))
    assert proposed(rules, asked, facts={"nights": nights}) == expected


def test_a_second_cost_replaces_the_first_and_still_stops_at_what_was_asked():
    first, second = (
        rule("cost", f'amount = "cents(\\"{cost}\\")"', rule_id=name)
        for name, cost in (("a", "30.00"), ("b", "70.00"))
    )
    assert proposed(ruleset(first, second), 60_00) == 60_00


@pytest.mark.parametrize(
    ("other_aid", "expected"), [(0, 100_00), (40_00, 60_00), (100_00, 0), (500_00, 0), (-5, 100_00)]
)
def test_other_aid_is_deducted_and_never_adds(other_aid, expected):
    rules = ruleset(FACTS, rule("deduct", 'amount = "line.facts.other_aid"'))
    assert proposed(rules, facts={"other_aid": other_aid}) == expected


BRACKETS = """
on = "student.quotient_familial_cents"
brackets = [
  { below = "350.00", rate = "100%" },
  { from = "350.00", below = "500.00", rate = "66.67%" },
  { from = "500.00", below = "700.00", amount = "25.00" },
  { from = "700.00", below = 90000, rate_min = "20%", rate_max = "80%" },
  { from = "900.00", refer = true },
]
"""


@pytest.mark.parametrize(
    ("qf", "expected", "outcome"),
    [
        (349_99, 100_01, "payable"),
        (350_00, 66_68, "payable"),  # 10001 x 0.6667 = 6667.67
        (499_99, 66_68, "payable"),
        (500_00, 25_00, "payable"),
        (699_99, 25_00, "payable"),
        (700_00, 20_00, "payable"),  # 2000.2
        (899_99, 20_00, "payable"),
        (900_00, 100_01, "needs_judgement"),
        (0, 100_01, "payable"),
    ],
)
def test_scale_brackets_are_half_open(qf, expected, outcome):
    found = assessed(ruleset(rule("scale", BRACKETS)), line(100_01), student={"quotient_familial_cents": qf})
    assert (found.proposed_cents, found.outcome.value) == (expected, outcome)


def test_a_bracket_amount_is_never_above_what_came_in():
    assert proposed(ruleset(rule("scale", BRACKETS)), 10_00, qf=550_00) == 10_00


@pytest.mark.parametrize(("amount", "expected"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3)])
def test_half_cents_go_up(amount, expected):
    rules = ruleset(rule("scale", 'on = "line.months"\nbrackets = [{ rate = "50%" }]'))
    assert proposed(rules, amount) == expected


@pytest.mark.parametrize(
    ("missing", "expected", "outcome", "passed"),
    [
        ("", 100_00, "incomplete", None),
        ('missing = "refer"', 100_00, "needs_judgement", False),
        ('missing = "refuse"', 0, "not_eligible", False),
        ('missing = "rate"\nmissing_rate = "50%"', 50_00, "payable", True),
    ],
)
def test_a_scale_without_its_value_does_what_it_says(missing, expected, outcome, passed):
    found = assessed(ruleset(rule("scale", BRACKETS + missing)))
    assert (found.proposed_cents, found.outcome.value) == (expected, outcome)
    assert [check.passed for check in found.checks] == ([] if passed is True else [passed])
    if passed is not True:
        assert "quotient_familial_cents" in found.checks[0].message.en


def test_a_discretion_band_proposes_its_minimum_and_lets_choose_up_to_its_maximum():
    cap = rule("cap", 'per = "line"\namount = "60.00"', rule_id="cap")
    found = assessed(ruleset(rule("scale", BRACKETS), cap), student={"quotient_familial_cents": 700_00})
    [first] = found.lines
    assert (first.proposed_cents, first.most_grantable_cents) == (20_00, 60_00)
    assert (first.band.minimum_cents, first.band.maximum_cents) == (20_00, 60_00)
    assert (found.outcome.value, found.largest_grantable_cents) == ("payable", 60_00)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ('by = "days"\nof = "30"\nmode = "keep"', 100_00),  # 31 days of 30
        ('by = "days"\nof = "62"\nmode = "keep"', 50_00),
        ('by = "weeks"\nof = "36"\nmode = "keep"', 13_89),  # 5 of 36
        ('by = "months"\nunits = "2"\nof = 3\nmode = "keep"', 66_67),
        ('by = "days"\nunits = "15"\nof = "30"\nmode = "remove"\nthreshold = 15', 100_00),
        (
            'by = "days"\nunits = "16"\nof = "30"\nmode = "remove"\nthreshold = 15',
            46_67,
        ),  # from the first day
        ('by = "days"\nunits = "40"\nof = "30"\nmode = "remove"', 0),
        ('by = "days"\nunits = "0"\nof = "30"\nmode = "remove"', 100_00),
        ('by = "days"\nunits = "0 - 3"\nof = "30"\nmode = "keep"', 0),
    ],
)
def test_prorata(keys, expected):
    assert proposed(ruleset(rule("prorate", keys))) == expected


def test_a_prorata_of_nothing_is_incomplete_and_never_crashes():
    found = assessed(ruleset(rule("prorate", 'by = "days"\nof = "line.months - 1"\nmode = "keep"')))
    assert found.outcome.value == "incomplete"
    assert "division by zero" in found.checks[0].message.en


@pytest.mark.parametrize(
    ("to", "mode", "amount", "expected"),
    [
        ("1.00", "down", 12_99, 12_00),
        ("1.00", "up", 12_01, 13_00),
        ("1.00", "up", 12_00, 12_00),
        ("1.00", "half_up", 12_50, 13_00),
        ("1.00", "half_up", 12_49, 12_00),
        ("3.00", "down", 17_99, 15_00),
        ("3.00", "half_up", 16_50, 18_00),
        ("0.05", "down", 9, 5),
    ],
)
def test_rounding(to, mode, amount, expected):
    assert proposed(ruleset(rule("round", f'to = "{to}"\nmode = "{mode}"')), amount) == expected


def test_stages_run_in_their_order_whatever_the_file_says_and_in_file_order_inside_one():
    rules = ruleset(
        rule("round", 'to = "1.00"\nmode = "down"', rule_id="round"),
        rule("cap", 'per = "line"\namount = "50.00"', rule_id="cap-50"),
        rule("floor", 'per = "line"\namount = "40.00"\nbelow = "zero"', rule_id="floor"),
        rule("cap", 'per = "line"\namount = "30.00"', rule_id="cap-30"),
        rule("prorate", 'by = "days"\nunits = "1"\nof = "4"\nmode = "keep"', rule_id="share"),
        rule("scale", 'on = "line.months"\nbrackets = [{ rate = "90%" }]', rule_id="scale"),
        rule("deduct", 'amount = "1000"', rule_id="deduct"),
        rule("cost", 'amount = "9000"', rule_id="cost"),
    )
    [first] = assessed(rules).lines
    assert [(step.rule, step.after_cents) for step in first.steps] == [
        ("cost", 90_00),
        ("deduct", 80_00),
        ("scale", 72_00),
        ("cap-50", 50_00),
        ("floor", 50_00),
        ("cap-30", 30_00),
        ("share", 7_50),
        ("round", 7_00),
    ]
    assert first.binding_rule == "share", "rounding never binds"
    assert [step.before_cents for step in first.steps][1:] == [step.after_cents for step in first.steps][:-1]


def test_a_line_that_no_rule_touches_has_one_step_and_nothing_binds_it():
    [first] = assessed(ruleset(rule("round", 'to = "1.00"\nmode = "up"', places='["food"]'))).lines
    assert [(step.before_cents, step.after_cents) for step in first.steps] == [(100_00, 100_00)]
    assert first.binding_rule is None


@pytest.mark.parametrize(
    ("frequency", "first", "last", "expected"),
    [
        ("once", "2026-10-15", "2026-11-14", 10_00),
        ("monthly", "2026-10-15", "2026-11-14", 20_00),
        ("termly", "2026-10-15", "2027-01-14", 20_00),
        ("yearly", "2026-10-15", "2027-06-30", 10_00),
        ("yearly", "2026-10-15", "2027-09-01", 20_00),
    ],
)
def test_the_amount_of_a_line_is_per_occurrence(frequency, first, last, expected):
    rules = ruleset(rule("round", 'to = "0.01"\nmode = "down"'))
    asked = line(10_00, frequency=frequency, period_from=first, period_to=last)
    found = assessed(rules, asked)
    assert (found.requested_cents, found.lines[0].steps[0].before_cents) == (expected, expected)


def test_explanations_name_the_figures_in_both_languages():
    message = "{ fr = 'Plafond {limit} pour {value}.', en = 'Cap {limit} for {value}.' }"
    rules = ruleset(rule("cap", 'per = "line"\namount = "1000.00"', message=message))
    [first] = assessed(rules, line(1234_50)).lines
    assert first.steps[0].explanation.fr == "Plafond 1\u202f000,00\u00a0€ pour 1\u202f234,50\u00a0€."
    assert first.steps[0].explanation.en == "Cap €1,000.00 for €1,234.50."
    assert first.steps[0].inputs["limit_cents"] == 1000_00
