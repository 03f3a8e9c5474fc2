"""What `rules check` prints: each fault with its place, its line, what is wrong and how to mend it."""

from pathlib import Path
from typing import Any

import click

from solidarity.rules.ruleset import Examined, Fault, Text

MOST_SHOWN_OF_A_LINE = 100
MARKS = {True: ("red", Text("erreur", "error")), False: ("yellow", Text("à vérifier", "warning"))}


def report(file: Path, content: bytes, examined: Examined, *, strict: bool, language: str) -> str:
    """The whole answer for a terminal, faults before warnings, and the count of both."""
    lines = content.decode("utf-8", "replace").split("\n")
    parts = [
        _said(file, fault, lines, language, is_error=is_error)
        for is_error, faults in ((True, examined.faults), (False, examined.warnings))
        for fault in faults
    ]
    return "\n".join([*parts, _summary(file, examined, language, strict=strict)])


def _said(file: Path, fault: Fault, lines: list[str], language: str, *, is_error: bool) -> str:
    colour, mark = MARKS[is_error]
    place = f"{file}:{fault.line}" if fault.line is not None else str(file)
    rule = f" [{fault.rule}]" if fault.rule is not None else ""
    head = f"{click.style(f'{place}:{rule}', bold=True)} {click.style(mark.in_language(language), fg=colour)}"
    colon = ": " if language == "en" else " : "
    shown = _excerpt(fault, lines)
    return "\n".join(
        [
            f"{head}{colon}{fault.message.in_language(language)}",
            *([click.style(f"    {fault.line} | {shown}", dim=True)] if shown else []),
            f"    → {fault.remedy.in_language(language)}",
        ]
    )


def _excerpt(fault: Fault, lines: list[str]) -> str:
    """The line of the file, without what a terminal would obey."""
    if fault.line is None or not 1 <= fault.line <= len(lines):
        return ""
    written = lines[fault.line - 1].strip()[:MOST_SHOWN_OF_A_LINE]
    return "".join(letter if letter.isprintable() else "·" for letter in written)


def _summary(file: Path, examined: Examined, language: str, *, strict: bool) -> str:
    faults, warnings = len(examined.faults), len(examined.warnings)
    if faults:
        said = Text(
            f"{file} : {faults} erreur(s), {warnings} point(s) à vérifier.",
            f"{file}: {faults} error(s), {warnings} warning(s).",
        )
        return click.style(said.in_language(language), fg="red")
    examples = len(examined.ruleset.examples) if examined.ruleset is not None else 0
    said = Text(
        f"{file} : aucun défaut ; {examples} exemple(s) vérifié(s), {warnings} point(s) à vérifier.",
        f"{file}: no fault; {examples} example(s) checked, {warnings} warning(s).",
    )
    return click.style(said.in_language(language), fg="red" if strict and warnings else "green")


def as_json(file: Path, examined: Examined, *, strict: bool, language: str) -> dict[str, Any]:
    return {
        "file": str(file),
        "valid": is_good(examined, strict=strict),
        "faults": [fault_json(fault, language) for fault in examined.faults],
        "warnings": [fault_json(fault, language) for fault in examined.warnings],
        "examples": len(examined.ruleset.examples) if examined.ruleset is not None else 0,
    }


def is_good(examined: Examined, *, strict: bool) -> bool:
    return not examined.faults and not (strict and examined.warnings)


def fault_json(fault: Fault, language: str) -> dict[str, Any]:
    return {
        "line": fault.line,
        "rule": fault.rule,
        "code": fault.code,
        "message": fault.message.in_language(language),
        "remedy": fault.remedy.in_language(language),
    }


def fault_line(file: Path, fault: Fault, language: str) -> str:
    """One fault on one line, for commands that needed a good ruleset."""
    place = f"{file}:{fault.line}" if fault.line is not None else str(file)
    rule = f" [{fault.rule}]" if fault.rule is not None else ""
    said, remedy = fault.message.in_language(language), fault.remedy.in_language(language)
    return f"{place}:{rule} {said} — {remedy}"
