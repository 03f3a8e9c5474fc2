"""Templates of letters and mails: strict, escaped, and fetching nothing. Those of pages are in tests/web."""

import re
from pathlib import Path

import pytest
from jinja2 import StrictUndefined, meta

from solidarity.letters import html as letter_pages
from solidarity.letters import mail
from tests.contracts.project import ROOT, project_files, python_files, read

# A seal of approval for markup written by code: each of these builds it from escaped parts or from our own file.
TRUSTED_MARKUP = {"solidarity/web/templating.py", "solidarity/letters/html.py", "solidarity/letters/qr.py"}
# The address a namespace has; nobody fetches it.
NAMESPACES = ("http://www.w3.org/", "http://www.aiim.org/", "http://ns.adobe.com/")

TEMPLATES = [
    path
    for path in project_files()
    if path.parts[0] == "templates" and path.parts[1] != "web" and path.suffix in {".html", ".txt", ".xml"}
]


def test_letters_and_mails_have_templates() -> None:
    assert {path.parts[1] for path in TEMPLATES} == {"letters", "email"}


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_a_template_compiles_and_names_templates_that_exist(path: Path) -> None:
    made = mail._environment() if path.parts[1] == "email" else letter_pages._environment("fr")
    assert made.get_template(path.name) is not None
    wanted = meta.find_referenced_templates(made.parse(read(path)))
    assert [name for name in wanted if name and not (ROOT / path.parent / name).is_file()] == []


def test_a_missing_variable_stops_a_letter_and_a_mail() -> None:
    for made in (letter_pages._environment("fr"), letter_pages._environment("en"), mail._environment()):
        assert made.undefined is StrictUndefined


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_a_template_has_no_script_and_no_foreign_host(path: Path) -> None:
    source = re.sub(r"\{#.*?#\}", "", read(path), flags=re.DOTALL)
    for namespace in NAMESPACES:
        source = source.replace(namespace, "")
    assert not re.search(r"<script|<[^>]*\s(style|on[a-z]+)\s*=", source)
    assert not re.search(r"\|\s*safe\b|autoescape", source)
    assert not re.search(r"https?://(?!\{\{)", source)


def test_style_sheets_and_scripts_name_no_foreign_host() -> None:
    ours = [
        path
        for path in project_files()
        if path.suffix in {".css", ".js", ".svg"} and path.parts[0] in {"solidarity", "templates"}
    ]
    found = [
        str(path)
        for path in ours
        if re.search(r"(https?:)?//(?!www\.w3\.org/)[a-z0-9-]+\.[a-z]{2,}", _without_comments(read(path)))
    ]
    assert ours
    assert found == [], "\n".join(found)


def _without_comments(source: str) -> str:
    return re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)


def test_only_a_few_places_make_trusted_markup() -> None:
    makers = {str(path) for path in python_files("solidarity") if re.search(r"\bMarkup\(", read(path))}
    assert makers - TRUSTED_MARKUP == set()
