"""Broken rulesets are refused with a line, a rule, a reason and a remedy; all faults, quickly, no crash."""

import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from solidarity.cli.rules import rules_group
from solidarity.rules.ruleset import check
from tests.rules.ruleset.broken import BROKEN, require, written
from tests.rules.ruleset.written import HEAD, rule

FEDERATION = Path(__file__).parents[3] / "rulesets" / "federation-2026-2027.toml"


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_ruleset_is_refused_with_its_reason(name):
    text, code = BROKEN[name]
    began = time.perf_counter()
    faults = check(text)
    assert time.perf_counter() - began < 2
    assert code in {fault.code for fault in faults}, [(fault.code, fault.message.en) for fault in faults]
    for fault in faults:
        assert fault.message.fr.strip()
        assert fault.message.en.strip()
        assert fault.remedy.fr.strip()
        assert fault.remedy.en.strip()


def test_the_corpus_is_large():
    assert len(BROKEN) >= 120


def test_every_fault_is_reported_not_the_first_and_points_at_its_line_and_rule():
    text = (
        HEAD
        + rule("cap", 'per = "line"\namount = 12.5', rule_id="one")
        + rule("deduct", 'amount = "params.x + student.agee"', rule_id="two", places='["boat"]')
    )
    faults = [(fault.line, fault.rule, fault.code) for fault in check(text)]
    lines = text.split("\n")
    at = {
        key: lines.index(key) + 1
        for key in ("amount = 12.5", 'applies_to = ["boat"]', 'amount = "params.x + student.agee"')
    }
    assert faults == [
        (at["amount = 12.5"], "one", "amount"),
        (at['applies_to = ["boat"]'], "two", "choice-unknown"),
        (at['amount = "params.x + student.agee"'], "two", "expression-unknown-name"),
        (at['amount = "params.x + student.agee"'], "two", "expression-unknown-name"),
    ]


def test_a_near_miss_is_suggested():
    [fault] = check(require("student.quotient_familial < 3"))
    assert "quotient_familial_cents" in fault.remedy.en


@pytest.mark.parametrize("index", range(0, len(FEDERATION.read_text("utf-8")), 997))
def test_a_file_cut_anywhere_is_refused_or_read_and_never_crashes(index):
    for fault in check(FEDERATION.read_text("utf-8")[:index]):
        assert fault.message.fr


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80))
def test_any_expression_is_read_or_refused(expression):
    faults = check(require(expression.replace("'''", "")))
    assert all(fault.message.en for fault in faults)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "student.age",
                "line.months",
                "today",
                "params.x",
                "documents",
                "min(",
                "max(",
                "has(",
                "(",
                ")",
                "[",
                "]",
                "{",
                "}",
                "?",
                ":",
                "&&",
                "||",
                "!",
                "-",
                "+",
                "*",
                "/",
                "%",
                "<",
                "==",
                "null",
                "true",
                "1",
                "0",
                "9223372036854775807",
                "'a'",
                "1.5",
                ",",
                ".",
                "in",
                ".exists(d,",
                "size(",
                "cents(",
                "timestamp(",
            ]
        ),
        max_size=14,
    )
)
def test_any_words_of_the_language_are_read_or_refused(words):
    faults = check(require(" ".join(words) or "true"))
    assert all(fault.remedy.en for fault in faults)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    assert check(data)


def test_the_command_answers_1_for_faults_0_for_none_and_2_for_no_file(tmp_path):
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(written("cap", 'per = "line"\namount = "1.00"'), "utf-8")
    bad.write_text(require("student.agee > 3"), "utf-8")
    run = CliRunner().invoke
    assert run(rules_group, ["check", str(good)]).exit_code == 0
    refused = run(rules_group, ["check", str(bad)], env={"SOLIDARITY_LOCALE": "en"})
    assert refused.exit_code == 1
    assert f"{bad}:15: [r]" in refused.output
    assert "student.agee" in refused.output
    assert "Did you mean “age”?" in refused.output
    assert "Traceback" not in refused.output
    for missing in (tmp_path / "none.toml", tmp_path):
        assert run(rules_group, ["check", str(missing)]).exit_code == 2


def test_the_command_prints_json(tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text(require("student.agee > 3"), "utf-8")
    printed = CliRunner().invoke(rules_group, ["check", str(bad), "--json"]).output
    assert '"valid": false' in printed
    assert '"rule": "r"' in printed
    assert "inconnu" in printed


def said_of(text: str) -> list[tuple[int | None, str]]:
    return [(fault.line, fault.message.fr) for fault in check(text)]


@pytest.mark.parametrize("number", ["nan", "-inf", "9" * 6_000, "1e1000000000"])
def test_a_number_nobody_can_use_is_named_with_its_line(number: str):
    text = HEAD + f"[params]\na = 1 # nan\nk = {number}\n" + rule("cap", 'per = "line"\namount = "1.00"')
    [(line, message)] = said_of(text)
    assert text.split("\n")[line - 1].startswith("k = ")
    assert message.startswith(f"« k » : {number[:9]}")
    assert len(message) < 80


def test_a_refused_declaration_is_said_once_not_wherever_it_is_used():
    text = (
        HEAD
        + '[params]\nk = "12,50"\n[facts.f]\ntype = "decimal"\nlabel = { fr = "a", en = "b" }\n'
        + rule(
            "cap", 'per = "line"\namount = "=params.k"', message="{ fr = '{params.k}', en = '{params.k}' }"
        )
        + rule("deduct", 'amount = "line.facts.f_milli + params.k + params.kk"', rule_id="d")
    )
    assert [fault.code for fault in check(text)] == ["param", "choice-unknown", "expression-unknown-name"]


def test_dated_values_that_clash_are_told_apart_at_their_line():
    head = HEAD + rule("cap", 'per = "line"\namount = "=params.k"') + "\n"
    one, cap = "[[params.k]]\nfrom = 2026-09-01\nvalue = ", head.count("\n")
    assert said_of(head + f'{one}"1.00"\n{one}"2.00"') == [
        (cap + 5, "« from » : une autre valeur commence ce jour-là")
    ]
    assert said_of(head + f'{one}"1.00"\n{one.replace("09", "10")}"2%"') == [
        (cap + 6, "« value » : le type n’est pas celui des autres")
    ]


def test_too_many_rules_say_how_many_were_found():
    [(_, message)] = said_of(HEAD + rule("cap", 'per = "line"\namount = "1.00"') * 600)[:1]
    assert message == "« rule » : attend de 1 à 500 tables [[rule]], en trouve 600"


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("", "ce texte est vide"),
        ("a" * 2_001, "ce texte est trop long : 2001 caractères"),
        ("Es\u202esai", "ce texte contient un caractère invisible ou de direction (U+202E)"),
    ],
)
def test_a_text_that_cannot_stand_says_why(title: str, reason: str):
    [(_, message)] = said_of(HEAD.replace("Essai", title) + rule("cap", 'per = "line"\namount = "1.00"'))
    assert message == f"« fr » : {reason}"


@pytest.mark.parametrize(
    ("source", "sign"),
    [
        ("student.age > 3 AND student.age < 9", "&&"),
        ("student.age > 3 or student.age < 2", "||"),
        ("NOT student.boarder", "!"),
        ("student.age = 3", "=="),
    ],
)
def test_words_for_signs_are_corrected(source: str, sign: str):
    [fault] = check(require(source))
    assert fault.message.fr.endswith(f"écrivez {sign}") or fault.remedy.fr.endswith(f"écrivez {sign}")


def test_an_approval_table_with_an_end_says_what_to_add():
    [fault] = check(written("approval", 'bands = [{ up_to = "300.00", approvals = 1 }]'))
    assert fault.remedy.en == "Add a last band { approvals = … } without up_to: it holds beyond."
