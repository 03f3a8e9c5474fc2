"""`solidarity letters`: render, issue, verify and show letters, and the worker that `serve` starts."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from solidarity.cli.language import told
from solidarity.cli.refusal import Misuse, Refusal

if TYPE_CHECKING:
    # The database is loaded by the commands that need one: `verify` answers without.
    from solidarity.cli.opening import Opened

MOST_BYTES = 16 * 1024 * 1024
CHECK_FAILED = 1


@click.group("letters", help=told("Lettres : rendre, émettre, vérifier.", "Letters: render, issue, verify."))
def letters_group() -> None:
    pass


@letters_group.command(
    "render",
    help=told(
        "Écrit la lettre d’une demande (REFERENCE), ou une lettre par son numéro, dans un fichier PDF.",
        "Writes the letter of a request (REFERENCE), or a letter by its number, into a PDF file.",
    ),
)
@click.argument("reference")
@click.option("-o", "--output", "output", type=click.Path(dir_okay=False, path_type=Path), required=True)
def render_command(reference: str, output: Path) -> None:
    from solidarity.cli.opening import with_database

    content = with_database(lambda house: _rendered(house, reference))
    try:
        output.write_bytes(content)
    except OSError as error:
        raise Refusal(f"{output}: {error.strerror}") from error


async def _rendered(house: "Opened", reference: str) -> bytes:
    from solidarity.letters.worker import issue_now, make_worker

    worker = make_worker(house.settings, house.clock)
    return await issue_now(reference.strip(), worker)


@letters_group.command(
    "issue",
    help=told("Rend maintenant toutes les lettres en attente.", "Renders every waiting letter now."),
)
@click.option(
    "--pending", is_flag=True, required=True, help=told("Toutes celles qui attendent.", "All that wait.")
)
@click.option("--json", "as_json", is_flag=True, help=told("En JSON.", "As JSON."))
def issue_command(*, pending: bool, as_json: bool) -> None:
    from solidarity.cli.opening import with_database

    assert pending, "click requires it"
    with _bar() as progress:
        issued, set_aside = with_database(lambda house: _issued(house, progress))
    if as_json:
        click.echo(json.dumps({"issued": issued, "set_aside": set_aside}))
    else:
        click.echo(
            told(
                f"{issued} lettre(s) émise(s), {set_aside} mise(s) de côté.",
                f"{issued} letter(s) issued, {set_aside} set aside.",
            )
        )
    if set_aside:
        raise SystemExit(CHECK_FAILED)


async def _issued(house: "Opened", progress: Callable[[int], None]) -> tuple[int, int]:
    from solidarity.letters.queue import set_aside, waiting
    from solidarity.letters.worker import make_worker, run_worker

    worker = replace(make_worker(house.settings, house.clock), mailer=None)
    wanted, put_aside = await waiting(("letter",)), await set_aside(("letter",))
    progress(wanted)
    await run_worker(worker, until_empty=True, progress=progress)
    newly = await set_aside(("letter",)) - put_aside
    return wanted - newly, newly


@contextmanager
def _bar() -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal; nothing when somebody else reads."""
    from rich.progress import Progress

    with Progress(transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(told("Lettres", "Letters"), total=None)

        def show(left: int) -> None:
            total = max(bar.tasks[0].total or 0.0, float(left))
            bar.update(task, total=total, completed=total - left)

        yield show


@letters_group.command(
    "verify",
    help=told(
        "Vérifie le sceau d’une lettre, sans base de données ni réglage. 0 seulement si le sceau est intact "
        "et le signataire accepté.",
        "Checks the seal of a letter, without database or settings. 0 only when the seal is intact and the "
        "signer acceptable.",
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--certificate",
    envvar="SOLIDARITY_SEAL_CERTIFICATE",
    type=click.Path(path_type=Path),
    help=told(
        "Certificat PEM de confiance (sinon SOLIDARITY_SEAL_CERTIFICATE, sinon celui du fichier).",
        "Trusted PEM certificate (else SOLIDARITY_SEAL_CERTIFICATE, else the one in the file).",
    ),
)
@click.option("--json", "as_json", is_flag=True, help=told("En JSON.", "As JSON."))
def verify_command(file: Path, certificate: Path | None, *, as_json: bool) -> None:
    from solidarity.letters.proof import read_proof
    from solidarity.letters.seal import verify

    pdf = _content(file)
    verdict = verify(pdf, _certificates(certificate) if certificate else None)
    proof = read_proof(pdf) if verdict.intact else None
    if as_json:
        answer = {name: value for name, value in asdict(verdict).items() if name != "sealed_at"}
        answer["sealed_at"] = verdict.sealed_at.isoformat() if verdict.sealed_at else None
        answer |= {"acceptable": verdict.is_acceptable, "number": proof.number if proof else None}
        click.echo(json.dumps(answer))
    else:
        french, english = _VERDICTS[verdict.reason.value]
        click.echo(f"{file}: {told(french, english)}")
        if proof is not None:
            click.echo(told(f"Lettre n° {proof.number}", f"Letter no. {proof.number}"))
        if verdict.fingerprint is not None:
            click.echo(told("Empreinte du signataire : ", "Signer fingerprint: ") + verdict.fingerprint)
    if not verdict.is_acceptable:
        raise SystemExit(CHECK_FAILED)


_VERDICTS = {
    "intact": ("sceau intact, signataire de confiance", "seal intact, signer trusted"),
    "signer-not-checked": (
        "sceau intact, signataire non vérifié (signer not checked)",
        "seal intact, signer not checked",
    ),
    "unknown-signer": ("sceau intact, mais signataire inconnu", "seal intact, but unknown signer"),
    "altered": ("le fichier a été modifié après le sceau", "the file was altered after it was sealed"),
    "no-seal": ("aucun sceau dans ce fichier", "no seal in this file"),
    "unreadable": ("ce fichier n’est pas un PDF lisible", "this file is not a readable PDF"),
}


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise Refusal(told(f"{file} : fichier trop grand.", f"{file}: the file is too large."))
        return file.read_bytes()
    except OSError as error:
        raise Misuse(f"{file}: {error.strerror}") from error


def _certificates(path: Path) -> bytes:
    from cryptography import x509

    content = _content(path)
    try:
        x509.load_pem_x509_certificates(content)
    except ValueError as error:
        message = told(f"{path} : pas un certificat PEM.", f"{path}: not a PEM certificate.")
        raise Misuse(message) from error
    return content


@letters_group.command(
    "gallery",
    help=told(
        "Écrit un exemple de chaque lettre, dans les deux langues, dans DOSSIER.",
        "Writes an example of every letter, in both languages, into DIR.",
    ),
)
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def gallery_command(directory: Path) -> None:
    from solidarity.letters.pdf import LetterRenderer
    from solidarity.letters.samples import samples

    directory.mkdir(parents=True, exist_ok=True)
    renderer = LetterRenderer()
    for name, facts in samples():
        place = directory / f"{name}.pdf"
        place.write_bytes(renderer.render(facts))
        click.echo(str(place))


@letters_group.command("work", hidden=True)
def work_command() -> None:
    """Render letters and send mails until told to stop; `serve` and `demo` start and watch it."""
    from solidarity.cli.opening import with_database

    with_database(_work)


async def _work(house: "Opened") -> None:
    from solidarity.cli.simulation_worker import keep_simulating
    from solidarity.letters.worker import make_worker, run_worker

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    simulating = asyncio.create_task(keep_simulating(stop))
    await run_worker(make_worker(house.settings, house.clock), stop=stop)
    await simulating
