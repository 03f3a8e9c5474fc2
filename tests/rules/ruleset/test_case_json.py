"""Cases are read strictly: every problem with its pointer; decimals exact; the command around it."""

import json
from decimal import Decimal

import pytest
from click.testing import CliRunner

from solidarity.cli.rules import rules_group
from solidarity.rules.ruleset import CaseFaults, case_from_json, parse_case
from tests.rules.ruleset.written import HEAD, case, grant, line, rule, ruleset

SOURCE = (
    "[facts.distance]\ntype = 'number'\nlabel = { fr = 'a', en = 'b' }\n"
    "[facts.trips]\ntype = 'integer'\nlabel = { fr = 'a', en = 'b' }\n"
    "[facts.early]\ntype = 'boolean'\nlabel = { fr = 'a', en = 'b' }\n"
    "[facts.zone]\ntype = 'text'\nlabel = { fr = 'a', en = 'b' }\n"
    + rule("cap", 'per = "line"\namount = "50.00"')
)
RULES = ruleset(SOURCE)


def pointers(obj):
    with pytest.raises(CaseFaults) as caught:
        case_from_json(obj, RULES)
    return [problem.pointer for problem in caught.value.problems]


def facts(**given):
    return case(line(facts=given))


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        ([], ["", "/today", "/student/birth_date"]),
        ({"today": "2026-10-01"}, ["/student/birth_date"]),
        (case(today="01/10/2026"), ["/today"]),
        (case(today="2026-02-30"), ["/today"]),
        (case(today=20261001), ["/today"]),
        (case(student={"birth_date": "2030-01-01"}), ["/student/birth_date"]),
        (case(student={"quotient_familial_cents": "400"}), ["/student/quotient_familial_cents"]),
        (case(student={"quotient_familial_cents": -1}), ["/student/quotient_familial_cents"]),
        (case(student={"boarder": "yes"}), ["/student/boarder"]),
        (case(student={"nir": "1"}), ["/student/nir"]),
        (case(request={"lines": []}), ["/request/lines"]),
        (case(request={"urgency": "high"}), ["/request/urgency"]),
        (case(line(amount_cents=1.5)), ["/request/lines/0/amount_cents"]),
        (case(line(amount_cents=Decimal("1.5"))), ["/request/lines/0/amount_cents"]),
        (case(line(amount_cents=True)), ["/request/lines/0/amount_cents"]),
        (case(line(), line(kind="boat")), ["/request/lines/1/kind"]),
        (case(line(category="health")), ["/request/lines/0/category"]),
        (case(line(period_to="2026-09-30")), ["/request/lines/0/period_to"]),
        (case(line(period_to="2126-09-30")), ["/request/lines/0/period_to"]),
        (case(line(extra=1)), ["/request/lines/0/extra"]),
        (facts(speed=1), ["/request/lines/0/facts/speed"]),
        (facts(distance="12"), ["/request/lines/0/facts/distance"]),
        (facts(distance=12.4), ["/request/lines/0/facts/distance"]),
        (facts(distance=Decimal("1.2345")), ["/request/lines/0/facts/distance"]),
        (facts(distance=Decimal("1E+999999")), ["/request/lines/0/facts/distance"]),
        (facts(trips=Decimal("1.0")), ["/request/lines/0/facts/trips"]),
        (facts(trips=True), ["/request/lines/0/facts/trips"]),
        (facts(early=1), ["/request/lines/0/facts/early"]),
        (facts(zone=1), ["/request/lines/0/facts/zone"]),
        (case(documents=["papyrus"]), ["/documents/0/kind"]),
        (case(documents="lease"), ["/documents"]),
        (case(history=[grant(1, "yesterday")]), ["/history/0/decided_on"]),
        (case(history=[{}]), ["/history/0/category", "/history/0/granted_cents", "/history/0/decided_on"]),
        (case(envelope={"available_cents": "lots"}), ["/envelope/available_cents"]),
        (case(envelope={}), ["/envelope/available_cents"]),
        (case(**{"a/b~c": 1}), ["/a~1b~0c"]),
    ],
)
def test_every_problem_has_its_pointer(obj, expected):
    assert pointers(obj) == expected


def test_all_problems_are_said_at_once():
    found = pointers(
        case(line(amount_cents=-1, kind="boat"), line(frequency="daily"), student={"boarder": 1}, x=1)
    )
    assert found == [
        "/x",
        "/student/boarder",
        "/request/lines/0/kind",
        "/request/lines/0/amount_cents",
        "/request/lines/1/frequency",
    ]


@pytest.mark.parametrize(
    ("written", "milli"),
    [("12.4", Decimal("12.4")), ("10", 10), ("0.001", Decimal("0.001")), ("12.400", Decimal("12.400"))],
)
def test_decimals_are_exact(written, milli):
    text = json.dumps(facts(distance=0)).replace('"distance": 0', f'"distance": {written}')
    assert parse_case(text, RULES).lines[0].facts == {"distance": milli}


@pytest.mark.parametrize(
    "text", ["", "{", "[1,]", '{"a": NaN}', '{"a": 1, "a": 2}', b"\xff", "[" * 100_000, "1e99999999999"]
)
def test_what_is_not_json_is_a_problem(text):
    with pytest.raises(CaseFaults):
        parse_case(text, RULES)


def test_what_is_left_out_has_its_default():
    built = case_from_json(
        {
            "today": "2026-10-01",
            "student": {"birth_date": "2010-03-14"},
            "request": {"lines": [{"category": "food", "kind": "canteen", "amount_cents": 1}]},
        },
        RULES,
    )
    [only] = built.lines
    assert (only.frequency, only.period_from, only.period_to) == ("once", built.today, built.today)
    assert (built.urgency, built.envelopes, built.documents) == ("normal", None, ())


def test_the_command_prints_the_assessment_or_the_problems(tmp_path):
    rules, good, bad = (tmp_path / name for name in ("r.toml", "good.json", "bad.json"))
    rules.write_text(HEAD + SOURCE, "utf-8")
    good.write_text(json.dumps(case(envelope={"available_cents": 10})), "utf-8")
    bad.write_text(json.dumps(case(line(kind="boat"))), "utf-8")
    answered = CliRunner().invoke(rules_group, ["assess", str(rules), str(good), "--json"])
    assert answered.exit_code == 0
    assert json.loads(answered.output)["proposed_cents"] == 50_00
    refused = CliRunner().invoke(rules_group, ["assess", str(rules), str(bad)])
    assert (refused.exit_code, "/request/lines/0/kind" in refused.output) == (1, True)
    assert CliRunner().invoke(rules_group, ["assess", str(good), str(good)]).exit_code == 1
    assert CliRunner().invoke(rules_group, ["assess", str(rules), str(tmp_path / "no.json")]).exit_code == 2
