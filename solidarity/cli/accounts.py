"""`solidarity user …` and `solidarity token …`: who has an account, and tokens for programs."""

import json
import sys

import click

from solidarity.cli.language import told
from solidarity.cli.opening import Opened, with_database
from solidarity.cli.refusal import Misuse, worded
from solidarity.clock import real_now
from solidarity.people.commands import create_person, disable_person, issue_token, set_password
from solidarity.people.queries import accounts
from solidarity.rules.access import Role, Scope

AS_JSON = told("Répondre en JSON.", "Answer in JSON.")
ONE_LINE = told("Lire le mot de passe sur l’entrée standard.", "Read the password from standard input.")


@click.group(help=told("Gérer les comptes.", "Manage accounts."))
def user() -> None:
    pass


@user.command(
    help=told(
        "Crée un compte. Sans --password-stdin, le mot de passe est demandé sur un terminal ; "
        "sans terminal, le compte n’en a pas et ne sert qu’aux jetons.",
        "Makes an account. Without --password-stdin the password is asked for on a terminal; "
        "without a terminal the account has none and serves tokens only.",
    )
)
@click.argument("email")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--school", metavar="SLUG", help=told("L’école d’un directeur.", "The school of a director."))
@click.option("--name", help=told("Le nom affiché.", "The name shown."))
@click.option("--password-stdin", is_flag=True, help=ONE_LINE)
@click.option("--json", "as_json", is_flag=True, help=AS_JSON)
def create(
    *, email: str, role: str, school: str | None, name: str | None, password_stdin: bool, as_json: bool
) -> None:
    _require_right_school(role, school)
    password = _password(from_input=password_stdin)

    async def work(house: Opened) -> None:
        person = await create_person(
            email,
            role=Role(role),
            name=name or email.partition("@")[0],
            school=school,
            password=password,
            by=None,
            now=house.now(),
        )
        shown = {"email": person.email, "name": person.name, "role": person.role.value, "school": school}
        if as_json:
            click.echo(json.dumps(shown, ensure_ascii=False))
        else:
            click.echo(
                told(f"Compte créé : {person.email} ({role}).", f"Account made: {person.email} ({role}).")
            )

    with_database(work)


@user.command(name="list", help=told("Les comptes, par rôle.", "The accounts, by role."))
@click.option("--json", "as_json", is_flag=True, help=AS_JSON)
def list_(*, as_json: bool) -> None:
    async def work(_house: Opened) -> None:
        found = await accounts()
        if as_json:
            items = [
                {
                    "email": one.email,
                    "name": one.name,
                    "role": one.role.value,
                    "school": one.school,
                    "disabled": one.disabled,
                }
                for one in found
            ]
            click.echo(json.dumps(items, ensure_ascii=False, indent=2))
            return
        for one in found:
            closed = told("  (fermé)", "  (disabled)") if one.disabled else ""
            click.echo(f"{one.role.value:<14} {one.email:<44} {one.school or '-'}{closed}")

    with_database(work)


@user.command(
    help=told(
        "Ferme un compte, ses sessions et ses jetons.", "Closes an account, its sessions and its tokens."
    )
)
@click.argument("email")
def disable(*, email: str) -> None:
    async def work(house: Opened) -> None:
        await disable_person(email, by=None, now=house.now())
        click.echo(told(f"Compte fermé : {email}.", f"Account disabled: {email}."))

    with_database(work)


@user.command(
    name="reset-password",
    help=told(
        "Remplace le mot de passe et ferme les sessions du compte.",
        "Replaces the password and ends the sessions of the account.",
    ),
)
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help=ONE_LINE)
def reset_password(*, email: str, password_stdin: bool) -> None:
    password = _password(from_input=password_stdin)
    if password is None:
        raise Misuse(
            told("donnez le mot de passe avec --password-stdin.", "give the password with --password-stdin.")
        )

    async def work(house: Opened) -> None:
        await set_password(email, password, by=None, now=house.now())
        click.echo(told(f"Mot de passe remplacé : {email}.", f"Password replaced: {email}."))

    with_database(work)


@click.group(help=told("Jetons pour les programmes.", "Tokens for programs."))
def token() -> None:
    pass


@token.command(
    name="create",
    help=told(
        "Donne un jeton au compte et l’écrit seul sur la sortie standard, une seule fois.",
        "Gives the account a token and writes it alone on standard output, once.",
    ),
)
@click.argument("email")
@click.option("--scope", type=click.Choice([scope.value for scope in Scope]), default=Scope.WRITE.value)
@click.option(
    "--expires",
    metavar=told("JOURS", "DAYS"),
    type=click.IntRange(1, 3650),
    help=told("Durée de vie en jours ; sans fin par défaut.", "Life in days; endless by default."),
)
def create_token(*, email: str, scope: str, expires: int | None) -> None:
    async def work(house: Opened) -> str:
        return await issue_token(
            email, scope=scope, expires_days=expires, by=None, now=house.now(), real_now=real_now()
        )

    click.echo(with_database(work))


def _require_right_school(role: str, school: str | None) -> None:
    """A director has a school, nobody else has one: whoever forgets it asked in the wrong way."""
    if (role == Role.DIRECTOR) != (school is not None):
        code = "director-needs-school" if school is None else "school-only-for-director"
        raise Misuse(worded(code))


def _password(*, from_input: bool) -> str | None:
    """One line of standard input, or asked for on a terminal; None when there is nobody to ask."""
    if from_input:
        line = sys.stdin.readline().rstrip("\r\n")
        if not line:
            raise Misuse(told("aucun mot de passe sur l’entrée standard.", "no password on standard input."))
        return line
    if not sys.stdin.isatty():
        return None
    asked: str = click.prompt(
        told("Mot de passe", "Password"), hide_input=True, confirmation_prompt=True, err=True
    )
    return asked
