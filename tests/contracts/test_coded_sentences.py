"""What people read for a code: both languages, the same figures, one wording."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from solidarity.cli.sentences import SENTENCES as SPOKEN_BY_COMMANDS
from solidarity.web.sentences import SENTENCES as TOOLKIT
from tests.contracts.project import python_files, tree_of

# The command line says some codes in its own way: there the next step is an option, not a field.
COMMAND_LINE = "solidarity.cli.sentences"
FIGURE = re.compile(r"\{([a-z_]+)\}")


def wordings() -> dict[str, dict[str, tuple[str, str]]]:
    found = {"solidarity.web.sentences": dict(TOOLKIT), COMMAND_LINE: dict(SPOKEN_BY_COMMANDS)}
    for path in python_files("solidarity"):
        if path.name == "wording.py" and "SENTENCES" in _assigned(path):
            name = ".".join(path.with_suffix("").parts)
            found[name] = dict(import_module(name).SENTENCES)
    return found


def _assigned(path: Path) -> set[str]:
    return {
        ast.unparse(target)
        for node in tree_of(path).body
        for target in (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AnnAssign)
            else []
        )
    }


@pytest.mark.parametrize(("place", "sentences"), wordings().items(), ids=lambda item: str(item)[:60])
def test_a_sentence_says_the_same_in_both_languages(
    place: str, sentences: dict[str, tuple[str, str]]
) -> None:
    wrong = [
        f"{place} {code}"
        for code, (french, english) in sentences.items()
        if not french.strip()
        or not english.strip()
        or set(FIGURE.findall(french)) != set(FIGURE.findall(english))
    ]
    assert wrong == [], "\n".join(wrong)


def test_the_capabilities_have_sentences() -> None:
    assert len([place for place, sentences in wordings().items() if sentences]) >= 5


def test_a_code_is_worded_once() -> None:
    seen: dict[str, str] = {}
    twice = []
    for place, sentences in wordings().items():
        if place == COMMAND_LINE:
            continue
        twice += [f"{code}: {seen[code]} and {place}" for code in sentences if code in seen]
        seen |= dict.fromkeys(sentences, place)
    assert twice == [], "\n".join(twice)


def test_every_refusal_has_a_wording() -> None:
    """The codes that rules, commands and forms give as literals can all be said to a person."""
    worded = {code for sentences in wordings().values() for code in sentences}
    silent = sorted(
        f"{path}:{node.lineno} {code}"
        for path in python_files("solidarity")
        if path.parts[1] not in {"cli", "demo"}
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        for code in _codes(node)
        if code not in worded
    )
    assert silent == [], "\n".join(silent)


def _codes(call: ast.Call) -> list[str]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name in {"Conflict", "Unknown", "NotAllowed", "Gone", "TooMany", "Unreadable"}:
        return [call.args[0].value] if call.args and _is_text(call.args[0]) else []
    if name in {"Problem", "Invalid"}:
        return [
            word.value.value
            for word in call.keywords
            if word.arg == "code" and _is_text(word.value) and word.value.value
        ]
    return []


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
