"""Every sentence of the directors' pages exists in English, and every code they may meet is worded."""

from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_file

from solidarity.requests.wording import (
    CATEGORIES,
    DECISION_TONES,
    DECISIONS,
    FREQUENCY_LABELS,
    OUTCOME_TONES,
    OUTCOMES,
    STATES,
    TIMELINE,
    TONES,
)
from solidarity.requests.wording import SENTENCES as REQUEST_SENTENCES
from solidarity.rules.lifecycle import DecisionOutcome, RequestAction, RequestState
from solidarity.rules.ruleset import Outcome
from solidarity.schools.wording import SENTENCES as SCHOOL_SENTENCES
from solidarity.web.catalogues import read_catalogue
from solidarity.web.templating import TEMPLATE_DIRECTORY

TEMPLATES = sorted(
    path
    for folder in ("home", "requests", "schools")
    for path in (TEMPLATE_DIRECTORY / folder).glob("*.html")
)


def sentences_in(template: Path) -> set[str]:
    keywords: Any = {"_": None, "gettext": None}
    return {
        str(found[1]) for found in extract_from_file("jinja2.ext:babel_extract", template, keywords=keywords)
    }


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_sentence_of_a_template_is_in_english(template: Path) -> None:
    english = read_catalogue("en")
    assert sorted(sentence for sentence in sentences_in(template) if sentence not in english) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_inline_script_or_style(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not any(
        forbidden in text for forbidden in ("<script", "<style", " style=", " onclick=", "hx-on", "js:")
    )


def test_every_state_action_and_outcome_is_worded() -> None:
    states = {state.value for state in RequestState}
    assert set(STATES) == set(TONES) == states
    assert {f"request.{action.value}" for action in RequestAction} <= set(TIMELINE)
    assert set(OUTCOMES) == set(OUTCOME_TONES) == {outcome.value for outcome in Outcome}
    assert set(DECISIONS) == set(DECISION_TONES) == {outcome.value for outcome in DecisionOutcome}
    assert set(CATEGORIES) == {"transport", "housing", "food"}
    assert set(FREQUENCY_LABELS) == {"once", "monthly", "termly", "yearly"}


@pytest.mark.parametrize("sentences", [REQUEST_SENTENCES, SCHOOL_SENTENCES])
def test_both_languages_say_something_different(sentences: dict[str, tuple[str, str]]) -> None:
    assert [code for code, (french, english) in sentences.items() if not french or french == english] == []
