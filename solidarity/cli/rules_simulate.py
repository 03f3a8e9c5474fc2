"""`solidarity rules simulate`: a ruleset file tried on the decided requests of a past school year."""

import asyncio
import dataclasses
import json
import os
import signal
from datetime import date
from pathlib import Path
from typing import Final

import click

from solidarity.cli.bar import progress_bar
from solidarity.cli.language import LANGUAGE, told
from solidarity.cli.opening import Opened, with_database
from solidarity.cli.rules import ruleset_text
from solidarity.clock import real_now
from solidarity.rules.calendar import school_year_bounds
from solidarity.rules.money import format_euros
from solidarity.rules.ruleset import parse
from solidarity.rules.ruleset.simulated_totals import Figures, Summary
from solidarity.rulesets.many_cores import cores
from solidarity.rulesets.simulating import simulate_year
from solidarity.rulesets.simulations import Simulator, run_simulator

MOST_SHOWN: Final = 10
BEHIND_THE_LETTERS: Final = 10
"""How nice a worker is: letters and pages come first."""


@click.command(
    "simulate",
    help=told(
        "Ce que FILE.toml aurait accordé pour les demandes décidées d’une année passée, à côté de ce qui fut "
        "accordé. Les jours de ces demandes avancent d’années entières jusqu’à l’année du barème.",
        "What FILE.toml would have granted for the decided requests of a past year, beside what was granted. "
        "The days of those requests move by whole years to the year of the ruleset.",
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--school-year", required=True, metavar="2025-2026", help=told("L’année passée.", "The past year.")
)
@click.option("--json", "as_json", is_flag=True, help=told("Répondre en JSON.", "Answer in JSON."))
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    help=told("Processus ; un par cœur sans cette option.", "Processes; one for each core without it."),
)
def simulate_command(*, file: Path, school_year: str, as_json: bool, workers: int | None) -> None:
    source = ruleset_text(file, LANGUAGE)
    school_year_bounds(school_year)

    async def work(_house: Opened) -> Summary:
        with progress_bar(told("Demandes", "Requests")) as progress:
            return await simulate_year(source, school_year, workers=workers or cores(), progress=progress)

    summary = with_database(work)
    if as_json:
        ruleset = parse(source)
        about = {"ruleset": {"id": ruleset.id, "sha256": ruleset.sha256}, "school_year": school_year}
        shown = about | dataclasses.asdict(summary)
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2, default=_day_text))
    else:
        for line in _report(summary):
            click.echo(line)


def _day_text(value: object) -> str:
    assert isinstance(value, date), "nothing else in a summary is not JSON"
    return value.isoformat()


# In words


def _report(summary: Summary) -> list[str]:
    return [
        *_totals(summary),
        *_pupils(summary),
        *_table(told("Par nature", "By category"), summary.by_category),
        *_table(told("Par région", "By region"), summary.by_region),
        *_table(told("Par mois de décision", "By month of decision"), summary.by_month),
        *_lacking(summary),
        *_envelopes(summary),
        *_changes(summary),
    ]


def _euros(cents: int) -> str:
    return format_euros(cents, LANGUAGE)


def _signed(cents: int) -> str:
    return f"+{_euros(cents)}" if cents > 0 else _euros(cents)


def _totals(summary: Summary) -> list[str]:
    total = summary.total
    return [
        told(f"Demandes décidées : {total.count}", f"Decided requests: {total.count}"),
        told(
            f"Accordé alors {_euros(total.granted_cents)} (proposé {_euros(total.proposed_cents)})",
            f"Granted then {_euros(total.granted_cents)} (proposed {_euros(total.proposed_cents)})",
        ),
        told(
            f"Avec ce barème {_euros(total.new_granted_cents)} (proposé {_euros(total.new_proposed_cents)})",
            f"With this one {_euros(total.new_granted_cents)} (proposed {_euros(total.new_proposed_cents)})",
        ),
        told(
            f"Différence {_signed(total.difference_cents)}", f"Difference {_signed(total.difference_cents)}"
        ),
    ]


def _pupils(summary: Summary) -> list[str]:
    found = summary.pupils
    return [
        told(
            f"Élèves : {found.count} ; gagnent {found.gain}, perdent {found.lose}, "
            f"deviennent éligibles {found.become_eligible}, cessent de l’être {found.stop_being_eligible}",
            f"Pupils: {found.count}; gain {found.gain}, lose {found.lose}, "
            f"become eligible {found.become_eligible}, stop being eligible {found.stop_being_eligible}",
        )
    ]


def _table(title: str, rows: tuple[Figures, ...]) -> list[str]:
    return ["", f"{title:<26}{_HEADINGS}"] + [
        f"  {row.key:<24}{row.count:>7}{_euros(row.granted_cents):>18}{_euros(row.new_granted_cents):>18}"
        f"{_signed(row.difference_cents):>18}"
        for row in rows
    ]


_HEADINGS: Final = told(
    f"{'nombre':>7}{'accordé alors':>18}{'avec ce barème':>18}{'différence':>18}",
    f"{'count':>7}{'granted then':>18}{'with this ruleset':>18}{'difference':>18}",
)


def _lacking(summary: Summary) -> list[str]:
    if not summary.lacking:
        return []
    head = told(
        f"Incomplètes : {summary.incomplete_requests} ({_euros(summary.uncertain_cents)} à confirmer)",
        f"Incomplete: {summary.incomplete_requests} ({_euros(summary.uncertain_cents)} to be confirmed)",
    )
    return ["", head] + [
        f"  {one.requests:>7}  {one.what.in_language(LANGUAGE)}" for one in summary.lacking[:MOST_SHOWN]
    ]


def _envelopes(summary: Summary) -> list[str]:
    never = told("jamais", "never")
    rows = [
        f"  {one.new.name:<36}{_euros(one.new.spent_cents):>18} / {_euros(one.new.allocated_cents):<18}"
        f"{one.then.exhausted_on or never} → {one.new.exhausted_on or never}"
        for one in summary.envelopes
    ]
    unpaid = told(
        f"Sans crédit : {_euros(summary.unpaid_cents)} alors, {_euros(summary.new_unpaid_cents)} ainsi",
        f"Without credit: {_euros(summary.unpaid_cents)} then, {_euros(summary.new_unpaid_cents)} so",
    )
    return ["", told("Enveloppes (épuisées le) :", "Envelopes (exhausted on):"), *rows, unpaid]


def _changes(summary: Summary) -> list[str]:
    return ["", told("Plus grands changements :", "Largest changes:")] + [
        f"  {one.references[0]:<14}{one.school:<28}{_signed(one.difference_cents):>18}"
        for one in summary.changes[:MOST_SHOWN]
    ]


# The worker that `serve` starts


@click.command(
    "work",
    hidden=True,
    help=told(
        "Fait les simulations demandées sur le site, à basse priorité ; « serve » le lance.",
        "Runs the simulations asked for on the site, with low priority; “serve” starts it.",
    ),
)
@click.option(
    "--until-empty", is_flag=True, help=told("S’arrête quand rien n’attend.", "Ends when none waits.")
)
def work_command(*, until_empty: bool) -> None:
    os.nice(BEHIND_THE_LETTERS)

    async def work(house: Opened) -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        await run_simulator(Simulator(now=house.now, real_now=real_now), until_empty=until_empty, stop=stop)

    with_database(work)
