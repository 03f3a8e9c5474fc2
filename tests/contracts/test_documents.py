"""What the documents name exists: files, functions, commands, links, words of the glossary."""

import re
from functools import lru_cache
from pathlib import Path

import click
import pytest

from scripts import settings_table
from solidarity.cli import main
from tests.contracts.project import ROOT, documents, names_in, project_files, python_files, read

CODE = re.compile(r"`([^`\n]+)`")
PLACE = re.compile(r"(?P<path>[\w.-]+(?:/[\w.-]+)*/?)(?::(?P<name>[\w-]+))?")
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
COMMAND = re.compile(r"(?:^|[\s`/])solidarity ([a-z-]+)(?: ([a-z-]+))?")
ENDINGS = {".py", ".html", ".toml", ".md", ".css", ".po", ".csv", ".js"}
# What exists only after a set-up.
MADE_LATER = ("var/", "files/")

DOCUMENTS = documents()


def places(text: str) -> set[tuple[str, str | None]]:
    """Paths, and functions in them, that a text gives as code: `solidarity/rules/money.py:parse_euros`."""
    found = set()
    for code in CODE.findall(text):
        match = PLACE.fullmatch(code)
        if match and (Path(match["path"]).suffix in ENDINGS or match["path"].endswith("/")):
            found.add((match["path"], match["name"]))
    return {(path, name) for path, name in found if not path.startswith(MADE_LATER)}


@lru_cache(maxsize=1000)
def resolved(path: str, beside: Path) -> Path | None:
    """From the root, from the document's folder, or the end of a path anywhere: `store/turns.py`, `turns.py`."""
    for start in (Path(), beside):
        if (ROOT / start / path).exists():
            return start / path
    if path.endswith("/"):
        return next((file.parent for file in project_files() if f"/{path}" in f"/{file}"), None)
    return next((file for file in project_files() if f"/{file}".endswith(f"/{path}")), None)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_file_and_function_it_names_exists(document: Path) -> None:
    missing = []
    for path, name in sorted(places(read(document)), key=str):
        file = resolved(path, document.parent)
        if file is None:
            missing.append(path)
        elif name is not None and not _is_in(name, file):
            missing.append(f"{path}:{name}")
    assert missing == [], "\n".join(missing)


def _is_in(name: str, file: Path) -> bool:
    if file.suffix == ".py":
        return name in names_in(file)
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", read(file)) is not None


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_link_leads_somewhere(document: Path) -> None:
    targets = [target for target in LINK.findall(read(document)) if "://" not in target]
    dead = [target for target in targets if not (ROOT / document.parent / target).exists()]
    assert dead == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_command_it_names_exists(document: Path) -> None:
    code = [*CODE.findall(read(document)), *re.findall(r"```\n(.*?)```", read(document), re.DOTALL)]
    named = {found for part in code for found in COMMAND.findall(part)}
    assert [pair for pair in sorted(named) if not _is_command(*pair)] == []


def _is_command(name: str, below: str) -> bool:
    context = click.Context(main)
    command = main.get_command(context, name)
    if command is None or not isinstance(command, click.Group) or not below:
        return command is not None
    return command.get_command(context, below) is not None


def test_the_readme_tells_every_command() -> None:
    told = {name for name, _ in COMMAND.findall(read(Path("README.md")))}
    assert set(main.list_commands(click.Context(main))) - told == set()


def test_the_table_of_settings_is_todays() -> None:
    assert settings_table.table_in(read(Path("README.md"))) == settings_table.table()


def test_every_page_is_reachable_from_the_index() -> None:
    linked = set(LINK.findall(read(Path("docs/index.md"))))
    pages = {path.name for path in DOCUMENTS if path.parent == Path("docs")} - {"index.md"}
    assert pages - linked == set()


def test_where_answers_a_dozen_questions_each_with_a_function() -> None:
    rows = [line for line in read(Path("docs/where.md")).splitlines() if line.startswith("|") and "?" in line]
    assert len(rows) >= 12
    silent = [row for row in rows if not any(name or path for path, name in places(row))]
    assert silent == []
    assert "monthly housing cap" in rows[0]


def test_every_word_of_the_glossary_is_in_the_code() -> None:
    rows = [row.split("|") for row in read(Path("docs/glossary.md")).splitlines() if row.startswith("| ")]
    terms = [term for row in rows if "---" not in row[1] for term in CODE.findall(row[2])]
    code = "\n".join(read(path) for path in python_files("solidarity"))
    unknown = [term for term in terms if not re.search(rf"(?<![\w-]){re.escape(term)}(?![\w-])", code)]
    assert len(terms) > 80
    assert unknown == []


def test_every_row_of_the_glossary_is_in_both_languages() -> None:
    rows = [line.split("|") for line in read(Path("docs/glossary.md")).splitlines() if line.startswith("| ")]
    assert [row for row in rows if len(row) != 5 or not all(cell.strip() for cell in row[1:4])] == []


def test_every_decision_has_its_three_parts_in_few_lines() -> None:
    pages = [path for path in DOCUMENTS if path.parent == Path("docs/decisions") and path.name != "README.md"]
    assert pages
    for page in pages:
        text = read(page)
        assert all(f"**{part}.**" in text for part in ("Context", "Choice", "Consequences")), page
        assert len(text.splitlines()) <= 40, page


@pytest.mark.parametrize("document", [path for path in DOCUMENTS if path.parts[0] == "docs"], ids=str)
def test_every_function_it_calls_exists(document: Path) -> None:
    code = "\n".join(read(path) for path in python_files("solidarity"))
    called = {
        name for part in CODE.findall(read(document)) for name in re.findall(r"(?<![\w-])([a-z_]\w+)\(", part)
    }
    unknown = [name for name in sorted(called) if not re.search(rf"\b{name}\b", code)]
    assert unknown == []
