"""Amounts in words, names of aids, and both languages saying the same things."""

import re

import pytest

from solidarity.letters import wording
from solidarity.letters.html import TEMPLATES, grouped


@pytest.mark.parametrize(
    ("cents", "french", "english"),
    [
        (0, "zéro euro", "zero euros"),
        (100, "un euro", "one euro"),
        (101, "un euro et un centime", "one euro and one cent"),
        (80_00, "quatre-vingts euros", "eighty euros"),
        (71_50, "soixante et onze euros et cinquante centimes", "seventy-one euros and fifty cents"),
        (630_00, "six cent trente euros", "six hundred and thirty euros"),
        (1_000_000_00, "un million d’euros", "one million euros"),
    ],
)
def test_an_amount_is_spelled_as_on_a_cheque(cents: int, french: str, english: str) -> None:
    assert wording.amount_in_words(cents, "fr") == french
    assert wording.amount_in_words(cents, "en") == english


def test_a_kind_that_only_the_ruleset_knows_is_shown_as_written() -> None:
    assert wording.kind_label("bike_repair", "fr") == "bike repair"
    assert wording.category_label("food", "fr") == "Repas"
    assert wording.category_label("sport", "en") == "Sport"


@pytest.mark.parametrize("pattern", [r"macro (\w+)\(", r"^\s*'(\w+)':|, '(\w+)':"])
def test_both_languages_have_the_same_sentences(pattern: str) -> None:
    found = [
        set(re.findall(pattern, (TEMPLATES / f"{language}.html").read_text("utf-8"), re.MULTILINE))
        for language in ("fr", "en")
    ]
    assert found[0] == found[1] != set()
    assert wording.KINDS["fr"].keys() == wording.KINDS["en"].keys()
    assert wording.CATEGORIES["fr"].keys() == wording.CATEGORIES["en"].keys()
    assert len(wording.other_help("fr")) == len(wording.other_help("en"))


def test_a_code_is_grouped_without_a_lonely_last_character() -> None:
    assert grouped("7F3K9M2Q8R4T6V1W5X0YZA0123") == "7F3K9 M2Q8R 4T6V1 W5X0Y ZA0123"
    assert grouped("ABC") == "ABC"
