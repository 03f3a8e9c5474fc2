"""What a readable ruleset contradicts is refused; what it most likely did not mean is said, and lets it pass."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from solidarity.cli.rules import rules_group
from solidarity.rules.ruleset import assess, case_from_json, check, examine, parse
from tests.rules.ruleset.written import HEAD, case, rule

FACTS = """
[params]
ceiling = "800.00"
ceilings = ["800.00", "900.00"]
share = "30%"
days = 20
[facts.one]
type = "number"
unit = "km_one_way"
label = { fr = "aller", en = "one way" }
[facts.both]
type = "number"
unit = "km_round_trip"
label = { fr = "aller et retour", en = "round trip" }
[facts.nights]
type = "integer"
unit = "nights"
label = { fr = "nuits", en = "nights" }
[facts.income]
type = "integer"
unit = "eur_cents"
label = { fr = "ressources", en = "income" }
"""
EXAMPLE = """
[[example]]
case = { today = 2026-10-01, student = { birth_date = 2010-01-01 }, request = { lines = [{ category = "food", kind = "canteen", amount_cents = 500 }] } }
expect = { outcome = "payable" }
"""


def gate(expression: str) -> str:
    return HEAD + FACTS + rule("eligibility", f"require = '''{expression}'''\nseverity = 'warn'")


def caps(inner: str, outer: str, *, places: str = '["food"]', around: str = '["*"]') -> str:
    return (
        HEAD
        + rule("cap", inner, rule_id="inner", places=places)
        + rule("cap", outer, rule_id="outer", places=around)
    )


@pytest.mark.parametrize(
    "expression",
    [
        "line.facts.one_milli < line.facts.both_milli",
        "line.facts.one_milli + line.facts.both_milli > 3",
        "min(line.facts.one_milli, line.facts.both_milli) > 3",
        "line.facts.one_milli > params.ceiling",
        "line.facts.nights > params.ceiling",
        "student.quotient_familial_cents > params.share",
        "student.quotient_familial_cents > line.days",
        "line.days > params.ceilings[0]",
        "line.facts.one_milli > line.days",
        'line.amount_cents - line.months > cents("1.00")',
        "(line.months > 3 ? line.facts.one_milli : line.facts.both_milli) > 3",
    ],
)
def test_units_that_do_not_go_together_are_refused_with_the_line_and_the_rule(expression):
    [fault] = check(gate(expression))
    assert (fault.code, fault.rule) == ("expression-unit", "r")
    assert "require" in gate(expression).split("\n")[fault.line - 1]


@pytest.mark.parametrize(
    "expression",
    [
        "2 * line.facts.one_milli < line.facts.both_milli",
        "line.facts.one_milli > 3000",
        "student.quotient_familial_cents < params.ceiling",
        "student.quotient_familial_cents * params.share > 10000",
        "line.facts.nights <= line.days",
        "line.facts.nights > params.days",
        "line.facts.income < params.ceiling",
        "student.quotient_familial_cents < params.ceilings[line.months]",
        "floor_div(line.facts.one_milli, 10) < params.ceiling",
        "line.months == line.occurrences",
        "today - line.period_from > duration('24h')",
    ],
)
def test_units_that_go_together_or_cannot_be_told_are_let_through(expression):
    assert [fault.message.en for fault in check(gate(expression))] == []


@pytest.mark.parametrize(
    ("inner", "outer"),
    [
        ('per = "line"\namount = "400.01"', 'per = "student_year"\namount = "400.00"'),
        ('per = "line"\namount = "400.01"', 'per = "request"\namount = "400.00"'),
        ('per = "line_month"\namount = "400.01"', 'per = "line"\namount = "400.00"'),
        ('per = "request"\namount = "400.01"', 'per = "rolling:P12M"\namount = "400.00"'),
        ('per = "student_category_year"\namount = "9.00"', 'per = "school_year"\namount = "8.00"'),
        ('per = "student_year"\namount = "9.00"', 'per = "household_year"\namount = "8.00"'),
    ],
)
def test_a_cap_above_the_one_that_contains_it_is_refused(inner, outer):
    [fault] = check(caps(inner, outer))
    assert (fault.code, fault.rule) == ("cap-above-cap", "inner")
    assert "outer" in fault.message.fr


@pytest.mark.parametrize(
    ("inner", "outer", "around"),
    [
        ('per = "line"\namount = "400.00"', 'per = "student_year"\namount = "400.00"', '["*"]'),
        ('per = "line"\namount = "500.00"', 'per = "student_year"\namount = "400.00"', '["housing"]'),
        (
            'per = "line"\namount = "500.00"',
            'per = "student_year"\namount = "4.00"\nwhen = "student.boarder"',
            '["*"]',
        ),
        ('per = "line"\namount = "500.00"', 'per = "student_year"\ncount = 2', '["*"]'),
        ('per = "line"\namount = "=line.days"', 'per = "student_year"\namount = "4.00"', '["*"]'),
        ('per = "student_year"\namount = "500.00"', 'per = "line"\namount = "4.00"', '["*"]'),
    ],
)
def test_caps_that_do_not_contradict_are_let_through(inner, outer, around):
    assert check(caps(inner, outer, around=around)) == ()


def test_an_approval_table_that_falls_is_refused():
    text = HEAD + rule("approval", 'bands = [{ up_to = "100.00", approvals = 2 }, { approvals = 1 }]')
    assert [fault.code for fault in check(text)] == ["approval-falls"]


def test_a_contradicting_ruleset_of_the_past_can_still_be_loaded():
    assert parse(gate("line.facts.one_milli < line.facts.both_milli")).rules


AGES = (
    'on = "student.age"\nbrackets = [{ below = 12, rate = "1%" }, { from = 12, below = 15, rate = "2%" },'
    ' { from = 15, below = 18, rate = "3%" }, { from = 18, below = 21, rate = "4%" }, { from = 21, rate = "5%" }]'
)
AGED = rule(
    "eligibility", "require = 'student.age >= 15 && 18 > student.age'\nseverity = 'refuse'", rule_id="aged"
)
CAP = rule("cap", 'per = "line"\namount = "1.00"')
DOUBTFUL = {
    "no example": (HEAD + CAP, [("example-none", None)]),
    "parameter and fact nobody reads": (
        HEAD
        + "[params]\na = 1\n[facts.b]\ntype = 'integer'\nlabel = { fr = 'a', en = 'b' }\n"
        + CAP
        + EXAMPLE,
        [("param-unused", None), ("fact-unused", None)],
    ),
    "dates outside of the year": (
        HEAD.replace("2026-09-01", "2026-08-01").replace("2027-08-31", "2027-09-01") + CAP + EXAMPLE,
        [("dates-outside-year", None)] * 2,
    ),
    "a parameter that begins late, and keeps its value": (
        HEAD
        + "[[params.a]]\nfrom = 2026-10-01\nvalue = 1\n[[params.a]]\nfrom = 2026-11-01\nvalue = 1\n"
        + rule("cap", 'per = "request"\ncount = "params.a"')
        + EXAMPLE,
        [("param-late", None), ("param-same", None)],
    ),
    "a when that is never true": (
        HEAD
        + rule("cap", 'per = "line"\namount = "1.00"\nwhen = "1 > 2"', rule_id="one")
        + rule(
            "cap",
            'per = "line"\namount = "1.00"\nwhen = "line.category == \'food\'"',
            rule_id="two",
            places='["housing"]',
        )
        + EXAMPLE,
        [("rule-never", "one"), ("rule-never", "two")],
    ),
    "brackets that eligibility never lets through": (
        HEAD + AGED + rule("scale", AGES, rule_id="ages") + EXAMPLE.replace("2010", "2009"),
        [("bracket-unreachable", "ages")] * 2,
    ),
    "a bracket of amounts below zero": (
        HEAD
        + rule(
            "scale",
            'on = "line.amount_cents"\nbrackets = [{ below = 0, rate = "1%" }, { from = 0, rate = "2%" }]',
        )
        + EXAMPLE,
        [("bracket-unreachable", "r")],
    ),
    "a text in one language, a figure too": (
        HEAD
        + rule("cap", 'per = "line"\namount = "1.00"', message="{ fr = 'Au plus {limit}.', en = 'At most.' }")
        + rule(
            "cap",
            'per = "line"\namount = "1.00"',
            rule_id="same",
            message="{ fr = 'Le même texte deux fois', en = 'Le même texte deux fois' }",
        )
        + EXAMPLE,
        [("text-figures-differ", "r"), ("text-not-translated", "same")],
    ),
    "a cost that another one replaces": (
        HEAD
        + rule("cost", 'amount = "100"', rule_id="one", places='["food.canteen"]')
        + rule("cost", 'amount = "200"', rule_id="two", places='["food"]')
        + EXAMPLE,
        [("cost-replaced", "one")],
    ),
}


@pytest.mark.parametrize(("text", "expected"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_a_doubt_is_said_and_lets_the_ruleset_pass(text, expected):
    examined = examine(text)
    assert [fault.message.en for fault in examined.faults] == []
    assert [(warning.code, warning.rule) for warning in examined.warnings] == expected
    for warning in examined.warnings:
        assert warning.line is not None
        assert warning.message.fr != warning.message.en
        assert warning.remedy.fr != warning.remedy.en


def test_a_gate_that_does_not_hold_everywhere_makes_nothing_unreachable():
    partial = AGED.replace('["*"]', '["housing"]')
    text = HEAD + partial + rule("scale", AGES, rule_id="ages") + EXAMPLE
    assert examine(text).warnings == ()


def test_an_example_that_fails_says_what_came_out_against_what_was_expected():
    [fault] = check(HEAD + CAP + EXAMPLE.replace('outcome = "payable"', "proposed_cents = 500"))
    assert "expected 500, got 100" in fault.message.en
    assert "attendu 500, obtenu 100" in fault.message.fr


@pytest.fixture
def doubtful(tmp_path: Path) -> Path:
    file = tmp_path / "doubtful.toml"
    file.write_text(HEAD + CAP, "utf-8")
    return file


def test_the_command_prints_the_line_of_the_file_and_how_to_mend_it(tmp_path):
    file = tmp_path / "bad.toml"
    file.write_text(gate("line.facts.one_milli < line.facts.both_milli"), "utf-8")
    answer = CliRunner().invoke(rules_group, ["check", str(file), "--language", "en"])
    assert answer.exit_code == 1
    assert "[r] error: “line.facts.one_milli < line.facts.both_milli” mixes" in answer.output
    assert "| require = '''line.facts.one_milli < line.facts.both_milli'''" in answer.output
    assert "→ Bring both to one unit" in answer.output
    assert "1 error(s), " in answer.output


def test_warnings_fail_the_check_only_when_asked(doubtful):
    run = CliRunner().invoke
    lenient, strict = (run(rules_group, ["check", str(doubtful), *more]) for more in ([], ["--strict"]))
    assert (lenient.exit_code, strict.exit_code) == (0, 1)
    assert "aucun défaut" in lenient.output
    assert "1 point(s) à vérifier" in lenient.output
    told = json.loads(run(rules_group, ["check", str(doubtful), "--json"]).output)
    assert (told["valid"], told["faults"], told["examples"]) == (True, [], 0)
    assert [warning["code"] for warning in told["warnings"]] == ["example-none"]
    assert (
        json.loads(run(rules_group, ["check", str(doubtful), "--json", "--strict"]).output)["valid"] is False
    )


def test_an_assessment_on_the_command_line_says_what_would_change_it(tmp_path):
    rules, asked = tmp_path / "rules.toml", tmp_path / "case.json"
    rules.write_text(HEAD + rule("documents", 'all_of = ["income"]'), "utf-8")
    asked.write_text(
        '{"today": "2026-10-01", "student": {"birth_date": "2010-01-01"}, "request": {"lines":'
        ' [{"category": "food", "kind": "canteen", "amount_cents": 500}]}}',
        "utf-8",
    )
    told = json.loads(CliRunner().invoke(rules_group, ["assess", str(rules), str(asked)]).output)
    [point] = told["turning_points"]
    assert (point["fact"], point["to"], point["outcome"]) == ("documents", ["income"], "payable")


def test_a_fault_in_a_bracket_points_at_the_line_of_that_bracket():
    brackets = """brackets = [
  # the poorest
  { below = 10, rate = "10%" },

  { from = 11, below = 15, rate = "5" },
  { from = 15, below = 20, rat = "4%" }, { from = 20, refer = true },
]"""
    text = HEAD + rule("scale", f'on = "student.age"\n{brackets}')
    lines = text.split("\n")
    found = {(fault.code, lines[fault.line - 1].strip()[:12]) for fault in check(text)}
    assert found == {
        ("rate", "{ from = 11,"),
        ("range-hole", "{ from = 11,"),
        ("key-unknown", "{ from = 15,"),
        ("bracket-result", "{ from = 15,"),
    }


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('["900.00", "1200.50"]', (900_00, 1200_50)),
        ('["10%", "33.33%"]', (10_00, 33_33)),
        ('["84", "11"]', ("84", "11")),
        ('["900.00", "A"]', ("900.00", "A")),
        ("[21370, 23012]", (21370, 23012)),
    ],
)
def test_a_list_counts_what_all_its_values_count(written, value):
    rules = parse(HEAD + f"[params]\nlisted = {written}\n" + CAP)
    assert rules.params["listed"].values[0].value == value


def test_a_parameter_says_what_its_integers_are():
    rules = parse(
        HEAD
        + """[params]
amount = "900.00"
rate = "10%"
plain = 3
amounts = ["1.00", "2.00"]
codes = ["84", "11"]
[[params.dated]]
from = 2026-09-01
value = "0.23"
"""
        + CAP
    )
    assert {name: found.measure.value for name, found in rules.params.items()} == {
        "amount": "euros",
        "rate": "rate",
        "plain": "plain",
        "amounts": "euros",
        "codes": "plain",
        "dated": "euros",
    }


def test_a_source_and_the_name_of_an_example_may_be_written_in_several_ways():
    cited = CAP + 'source = { fr = "Délibération", en = "Resolution" }\n'
    named = EXAMPLE.replace("[[example]]", '[[example]]\nid = "first"\ndescription = { fr = "a", en = "b" }')
    rules = parse(HEAD + cited + named)
    assert rules.rules[0].source == "Délibération / Resolution"
    assert rules.examples[0].name == "first"
    assert [fault.code for fault in check(HEAD + CAP + 'source = { fr = "seul" }\n')] == ["key-missing"]


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("(student.age + 1) * 2 > 50", "34 > 50"),
        ("50 < (student.age + 1)", "17 > 50"),
        ("student.age > (student.boarder == true ? 20 : 50)", "16 > 50"),
        ("(student.age) > (50)", "16 > 50"),
    ],
)
def test_the_figures_of_a_comparison_are_found_through_parentheses(expression, said):
    message = "{ fr = '{value} > {limit}', en = '{value} > {limit}' }"
    rules = parse(
        HEAD + rule("eligibility", f"require = '{expression}'\nseverity = 'refer'", message=message)
    )
    [found] = assess(rules, case_from_json(case(), rules)).checks
    assert found.message.en == said
