"""`mlflow gc`: removing for good what was deleted, with its artifacts."""

from __future__ import annotations

import contextlib
import os
import re
import time

import click

from millrace.artifacts import Below, LocalArtifacts, local_folder, open_artifacts, parts_of
from millrace.cli.stores import store_uri
from millrace.engine import DATABASE_FILE, Engine, open_engine
from millrace.engine.gc import Deleted, Selection, choose, remove
from millrace.errors import InvalidParameterValue, MlflowException
from millrace.settings import MLFLOW_TRACKING_URI

_AGE = re.compile(r"(?=.)(?:([\d.]+)d)?(?:([\d.]+)h)?(?:([\d.]+)m)?(?:([\d.]+)s)?", re.ASCII)
_SECONDS = (86400, 3600, 60, 1)
_PROXIED = "mlflow-artifacts:"
_WORDS = {"run": "Run", "model": "Logged model", "experiment": "Experiment"}


@click.command()
@click.option("--older-than", metavar="AGE", help="Only what was deleted longer ago than this: 30d, 1d2h3m4.5s, 1.5h.")
@click.option(
    "--backend-store-uri",
    metavar="URI",
    help="The store: a folder, sqlite:///file.db or postgresql://…; by default the one of MLFLOW_TRACKING_URI, else "
    "./mlruns.",
)
@click.option(
    "--artifacts-destination",
    metavar="URI",
    envvar="MLFLOW_ARTIFACTS_DESTINATION",
    help="Where a server on this store keeps the artifacts that it serves.",
)
@click.option("--run-ids", metavar="IDS", help="Only these runs, comma-separated.")
@click.option("--experiment-ids", metavar="IDS", help="Only these experiments with all that is in them.")
@click.option("--logged-model-ids", metavar="IDS", help="Only these logged models, comma-separated.")
@click.option(
    "--tracking-uri", metavar="URL", help="The server that serves the artifacts, instead of --artifacts-destination."
)
def gc(
    older_than: str | None,
    backend_store_uri: str | None,
    artifacts_destination: str | None,
    run_ids: str | None,
    experiment_ids: str | None,
    logged_model_ids: str | None,
    tracking_uri: str | None,
) -> None:
    """Remove for good what was deleted: runs, logged models and experiments, with their artifacts.

    Without ids, everything that is marked as deleted. What is active is never removed, whatever is named. Model
    versions in the registry stay, even if they come from what is removed. This cannot be undone.
    """
    uri = backend_store_uri or store_uri()
    if uri.startswith(("http://", "https://")):
        raise click.UsageError("Removing works on the store itself, not through a server: give --backend-store-uri.")
    before_ms = None if older_than is None else int((time.time() - age_s(older_than)) * 1000)
    selection = Selection(_ids(run_ids), _ids(logged_model_ids), _ids(experiment_ids), before_ms)
    server = tracking_uri or MLFLOW_TRACKING_URI.get() or ""
    engine = open_engine(uri)
    try:
        failed = _collect(engine, selection, artifacts_destination or "", server)
    finally:
        engine.close()
    if failed:
        raise click.ClickException(f"{failed} could not be removed; the lines above say why.")


def age_s(text: str) -> float:
    """An age as `1d2h3m4.5s` in seconds; every part may be left out and may have a fraction.

    Raises:
        InvalidParameterValue: it is not written like that.
    """
    found = _AGE.fullmatch(text)
    try:
        if found is not None:
            return sum(float(part) * unit for part, unit in zip(found.groups(), _SECONDS, strict=True) if part)
    except ValueError:
        pass
    raise InvalidParameterValue(f"--older-than is {text!r}; write days, hours, minutes and seconds as in 1d2h3m4.5s.")


def _ids(text: str | None) -> list[str]:
    return list(dict.fromkeys(one.strip() for one in (text or "").split(",") if one.strip()))


def _collect(engine: Engine, selection: Selection, destination: str, server: str) -> int:
    """Remove one by one, artifacts before rows, so that nothing is left that no row leads to."""
    failed = 0
    for one in choose(engine, selection):
        word = _WORDS[one.kind]
        try:
            _delete_artifacts(one, destination, server)
        except MlflowException as error:
            click.echo(f"{word} with ID {one.id} is kept: {error.message}", err=True)
            failed += 1
            continue
        if remove(engine, [one]):
            click.echo(f"{word} with ID {one.id} has been permanently deleted.")
        else:
            click.echo(f"{word} with ID {one.id} is kept: it is not deleted any more, or not empty.", err=True)
    return failed


def _delete_artifacts(one: Deleted, destination: str, server: str) -> None:
    """Delete what is in the folder of a run or model, and the folder when nothing else is in it; of an experiment, what
    its traces have, and its folder."""
    if one.folder:
        _delete_folder(one, destination, server)
    if one.kind == "experiment":
        _tidy(one.location, one.id)


def _delete_folder(one: Deleted, destination: str, server: str) -> None:
    location = one.location
    folder = one.folder if one.kind == "experiment" else f"{one.folder}/artifacts"
    local = local_folder(location)
    if local is not None:
        # Walked from the experiment's location on: a link below it cannot lead the deletion out.
        LocalArtifacts(local, hidden=(DATABASE_FILE,)).delete(folder)
        with contextlib.suppress(OSError):
            os.rmdir(local / one.folder)
        return
    if location.startswith(_PROXIED) and destination:
        served = open_artifacts(destination)
        below = "/".join(parts_of(location[len(_PROXIED) :].lstrip("/")))
        Below(served, below).delete(folder)
        return
    if location.startswith(_PROXIED) and not server.startswith(("http://", "https://")):
        raise InvalidParameterValue(
            f"its artifacts at {location} are served by a server; say where it keeps them with --artifacts-destination,"
            " or its address with --tracking-uri."
        )
    base, mark, query = location.partition("?")
    open_artifacts(f"{base.rstrip('/')}/{folder}{mark}{query}", tracking_uri=server).delete()


def _tidy(location: str, experiment_id: str) -> None:
    """Remove the folder that was made for an experiment, if nothing is left in it."""
    local = local_folder(location)
    if local is not None and local.name == experiment_id:
        with contextlib.suppress(OSError):
            os.rmdir(local / "models")
        with contextlib.suppress(OSError):
            os.rmdir(local)
