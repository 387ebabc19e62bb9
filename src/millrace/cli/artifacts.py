"""`mlflow artifacts`, but for `download`, which needs the SDK's resolver of URIs."""

from __future__ import annotations

import json
from pathlib import Path

import click

from millrace.artifacts import Artifacts, parts_of, upload
from millrace.cli.lazy import LazyGroup
from millrace.cli.stores import artifacts_of, opened

_RUN = click.option("--run-id", "-r", required=True, help="The run's id.")
_FOLDER = click.option(
    "--artifact-path", "-a", default="", help="The folder among the run's artifacts that it goes into."
)


@click.group(
    cls=LazyGroup,
    commands_at={
        "download": ("mlflow.artifacts.cli:download", "Download a file or folder of artifacts."),
    },
)
def artifacts() -> None:
    """Upload, list and download the artifacts of runs."""


@artifacts.command()
@click.option("--local-file", "-l", required=True, type=click.Path(path_type=Path), help="The file to upload.")
@_RUN
@_FOLDER
def log_artifact(local_file: Path, run_id: str, artifact_path: str) -> None:
    """Upload a file to a run."""
    if not local_file.exists():
        raise click.ClickException(f"There is no file {local_file}.")
    with opened() as store:
        _upload(artifacts_of(store, run_id), local_file, artifact_path, local_file.resolve().name)
    click.echo(f"Logged artifact from local file {local_file} to artifact_path={artifact_path or None}", err=True)


@artifacts.command()
@click.option("--local-dir", "-l", required=True, type=click.Path(path_type=Path), help="The folder to upload.")
@_RUN
@_FOLDER
def log_artifacts(local_dir: Path, run_id: str, artifact_path: str) -> None:
    """Upload what is in a folder to a run, subfolders included, without the folder itself."""
    if not local_dir.is_dir():
        raise click.ClickException(f"There is no folder {local_dir}.")
    with opened() as store:
        _upload(artifacts_of(store, run_id), local_dir, artifact_path, "")
    click.echo(f"Logged artifact from local dir {local_dir} to artifact_path={artifact_path or None}", err=True)


def _upload(to: Artifacts, local: Path, folder: str, name: str) -> None:
    parts = parts_of(folder)
    # A folder that is uploaded as one artifact keeps its name; the contents of one do not.
    deeper = (*parts, name) if name and local.is_dir() else parts
    upload(to, local, "/".join(deeper))


@artifacts.command("list")
@_RUN
@click.option("--artifact-path", "-a", default="", help="The folder to list; the root when omitted.")
def list_(run_id: str, artifact_path: str) -> None:
    """List a folder of a run's artifacts as JSON; sizes are in bytes."""
    with opened() as store:
        found = artifacts_of(store, run_id).list(artifact_path)
    rows = []
    for one in found:
        row: dict[str, object] = {"path": one.path, "is_dir": one.is_dir}
        if not one.is_dir:
            row["file_size"] = one.file_size
        rows.append(json.dumps(row, indent=2))
    click.echo(f"[{', '.join(rows)}]")
