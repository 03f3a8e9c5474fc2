"""`solidarity rules settle`: what was granted on a rate not confirmed yet, and what each would be now."""

import json
from typing import Final

import click

from solidarity.cli.language import LANGUAGE, told
from solidarity.cli.opening import Opened, with_database
from solidarity.rules.calendar import paris_day, school_year_bounds, school_year_of
from solidarity.rules.money import format_euros
from solidarity.rules.ruleset.settle import SettledLine, Standing
from solidarity.rulesets.settling import Settlement, settlement

WHAT: Final = {
    Standing.WAITING: told("taux toujours à confirmer", "rate still to be confirmed"),
    Standing.UNCHANGED: told("montant confirmé", "amount confirmed"),
    Standing.DIFFERS: told("à corriger", "to be corrected"),
    Standing.BY_HAND: told("à revoir par une personne", "for a person to look at"),
}


@click.command(
    "settle",
    help=told(
        "Liste ce qui fut accordé sur un taux non confirmé, et ce que donne le barème en vigueur. "
        "Ne change rien.",
        "Lists what was granted on a rate not confirmed, and what the ruleset in force today gives. "
        "Changes nothing.",
    ),
)
@click.option(
    "--school-year",
    metavar="2026-2027",
    help=told("Par défaut l’année en cours.", "The current one by default."),
)
@click.option("--json", "as_json", is_flag=True, help=told("Répondre en JSON.", "Answer in JSON."))
def settle_command(*, school_year: str | None, as_json: bool) -> None:
    if school_year is not None:
        school_year_bounds(school_year)

    async def work(house: Opened) -> Settlement:
        today = paris_day(house.now())
        return await settlement(school_year or school_year_of(today), today=today)

    found = with_database(work)
    if as_json:
        click.echo(json.dumps(_as_json(found), ensure_ascii=False, indent=2))
        return
    for one in found.decisions:
        for line in one.lines:
            click.echo(f"{one.reference} / {line.line} : {_said(line)}")
    click.echo(
        told(
            f"{len(found.decisions)} décisions de {found.school_year} attendaient un taux.",
            f"{len(found.decisions)} decisions of {found.school_year} waited for a rate.",
        )
    )


def _said(line: SettledLine) -> str:
    granted = format_euros(line.granted_cents, LANGUAGE)
    now = "" if line.settled_cents is None else f" → {format_euros(line.settled_cents, LANGUAGE)}"
    return f"{granted}{now}, {WHAT[line.standing]}"


def _as_json(found: Settlement) -> dict[str, object]:
    return {
        "school_year": found.school_year,
        "ruleset": None if found.ruleset is None else found.ruleset.ruleset.id,
        "items": [
            {
                "reference": one.reference,
                "decision": one.decision,
                "decided_on": one.decided_on.isoformat(),
                "line": line.line,
                "category": line.category,
                "kind": line.kind,
                "granted_cents": line.granted_cents,
                "settled_cents": line.settled_cents,
                "difference_cents": line.difference_cents,
                "standing": line.standing.value,
            }
            for one in found.decisions
            for line in one.lines
        ],
    }
