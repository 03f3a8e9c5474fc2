"""The nearest single change that helps: it does what it says, one unit less does not, and it reads well."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solidarity.rules.ruleset import (
    Case,
    Ruleset,
    assess,
    case_from_json,
    explain_turning_points,
    parse,
    turning_point_to_json,
    turning_points,
)
from solidarity.rules.ruleset.dials import Counted
from solidarity.rules.ruleset.what_if import MOST_ASSESSMENTS, OUTCOMES, TurningPoint, applied
from tests.rules.ruleset.written import case, grant, line, rule, ruleset

ROOT = Path(__file__).parents[3]
FACTS = """
[facts.distance]
type = "integer"
unit = "km_one_way"
label = { fr = "aller simple, en km", en = "one way, in km" }
[facts.rent]
type = "number"
unit = "eur_month"
label = { fr = "loyer", en = "rent" }
[facts.shared]
type = "boolean"
label = { fr = "logement partagé", en = "shared home" }
"""
MEANS = rule(
    "scale",
    'on = "student.quotient_familial_cents"\nmissing = "refer"\n'
    'brackets = [{ below = "700.00", rate = "80%" }, { from = "700.00", below = "1000.00", rate = "60%" },'
    ' { from = "1000.00", refer = true }]',
    rule_id="means",
)
KILOMETRES = rule(
    "cost", 'units = "line.facts.distance"\nunit_rate = "0.25"\nmin_units = 30', rule_id="kilometres"
)


def points(rules: Ruleset, *lines: object, **changes: object) -> tuple[TurningPoint, ...]:
    read = case_from_json(case(*lines, **changes), rules)
    found = turning_points(rules, read, assess(rules, read))
    for point in found:
        check_point(rules, read, point)
    return found


def rank(rules: Ruleset, read: Case) -> tuple[int, int]:
    found = assess(rules, read)
    return OUTCOMES.index(found.outcome), found.proposed_cents


def check_point(rules: Ruleset, read: Case, point: TurningPoint) -> None:
    """What it promises is what comes out; the change made one unit smaller is not enough."""
    found = assess(rules, applied(rules, read, point))
    assert (found.outcome, found.proposed_cents) == (point.outcome, point.proposed_cents)
    assert tuple(each.binding_rule for each in found.lines) == point.binding_rules
    before = rank(rules, read)
    after = (OUTCOMES.index(point.outcome), point.proposed_cents)
    assert after > before
    if point.before is None or point.after is None:
        return
    nearer = point.after - 1 if point.after > point.before else point.after + 1
    less = rank(rules, applied(rules, read, replace(point, after=nearer)))
    assert less <= before or less[0] < after[0]


def said(found: tuple[TurningPoint, ...], language: str = "fr") -> list[str]:
    return list(explain_turning_points(found, language))


def test_the_bracket_below_is_named_by_its_round_bound():
    found = points(ruleset(MEANS), student={"quotient_familial_cents": 750_00})
    assert said(found) == [
        "Si le quotient familial était de moins de 700,00\u00a0€ (au lieu de 750,00\u00a0€) : 80,00\u00a0€ au lieu de 60,00\u00a0€."
    ]
    assert said(found, "en") == [
        "If quotient familial were below €700.00 (instead of €750.00): €80.00 instead of €60.00."
    ]


def test_thirty_kilometres_instead_of_twenty_nine():
    [point] = points(ruleset(FACTS, KILOMETRES), line(facts={"distance": 29}))
    assert (point.fact, point.before, point.after, point.proposed_cents) == (
        "line.facts.distance",
        29,
        30,
        7_50,
    )
    assert "au moins 30 (au lieu de 29) : 7,50" in point.text.fr


def test_a_fact_of_which_each_unit_brings_a_little_is_no_turning_point():
    assert points(ruleset(FACTS, KILOMETRES), line(facts={"distance": 40})) == ()


def test_papers_are_named_one_by_one_or_together():
    papers = rule("documents", 'all_of = ["income", "lease"]', rule_id="papers")
    [both] = points(ruleset(papers))
    assert (both.papers, both.outcome.value) == (("income", "lease"), "payable")
    assert both.text.en == "With proof of income, lease: €100.00; the request would meet the rules."
    [one] = points(ruleset(papers), documents=["income"])
    assert one.papers == ("lease",)
    alternatives = rule("documents", 'any_of = ["quote", "invoice"]', rule_id="papers")
    assert points(ruleset(alternatives))[0].papers == ("quote",)


def test_the_birthday_is_a_day_to_wait_for():
    rules = ruleset(rule("eligibility", 'require = "student.age >= 18"\nseverity = "refuse"'))
    [point] = points(rules, student={"birth_date": "2009-03-14"})
    assert point.after == date(2027, 3, 14).toordinal()
    assert said((point,))[0].startswith("À partir du 14 mars 2027, à 18 ans : 100,00")
    assert points(rules, student={"birth_date": "2010-03-14"}) == (), "not before the ruleset ends"


def test_a_rolling_window_says_from_which_day_there_is_room_again():
    rules = ruleset(rule("cap", 'per = "rolling:P30D"\namount = "120.00"'))
    [point] = points(rules, history=[grant(100_00, "2026-09-20")])
    assert (point.fact, point.after, point.proposed_cents) == (
        "today",
        date(2026, 10, 20).toordinal(),
        100_00,
    )


def test_an_unknown_fact_says_what_knowing_it_could_bring():
    [point] = points(ruleset(MEANS))
    assert point.text.fr == (
        "Si le quotient familial était connu, et de moins de 700,00\u00a0€ : 80,00\u00a0€ au lieu de"
        " 100,00\u00a0€ ; la demande serait conforme au barème."
    )


def test_yes_or_no_and_decimals_and_several_lines():
    rules = ruleset(
        FACTS,
        rule(
            "eligibility", 'require = "line.facts.rent_milli > 250000"\nseverity = "refuse"', rule_id="rent"
        ),
        rule("deduct", 'amount = "50_00"'.replace("_", ""), rule_id="shared")
        + 'when = "line.facts.shared"\n',
    )
    facts = {"rent": 250, "shared": True}
    found = points(rules, line(facts=facts), line(facts={"rent": 300, "shared": True}))
    assert said(found, "en") == [
        "If “rent” were more than 250 (instead of 250), line 1: €100.00 instead of €50.00.",
        "If “shared home” were “no”, line 2: €100.00 instead of €50.00.",
    ]


def test_a_period_too_long_says_the_last_day_that_is_allowed():
    rules = ruleset(rule("eligibility", 'require = "line.months <= 10"\nseverity = "refer"'))
    [point] = points(rules, line(period_from="2026-09-01", period_to="2027-08-31"))
    assert (point.fact, point.after) == ("line.period_to", date(2027, 6, 30).toordinal())


def test_what_nobody_can_honestly_change_is_left_out():
    rules = ruleset(
        rule("eligibility", "require = \"student.trade == 'soudage'\"\nseverity = 'refuse'", rule_id="trade"),
        rule(
            "eligibility", "require = \"student.region_code == '84'\"\nseverity = 'refuse'", rule_id="region"
        ),
        rule("eligibility", "require = \"student.school == 'a'\"\nseverity = 'refuse'", rule_id="school"),
    )
    assert points(rules, student={"trade": "x", "region_code": "11", "school": "b"}) == ()


def test_a_payable_request_in_full_has_nothing_to_gain():
    assert points(ruleset(MEANS), student={"quotient_familial_cents": 100_00}) == ()


def test_a_line_is_not_told_to_fail_so_that_another_gets_its_money():
    rules = ruleset(
        FACTS,
        rule(
            "eligibility",
            'require = "line.facts.distance > 3"\nseverity = "refuse"',
            rule_id="far",
            places='["transport"]',
        ),
        rule("cap", 'per = "request"\namount = "100.00"', rule_id="cap"),
        rule("round", 'to = "30.00"\nmode = "down"', rule_id="thirties"),
    )
    lines = (line(45_00, facts={"distance": 9}), line(90_00, category="food", kind="canteen"))
    assert points(rules, *lines) == ()


def test_it_never_assesses_more_than_thirty_times():
    facts = "".join(
        f"[facts.f{number}]\ntype = 'boolean'\nlabel = {{ fr = 'f', en = 'f' }}\n" for number in range(60)
    )
    gates = "".join(
        rule("deduct", f'amount = "100"\nwhen = "line.facts.f{number}"', rule_id=f"d{number}")
        for number in range(60)
    )
    found = points(ruleset(facts, gates), line(facts={f"f{number}": True for number in range(60)}))
    assert len(found) == MOST_ASSESSMENTS


def test_the_json_of_a_turning_point():
    [point] = points(ruleset(MEANS), student={"quotient_familial_cents": 750_00})
    told = turning_point_to_json(point, "en")
    assert (told["fact"], told["from"], told["to"]) == ("student.quotient_familial_cents", 750_00, 699_99)
    assert (told["counted_in"], told["nature"], told["gained_cents"]) == ("cents", "situation", 20_00)
    assert (told["outcome"], told["binding_rules"], told["line"]) == ("payable", ["means"], None)


BOUNDS = st.lists(st.integers(1, 2_000_00), min_size=1, max_size=4, unique=True).map(sorted)
RATES = st.integers(0, 100)


@settings(max_examples=60, deadline=None)
@given(
    bounds=BOUNDS,
    rates=st.lists(RATES, min_size=5, max_size=5),
    qf=st.none() | st.integers(0, 2_500_00),
    distance=st.none() | st.integers(0, 90),
    least=st.integers(1, 60),
    gate=st.integers(0, 80),
    cap=st.integers(0, 90),
    has_paper=st.booleans(),
)
def test_every_turning_point_does_what_it_says_and_not_one_unit_sooner(
    bounds, rates, qf, distance, least, gate, cap, has_paper
):
    edges = [None, *(f"{bound // 100}.{bound % 100:02}" for bound in bounds), None]
    brackets = ", ".join(
        "{ "
        + (f'from = "{low}", ' if low else "")
        + (f'below = "{high}", ' if high else "")
        + (f'rate = "{rate}%" }}' if rate % 7 else "refer = true }")
        for low, high, rate in zip(edges, edges[1:], rates, strict=False)
    )
    rules = ruleset(
        FACTS,
        rule("eligibility", f'require = "line.facts.distance < {gate}"\nseverity = "refer"', rule_id="near"),
        rule("documents", 'all_of = ["income"]', rule_id="papers"),
        rule(
            "cost",
            f'units = "line.facts.distance * 2"\nunit_rate = "1.00"\nmin_units = {least}',
            rule_id="km",
        ),
        rule("scale", f'on = "student.quotient_familial_cents"\nbrackets = [{brackets}]', rule_id="means"),
        rule("cap", f'per = "request"\namount = "{cap}.00"', rule_id="cap"),
    )
    facts = {} if distance is None else {"distance": distance}
    found = points(
        rules,
        line(facts=facts),
        student={"quotient_familial_cents": qf},
        documents=["income"] if has_paper else [],
    )
    assert len({(point.fact, point.line) for point in found}) == len(found)
    assert all(point.text.fr != point.text.en for point in found)
    ranks = [(OUTCOMES.index(point.outcome), point.proposed_cents) for point in found]
    assert ranks == sorted(ranks, reverse=True)


@pytest.mark.parametrize("path", sorted((ROOT / "rulesets").glob("*.toml")), ids=lambda path: path.name)
def test_turning_points_of_the_shipped_examples_hold(path):
    rules = parse(path.read_bytes())
    for example in rules.examples:
        read = case_from_json(example.case, rules)
        for point in turning_points(rules, read, assess(rules, read)):
            check_point(rules, read, point)
            assert point.counted is not Counted.PAPERS or point.papers
