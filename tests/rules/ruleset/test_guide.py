"""The guide is run: every TOML block is a good ruleset with good examples, its case can be assessed."""

import re
from pathlib import Path

import pytest

from solidarity.rules.ruleset import assess, check, parse, parse_case
from solidarity.rules.ruleset.messages import FIGURES
from solidarity.rules.ruleset.visible import names
from tests.rules.ruleset.written import HEAD

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "rulesets.md").read_text("utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
SHIPPED = sorted((ROOT / "rulesets").glob("*.toml"))


def whole(block: str) -> str:
    return block if "[ruleset]" in block else HEAD + block


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_a_block_of_the_guide_does_what_it_says(block):
    assert [fault.message.en for fault in check(whole(block))] == []
    assert len(parse(whole(block)).examples) >= 1


def test_the_case_of_the_guide_is_read():
    rules = parse(whole(BLOCKS[0]))
    [written] = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    assert assess(rules, parse_case(written, rules)).proposed_cents == 18_00


def test_the_guide_names_every_field_an_expression_sees_and_every_figure():
    for name, found in names({}, {}).items():
        for field in (found.fields or {}) if name != "params" else {}:
            assert field in GUIDE, field
    for figure in {figure for figures in FIGURES.values() for figure in figures}:
        assert f"{{{figure}}}" in GUIDE or figure in {"share", "until", "total", "approvals", "quota"}, figure


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_a_shipped_ruleset_is_good_has_examples_and_says_that_it_is_one(path):
    text = path.read_text("utf-8")
    assert [fault.message.en for fault in check(path.read_bytes())] == []
    assert len(parse(text).examples) >= 3
    assert "EXEMPLE" in text[:400]
    assert "EXAMPLE" in text[:400]


@pytest.mark.parametrize(
    ("qf", "age", "asked", "expected"),
    [(499_99, 15, 150_00, 150_00), (0, 18, 151_00, 150_00), (499_99, 17, 1, 1)],
)
def test_the_demo_promise_about_a_pass(qf, age, asked, expected):
    rules = parse((ROOT / "rulesets" / "federation-2026-2027.toml").read_bytes())
    lines = f'[{{"category": "transport", "kind": "pass", "amount_cents": {asked}, "frequency": "once", "period_from": "2026-10-01", "period_to": "2026-10-31"}}]'
    student = f'{{"birth_date": "{2026 - age}-09-30", "quotient_familial_cents": {qf}}}'
    before = assess(
        rules,
        parse_case(
            f'{{"today": "2026-10-01", "student": {student}, "request": {{"lines": {lines}}}}}', rules
        ),
    )
    needs = [kind for each in before.checks for kind in each.needs]
    given = "[" + ", ".join(f'"{kind}"' for kind in needs) + "]"
    after = assess(
        rules,
        parse_case(
            f'{{"today": "2026-10-01", "documents": {given}, "student": {student}, "request": {{"lines": {lines}}}}}',
            rules,
        ),
    )
    assert (before.outcome.value, before.proposed_cents) == ("incomplete", expected)
    assert (after.outcome.value, after.proposed_cents, after.approvals_required) == ("payable", expected, 1)
