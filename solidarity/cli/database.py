"""`solidarity migrate`: the schema of the database."""

import asyncio

import click

from solidarity.cli.language import told
from solidarity.cli.opening import newer_schema
from solidarity.settings import Settings, read_settings, sqlite_path
from solidarity.store import migrate as migrations
from solidarity.store.engine import make_engine, running


@click.command(
    help=told(
        "Met la base de données au schéma de cette version ; la crée si elle n’existe pas (SQLite).",
        "Brings the database to the schema of this version; creates it when there is none (SQLite).",
    )
)
@click.option(
    "--plan",
    is_flag=True,
    help=told("Dire ce qui serait fait, sans rien changer.", "Tell what would be done, change nothing."),
)
def migrate(*, plan: bool) -> None:
    settings = read_settings()
    names = planned(settings) if plan else asyncio.run(migrate_database(settings))
    for name in names:
        click.echo(name)
    if not names:
        click.echo(told("La base est à jour.", "The database is up to date."))


async def migrate_database(settings: Settings) -> list[str]:
    """Run what is pending; an SQLite file and its folder are created."""
    if settings.is_sqlite:
        sqlite_path(settings.database_url).parent.mkdir(parents=True, exist_ok=True)
    async with running(make_engine(settings.database_url)) as engine:
        try:
            return await migrations.migrate(engine)
        except migrations.NewerSchema as error:
            raise newer_schema(error) from error


def planned(settings: Settings) -> list[str]:
    """What is pending; a file that does not exist needs everything, and is not created by asking."""
    if settings.is_sqlite and not sqlite_path(settings.database_url).exists():
        return migrations.known()
    return asyncio.run(_pending(settings))


async def _pending(settings: Settings) -> list[str]:
    async with running(make_engine(settings.database_url)) as engine:
        try:
            return await migrations.pending(engine)
        except migrations.NewerSchema as error:
            raise newer_schema(error) from error
