"""A group of commands, some of them loaded only when asked for: they bring the database with them."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LaterGroup(click.Group):
    """`later` says where each of these commands is, by its name: `"module:function"`."""

    def __init__(self, *, later: Mapping[str, str], **settings: Any) -> None:
        super().__init__(**settings)
        self._later = later

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *self._later]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._later:
            return super().get_command(ctx, cmd_name)
        module, _, name = self._later[cmd_name].partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command), f"{cmd_name} is a command"
        return command
