"""`solidarity rules replay`: every past decision computed again; there must be no difference."""

import dataclasses
import json
from typing import Final

import click

from solidarity.cli.bar import progress_bar
from solidarity.cli.language import told
from solidarity.cli.opening import Opened, with_database
from solidarity.cli.refusal import FAILED
from solidarity.rules.calendar import school_year_bounds
from solidarity.rules.ruleset.replay import Difference, Fault
from solidarity.rulesets.many_cores import cores
from solidarity.rulesets.replaying import Replayed, replay_decisions

MOST_SHOWN: Final = 100
WHAT: Final = {
    Fault.RULESET_CHANGED: told("le texte du barème a changé", "the text of the ruleset changed"),
    Fault.RULESET_UNREADABLE: told("le barème n’est plus lisible", "the ruleset cannot be read any more"),
    Fault.FACTS_UNREADABLE: told("les faits gardés sont illisibles", "the stored facts cannot be read"),
    Fault.ASSESSMENT_DIFFERS: told("le calcul diffère", "the assessment differs"),
}


@click.command(
    "replay",
    help=told(
        "Recalcule chaque décision passée à partir du barème et des faits gardés avec elle, et compare à "
        "l’octet près. Code 1 s’il y a une différence.",
        "Computes every past decision again from the ruleset and the facts stored with it, and compares to "
        "the byte. Exit 1 when there is a difference.",
    ),
)
@click.option(
    "--school-year",
    metavar="2025-2026",
    help=told("Seulement cette année scolaire.", "Only this school year."),
)
@click.option("--json", "as_json", is_flag=True, help=told("Répondre en JSON.", "Answer in JSON."))
def replay_command(*, school_year: str | None, as_json: bool) -> None:
    if school_year is not None:
        school_year_bounds(school_year)

    async def work(_house: Opened) -> Replayed:
        with progress_bar(told("Décisions", "Decisions")) as progress:
            return await replay_decisions(school_year, workers=cores(), progress=progress)

    found = with_database(work)
    if as_json:
        click.echo(json.dumps(_as_json(found), ensure_ascii=False, indent=2))
    else:
        _print(found)
    if found.different:
        raise click.exceptions.Exit(FAILED)


def _as_json(found: Replayed) -> dict[str, object]:
    return {
        "valid": found.different == 0,
        "decisions": found.decisions,
        "different": found.different,
        "differences": [dataclasses.asdict(one) for one in found.differences],
    }


def _print(found: Replayed) -> None:
    for one in found.differences[:MOST_SHOWN]:
        click.echo(_line(one))
    if found.different > MOST_SHOWN:
        click.echo("…")
    click.echo(
        told(
            f"{found.decisions} décisions recalculées, {found.different} différentes.",
            f"{found.decisions} decisions computed again, {found.different} different.",
        )
    )


def _line(one: Difference) -> str:
    where = f" {one.place}" if one.place else ""
    stored = "" if one.stored is None else told(f" ; gardé {one.stored}", f"; stored {one.stored}")
    found = "" if one.found is None else told(f" ; trouvé {one.found}", f"; found {one.found}")
    return f"{one.reference} n° {one.number} : {WHAT[one.fault]}{where}{stored}{found}"
