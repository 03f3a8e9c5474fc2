"""`solidarity doctor` and `solidarity version`: is everything here that the program needs?"""

import asyncio
import json
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

import click

from solidarity.cli.language import told
from solidarity.cli.opening import opened
from solidarity.cli.refusal import FAILED, refusal_of
from solidarity.settings import Settings, read_settings
from solidarity.version import VERSION

LEAST_FREE_BYTES = 500 * 1024**2


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that was looked at; `remedy` says what to do when it is not ok."""

    subject: str
    status: str
    found: str
    remedy: str = ""


@click.command(help=told("Dit la version.", "Tells the version."))
@click.option("--json", "as_json", is_flag=True, help=told("Répondre en JSON.", "Answer in JSON."))
def version(*, as_json: bool) -> None:
    click.echo(json.dumps({"version": VERSION}) if as_json else f"solidarity {VERSION}")


@click.command(
    help=told(
        "Examine Python, bibliothèques, base, dossiers et sceau ; code 1 s’il manque quelque chose.",
        "Looks at Python, libraries, database, folders and seal; exit 1 when something is missing.",
    )
)
@click.option("--json", "as_json", is_flag=True, help=told("Répondre en JSON.", "Answer in JSON."))
def doctor(*, as_json: bool) -> None:
    settings = read_settings()
    findings = [look(settings) for look in LOOKS]
    if as_json:
        click.echo(json.dumps([asdict(one) for one in findings], ensure_ascii=False, indent=2))
    else:
        for one in findings:
            click.echo(f"{one.status:<5} {one.subject:<22} {one.found}")
            if one.remedy:
                click.echo(f"      → {one.remedy}")
    if any(one.status == "fail" for one in findings):
        raise click.exceptions.Exit(FAILED)


def _python(_settings: Settings) -> Finding:
    is_new_enough = sys.version_info >= (3, 11)
    return Finding(
        subject="Python",
        status="ok" if is_new_enough else "fail",
        found=platform.python_version(),
        remedy="" if is_new_enough else told("il faut Python 3.11 ou plus", "Python 3.11 or later is needed"),
    )


def _letters(_settings: Settings) -> Finding:
    subject = told("Fabrique des courriers", "Letter making")
    try:
        assert find_spec("weasyprint") is not None
        from solidarity.letters.pdf import LetterRenderer

        LetterRenderer()
    except Exception as error:  # a missing system library shows in many ways; all need the same remedy
        return Finding(
            subject=subject,
            status="fail",
            found=str(error).splitlines()[0] if str(error) else type(error).__name__,
            remedy=told("lancez « make setup »", "run “make setup”"),
        )
    return Finding(subject=subject, status="ok", found="WeasyPrint, Pango, HarfBuzz")


def _database(settings: Settings) -> Finding:
    subject = told("Base de données", "Database")

    async def look() -> None:
        async with opened(settings):
            pass

    try:
        asyncio.run(look())
    except Exception as error:
        refusal = error if isinstance(error, click.ClickException) else refusal_of(error)
        if refusal is None:
            raise
        return Finding(subject=subject, status="fail", found=refusal.format_message())
    return Finding(subject=subject, status="ok", found=settings.database_url.partition("://")[0])


def _storage(settings: Settings) -> Finding:
    subject = told("Dossier des fichiers", "Folder of files")
    home = next(
        path for path in [settings.storage_directory, *settings.storage_directory.parents] if path.exists()
    )
    free = shutil.disk_usage(home).free
    if free < LEAST_FREE_BYTES:
        remedy = told("libérez de la place", "make room")
        return Finding(subject=subject, status="fail", found=f"{free // 1024**2} Mo", remedy=remedy)
    return Finding(subject=subject, status="ok", found=f"{settings.storage_directory} ({free // 1024**3} Go)")


def _seal(settings: Settings) -> Finding:
    subject = told("Sceau", "Seal")
    certificate = settings.seal_directory / "certificate.pem"
    if not certificate.exists():
        remedy = told(
            "« solidarity serve » le crée au premier départ", "“solidarity serve” makes it at its first start"
        )
        return Finding(subject=subject, status="warn", found=str(certificate), remedy=remedy)
    is_private = _is_private(settings.seal_directory / "key.pem")
    return Finding(
        subject=subject,
        status="ok" if is_private else "fail",
        found=str(certificate),
        remedy="" if is_private else told("la clé doit être en mode 0600", "the key must have mode 0600"),
    )


def _is_private(path: Path) -> bool:
    return path.exists() and path.stat().st_mode & 0o077 == 0


def _secret(settings: Settings) -> Finding:
    subject = told("Secret", "Secret")
    if settings.secret_key is None:
        remedy = told("« serve » exige SOLIDARITY_SECRET_KEY", "“serve” requires SOLIDARITY_SECRET_KEY")
        return Finding(subject=subject, status="warn", found="-", remedy=remedy)
    return Finding(subject=subject, status="ok", found=told("donné", "given"))


def _mail(settings: Settings) -> Finding:
    subject = told("Courriels", "Mail")
    if settings.smtp_url is None:
        remedy = told(
            "sans SOLIDARITY_SMTP_URL ils attendent, visibles",
            "without SOLIDARITY_SMTP_URL they wait, visible",
        )
        return Finding(subject=subject, status="warn", found="-", remedy=remedy)
    return Finding(subject=subject, status="ok", found=told("serveur indiqué", "server given"))


LOOKS: tuple[Callable[[Settings], Finding], ...] = (
    _python,
    _letters,
    _database,
    _storage,
    _seal,
    _secret,
    _mail,
)
