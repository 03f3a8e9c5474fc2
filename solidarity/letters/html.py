"""A letter's facts turned into its HTML; data are always escaped, an absent name is an error."""

from datetime import date
from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from solidarity.letters.wording import amount_in_words, category_label, kind_label
from solidarity.rules.calendar import format_day, format_period
from solidarity.rules.letter import LetterFacts, assert_complete, content_sha256
from solidarity.rules.money import format_euros

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "letters"
CODE_GROUP = 5


def letter_html(facts: LetterFacts) -> str:
    """The whole page; IncompleteLetter when anything the reader is owed is absent."""
    assert_complete(facts)
    template = _environment(facts.language).get_template("letter.html")
    return template.render(facts=facts, content_hash=content_sha256(facts))


@cache
def _environment(language: str) -> Environment:
    # Autoescape is forced rather than selected by file name: a renamed template must not open a hole.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "euros": partial(format_euros, language=language),
        "day": partial(_day, language=language),
        "period": partial(format_period, language=language),
        "words": partial(amount_in_words, language=language),
        "category": partial(category_label, language=language),
        "kind": partial(kind_label, language=language),
        "grouped": grouped,
    }
    return environment


def grouped(code: str) -> str:
    """A code in groups of five, easier to copy by hand; a lonely last character joins the group before it."""
    ends = [*range(CODE_GROUP, len(code) - 1, CODE_GROUP), len(code)]
    return " ".join(code[start:end] for start, end in zip([0, *ends], ends, strict=False))


def _day(day: date, language: str) -> str:
    # The day and its month stay on one line: "le 1er" alone at a line's end reads badly.
    return format_day(day, language).replace(" ", "\N{NO-BREAK SPACE}")
