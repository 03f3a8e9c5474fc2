"""`solidarity demo`: the demo network, loaded once, then served from what is there."""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from solidarity.cli.database import migrate_database
from solidarity.cli.language import told
from solidarity.cli.opening import opened
from solidarity.cli.refusal import Refusal
from solidarity.cli.serve import address_of, listening, prepared, run_server
from solidarity.clock import real_now
from solidarity.demo.home import AlreadyRunning, Home, forget
from solidarity.demo.people import AUDITOR, FIRST_ADMINISTRATOR, director_of
from solidarity.demo.size import DemoSize
from solidarity.people.commands import set_password
from solidarity.people.queries import accounts
from solidarity.settings import Settings, demo_settings, sqlite_path
from solidarity.store.engine import make_engine, running
from solidarity.store.fund_settings import CLOCK, DEMO, fund_setting, keep_fund_setting
from solidarity.store.sqlite_alone import LoneSQLite
from solidarity.store.tables import PersonRow
from solidarity.store.transaction import writing

if TYPE_CHECKING:
    from solidarity.demo.load import Progress

EMPTY, LOADING, LOADED, FOREIGN = "empty", "loading", "loaded", "foreign"
DEFAULTS = DemoSize()


@click.command(
    help=told(
        "Charge le réseau de démonstration dans un dossier, écrit les adresses et trois comptes, et le sert. "
        "Un second départ reprend ce qui est là.",
        "Loads the demo network into a directory, prints the addresses and three logins, and serves it. "
        "A second start takes what is there.",
    )
)
@click.option("--dir", "directory", default="var/demo", show_default=True, type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--no-serve", is_flag=True, help=told("Charger seulement.", "Load only."))
@click.option("--seed", default=DEFAULTS.seed, show_default=True, type=int)
@click.option("--schools", default=DEFAULTS.schools, show_default=True, type=click.IntRange(1, 2000))
@click.option(
    "--students",
    default=DEFAULTS.students,
    show_default=True,
    type=click.IntRange(1, 200_000),
    help=told("Élèves, toutes écoles ensemble.", "Students of all schools together."),
)
@click.option(
    "--requests",
    default=DEFAULTS.requests,
    show_default=True,
    type=click.IntRange(0, 100_000),
    help=told(
        "Demandes de cette année ; 0 : aucune, d’aucune année.", "Requests of this year; 0: none of any year."
    ),
)
def demo(
    *,
    directory: Path,
    host: str,
    port: int,
    no_serve: bool,
    seed: int,
    schools: int,
    students: int,
    requests: int,
) -> None:
    home = Home(directory=directory)
    settings = demo_settings(directory)
    size = DemoSize(seed=seed, schools=schools, students=students, requests=requests)
    with _alone(home), nullcontext() if no_serve else listening(host, port) as listener:
        had_secret = home.has_secret()
        settings = replace(settings, secret_key=settings.secret_key or home.secret())
        if listener is not None and settings.base_url is None:
            settings = replace(settings, base_url=address_of(listener))
        asyncio.run(ready(settings, home, size, had_secret=had_secret))
        settings = asyncio.run(prepared(settings, listener))
        _print_logins(settings, home, address_of(listener) if listener else None)
        if listener is not None:
            run_server(settings, listener, web_processes=1)


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    try:
        with home.alone():
            yield
    except AlreadyRunning:
        raise Refusal(
            told(
                f"une autre démonstration utilise déjà {home.directory} : arrêtez-la ou changez --dir.",
                f"another demo uses {home.directory} already: stop it or choose another --dir.",
            )
        ) from None


async def ready(settings: Settings, home: Home, size: DemoSize, *, had_secret: bool) -> None:
    """Leave a complete demo behind: the one that is there, or a new one in place of a half-loaded one."""
    state = await _state(settings)
    if state == FOREIGN:
        raise Refusal(
            told(
                "cette base contient de vraies données : une démonstration ne s’y charge pas.",
                "this database holds real data: no demo is loaded into it.",
            )
        )
    if state == LOADING:
        if not settings.is_sqlite:
            raise Refusal(
                told(
                    "le chargement précédent a été interrompu : recréez une base vide, puis relancez.",
                    "the loading before was interrupted: make an empty database again, then start over.",
                )
            )
        forget(settings)
    await migrate_database(settings)
    if state == LOADED:
        await _take_up(settings, home, had_secret=had_secret)
    else:
        await _load(settings, home, size)


def _has_file(settings: Settings) -> bool:
    return not settings.is_sqlite or sqlite_path(settings.database_url).exists()


async def _state(settings: Settings) -> str:
    if not _has_file(settings):
        return EMPTY
    async with running(make_engine(settings.database_url)):
        if not await PersonRow.table_exists():
            return EMPTY
        mark = await fund_setting(DEMO)
        if mark is not None:
            return str(json.loads(mark)["state"])
        return FOREIGN if await PersonRow.count() else EMPTY


async def _load(settings: Settings, home: Home, size: DemoSize) -> None:
    from solidarity.archive import Archive
    from solidarity.demo.load import load_demo
    from solidarity.letters.commands import keep_base_url

    click.echo(told("Chargement de la démonstration…", "Loading the demo…"), err=True)
    engine = (
        LoneSQLite(sqlite_path(settings.database_url))
        if settings.is_sqlite
        else make_engine(settings.database_url)
    )
    async with running(engine):
        if settings.base_url:
            await keep_base_url(settings.base_url)
        with _progress() as progress:
            await load_demo(
                size,
                now=settings.now or real_now(),
                frozen=settings.now is not None,
                archive=Archive(root=settings.storage_directory),
                password_for=home.password_for,
                progress=progress,
            )


async def _take_up(settings: Settings, home: Home, *, had_secret: bool) -> None:
    """Freeze the clock elsewhere if asked; a lost secret means new passwords for the printed accounts."""
    async with running(make_engine(settings.database_url)):
        if settings.now is not None:
            async with writing():
                await keep_fund_setting(CLOCK, settings.now.isoformat())
        if not had_secret:
            for _role, email in await _logins():
                await set_password(email, home.password_for(email), by=None, now=settings.now or real_now())


@contextmanager
def _progress() -> Iterator["Progress"]:
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(told("Demandes", "Requests"), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


async def _logins() -> list[tuple[str, str]]:
    """One account of each role: the first director of the list, an administrator, the auditor."""
    directors = [one for one in await accounts() if one.school is not None]
    first = min(directors, key=lambda one: one.email != director_of("lanne"))
    return [
        (told("Directeur", "Director"), first.email),
        (told("Administrateur", "Administrator"), FIRST_ADMINISTRATOR),
        (told("Auditeur", "Auditor"), AUDITOR),
    ]


def _print_logins(settings: Settings, home: Home, address: str | None) -> None:
    logins = asyncio.run(_read_logins(settings))
    click.echo(told("La démonstration est prête.", "The demo is ready."))
    if address is not None:
        click.echo(told("Adresses :", "Addresses:"))
        click.echo(f"  {address}/")
        click.echo(f"  {address}/verify   {told('(vérifier un courrier)', '(verify a letter)')}")
        click.echo(f"  {address}/api/v1")
    click.echo(told("Comptes :", "Logins:"))
    for role, email in logins:
        click.echo(f"  {role:<16}{email:<36}{home.password_for(email)}")
    sys.stdout.flush()


async def _read_logins(settings: Settings) -> list[tuple[str, str]]:
    async with opened(settings):
        return await _logins()
