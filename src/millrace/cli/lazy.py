"""Groups whose commands are imported when they are used, and errors that end a command with one sentence."""

from __future__ import annotations

import importlib
from typing import Any

import click

from millrace.errors import MlflowException


class LazyGroup(click.Group):
    """A group of commands that are named in a table.

    Args:
        commands_at: for each command, where it is (`module:attribute`) and its line of help, so that listing the
            commands imports none of them.
    """

    def __init__(self, *args: Any, commands_at: dict[str, tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._commands_at = commands_at or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return sorted({*self._commands_at, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, imported now, or None."""
        if cmd_name not in self._commands_at:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self._commands_at[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands with their lines of help."""
        rows = []
        for name in self.list_commands(ctx):
            command = self.commands.get(name)
            line = command.get_short_help_str(120) if command else self._commands_at[name][1]
            rows.append((name, line))
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what Millrace could not do is told in one sentence, with exit code 1."""
        try:
            return super().invoke(ctx)
        except MlflowException as error:
            raise click.ClickException(error.message) from error
