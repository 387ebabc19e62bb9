"""`mlflow sync`: bring what was tracked elsewhere to a store."""

from __future__ import annotations

import contextlib
import sys

import click

from millrace.cli.stores import store_uri
from millrace.errors import MlflowException
from millrace.store import open_store
from millrace.transfer import copy_store
from millrace.transfer.copying import End


@click.command()
@click.argument("source")
@click.option(
    "--to", "target", metavar="URI", help="The store to copy into; the one that MLFLOW_TRACKING_URI names when omitted."
)
def sync(source: str, target: str | None) -> None:
    """Copy all that the store SOURCE holds into another one: a folder that was tracked to without a network
    (MLFLOW_TRACKING_URI=offline:./folder), any other folder, sqlite:///file.db, postgresql://… or a server.

    It may be repeated, and broken off and repeated: runs and models keep their ids, and what is there already is not
    stored again. Nothing in SOURCE changes.
    """
    to = target or store_uri()
    with contextlib.closing(open_store(source)) as origin, contextlib.closing(open_store(to)) as there:
        copied = copy_store(End(origin, source), End(there, to), progress=_show)
    _show("")
    click.echo(
        f"{to} has {copied.runs} runs of {copied.experiments} experiments, {copied.models} logged models and "
        f"{copied.versions} model versions of {source}; {copied.files} files were copied."
    )
    for problem in copied.problems:
        click.echo(f"Not copied: {problem}", err=True)
    if copied.problems:
        raise MlflowException(f"{len(copied.problems)} things could not be copied; everything else was.")


def _show(text: str) -> None:
    """One line that is written over and over, on a terminal only."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[2K{text[:100]}", err=True, nl=False)
