"""`solidarity rules`: check a ruleset file, and assess a case with it; no settings, no database."""

import json
from pathlib import Path
from typing import Any

import click

from solidarity.rules.ruleset import (
    CaseFaults,
    Fault,
    Ruleset,
    RulesetFaults,
    Text,
    assess,
    assessment_to_json,
    check,
    parse,
    parse_case,
)

MOST_BYTES = 2 * 1024 * 1024
CHECK_FAILED = 1

language_option = click.option(
    "--language",
    envvar="SOLIDARITY_LOCALE",
    type=click.Choice(["fr", "en"]),
    default="fr",
    show_default=True,
    help="Language of the messages (SOLIDARITY_LOCALE).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("rules")
def rules_group() -> None:
    """Check a ruleset file (barème), and assess a case with it."""


@rules_group.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@language_option
def check_command(file: Path, as_json: bool, language: str) -> None:
    """Say everything that is wrong with FILE.toml and run its examples. Exit 0 good, 1 faults."""
    faults = check(_content(file))
    if as_json:
        _print_json(
            {
                "file": str(file),
                "valid": not faults,
                "faults": [_fault_json(fault, language) for fault in faults],
            }
        )
    elif faults:
        for fault in faults:
            click.echo(_fault_line(file, fault, language))
    else:
        click.echo(_good(file).in_language(language))
    raise SystemExit(CHECK_FAILED if faults else 0)


@rules_group.command("assess")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("case_file", metavar="CASE.json", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Accepted for symmetry: the answer is always JSON.")
@language_option
def assess_command(file: Path, case_file: Path, as_json: bool, language: str) -> None:  # noqa: ARG001
    """Print what the rules of FILE.toml say of CASE.json, as JSON. Exit 0 whatever they say."""
    ruleset = _ruleset(file, language)
    content = _content(case_file)
    try:
        case = parse_case(content, ruleset)
    except CaseFaults as faults:
        for problem in faults.problems:
            where = f"{case_file}: {problem.pointer or '/'}"
            click.echo(f"{where}: {problem.message.in_language(language)}", err=True)
        raise SystemExit(CHECK_FAILED) from None
    _print_json(assessment_to_json(assess(ruleset, case), language))


def _ruleset(file: Path, language: str) -> Ruleset:
    content = _content(file)
    try:
        return parse(content)
    except RulesetFaults as faults:
        for fault in faults.faults:
            click.echo(_fault_line(file, fault, language), err=True)
        raise SystemExit(CHECK_FAILED) from None


def _content(file: Path) -> bytes:
    """The bytes of a file, and no more of a huge one than shows that it is; exit 2 when unreadable."""
    if file.exists() and not file.is_file():
        raise click.UsageError(f"{file}: not a regular file")
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES)
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or type(fault).__name__
        raise click.UsageError(f"{file}: {reason}") from None


def _good(file: Path) -> Text:
    return Text(f"{file} : aucun défaut.", f"{file}: no fault.")


def _fault_line(file: Path, fault: Fault, language: str) -> str:
    place = f"{file}:{fault.line}" if fault.line is not None else str(file)
    rule = f" [{fault.rule}]" if fault.rule is not None else ""
    said, remedy = fault.message.in_language(language), fault.remedy.in_language(language)
    return f"{place}:{rule} {said} — {remedy}"


def _fault_json(fault: Fault, language: str) -> dict[str, Any]:
    return {
        "line": fault.line,
        "rule": fault.rule,
        "code": fault.code,
        "message": fault.message.in_language(language),
        "remedy": fault.remedy.in_language(language),
    }


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
