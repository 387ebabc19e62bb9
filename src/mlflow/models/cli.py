"""`mlflow models`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal

import click

from millrace.errors import MlflowException
from mlflow.models.rewriting import update_model_requirements
from mlflow.models.scoring import predictions_json, read_csv, read_json
from mlflow.pyfunc import load_model

_MODEL = click.option(
    "--model-uri",
    "-m",
    required=True,
    metavar="URI",
    help="A folder, models:/<name>/<version>, models:/m-<id>, runs:/<run id>/<path>, or the URI of an artifact store.",
)


@click.group()
def models() -> None:
    """Predict with models, and change their requirements."""


@models.command()
@_MODEL
@click.option("--input-path", "-i", type=click.Path(path_type=Path), help="The file with the input; else stdin.")
@click.option("--output-path", "-o", type=click.Path(path_type=Path), help="The file for the predictions; else stdout.")
@click.option(
    "--content-type", "-t", default="json", show_default=True, help="What the input is: json or csv (with a header)."
)
@click.option(
    "--env-manager",
    default="local",
    show_default=True,
    help="Only local is offered: the model runs in this very environment, with a warning where its packages differ.",
)
@click.option("--env", multiple=True, metavar="KEY=VALUE", help="An environment variable to set for the model.")
def predict(
    model_uri: str,
    input_path: Path | None,
    output_path: Path | None,
    content_type: str,
    env_manager: str,
    env: tuple[str, ...],
) -> None:
    """Predict, and print {"predictions": …} as JSON.

    JSON input is an object with dataframe_split, dataframe_records, instances or inputs, and maybe params. Loading a
    model runs its code: predict only with models that you trust.
    """
    if content_type not in ("json", "csv"):
        raise click.ClickException("Content type must be one of json or csv.")
    if env_manager != "local":
        raise click.ClickException(
            f"--env-manager {env_manager} is not offered: install the model's requirements.txt into an environment, "
            "and predict there with --env-manager local."
        )
    for text in env:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise click.UsageError(f"--env {text!r} is not KEY=VALUE.")
        os.environ[name] = value
    text = _read(input_path)
    try:
        model = load_model(model_uri)
    except OSError as error:
        raise click.ClickException(f"There is no model at {model_uri}: {error}") from None
    signature = model.metadata.signature
    schema = signature.inputs if signature else None
    data, params = (read_csv(text, schema), None) if content_type == "csv" else read_json(text, schema)
    answer = predictions_json(model.predict(data, params=params))
    if output_path is None:
        click.echo(answer)
        return
    try:
        output_path.write_text(answer, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{output_path} cannot be written: {error.strerror}.") from None


def _read(path: Path | None) -> str:
    try:
        return sys.stdin.read() if path is None else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MlflowException(f"The input cannot be read: {error}") from None


@models.command()
@_MODEL
@click.argument("operation", type=click.Choice(["add", "remove"]))
@click.argument("requirement_strings", nargs=-1, required=True)
def update_pip_requirements(
    model_uri: str, operation: Literal["add", "remove"], requirement_strings: tuple[str, ...]
) -> None:
    """Add requirements, written as for pip, to a model, or remove some by name.

    Both its requirements.txt and its conda.yaml change. Versions in the registry never do: use the model's own URI.
    """
    update_model_requirements(model_uri, operation, list(requirement_strings))
    click.echo(f"Updated the requirements of {model_uri}.", err=True)
