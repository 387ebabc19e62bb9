"""`mlflow sync`: bring what was tracked elsewhere to a store."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import click

from millrace import journal
from millrace.cli.stores import store_uri
from millrace.errors import MlflowException
from millrace.journal import open_journaled, store_of
from millrace.store import online, open_store
from millrace.transfer import copy_store
from millrace.transfer.copying import End


@click.command()
@click.argument("source")
@click.option(
    "--to",
    "target",
    metavar="URI",
    help="Where to. When omitted: the store that MLFLOW_TRACKING_URI names; of a journal, the store it belongs to.",
)
def sync(source: str, target: str | None) -> None:
    """Bring all that SOURCE holds to another store.

    SOURCE is a folder that was tracked to without a network (MLFLOW_TRACKING_URI=offline:./folder), any other store
    (a folder, sqlite:///file.db, postgresql://…, a server), or the folder of a journal that a message named: then what
    still waits in it is sent.

    It may be repeated, and broken off and repeated: runs and models keep their ids, and what is there already is not
    stored again. A store that is copied does not change.
    """
    folder = Path(source)
    if (folder / "store").is_file() or (folder.name == "journal" and folder.is_dir()):
        _send(folder, target or store_of(folder))
    else:
        _copy(source, target or store_uri())


def _send(folder: Path, to: str) -> None:
    with contextlib.closing(open_store(to)) as there:
        sent = journal.sync(folder, there, lambda done, total: _show(f"{done:,} of {total:,} bytes"))
    _show("")
    click.echo(f"{to} has everything that waited in {folder}: {sent:,} points were sent.")


def _copy(source: str, to: str) -> None:
    with contextlib.closing(open_journaled(online(source))) as origin, contextlib.closing(open_store(to)) as there:
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
