"""`mlflow experiments`."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import click

from millrace.calls import (
    CreateExperiment,
    DeleteExperiment,
    GetExperiment,
    RestoreExperiment,
    SearchExperiments,
    UpdateExperiment,
)
from millrace.cli.stores import VIEWS, opened, runs_of, view_type
from millrace.cli.tables import table
from millrace.model import Experiment, Run
from millrace.store import Store, pages

_ID = click.option("--experiment-id", "-x", required=True, help="The experiment's id.")


@click.group()
def experiments() -> None:
    """Create, list, rename, delete and export experiments."""


@experiments.command()
@click.option("--experiment-name", "-n", required=True, help="A name that no other experiment has.")
@click.option(
    "--artifact-location",
    "-l",
    default="",
    help="Where the artifacts of its runs go: a folder, s3://bucket/path …; by default where the store says.",
)
def create(experiment_name: str, artifact_location: str) -> None:
    """Create an experiment and print its id."""
    with opened() as store:
        made = store.call(CreateExperiment(experiment_name, artifact_location)).experiment_id
    click.echo(f"Created experiment '{experiment_name}' with id {made}")


@experiments.command()
@click.option("--view", "-v", default="active_only", show_default=True, help=f"Which: {', '.join(VIEWS)}.")
@click.option("--max-results", type=click.IntRange(min=1), help="List this many at most; all when omitted.")
def search(view: str, max_results: int | None) -> None:
    """List experiments with their ids, names and artifact locations, newest first."""
    with opened() as store:
        found = _search(store, view_type(view), max_results)
    rows = [(one.experiment_id, one.name, one.artifact_location or "") for one in found]
    click.echo(table(("Experiment Id", "Name", "Artifact Location"), rows))


def _search(store: Store, view: str, most: int | None) -> list[Experiment]:
    call = SearchExperiments(max_results=min(1000, most or 1000), view_type=view)
    found = (one for page in pages(store, call) for one in page.experiments)
    return list(islice(found, most))


@experiments.command()
@_ID
@click.option(
    "--output", type=click.Choice(["json", "table"]), default="table", show_default=True, help="How to print it."
)
def get(experiment_id: str, output: str) -> None:
    """Print an experiment: name, artifact location, stage, tags, and times in milliseconds since 1970, UTC."""
    with opened() as store:
        found = store.call(GetExperiment(experiment_id)).experiment
    if output == "json":
        told = {
            "artifact_location": found.artifact_location,
            "creation_time": found.creation_time,
            "experiment_id": found.experiment_id,
            "last_update_time": found.last_update_time,
            "lifecycle_stage": found.lifecycle_stage,
            "name": found.name,
            "tags": found.tags,
        }
        click.echo(json.dumps(told, indent=2))
        return
    lines = (
        ("Experiment ID", found.experiment_id),
        ("Name", found.name),
        ("Artifact Location", found.artifact_location),
        ("Lifecycle Stage", found.lifecycle_stage),
        ("Creation Time", found.creation_time),
        ("Last Update Time", found.last_update_time),
        ("Tags", ", ".join(f"{key}={value}" for key, value in found.tags.items())),
    )
    click.echo("\n".join(f"{label:<19}: {value}" for label, value in lines))


@experiments.command()
@_ID
def delete(experiment_id: str) -> None:
    """Mark an experiment and its runs as deleted; `restore` brings them back, `mlflow gc` removes them for good."""
    with opened() as store:
        store.call(DeleteExperiment(experiment_id))
    click.echo(f"Experiment with ID {experiment_id} has been deleted.")


@experiments.command()
@_ID
def restore(experiment_id: str) -> None:
    """Bring back an experiment, and its runs, that were marked as deleted."""
    with opened() as store:
        store.call(RestoreExperiment(experiment_id))
    click.echo(f"Experiment with id {experiment_id} has been restored.")


@experiments.command()
@_ID
@click.option("--new-name", required=True, help="A name that no other experiment has.")
def rename(experiment_id: str, new_name: str) -> None:
    """Rename an active experiment."""
    with opened() as store:
        store.call(UpdateExperiment(experiment_id, new_name))
    click.echo(f"Experiment with id {experiment_id} has been renamed to '{new_name}'.")


@experiments.command("csv")
@_ID
@click.option("--filename", "-o", type=click.Path(path_type=Path), help="The file to write; else standard output.")
def export(experiment_id: str, filename: Path | None) -> None:
    """Write the active runs of an experiment as CSV: a row each, a column for each metric, param and tag."""
    with opened() as store:
        store.call(GetExperiment(experiment_id))  # an unknown id is an error, not an empty table
        text = _csv(list(runs_of(store, experiment_id, "active_only")))
    if filename is None:
        click.echo(text)
        return
    try:
        filename.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise click.ClickException(f"{filename} cannot be written: {error.strerror}.") from None
    click.echo(f"Experiment with ID {experiment_id} has been exported as a CSV to file: {filename}.")


def _csv(runs: list[Run]) -> str:
    kinds = ("metrics", "params", "tags")
    keys = {kind: list(dict.fromkeys(key for run in runs for key in getattr(run.data, kind))) for kind in kinds}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    info = ("run_id", "experiment_id", "status", "artifact_uri")
    writer.writerow([*info, "start_time", "end_time", *(f"{kind}.{key}" for kind in kinds for key in keys[kind])])
    for run in runs:
        times = [_time(run.info.start_time), _time(run.info.end_time)]
        values = [getattr(run.data, kind).get(key, "") for kind in kinds for key in keys[kind]]
        # An undefined number is an empty cell, as pandas reads and writes it.
        cells = ["" if value != value else value for value in values]
        writer.writerow([*(getattr(run.info, name) for name in info), *times, *cells])
    return out.getvalue()


def _time(ms: int | None) -> str:
    if ms is None:
        return ""
    whole = datetime.fromtimestamp(ms // 1000, UTC)
    return f"{whole:%Y-%m-%d %H:%M:%S}.{ms % 1000 * 1000:06}+00:00"
