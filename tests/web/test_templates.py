"""Templates: what the filters write, what a page may never contain."""

import re
from datetime import UTC, date, datetime

import html5lib
import pytest
from jinja2 import UndefinedError
from litestar import Litestar, get
from litestar.testing import TestClient

from solidarity.web.access import PUBLIC
from solidarity.web.formats import formats_in
from solidarity.web.respond import Page, page
from solidarity.web.templating import TEMPLATE_DIRECTORY, environment
from solidarity.web.visit import LANGUAGES
from solidarity.web.wording import Speaker, all_sentences
from tests.web.example_site import example_site

WINTER = datetime(2026, 11, 1, 13, 5, tzinfo=UTC)
TEMPLATES = sorted(TEMPLATE_DIRECTORY.rglob("*.html"))


@pytest.mark.parametrize(
    ("name", "arguments", "french", "english"),
    [
        ("euros", (123450,), "1\u202f234,50\u00a0€", "€1,234.50"),
        ("euros", (-12000,), "\u2212120,00\u00a0€", "\u2212€120.00"),
        ("day", (date(2026, 11, 1),), "1er novembre 2026", "1 November 2026"),
        ("short_day", (date(2026, 11, 1),), "01/11/2026", "01/11/2026"),
        ("moment", (WINTER,), "1er novembre 2026 à 14\u00a0h\u00a005", "1 November 2026 at 14:05"),
        (
            "moment",
            (datetime(2026, 7, 14, 22, 30, tzinfo=UTC),),
            "15 juillet 2026 à 0\u00a0h\u00a030",
            "15 July 2026 at 0:30",
        ),
        ("percent", (9720,), "97,2\u202f%", "97.2%"),
        ("percent", (8000,), "80\u202f%", "80%"),
        ("percent", (9996,), "100\u202f%", "100%"),
        ("number", (1234567,), "1\u202f234\u202f567", "1,234,567"),
        ("file_size", (240_300,), "240\u00a0Ko", "240\u00a0KB"),
        ("file_size", (1_240_000,), "1,2\u00a0Mo", "1.2\u00a0MB"),
        ("file_size", (3,), "1\u00a0Ko", "1\u00a0KB"),
        ("plural", (0, "demande", "demandes"), "0\u00a0demande", "0\u00a0demandes"),
        ("plural", (1, "demande", "demandes"), "1\u00a0demande", "1\u00a0demande"),
        ("plural", (1200, "demande", "demandes"), "1\u202f200\u00a0demandes", "1,200\u00a0demandes"),
        (
            "period",
            ((date(2026, 11, 1), date(2026, 12, 15)),),
            "du 1er novembre au 15 décembre 2026",
            "1 November to 15 December 2026",
        ),
    ],
)
def test_values_are_written_as_people_write_them(
    name: str, arguments: tuple[object, ...], french: str, english: str
) -> None:
    assert formats_in("fr")[name](*arguments) == french
    assert formats_in("en")[name](*arguments) == english


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(TEMPLATE_DIRECTORY).as_posix())
def test_a_template_has_no_inline_code_and_no_way_around_escaping(path) -> None:
    source = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"<[^>]*\s(style|on[a-z]+)\s*=", source)
    assert not re.search(r"<(script|style)(?![^>]*\ssrc=)", source)
    assert not re.search(r"hx-on|\bjs:|hx-vals=.js|hx-vars", source)
    assert not re.search(r"\|\s*safe\b|autoescape|Markup", source)
    assert not re.search(r"(src|href|action)=[\"']?(https?:)?//", source)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(TEMPLATE_DIRECTORY).as_posix())
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_template_compiles_in_both_languages(path, language, site: Litestar) -> None:
    made = environment(language, site.state["web"].static_files, Speaker(language, all_sentences()))
    assert made.get_template(path.relative_to(TEMPLATE_DIRECTORY).as_posix()) is not None


@pytest.mark.parametrize("path", ["/", "/form", "/gallery", "/nothing-here", "/fault/broken", "/aide"])
def test_pages_are_strict_html(client: TestClient[Litestar], path: str) -> None:
    text = client.get(path).text
    # html5lib knows HTML before `fetchpriority` and friends; structure is what this checks.
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    assert len(list(document.iter("h1"))) == 1
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_a_missing_variable_is_an_error_not_an_empty_cell() -> None:
    @get("/forgetful", opt=PUBLIC)
    async def forgetful() -> Page:
        return page("error.html", {"status": 200})

    with TestClient(
        example_site(forgetful), base_url="http://127.0.0.1", raise_server_exceptions=False
    ) as client:
        assert client.get("/forgetful").status_code == 500


def test_undefined_is_strict_everywhere(site: Litestar) -> None:
    made = environment("fr", site.state["web"].static_files, Speaker("fr", all_sentences()))
    with pytest.raises(UndefinedError):
        made.from_string("{{ nobody }}").render()


def test_the_navigation_shows_what_the_role_may_do(administrator: TestClient[Litestar]) -> None:
    assert 'href="/baremes"' in administrator.get("/gallery").text


def test_a_director_does_not_see_what_is_not_for_him(director: TestClient[Litestar]) -> None:
    text = director.get("/gallery").text
    assert 'href="/demandes"' in text
    assert 'href="/baremes"' not in text


def test_the_sentence_after_an_action_is_said_once(director: TestClient[Litestar]) -> None:
    director.cookies.set("solidarity-done", "account-saved")
    first = director.get("/gallery")
    assert 'class="flash">Vos préférences sont enregistrées.' in first.text
    assert "solidarity-done=;" in first.headers["set-cookie"]


@pytest.mark.parametrize("code", ["unknown-code", "%3Cscript%3E", "a" * 3000])
def test_only_known_sentences_can_be_said(director: TestClient[Litestar], code: str) -> None:
    director.cookies.set("solidarity-done", code)
    assert 'class="flash"' not in director.get("/gallery").text
