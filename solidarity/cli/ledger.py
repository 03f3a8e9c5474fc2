"""`solidarity ledger …`: checking the double entry, and stating where the money stood."""

import csv
import dataclasses
import io
import json
from datetime import UTC, datetime

import click

from solidarity.budgets.queries import StatementRow, check_ledger, statement
from solidarity.cli.language import told
from solidarity.cli.opening import Opened, with_database
from solidarity.cli.refusal import FAILED, Misuse
from solidarity.rules.calendar import paris_day, school_year_bounds, school_year_of
from solidarity.rules.errors import Unreadable

COLUMNS = [field.name for field in dataclasses.fields(StatementRow)]
# A spreadsheet takes a text that begins so for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


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
        "Où en était l’argent d’une année scolaire, en centimes, d’après les seules écritures.",
        "Where the money of a school year stood, in cents, from the entries alone.",
    ),
)
@click.option(
    "--school-year",
    metavar="2026-2027",
    help=told("Par défaut l’année en cours.", "The current one by default."),
)
@click.option(
    "--as-of",
    metavar="INSTANT",
    help=told("Un instant ISO ; maintenant par défaut.", "An ISO instant; now by default."),
)
@click.option("--format", "shape", type=click.Choice(["csv", "json", "xlsx"]), default="csv")
def state(*, school_year: str | None, as_of: str | None, shape: str) -> None:
    if shape == "xlsx":
        raise Misuse(
            told(
                "le format xlsx n’existe pas dans cette version : prenez csv, que tout tableur ouvre.",
                "this version has no xlsx: take csv, which every spreadsheet opens.",
            )
        )
    instant = _instant(as_of)

    async def work(house: Opened) -> list[StatementRow]:
        year = school_year or school_year_of(paris_day(house.now()))
        school_year_bounds(year)
        return await statement(year, instant)

    rows = [dataclasses.asdict(row) for row in with_database(work)]
    if shape == "json":
        click.echo(json.dumps({"items": rows}, ensure_ascii=False, indent=2))
    else:
        click.echo(_as_csv(rows), nl=False)


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable("day-unreadable") from None
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def _as_csv(rows: list[dict[str, object]]) -> str:
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return written.getvalue()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
