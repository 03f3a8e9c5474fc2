"""The shape of the source: sizes, names, and what a module may reach for."""

import ast
import re
from pathlib import Path

import pytest

from tests.contracts.project import project_files, python_files, read, tree_of

MOST_LINES_IN_A_FILE = 400
MOST_LINES_IN_A_FUNCTION = 49
# A migration is one list of statements: cutting it up would hide the schema, not show it.
MIGRATIONS = Path("solidarity/store/migrations")
EMPTY_NAMES = {"common", "utils", "helpers", "core", "base", "misc", "services", "models", "views", "util"}
CLOCK_READERS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
}
IMPURE = {"random", "secrets", "uuid4", "uuid1", "time", "os", "pathlib", "socket", "subprocess", "open"}
PURE_MODULES = {"datetime", "solidarity"}


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [
        node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_a_file_can_be_read_at_one_sitting() -> None:
    lengths = {path: len(read(path).splitlines()) for path in python_files()}
    long = {str(path): count for path, count in lengths.items() if count > MOST_LINES_IN_A_FILE}
    assert lengths
    assert long == {}


def test_a_function_does_not_scroll() -> None:
    long = [
        f"{path}:{function.lineno} {function.name}: {length} lines"
        for path in python_files()
        if path.parent != MIGRATIONS
        for function in functions(path)
        if (length := (function.end_lineno or function.lineno) - function.lineno + 1)
        > MOST_LINES_IN_A_FUNCTION
    ]
    assert long == [], "\n".join(long)


def test_a_name_says_what_belongs_there() -> None:
    places = {part.removesuffix(".py") for path in python_files() for part in path.parts}
    assert places & EMPTY_NAMES == set()


def test_each_module_opens_with_one_sentence() -> None:
    silent = [
        str(path)
        for path in python_files()
        if read(path).strip() and not (ast.get_docstring(tree_of(path)) or "").strip()
    ]
    assert silent == [], "\n".join(silent)


def test_only_the_clock_reads_the_clock() -> None:
    readers = [
        f"{path}:{node.lineno}"
        for path in python_files("solidarity")
        if path != Path("solidarity/clock.py")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in CLOCK_READERS
    ]
    assert readers == [], "\n".join(readers)


def test_rules_reach_for_nothing_outside() -> None:
    found = [
        f"{path}:{node.lineno} {name}"
        for path in python_files("solidarity")
        if path.is_relative_to("solidarity/rules")
        for node in ast.walk(tree_of(path))
        for name in _reached(node)
        if name in IMPURE
    ]
    assert found == [], "\n".join(found)


def _reached(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        package = (node.module or "").partition(".")[0]
        return [] if package in PURE_MODULES else [package, *(alias.name for alias in node.names)]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open":
        return ["open"]
    return []


def test_money_is_never_a_float() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path in python_files("solidarity")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.AnnAssign | ast.arg)
        and "_cents" in _target(node)
        and node.annotation is not None
        and re.search(r"\b(float|Decimal)\b", ast.unparse(node.annotation))
    ]
    assert found == [], "\n".join(found)


def _target(node: ast.AnnAssign | ast.arg) -> str:
    return node.arg if isinstance(node, ast.arg) else ast.unparse(node.target)


def test_nothing_is_left_for_later() -> None:
    words = re.compile(r"\b(TO" + r"DO|FIX" + r"ME)\b")
    found = [
        f"{path}:{number}"
        for path in project_files()
        if path.suffix in {".py", ".html", ".css", ".js", ".md", ".toml"}
        for number, line in enumerate(read(path).splitlines(), start=1)
        if words.search(line)
    ]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    "pattern",
    [
        r"/wo" + r"rk/",
        r"/tm" + r"p/plan",
        r"\bsha" + r"red/(facts|data|DESIGN|CONTRACT|STYLE)",
        r"\b(STY" + r"LE|DES" + r"IGN|CONT" + r"RACT)(\.md| §)",
    ],
)
def test_the_project_names_only_what_is_in_it(pattern: str) -> None:
    found = [
        f"{path}:{number}"
        for path in project_files()
        if not path.name.endswith(".lock")
        for number, line in enumerate((_text(path)).splitlines(), start=1)
        if re.search(pattern, line)
    ]
    assert found == [], "\n".join(found)


def _text(path: Path) -> str:
    try:
        return read(path)
    except UnicodeDecodeError:
        return ""
