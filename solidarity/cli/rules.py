"""`solidarity rules`: check a ruleset file, and assess a case with it; no settings, no database."""

import json
from pathlib import Path

import click

from solidarity.cli import rules_report
from solidarity.cli.later import LaterGroup
from solidarity.rules.ruleset import (
    CaseFaults,
    Ruleset,
    RulesetFaults,
    assess,
    assessment_to_json,
    examine,
    parse,
    parse_case,
    turning_point_to_json,
    turning_points,
)
from solidarity.rules.ruleset.case_json import MOST_BYTES as MOST_BYTES_OF_A_CASE
from solidarity.rules.ruleset.parse import MOST_BYTES as MOST_BYTES_OF_A_RULESET

CHECK_FAILED = 1
# These read past decisions; the others answer without any database.
WITH_DATABASE = {
    "simulate": "solidarity.cli.rules_simulate:simulate_command",
    "replay": "solidarity.cli.rules_replay:replay_command",
    "settle": "solidarity.cli.rules_settle:settle_command",
    "work": "solidarity.cli.rules_simulate:work_command",
}

language_option = click.option(
    "--language",
    envvar="SOLIDARITY_LOCALE",
    type=click.Choice(["fr", "en"]),
    default="fr",
    show_default=True,
    help="Language of the messages (SOLIDARITY_LOCALE).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("rules", cls=LaterGroup, later=WITH_DATABASE)
def rules_group() -> None:
    """Check a ruleset file (barème), and assess a case with it."""


@rules_group.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="Warnings fail the check too.")
@json_option
@language_option
def check_command(file: Path, strict: bool, as_json: bool, language: str) -> None:
    """Say everything that is wrong with FILE.toml and run its examples. Exit 0 good, 1 faults."""
    content = _content(file, MOST_BYTES_OF_A_RULESET)
    examined = examine(content)
    if as_json:
        _print_json(rules_report.as_json(file, examined, strict=strict, language=language))
    else:
        click.echo(rules_report.report(file, content, examined, strict=strict, language=language))
    raise SystemExit(0 if rules_report.is_good(examined, strict=strict) else CHECK_FAILED)


@rules_group.command("assess")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("case_file", metavar="CASE.json", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Accepted for symmetry: the answer is always JSON.")
@language_option
def assess_command(file: Path, case_file: Path, as_json: bool, language: str) -> None:  # noqa: ARG001
    """Print what the rules of FILE.toml say of CASE.json, as JSON. Exit 0 whatever they say."""
    ruleset = _ruleset(file, language)
    content = _content(case_file, MOST_BYTES_OF_A_CASE)
    try:
        case = parse_case(content, ruleset)
    except CaseFaults as faults:
        for problem in faults.problems:
            where = f"{case_file}: {problem.pointer or '/'}"
            click.echo(f"{where}: {problem.message.in_language(language)}", err=True)
        raise SystemExit(CHECK_FAILED) from None
    assessment = assess(ruleset, case)
    points = turning_points(ruleset, case, assessment)
    _print_json(
        {
            **assessment_to_json(assessment, language),
            "turning_points": [turning_point_to_json(point, language) for point in points],
        }
    )


def ruleset_text(file: Path, language: str) -> str:
    """The text of a ruleset file that has no fault; with faults exit 1, and all of them are told."""
    _ruleset(file, language)
    return _content(file, MOST_BYTES_OF_A_RULESET).decode()


def _ruleset(file: Path, language: str) -> Ruleset:
    content = _content(file, MOST_BYTES_OF_A_RULESET)
    try:
        return parse(content)
    except RulesetFaults as faults:
        for fault in faults.faults:
            click.echo(rules_report.fault_line(file, fault, language), err=True)
        raise SystemExit(CHECK_FAILED) from None


def _content(file: Path, most: int) -> bytes:
    """The bytes of a file, and of a huge one a single byte too many, which tells; exit 2 when unreadable."""
    try:
        if file.exists() and not file.is_file():
            raise click.UsageError(f"{file}: not a regular file")
        with file.open("rb") as opened:
            return opened.read(most + 1)
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or type(fault).__name__
        raise click.UsageError(f"{file}: {reason}") from None


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
