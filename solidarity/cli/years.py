"""`solidarity year …`: closing a school year and opening the next, from the command line."""

import json
from collections.abc import Mapping
from typing import Final

import click

from solidarity.cli.language import LANGUAGE, told
from solidarity.cli.opening import Opened, with_database
from solidarity.cli.refusal import FAILED
from solidarity.rules.money import format_euros
from solidarity.rules.year_end import Blocker, Choices, Fate, YearPlan
from solidarity.years.commands import confirm_closing, finish_closing, prepare_closing
from solidarity.years.opening import Opening, envelope_again, open_envelopes, open_year, opening_of
from solidarity.years.queries import closing_of, year_plan
from solidarity.years.wording import BLOCKERS

DRY_RUN = click.option("--dry-run", is_flag=True, help=told("Dire sans faire.", "Tell and do nothing."))
AS_JSON = click.option("--json", "as_json", is_flag=True, help=told("Répondre en JSON.", "Answer in JSON."))

LABELS: Final = {
    "requests": told("Demandes à classer", "Requests to close"),
    "released_cents": told("Réservations levées", "Reservations released"),
    "staying": told("Aides accordées qui restent à payer", "Granted aid still to be paid"),
    "staying_cents": told("  pour", "  for"),
    "lapsing": told("Aides accordées qui deviennent caduques", "Granted aid that lapses"),
    "lapsing_cents": told("  pour", "  for"),
    "emptied_cents": told("Sort des enveloppes", "Leaves the envelopes"),
    "carried_cents": told("Reporté sur l’année suivante", "Carried to the next year"),
    "returned_cents": told("Rendu aux financeurs", "Returned to funders"),
    "kept_cents": told("Gardé sans emploi", "Kept without use"),
}


@click.group(help=told("Années scolaires.", "School years."))
def year() -> None:
    pass


@year.command(
    name="close",
    help=told(
        "Clôt une année terminée : classe ce qui reste ouvert, vide les enveloppes, reporte les soldes. "
        "Reprend une clôture préparée ou interrompue ; relancée, elle ne change plus rien.",
        "Closes a year that is over: closes what is open, empties the envelopes, carries what is left. "
        "Goes on with a closing that was prepared or stopped; run again, it changes nothing more.",
    ),
)
@click.argument("school_year", metavar="YEAR")
@click.option(
    "--close-undecided",
    is_flag=True,
    help=told("Classer aussi les demandes à décider.", "Close requests to be decided too."),
)
@DRY_RUN
@AS_JSON
def close(*, school_year: str, close_undecided: bool, dry_run: bool, as_json: bool) -> None:
    async def work(house: Opened) -> tuple[YearPlan, YearPlan | None]:
        begun = await closing_of(school_year)
        choices = Choices(close_undecided=close_undecided) if begun is None else begun.choices
        plan = await year_plan(school_year, choices)
        if dry_run or plan.blockers:
            return plan, None
        now, version = house.now(), begun.version if begun else 0
        if begun is None:
            await prepare_closing(school_year, choices, version=0, by=None, now=now)
            version = 1
        if begun is None or begun.state == "prepared":
            await confirm_closing(school_year, version=version, by=None, now=now)
        return plan, await finish_closing(school_year, by=None, now=now)

    plan, left = with_database(work)
    _tell(plan_figures(plan), LABELS, plan.blockers, as_json=as_json)
    if left is not None and not as_json:
        click.echo(told(f"L’année {school_year} est close.", f"The year {school_year} is closed."))
    if plan.blockers:
        raise click.exceptions.Exit(FAILED)


@year.command(
    name="open",
    help=told(
        "Ouvre une année et propose les enveloppes de la précédente, d’après les contributions reçues.",
        "Opens a year and proposes the envelopes of the one before, from the contributions received.",
    ),
)
@click.argument("school_year", metavar="YEAR")
@click.option(
    "--envelopes",
    is_flag=True,
    help=told("Ouvrir aussi les enveloppes proposées.", "Open the proposed envelopes too."),
)
@DRY_RUN
@AS_JSON
def open_(*, school_year: str, envelopes: bool, dry_run: bool, as_json: bool) -> None:
    async def work(house: Opened) -> Opening:
        now = house.now()
        found = await opening_of(school_year, now)
        if not dry_run:
            await open_year(school_year, by=None, now=now)
            wanted = [
                envelope_again(one, school_year, one.amount_cents)
                for one in found.proposals
                if envelopes and one.amount_cents
            ]
            await open_envelopes(wanted, by=None, now=now)
        return found

    found = with_database(work)
    if as_json:
        click.echo(json.dumps(_opening_as_json(found), ensure_ascii=False))
        return
    for one in found.proposals:
        click.echo(f"{one.former.name} : {format_euros(one.amount_cents, LANGUAGE)}")
    left = format_euros(found.unallocated_cents, LANGUAGE)
    click.echo(told(f"À répartir : {left}", f"To allocate: {left}"))
    if not found.has_ruleset:
        click.echo(
            told(
                f"Attention : aucun barème n’est en vigueur pour {school_year}.",
                f"Warning: no ruleset is in force for {school_year}.",
            ),
            err=True,
        )


def plan_figures(plan: YearPlan) -> dict[str, int]:
    """What closing a year does, in numbers and cents."""
    return {
        "requests": len(plan.closing),
        "released_cents": plan.released_cents,
        "staying": len(plan.staying),
        "staying_cents": plan.staying_cents,
        "lapsing": len(plan.lapsing),
        "lapsing_cents": plan.lapsing_cents,
        "emptied_cents": plan.emptied_cents,
        "carried_cents": plan.rest_cents(Fate.CARRY),
        "returned_cents": plan.rest_cents(Fate.RETURN),
        "kept_cents": plan.rest_cents(Fate.KEEP),
    }


def _tell(
    figures: dict[str, int], labels: dict[str, str], blockers: Mapping[Blocker, int], *, as_json: bool
) -> None:
    if as_json:
        waiting = {name.value: count for name, count in blockers.items()}
        click.echo(json.dumps({**figures, "blockers": waiting}, ensure_ascii=False))
        return
    for name, value in figures.items():
        said = format_euros(value, LANGUAGE) if name.endswith("_cents") else str(value)
        click.echo(f"{labels[name]} : {said}")
    for blocker, count in blockers.items():
        click.echo(f"{BLOCKERS[blocker].in_language(LANGUAGE)} : {count}", err=True)


def _opening_as_json(found: Opening) -> dict[str, object]:
    return {
        "school_year": found.school_year,
        "has_ruleset": found.has_ruleset,
        "unallocated_cents": found.unallocated_cents,
        "envelopes": [
            {"name": one.former.name, "category": one.former.category, "amount_cents": one.amount_cents}
            for one in found.proposals
        ],
    }
