"""`solidarity import …`: schools and students of a CSV, all of a file or nothing."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click

from solidarity.cli.language import told
from solidarity.cli.opening import Opened, with_database
from solidarity.cli.refusal import FAILED, worded
from solidarity.rules.calendar import paris_day
from solidarity.schools.commands import load_schools
from solidarity.schools.csv_files import RowProblem, Rows, read_schools, read_students
from solidarity.schools.loading import Placed, load_students, place_students, school_slugs

CSV_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
DRY_RUN = click.option(
    "--dry-run",
    is_flag=True,
    help=told("Tout contrôler, ne rien écrire.", "Check everything, write nothing."),
)


@click.group(
    name="import",
    help=told("Reprendre un CSV, en entier ou pas du tout.", "Take a CSV, whole or not at all."),
)
def import_() -> None:
    pass


@import_.command(
    help=told(
        "Ajoute les écoles qui manquent, par leur slug. Colonnes : slug, name, town, region_code, region, "
        "et au choix trades (séparés par |), status, departement, insee, holiday_zone, address, note.",
        "Adds the schools that are missing, by slug. Columns: slug, name, town, region_code, region, "
        "and optionally trades (separated by |), status, departement, insee, holiday_zone, address, note.",
    )
)
@CSV_FILE
@DRY_RUN
def schools(*, file: Path, dry_run: bool) -> None:
    read = read_schools(file.read_bytes())
    _refuse(read)

    async def work(house: Opened) -> None:
        known = await school_slugs()
        fresh = {school.slug for _row, school in read.rows} - known
        if not dry_run:
            await load_schools([school for _row, school in read.rows], by=None, now=house.now())
        _report(len(fresh), len(read.rows) - len(fresh), dry_run=dry_run)

    with_database(work)


@import_.command(
    help=told(
        "Ajoute les élèves qui manquent. Colonnes : school (slug), given_name, family_name, birth_date "
        "(2010-03-01 ou 01/03/2010), et au choix trade, boarder (oui/non), quotient_familial (en euros), "
        "household_size, guardian_name, guardian_address, letter_language (fr/en).",
        "Adds the students that are missing. Columns: school (slug), given_name, family_name, birth_date "
        "(2010-03-01 or 01/03/2010), and optionally trade, boarder (yes/no), quotient_familial (in euros), "
        "household_size, guardian_name, guardian_address, letter_language (fr/en).",
    )
)
@CSV_FILE
@DRY_RUN
def students(*, file: Path, dry_run: bool) -> None:
    content = file.read_bytes()

    async def work(house: Opened) -> None:
        now: datetime = house.now()
        read = read_students(content, today=paris_day(now))
        new = [student for _row, student in read.rows]
        placed = await place_students(new)
        _refuse(read, _problems(placed, read))
        if not dry_run:
            placed = await load_students(new, by=None, now=now)
            _refuse(read, _problems(placed, read))
        fresh = sum(1 for one in placed if one.fate == "added")
        _report(fresh, len(placed) - fresh, dry_run=dry_run)

    with_database(work)


def _problems(placed: Iterable[Placed], read: Rows[object]) -> list[RowProblem]:
    return [
        RowProblem(row=read.rows[one.place][0], column="", code=one.fate, figures={})
        for one in placed
        if one.fate not in {"added", "known"}
    ]


def _refuse(read: Rows[object], more: Iterable[RowProblem] = ()) -> None:
    """Tell every problem with its row; nothing was written."""
    problems = sorted([*read.problems, *more], key=lambda problem: problem.row)
    if not problems:
        return
    for problem in problems:
        where = told(f"ligne {problem.row}", f"row {problem.row}")
        column = f", {problem.column}" if problem.column else ""
        click.echo(f"{where}{column} : {worded(problem.code, dict(problem.figures))}", err=True)
    click.echo(
        told(
            f"{len(problems)} problème(s) : rien n’a été écrit.",
            f"{len(problems)} problem(s): nothing was written.",
        ),
        err=True,
    )
    raise click.exceptions.Exit(FAILED)


def _report(added: int, known: int, *, dry_run: bool) -> None:
    if dry_run:
        click.echo(
            told(f"À ajouter : {added}, déjà là : {known}.", f"To add: {added}, already there: {known}.")
        )
    else:
        click.echo(told(f"Ajoutés : {added}, déjà là : {known}.", f"Added: {added}, already there: {known}."))
