"""The reference of the ruleset language is written from the parser, and today's."""

from pathlib import Path

from scripts import rules_page
from solidarity.rules.ruleset.parse_rules import KINDS
from tests.contracts.project import read


def test_the_reference_of_rules_is_todays() -> None:
    assert read(Path("docs/rules.md")) == rules_page.page()


def test_every_kind_of_rule_and_what_it_takes_is_in_it() -> None:
    page = rules_page.page()
    assert all(f"\n## {kind}\n" in page for kind in KINDS)
    assert (
        "| `count` |  | Write an integer. From 0 to 1000000000. Or an expression, with or without `=`. |"
        in page
    )
    assert "| `severity` | yes | Choose one of: refuse, refer, warn. |" in page
    assert '| `up_to` |  | Write a string with a point and two decimals at most: "250.00". |' in page
