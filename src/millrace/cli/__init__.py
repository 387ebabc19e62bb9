"""The `mlflow` and `millrace` commands: a table of names; what a command needs is imported when it is asked for."""

from __future__ import annotations

from pathlib import Path

import click

from millrace.cli.dotenv import load
from millrace.cli.lazy import LazyGroup
from millrace.cli.version import MLFLOW_VERSION

__all__ = ["cli", "main"]

COMMANDS: dict[str, tuple[str, str]] = {
    "artifacts": ("millrace.cli.artifacts:artifacts", "Upload, list and download the artifacts of runs."),
    "db": ("millrace.cli.db:db", "Look after the database of a store."),
    "doctor": ("millrace.cli.doctor:doctor", "Print what helps to understand a problem."),
    "experiments": ("millrace.cli.experiments:experiments", "Create, list, rename, delete and export experiments."),
    "gc": ("millrace.cli.gc:gc", "Remove for good what was deleted, with its artifacts."),
    "models": ("mlflow.models.cli:models", "Predict with models, and change their requirements."),
    "runs": ("millrace.cli.runs:runs", "Create, list, show, delete and restore runs."),
    "server": ("millrace.cli.server:server", "Serve a store: the API, the artifacts and the page."),
    "sync": ("millrace.cli.sync:sync", "Bring what was tracked elsewhere, offline for instance, to a store."),
    "ui": ("millrace.cli.server:server", "The same as `server`."),
}
"""Each command: where it is, as `module:attribute`, and its line of help."""


def _show_version(context: click.Context, option: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(f"mlflow, version {MLFLOW_VERSION}")
        context.exit()


@click.group(cls=LazyGroup, commands_at=COMMANDS)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Print the version of MLflow that is spoken here, and stop.",
)
@click.option(
    "--env-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of NAME=value lines to set as environment variables first; those that are set already stay.",
)
def cli(env_file: Path | None) -> None:
    """Track experiments, runs and models.

    Commands work on the store at MLFLOW_TRACKING_URI: a folder, sqlite:///file.db, postgresql://… or the address of a
    server; by default on the folder ./mlruns.
    """
    if env_file is not None:
        load(env_file)


def main() -> None:
    """Run the command that the arguments of this process name, and end the process."""
    cli(prog_name="mlflow")
