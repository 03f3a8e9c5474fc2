"""Pages are in French first and completely in English."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from litestar import Litestar
from litestar.testing import TestClient

from solidarity.web.catalogues import LOCALE_DIRECTORY, read_catalogue
from solidarity.web.sentences import SENTENCES
from solidarity.web.templating import TEMPLATE_DIRECTORY
from solidarity.web.wording import Speaker, all_sentences
from tests.web.example_site import DIRECTOR_TOKEN

ENGLISH = read_catalogue("en")
FOLDERS = sorted({path.parent for path in TEMPLATE_DIRECTORY.rglob("*.html")})


def sentences_of(directory: Path) -> Iterator[tuple[str, str]]:
    found = extract_from_dir(directory, method_map=[("**.html", "jinja2.ext:babel_extract")])
    for file, _, message, _, _ in found:
        yield file, message if isinstance(message, str) else message[0]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_sentence_of_a_page_has_its_english(folder: Path) -> None:
    found = {
        (file, text) for file, text in sentences_of(folder) if (folder / file).is_file() and "/" not in file
    }
    assert sorted(f"{file}: {text}" for file, text in found if text not in ENGLISH) == []


def test_every_coded_sentence_is_in_both_languages() -> None:
    assert [
        code for code, (french, english) in SENTENCES.items() if not french.strip() or not english.strip()
    ] == []


def test_no_sentence_is_translated_twice() -> None:
    seen: dict[str, str] = {}
    for path in sorted((LOCALE_DIRECTORY / "en").glob("*.po")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("msgid ") and line != 'msgid ""':
                assert line not in seen, f"{line} is in {seen[line]} and in {path.name}"
                seen[line] = path.name


@pytest.mark.parametrize(
    ("path", "header", "cookie", "language"),
    [
        ("/form", "", "", "fr"),
        ("/form", "en-GB,en;q=0.9,fr;q=0.5", "", "en"),
        ("/form", "fr;q=0.2, en;q=0.8", "", "en"),
        ("/form", "de, es", "", "fr"),
        ("/form", "en;q=0, *", "", "fr"),
        ("/form", "en;q=nonsense", "", "fr"),
        ("/form", "en", "solidarity-language=fr", "fr"),
        ("/form", "fr", "solidarity-language=en", "en"),
        ("/form", "fr", "solidarity-language=xx", "fr"),
        ("/form?langue=en", "fr", "solidarity-language=fr", "en"),
        ("/form?langue=<script>", "fr", "", "fr"),
        ("/form", "en", f"solidarity={DIRECTOR_TOKEN}", "fr"),
        ("/form?langue=en", "fr", f"solidarity={DIRECTOR_TOKEN}", "en"),
    ],
)
def test_the_language_is_the_one_that_was_chosen(
    client: TestClient[Litestar], path: str, header: str, cookie: str, language: str
) -> None:
    answer = client.get(path, headers={"accept-language": header, "cookie": cookie})
    assert f'<html lang="{language}">' in answer.text
    assert ("Se connecter – Solidarité" in answer.text) == (language == "fr")


def test_a_visitor_s_choice_is_remembered_and_the_page_kept(client: TestClient[Litestar]) -> None:
    page = client.get("/form?suite=/a%26b").text
    assert 'href="/form?suite=%2Fa%26b&amp;langue=en"' in page
    client.get("/form?langue=en")
    assert '<html lang="en">' in client.get("/form").text


def test_problems_of_the_api_follow_the_caller_s_language(client: TestClient[Litestar]) -> None:
    answer = client.get("/api/v1/fault/conflict", headers={"accept-language": "en"})
    assert answer.json()["detail"] == "Only €1,234.56 is left."


def test_french_punctuation_never_begins_a_line() -> None:
    said = Speaker("fr", all_sentences()).say("day-unreadable")
    assert said == "Écrivez la date ainsi\u00a0: 27/11/2026."


def test_an_unworded_code_and_a_missing_figure_never_fail() -> None:
    speaker = Speaker("fr", all_sentences())
    assert speaker.say("nobody-worded-this") == "Cette action n’a pas pu être faite."
    assert speaker.say("text-too-long") == "Pas plus de … caractères."
