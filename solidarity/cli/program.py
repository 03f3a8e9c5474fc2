"""What our command line adds to Click: commands loaded when they are asked for, failures told in one line."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

from solidarity.cli.language import told
from solidarity.cli.refusal import refusal_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """Where a command is (`module:name`), and what the list of commands says of it."""

    place: str
    summary: str


class Program(click.Group):
    """The whole program. Loading one command never loads what only the others need."""

    def __init__(self, *, listed: Mapping[str, Listed], **settings: Any) -> None:
        super().__init__(**settings)
        self._listed = listed

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self._listed)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in self._listed:
            return None
        module, _, name = self._listed[cmd_name].place.partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command), f"{cmd_name} is a command"
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section(told("Commandes", "Commands")):
            formatter.write_dl([(name, listed.summary) for name, listed in self._listed.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an expected failure is one line and an exit code, never a traceback."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            refusal = refusal_of(error)
            if refusal is None:
                raise
            raise refusal from error
