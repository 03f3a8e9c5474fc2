"""The recipes are run: each block is a good ruleset without a doubt about it, and its examples come out."""

import re
from pathlib import Path

import pytest

from solidarity.rules.ruleset import examine
from tests.rules.ruleset.written import HEAD

PAGE = (Path(__file__).parents[3] / "docs" / "ruleset-recipes.md").read_text("utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def name(block: str) -> str:
    return re.findall(r'^id = "(.*)"', block, re.MULTILINE)[0]


@pytest.mark.parametrize("block", BLOCKS, ids=[name(block) for block in BLOCKS])
def test_a_recipe_does_what_it_says(block):
    examined = examine(HEAD + block)
    assert [fault.message.en for fault in examined.faults] == []
    assert [warning.message.en for warning in examined.warnings] == []
    assert examined.ruleset is not None
    assert examined.ruleset.examples


def test_there_is_a_recipe_for_each_kind_of_rule_that_changes_an_amount():
    kinds = set(re.findall(r'^kind = "(.*)"', PAGE, re.MULTILINE))
    assert kinds >= {"eligibility", "documents", "cost", "deduct", "scale", "cap", "prorate", "round"}
