"""The shipped schemes against what was published, and the texts they give to people."""

import re
from pathlib import Path

import pytest

from solidarity.rules.money import half_up_div
from solidarity.rules.ruleset import Ruleset, assess, case_from_json, examine, parse
from tests.rules.ruleset.written import case, line

RULESETS = Path(__file__).parents[3] / "rulesets"
SHIPPED = sorted(RULESETS.glob("*.toml"))
SMIC_CENTS = 11_52
COEFFICIENTS_IN_TENTHS = {
    1: (18550, 19976, 22829, 26397, 29964, 34246, 38526, 42807),
    2: (14684, 16021, 18690, 21362, 25367, 29371, 33377, 37384),
    3: (12471, 13604, 15872, 18140, 21541, 24943, 28345, 31747),
    4: (10058, 10971, 12801, 14630, 17373, 20118, 22859, 25602),
    5: (6251, 6946, 8335, 9723, 11807, 13892, 15975, 18059),
    6: (2443, 2919, 3869, 4817, 6241, 7664, 9090, 10513),
}
AMOUNTS = {0: 0, 1: 474_00, 2: 582_00, 3: 687_00, 4: 792_00, 5: 897_00, 6: 1008_00}


def ruleset(name: str) -> Ruleset:
    return parse((RULESETS / f"{name}-2026-2027.toml").read_bytes())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_a_shipped_ruleset_leaves_no_doubt_and_cites_its_sources(path):
    examined = examine(path.read_bytes())
    assert (examined.faults, examined.warnings) == ((), ())
    assert examined.ruleset is not None
    assert any(rule.source for rule in examined.ruleset.rules)


def test_there_is_one_scheme_of_each_family():
    assert {path.name.split("-2")[0] for path in SHIPPED} >= {
        *("federation", "apprentices", "rent", "meals", "bursary", "emergency")
    }


def test_the_ceilings_of_the_bursary_are_the_coefficients_of_the_order_times_the_minimum_wage():
    """The wage of the year before last: 11.52 € gives the published 21 370, the older 10.85 € does not."""
    rules = ruleset("bursary")
    for echelon, coefficients in COEFFICIENTS_IN_TENTHS.items():
        computed = tuple(half_up_div(tenths * SMIC_CENTS, 1000) for tenths in coefficients)
        assert rules.params[f"echelon_{echelon}"].values[0].value == computed
    assert half_up_div(COEFFICIENTS_IN_TENTHS[1][0] * 10_85, 1000) == 20_127


@pytest.mark.parametrize("children", range(1, 10))
def test_every_ceiling_is_included_and_one_euro_more_is_the_echelon_below(children):
    rules = ruleset("bursary")
    for echelon in COEFFICIENTS_IN_TENTHS:
        ceilings = rules.params[f"echelon_{echelon}"].values[0].value
        assert isinstance(ceilings, tuple)
        ceiling = ceilings[min(children, 8) - 1]
        assert isinstance(ceiling, int)
        for income, expected in ((ceiling, echelon), (ceiling + 1, echelon - 1)):
            asked = line(1391_25, facts={"income": income, "children": children})
            found = assess(rules, case_from_json(case(asked, documents=["income"]), rules))
            assert found.proposed_cents == AMOUNTS[expected]
            assert found.outcome.value == ("payable" if expected else "not_eligible")


@pytest.mark.parametrize(
    ("quotient", "third", "expected"),
    [
        (0, False, 3_20),
        (599_99, False, 3_20),
        (600_00, False, 1_15),
        (999_99, False, 1_15),
        (1000_00, False, 1_10),
        (1499_99, False, 1_10),
        (1500_00, False, 1_05),
        (599_99, True, 3_70),
        (1500_00, True, 2_62),
    ],
)
def test_a_meal_costs_the_family_the_price_of_its_tier(quotient, third, expected):
    rules = ruleset("meals")
    asked = line(4_20, category="food", kind="canteen", facts={"meals": 1, "third_child": third})
    read = case_from_json(
        case(asked, student={"quotient_familial_cents": quotient}, documents=["invoice"]), rules
    )
    assert assess(rules, read).proposed_cents == expected


@pytest.mark.parametrize(
    ("rent", "aid", "months", "expected"),
    [
        (420_00, 340, 1, 80_00),
        (420_00, 200, 1, 100_00),
        (420_00, 410, 1, 10_00),
        (420_00, 411, 1, 0),
        (420_00, 500, 1, 0),
        (420_00, 200, 12, 1100_00),
    ],
)
def test_rent_less_other_aid_is_helped_between_ten_and_a_hundred_euros_a_month(rent, aid, months, expected):
    rules = ruleset("rent")
    last = {1: "2026-09-30", 12: "2027-08-31"}[months]
    facts = {"housing_benefit": aid, "moved": 90, "journey": 20, "months_helped": 0}
    asked = line(rent, category="housing", kind="rent", frequency="monthly", period_from="2026-09-01")
    read = case_from_json(
        case({**asked, "period_to": last, "facts": facts}, documents=["lease", "receipt"]), rules
    )
    assert assess(rules, read).proposed_cents == expected


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_every_step_that_changes_an_amount_names_a_figure_in_both_languages(path):
    rules = parse(path.read_bytes())
    for example in rules.examples:
        found = assess(rules, case_from_json(example.case, rules))
        for each in found.lines:
            changing = [step for step in each.steps if step.before_cents != step.after_cents]
            for step in changing:
                assert re.search(r"\d", step.explanation.fr), step
                assert re.search(r"\d", step.explanation.en), step
                assert step.explanation.fr != step.explanation.en
            binding = [step.rule for step in changing if step.rule in {rule.id for rule in rules.rules}]
            assert each.binding_rule is None or each.binding_rule in binding
