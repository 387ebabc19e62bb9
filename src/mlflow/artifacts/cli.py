"""`mlflow artifacts download`."""

from __future__ import annotations

import click

from mlflow.artifacts import download_artifacts


@click.command()
@click.option("--run-id", "-r", help="The run, instead of --artifact-uri.")
@click.option("--artifact-path", "-a", help="The path among the run's artifacts; all of them when omitted.")
@click.option("--artifact-uri", "-u", help="runs:/<run id>/<path>, models:/<name>/<version>, or a URI of a store.")
@click.option(
    "--dst-path",
    "-d",
    help="A folder to copy to, which is made if it is not there. Without it, files of this machine are given in place "
    "and others are put into a new temporary folder.",
)
def download(run_id: str | None, artifact_path: str | None, artifact_uri: str | None, dst_path: str | None) -> None:
    """Download a file or folder of artifacts and print its local path."""
    local = download_artifacts(artifact_uri, run_id, artifact_path, dst_path)
    click.echo(f"\n{local}")
