"""The acceptance table: scales and cases worked out by hand from the public contract, never from the engine.

`acceptance/NAME.toml` is a scale, `acceptance/NAME.json` its cases and what must come out of them.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from solidarity.cli.rules import rules_group
from solidarity.rules.ruleset import Ruleset, assess, assessment_to_json, check, parse, parse_case
from tests.rules.ruleset.written import HEAD, rule

TABLE = Path(__file__).parent / "acceptance"
SCALES = sorted(TABLE.glob("*.toml"))
CASES = [
    pytest.param(path, row, id=f"{path.stem}-{number}")
    for path in SCALES
    for number, row in enumerate(json.loads(path.with_suffix(".json").read_text("utf-8")), start=1)
]

ASSESSMENT_KEYS = {
    *("ruleset", "outcome", "approvals_required", "requested_cents", "proposed_cents", "lines", "checks"),
    *("budget", "largest_grantable_cents"),
}
LINE_KEYS = {"line", "requested_cents", "proposed_cents", "binding_rule", "steps"}
STEP_KEYS = {"rule", "title", "before_cents", "after_cents", "explanation", "inputs"}
CHECK_KEYS = {"rule", "kind", "passed", "severity", "message", "needs"}
BUDGET_KEYS = {"envelope", "available_cents", "after_cents", "enough"}


@cache
def scale(path: Path) -> Ruleset:
    return parse(path.read_bytes())


def assessed(path: Path, case: object, language: str = "fr") -> dict[str, Any]:
    rules = scale(path)
    return assessment_to_json(assess(rules, parse_case(json.dumps(case), rules)), language)


def differences(expected: Any, found: Any, where: str = "") -> Iterator[str]:
    """What is named must be there, with its type; checks are compared by their rule."""
    if isinstance(expected, dict):
        for key, value in expected.items():
            named = found.get(key) if isinstance(found, dict) else None
            if key == "checks":
                named = [next((one for one in named if one["rule"] == each["rule"]), None) for each in value]
            yield from differences(value, named, f"{where}/{key}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for number, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differences(one, other, f"{where}/{number}")
    elif expected != found or type(expected) is not type(found):
        yield f"{where}: expected {expected!r}, found {found!r}"


@pytest.mark.parametrize("path", SCALES, ids=lambda path: path.stem)
def test_a_scale_of_the_table_has_no_fault(path):
    assert [fault.message.en for fault in check(path.read_bytes())] == []


@pytest.mark.parametrize(("path", "row"), CASES)
def test_a_case_of_the_table_comes_out_as_the_contract_says(path, row):
    assert list(differences(row["expect"], assessed(path, row["case"]))) == [], row["title"]


@pytest.mark.parametrize(("path", "row"), CASES)
def test_an_assessment_has_the_keys_of_the_contract_and_steps_that_chain(path, row):
    found = assessed(path, row["case"])
    assert found.keys() >= ASSESSMENT_KEYS
    assert found["budget"].keys() >= BUDGET_KEYS
    assert found["proposed_cents"] == sum(line["proposed_cents"] for line in found["lines"])
    for each in found["checks"]:
        assert each.keys() >= CHECK_KEYS
        assert each["severity"] in {"refuse", "refer", "warn"}
        assert each["message"]
    for number, line in enumerate(found["lines"], start=1):
        assert line.keys() >= LINE_KEYS
        assert all(step.keys() == STEP_KEYS for step in line["steps"])
        ends = [line["requested_cents"], *(step["after_cents"] for step in line["steps"])]
        assert [step["before_cents"] for step in line["steps"]] == ends[:-1]
        assert (line["line"], ends[-1]) == (number, line["proposed_cents"])


@pytest.mark.parametrize("path", SCALES, ids=lambda path: path.stem)
def test_both_languages_say_other_words_for_the_same_figures(path):
    rows = json.loads(path.with_suffix(".json").read_text("utf-8"))
    for row in rows:
        french, english = assessed(path, row["case"]), assessed(path, row["case"], "en")
        said = [step["explanation"] for line in french["lines"] for step in line["steps"]]
        meant = [step["explanation"] for line in english["lines"] for step in line["steps"]]
        assert all(one != other for one, other in zip(said, meant, strict=True))
        assert [line["proposed_cents"] for line in french["lines"]] == [
            line["proposed_cents"] for line in english["lines"]
        ]


def test_the_answer_is_the_same_to_the_byte_whatever_the_hash_seed(tmp_path):
    path = TABLE / "papers.toml"
    case = tmp_path / "case.json"
    case.write_text(json.dumps(json.loads(path.with_suffix(".json").read_text("utf-8"))[3]["case"]), "utf-8")
    command = [sys.executable, "-m", "solidarity", "rules", "assess", str(path), str(case)]
    seen = {
        subprocess.run(
            command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1")
    }
    assert len(seen) == 1
    assert json.loads(seen.pop())["outcome"] == "incomplete"


CAP = rule("cap", 'per = "line"\namount = "10.00"')
FAULTY = {
    "no rule at all": ("rule = []\n" + HEAD, "type", 1, None),
    "a title that turns the reading direction": (
        HEAD + CAP.replace("Règle", "Rè\u202egle"),
        "text-length",
        12,
        "r",
    ),
    "a title with a hidden character": (
        HEAD + CAP.replace("'Règle'", '"Rè\\u0000gle"'),
        "text-length",
        12,
        "r",
    ),
    "a kind of paper that is blank": (HEAD + rule("documents", 'all_of = [" "]'), "list", 15, "r"),
    "a kind of paper as long as a page": (
        HEAD + rule("documents", f'any_of = ["{"a" * 101}"]'),
        "list",
        15,
        "r",
    ),
    "a parameter that is an amount, then a rate": (
        HEAD + '[[params.a]]\nfrom = 2026-09-01\nvalue = "1.00"\n'
        '[[params.a]]\nfrom = 2027-01-01\nvalue = "1%"\n' + CAP,
        "param-dated",
        13,
        None,
    ),
    "a parameter that is an amount, then a number": (
        HEAD
        + '[[params.a]]\nfrom = 2026-09-01\nvalue = "1.00"\n[[params.a]]\nfrom = 2027-01-01\nvalue = 1\n'
        + CAP,
        "param-dated",
        13,
        None,
    ),
    "a share of nothing, written as an expression": (
        HEAD + rule("prorate", 'by = "days"\nmode = "keep"\nof = "0"'),
        "expression-division-by-zero",
        16,
        "r",
    ),
    "a table nobody knows, on its own line": (HEAD + CAP + "\n[rules]\na = 1\n", "key-unknown", 17, None),
    "digits of another script": (HEAD + CAP.replace('"10.00"', '"١٠.00"'), "amount", 15, "r"),
    "full-width digits in a rate": (
        HEAD + rule("scale", 'on = "student.age"\nbrackets = [{ rate = "８０%" }]'),
        "rate",
        15,
        "r",
    ),
}


@pytest.mark.parametrize(("text", "code", "line", "name"), FAULTY.values(), ids=FAULTY)
def test_a_faulty_file_is_refused_where_the_fault_is(text, code, line, name):
    faults = check(text)
    assert (code, line, name) in {(fault.code, fault.line, fault.rule) for fault in faults}
    assert all(
        fault.message.fr and fault.message.en and fault.remedy.fr and fault.remedy.en for fault in faults
    )


def test_faults_of_every_sort_are_said_at_once():
    text = (
        HEAD.replace(', en = "Test"', "")
        + "[params]\nfloat = 1.5\n"
        + rule("cap", 'per = "week"\namount = "10.001"', rule_id="one")
        + rule("eligibility", 'require = "student.agee > 3"\nseverity = "block"', rule_id="two")
        + rule(
            "scale",
            'on = "student.age"\nbrackets = [{ below = 3, rate = "1%" }, { from = 4, rate = "2%" }]',
            rule_id="three",
        )
        + "\n[[example]]\ncase = 3\n"
    )
    faults = check(text)
    assert {fault.rule for fault in faults} == {None, "one", "two", "three"}
    assert len(faults) >= 9
    assert [fault.line for fault in faults] == sorted(fault.line or 0 for fault in faults)


A_CASE = '{"today":"2026-10-01","student":{"birth_date":"2010-03-14","trade":%s},"request":{"lines":[{"category":"food","kind":"canteen","amount_cents":%s}]}}'


@pytest.mark.parametrize(
    ("trade", "amount"),
    [
        ('"\\ud800"', "1"),
        ('"\\u0000"', "1"),
        ('"a\\u202e"', "1"),
        ("3", "1"),
        ("null", "1.0"),
        ("null", "1e400"),
        ("null", "NaN"),
        ("null", '"1"'),
        ("null", "true"),
        ("null", "-1"),
    ],
)
def test_a_hostile_case_is_refused_with_a_reason_and_no_traceback(tmp_path, trade, amount):
    case = tmp_path / "case.json"
    case.write_text(A_CASE % (trade, amount), "utf-8")
    answer = CliRunner().invoke(rules_group, ["assess", str(TABLE / "papers.toml"), str(case)])
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert str(case) in answer.stderr
    assert isinstance(answer.exception, SystemExit)


def test_an_empty_or_null_text_of_a_case_is_no_fault(tmp_path):
    for trade in ('""', "null", '"Menuiserie"'):
        case = tmp_path / "case.json"
        case.write_text(A_CASE % (trade, 100), "utf-8")
        answer = CliRunner().invoke(rules_group, ["assess", str(TABLE / "papers.toml"), str(case)])
        assert (answer.exit_code, json.loads(answer.stdout)["requested_cents"]) == (0, 100)
