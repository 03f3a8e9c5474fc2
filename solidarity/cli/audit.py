"""`solidarity audit …`: nobody changed the event log, and every file is still the one that was stored."""

import json
from typing import Any

import click

from solidarity.archive import Archive, Damaged, Missing
from solidarity.cli.language import told
from solidarity.cli.opening import Opened, with_database
from solidarity.cli.refusal import FAILED
from solidarity.letters.witnesses import contradicted_letter
from solidarity.store.tables import DocumentRow, LetterFileRow
from solidarity.store.transaction import reading
from solidarity.trail.queries import Fault, verify_log


@click.group(help=told("Journal des événements.", "Event log."))
def audit() -> None:
    pass


@audit.command(
    help=told(
        "Recalcule toute la chaîne du journal et relit chaque fichier ; code 1 si quelque chose a changé.",
        "Computes the whole chain of the log again and reads every file; exit 1 when something changed.",
    )
)
@click.option("--json", "as_json", is_flag=True, help=told("Répondre en JSON.", "Answer in JSON."))
def verify(*, as_json: bool) -> None:
    found = with_database(_verify)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        _tell(found)
    if not found["valid"]:
        raise click.exceptions.Exit(FAILED)


async def _verify(house: Opened) -> dict[str, Any]:
    verdict = await verify_log()
    fault = verdict.first_fault or await contradicted_letter()
    found = {
        "valid": fault is None,
        "events": verdict.events,
        "root": verdict.root,
        "files": 0,
        "first_fault": _named(fault) if fault else None,
    }
    if fault is None:
        count, damaged = await _files(Archive(root=house.settings.storage_directory))
        found |= {"files": count, "valid": damaged is None, "first_fault": damaged}
    return found


def _named(fault: Fault) -> dict[str, str]:
    return {"table": fault.table, "row": fault.row, "reason": fault.reason}


async def _files(archive: Archive) -> tuple[int, dict[str, str] | None]:
    """How many files were read, and the first that is missing or no longer has its hash."""
    read = 0
    async with reading():
        for table, kind in ((LetterFileRow, "letter_file"), (DocumentRow, "document")):
            rows = await table.select(table.id, table.sha256).order_by(table.id)
            for sha256, row in {row["sha256"]: row for row in rows}.items():
                try:
                    archive.get(sha256)
                except (Missing, Damaged) as fault:
                    reason = "the file is missing" if isinstance(fault, Missing) else "the file was changed"
                    return read, {"table": kind, "row": str(row["id"]), "reason": reason}
                read += 1
    return read, None


def _tell(found: dict[str, Any]) -> None:
    fault = found["first_fault"]
    if fault:
        where = f"{fault['table']} {fault['row']}: {fault['reason']}"
        click.echo(told(f"Le journal a été modifié. {where}", f"The log was changed. {where}"), err=True)
        return
    events, files, root = found["events"], found["files"], found["root"]
    click.echo(
        told(
            f"Journal intact : {events} événements, {files} fichiers. Racine : {root}",
            f"The log is intact: {events} events, {files} files. Root: {root}",
        )
    )
