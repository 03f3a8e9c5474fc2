"""What a figure counts when a person reads it: euros, prices, rates and days, each in its own writing."""

from decimal import Decimal

import pytest

from tests.rules.ruleset.written import assessed, line, rule, ruleset

INCOME = """
[facts.inc]
type = "number"
unit = "euros"
label = { fr = "revenu", en = "income" }
"""
SAYS = "{ fr = 'vaut {value}, limite {limit}', en = '{value}, limit {limit}' }"
SCALE = (
    'brackets = [{ below = "7.50", rate = "20%" }, { from = "7.50", below = "9.00", rate = "50%" },'
    ' { from = "9.00", refer = true }]'
)


def income(amount: str) -> dict[str, object]:
    return line(facts={"inc": Decimal(amount)})


@pytest.mark.parametrize("on", ["floor_div(line.facts.inc_milli, 10)", "line.facts.inc_milli / 10"])
def test_a_scale_with_bounds_in_euros_reads_euros(on: str):
    own = ruleset(INCOME, rule("scale", f'on = "{on}"\n{SCALE}', message=SAYS))
    (step,) = assessed(own, income("8.5")).lines[0].steps
    assert step.explanation.fr == "vaut 8,50\u00a0€, limite 50,00\u00a0€"
    assert dict(step.inputs)["value_cents"] == 850
    (step,) = assessed(ruleset(INCOME, rule("scale", f'on = "{on}"\n{SCALE}')), income("7.5")).lines[0].steps
    assert step.explanation.fr == "Pour 7,50\u00a0€, le taux est de 50\u00a0%."


def test_a_comparison_with_euros_reads_euros_on_both_sides():
    for limit in ("cents('8.00')", "params.most"):
        require = f'require = "floor_div(line.facts.inc_milli, 10) < {limit}"\nseverity = "refuse"'
        rules = ruleset(INCOME, '[params]\nmost = "8.00"', rule("eligibility", require, message=SAYS))
        (check,) = assessed(rules, income("8.5")).checks
        assert check.message.fr == "vaut 8,50\u00a0€, limite 8,00\u00a0€"


def test_a_fact_alone_stays_a_decimal_of_its_own_unit():
    require = 'require = "line.facts.inc_milli < 8000"\nseverity = "refuse"'
    (check,) = assessed(ruleset(INCOME, rule("eligibility", require, message=SAYS)), income("8.5")).checks
    assert check.message.en == "8.5, limit 8"
    bounds = 'on = "line.facts.inc_milli"\nbrackets = [{ below = 7500, rate = "20%" }, { from = 7500, rate = "50%" }]'
    (step,) = assessed(ruleset(INCOME, rule("scale", bounds)), income("8.5")).lines[0].steps
    assert step.explanation.en == "For 8.5, the rate is 50%."


@pytest.mark.parametrize(
    ("price", "shown"),
    [("4.2", "4,20"), ("3", "3,00"), ("0.1055", "0,1055"), ("0.105", "0,105"), ("1234.5", "1\u202f234,50")],
)
def test_a_unit_price_has_two_decimals_and_more_only_when_needed(price: str, shown: str):
    rules = ruleset(rule("cost", f'units = "20"\nunit_rate = "{price}"'))
    (step,) = assessed(rules, line(9_999_999)).lines[0].steps
    assert step.explanation.fr.startswith(f"20 × {shown}\u00a0€ = ")


@pytest.mark.parametrize(
    ("value", "fr", "en"),
    [
        ('"6.00"', "6,00\u00a0€", "€6.00"),
        ('"25%"', "25\u00a0%", "25%"),
        ("2027-01-01", "1er janvier 2027", "1 January 2027"),
        ("6", "6", "6"),
        ("true", "oui", "yes"),
        ('["9.00", "12.50"]', "9,00\u00a0€, 12,50\u00a0€", "€9.00, €12.50"),
        ('["84", "11"]', "84, 11", "84, 11"),
    ],
)
def test_a_parameter_in_a_message_reads_as_it_was_written(value: str, fr: str, en: str):
    said = "{ fr = 'soit {params.x}', en = 'so {params.x}' }"
    rules = ruleset(
        f"[params]\nx = {value}",
        rule("eligibility", 'require = "false"\nseverity = "warn"', rule_id="e", message=said),
        rule("cap", 'per = "line"\namount = "1.00"', rule_id="c", message=said),
    )
    found = assessed(rules)
    for text in (found.checks[0].message, found.lines[0].steps[0].explanation):
        assert (text.fr, text.en) == (f"soit {fr}", f"so {en}")
