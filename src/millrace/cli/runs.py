"""`mlflow runs`."""

from __future__ import annotations

import getpass
import json
import sys
import time
from datetime import UTC, datetime

import click

from millrace import wire
from millrace.calls import CreateRun, DeleteRun, GetExperiment, GetExperimentByName, GetRun, RestoreRun, UpdateRun
from millrace.cli.stores import VIEWS, opened, runs_of, view_type
from millrace.cli.tables import table
from millrace.model import Run, RunTag
from millrace.store import Store

_ID = click.option("--run-id", required=True, help="The run's id.")
_STATUSES = ["FINISHED", "FAILED", "KILLED"]


@click.group()
def runs() -> None:
    """Create, list, show, delete and restore runs."""


@runs.command("list")
@click.option("--experiment-id", envvar="MLFLOW_EXPERIMENT_ID", required=True, help="The experiment's id.")
@click.option("--view", "-v", default="active_only", show_default=True, help=f"Which: {', '.join(VIEWS)}.")
def list_(experiment_id: str, view: str) -> None:
    """List the runs of an experiment with the times they started, names and ids, newest first."""
    view_type(view)
    with opened() as store:
        rows = [(_date(run), run.info.run_name or "", run.info.run_id) for run in runs_of(store, experiment_id, view)]
    click.echo(table(("Date", "Name", "ID"), rows))


def _date(run: Run) -> str:
    if run.info.start_time is None:
        return ""
    return f"{datetime.fromtimestamp(run.info.start_time // 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"


@runs.command()
@_ID
def delete(run_id: str) -> None:
    """Mark a run as deleted; `restore` brings it back, `mlflow gc` removes it for good."""
    with opened() as store:
        store.call(DeleteRun(run_id))
    click.echo(f"Run with ID {run_id} has been deleted.")


@runs.command()
@_ID
def restore(run_id: str) -> None:
    """Bring back a run that was marked as deleted."""
    with opened() as store:
        store.call(RestoreRun(run_id))
    click.echo(f"Run with id {run_id} has been restored.")


@runs.command()
@_ID
def describe(run_id: str) -> None:
    """Print a run as JSON: what it is, its latest metrics, its params, tags, inputs and outputs."""
    with opened() as store:
        run = store.call(GetRun(run_id)).run
    info = {name: getattr(run.info, name) for name in sorted(run.info.__struct_fields__) if name != "run_uuid"}
    told = {
        "info": info,
        "data": {"metrics": run.data.metrics, "params": run.data.params, "tags": run.data.tags},
        "inputs": {"model_inputs": [], "dataset_inputs": []} | _plain(run.inputs),
        "outputs": {"model_outputs": []} | _plain(run.outputs),
    }
    click.echo(json.dumps(told, indent=4))


def _plain(value: object) -> dict[str, object]:
    if value is None:
        return {}
    found: dict[str, object] = json.loads(wire.encode(value))
    return found


@runs.command()
@click.option("--experiment-id", envvar="MLFLOW_EXPERIMENT_ID", help="The experiment, by id; or name it instead.")
@click.option("--experiment-name", envvar="MLFLOW_EXPERIMENT_NAME", help="The experiment, by name.")
@click.option("--run-name", default="", help="The run's name; one is made up when omitted.")
@click.option("--description", help="A longer text about the run.")
@click.option("--tags", "-t", multiple=True, metavar="KEY=VALUE", help="A tag; may be given several times.")
@click.option(
    "--status",
    type=click.Choice(_STATUSES, case_sensitive=False),
    default="FINISHED",
    show_default=True,
    help="How the run ended.",
)
@click.option("--parent-run-id", help="The run that it is a part of.")
def create(
    experiment_id: str | None,
    experiment_name: str | None,
    run_name: str,
    description: str | None,
    tags: tuple[str, ...],
    status: str,
    parent_run_id: str | None,
) -> None:
    """Create a run that has ended already, and print its id as JSON."""
    if bool(experiment_id) == bool(experiment_name):
        raise click.UsageError("Must specify exactly one of --experiment-id or --experiment-name.")
    all_tags = {"mlflow.user": _user(), "mlflow.source.name": sys.argv[0], "mlflow.source.type": "LOCAL"}
    for text in tags:
        key, equals, value = text.partition("=")
        if not equals:
            raise click.UsageError(f"Invalid tag format: '{text}'. Tags must be in key=value format.")
        all_tags[key.strip()] = value.strip()
    if description:
        all_tags["mlflow.note.content"] = description
    with opened() as store:
        if parent_run_id:
            store.call(GetRun(parent_run_id))  # a parent that is not there is an error now, not a riddle later
            all_tags["mlflow.parentRunId"] = parent_run_id
        call = CreateRun(
            _experiment(store, experiment_id, experiment_name),
            all_tags["mlflow.user"],
            run_name,
            _now_ms(),
            [RunTag(key, value) for key, value in all_tags.items()],
        )
        made = store.call(call).run.info
        store.call(UpdateRun(made.run_id, status=status, end_time=_now_ms()))
    told = {
        "run_id": made.run_id,
        "experiment_id": made.experiment_id,
        "status": status,
        "run_name": run_name or made.run_name,
    }
    click.echo(json.dumps(told, indent=2))


def _experiment(store: Store, id_: str | None, name: str | None) -> str:
    call = GetExperiment(id_) if id_ else GetExperimentByName(name or "")
    return store.call(call).experiment.experiment_id


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "unknown"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
