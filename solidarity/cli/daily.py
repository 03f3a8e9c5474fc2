"""`solidarity daily`: what is due each day, once or many times."""

import dataclasses
import json
from typing import Final

import click

from solidarity.cli.language import told
from solidarity.cli.opening import Opened, with_database
from solidarity.decisions.daily import Day, preview_day, run_day

LINES: Final = (
    (
        "lapsed",
        told("Réservations levées, faute de réponse", "Reservations lapsed, for want of an answer"),
    ),
    ("served", told("Sorties de la liste d’attente", "Served from the waiting list")),
    ("reminded", told("Écoles prévenues d’une aide à réclamer", "Schools reminded of an aid to claim")),
    ("waiting", told("En liste d’attente", "On the waiting list")),
    ("to_release", told("Non réclamées, à libérer par une personne", "Unclaimed, for a person to release")),
    ("overdue", told("Urgences à ratifier, en retard", "Emergencies to ratify, overdue")),
)


@click.command(
    help=told(
        "Fait ce qui est dû chaque jour : réservations à lever, liste d’attente, rappels. Peut être relancé.",
        "Does what is due each day: reservations that lapse, waiting list, reminders. May be run again.",
    )
)
@click.option("--dry-run", is_flag=True, help=told("Dire sans faire.", "Tell and do nothing."))
@click.option("--json", "as_json", is_flag=True, help=told("Répondre en JSON.", "Answer in JSON."))
def daily(*, dry_run: bool, as_json: bool) -> None:
    async def work(house: Opened) -> Day:
        act = preview_day if dry_run else run_day
        return await act(now=house.now())

    day = dataclasses.asdict(with_database(work))
    if as_json:
        click.echo(json.dumps(day, ensure_ascii=False))
        return
    for name, label in LINES:
        listed = ", ".join(day[name])
        click.echo(f"{label} : {len(day[name])}{f' ({listed})' if listed else ''}")
