"""`solidarity ledger …`: checking the double entry, statements, the accountant's journal."""

import dataclasses
import json
from collections.abc import Iterable
from pathlib import Path

import click

from solidarity.budgets.journal import UNKNOWN_SIREN, file_name, journal
from solidarity.budgets.queries import check_ledger
from solidarity.budgets.statements import FORMATS, read_instant, statement_of
from solidarity.cli.language import LANGUAGE, told
from solidarity.cli.opening import Opened, with_database
from solidarity.cli.refusal import FAILED
from solidarity.rules.calendar import paris_day, school_year_of

YEAR = click.option(
    "--school-year",
    metavar="2026-2027",
    help=told("Par défaut l’année en cours.", "The current one by default."),
)
OUTPUT = click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help=told("Un fichier ; la sortie standard par défaut.", "A file; standard output by default."),
)


@click.group(help=told("Grand livre.", "Ledger."))
def ledger() -> None:
    pass


@ledger.command(
    help=told(
        "Recalcule tous les soldes à partir des écritures et les compare ; code 1 s’il y a une différence.",
        "Computes every balance again from the entries and compares; exit 1 when there is a difference.",
    )
)
@click.option("--json", "as_json", is_flag=True, help=told("Répondre en JSON.", "Answer in JSON."))
def check(*, as_json: bool) -> None:
    async def work(_house: Opened) -> bool:
        differences = await check_ledger()
        if as_json:
            found = [dataclasses.asdict(one) for one in differences]
            click.echo(json.dumps({"valid": not found, "differences": found}, ensure_ascii=False))
            return not found
        for one in differences:
            said = told(
                f"attendu {one.expected}, trouvé {one.found}", f"expected {one.expected}, found {one.found}"
            )
            click.echo(f"{one.what} {one.id} : {said}")
        if not differences:
            click.echo(told("Le grand livre est juste.", "The ledger is right."))
        return not differences

    if not with_database(work):
        raise click.exceptions.Exit(FAILED)


@ledger.command(
    name="statement",
    help=told(
        "Où en était l’argent d’une année scolaire, d’après les seules écritures : csv pour Excel en France, "
        "xlsx, ou json en centimes. Deux exports du même instant sont identiques à l’octet près.",
        "Where the money of a school year stood, from the entries alone: csv for Excel in France, "
        "xlsx, or json in cents. Two exports of the same instant are the same to the byte.",
    ),
)
@YEAR
@click.option(
    "--as-of",
    metavar="INSTANT",
    help=told(
        "Un instant ISO (sans décalage : heure de Paris ; un jour vaut jusqu’à sa fin) ; maintenant sinon.",
        "An ISO instant (without an offset: Paris time; a day counts to its end); now otherwise.",
    ),
)
@click.option("--format", "shape", type=click.Choice(list(FORMATS)), default="csv")
@OUTPUT
def state(*, school_year: str | None, as_of: str | None, shape: str, output: Path | None) -> None:
    instant = read_instant(as_of) if as_of else None

    async def work(house: Opened) -> bytes:
        stated = await statement_of(_year(house, school_year), instant)
        return FORMATS[shape][0](stated, LANGUAGE)

    _hand_over([with_database(work)], output)


@ledger.command(
    name="journal",
    help=told(
        "Le journal comptable d’une année, en forme de fichier des écritures comptables (FEC, 18 colonnes).",
        "The accountant’s journal of a year, shaped as the French FEC file (18 columns).",
    ),
)
@YEAR
@click.option("--siren", default=UNKNOWN_SIREN, help=told("Pour le nom du fichier.", "For the file name."))
@OUTPUT
def accountant(*, school_year: str | None, siren: str, output: Path | None) -> None:
    async def work(house: Opened) -> tuple[str, list[bytes]]:
        year = _year(house, school_year)
        return file_name(year, siren), [part async for part in journal(year)]

    name, parts = with_database(work)
    _hand_over(parts, output / name if output and output.is_dir() else output)


def _year(house: Opened, asked: str | None) -> str:
    return asked or school_year_of(paris_day(house.now()))


def _hand_over(parts: Iterable[bytes], output: Path | None) -> None:
    """Bytes as they are: to the file, or to standard output for a pipe."""
    if output is None:
        for part in parts:
            click.echo(part, nl=False)
        return
    with output.open("wb") as file:
        file.writelines(parts)
    click.echo(str(output), err=True)
