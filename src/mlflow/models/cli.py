"""`mlflow models`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

import click

from millrace.errors import MlflowException
from millrace.settings import MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT
from mlflow.config.logs import configure
from mlflow.environment.files import REQUIREMENTS_FILE_NAME
from mlflow.environment.requirements import mismatches, read_requirements
from mlflow.models.environments import (
    MANAGERS,
    check_env_manager,
    environment_of,
    models_command,
    run_in_environment,
)
from mlflow.models.images import build_docker as build_image
from mlflow.models.images import refuse_servers, write_dockerfile
from mlflow.models.model import local_directory
from mlflow.models.predicting import CONTENT_TYPES, answered
from mlflow.models.rewriting import update_model_requirements
from mlflow.models.serving import serve_model

T = TypeVar("T")

_MODEL = click.option(
    "--model-uri",
    "-m",
    required=True,
    metavar="URI",
    help="A folder, models:/<name>/<version>, models:/m-<id>, runs:/<run id>/<path>, or the URI of an artifact store.",
)


_ENV_MANAGER = click.option(
    "--env-manager",
    default="local",
    show_default=True,
    help="local: this very environment, with a warning where its packages differ; virtualenv or uv: one that is made "
    "from the model's requirements, and kept in MLFLOW_ENV_ROOT.",
)
_INSTALL_MLFLOW = click.option(
    "--install-mlflow", is_flag=True, help="Accepted and without effect: the local environment has mlflow."
)


@click.group()
def models() -> None:
    """Predict with models, serve them, and change their requirements."""


@models.command()
@_MODEL
@click.option("--input-path", "-i", type=click.Path(path_type=Path), help="The file with the input; else stdin.")
@click.option("--output-path", "-o", type=click.Path(path_type=Path), help="The file for the predictions; else stdout.")
@click.option(
    "--content-type", "-t", default="json", show_default=True, help="What the input is: json or csv (with a header)."
)
@_ENV_MANAGER
@_INSTALL_MLFLOW
@click.option(
    "--pip-requirements-override",
    "-r",
    metavar="REQUIREMENTS",
    help="Requirements, separated by commas, on top of the model's; for other environments than local.",
)
@click.option("--env", multiple=True, metavar="KEY=VALUE", help="An environment variable to set for the model.")
def predict(
    model_uri: str,
    input_path: Path | None,
    output_path: Path | None,
    content_type: str,
    env_manager: str,
    install_mlflow: bool,
    pip_requirements_override: str | None,
    env: tuple[str, ...],
) -> None:
    """Predict, and print {"predictions": …} as JSON.

    JSON input is an object with dataframe_split, dataframe_records, instances or inputs, and maybe params. Loading a
    model runs its code: predict only with models that you trust.
    """
    if content_type not in CONTENT_TYPES:
        raise click.ClickException("Content type must be one of json or csv.")
    _check_env_manager(env_manager)
    variables = {}
    for text in env:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise click.UsageError(f"--env {text!r} is not KEY=VALUE.")
        variables[name] = value
    overrides = [each for each in (pip_requirements_override or "").split(",") if each]
    text = _read(input_path)
    if env_manager == "local":
        if overrides:
            raise click.ClickException(
                "--pip-requirements-override is not supported with --env-manager local: install "
                f"{' '.join(overrides)} into this environment instead."
            )
        os.environ.update(variables)
        answer = _found(lambda uri: answered(uri, text, content_type), model_uri)
    else:
        answer = run_in_environment(
            _found(local_directory, model_uri),
            ["predict", "--content-type", content_type],
            env_manager=env_manager,
            text=text,
            overrides=overrides,
            variables=variables,
        )
    if output_path is None:
        click.echo(answer)
        return
    try:
        output_path.write_text(answer, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{output_path} cannot be written: {error.strerror}.") from None


@models.command()
@_MODEL
@click.option(
    "--port",
    "-p",
    type=click.IntRange(0, 65535),
    envvar="MLFLOW_PORT",
    default=5000,
    show_default=True,
    help="The port to listen on; 0 for any free one.",
)
@click.option(
    "--host",
    "-h",
    envvar="MLFLOW_HOST",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on; 0.0.0.0 for all networks of this machine. Whoever can reach it can predict.",
)
@click.option(
    "--timeout",
    "-t",
    type=click.IntRange(min=1),
    help="Seconds that a request may take; MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT, or 60, when it is not given.",
)
@click.option(
    "--workers",
    "-w",
    type=click.IntRange(min=1),
    envvar="MLFLOW_WORKERS",
    default=1,
    show_default=True,
    help="Processes that predict, each with the model in its own memory.",
)
@_ENV_MANAGER
@click.option("--no-conda", is_flag=True, help="The same as --env-manager local.")
@_INSTALL_MLFLOW
@click.option("--enable-mlserver", is_flag=True, help="Refused: the server is always Millrace's own.")
def serve(
    model_uri: str,
    port: int,
    host: str,
    timeout: int | None,
    workers: int,
    env_manager: str,
    no_conda: bool,
    install_mlflow: bool,
    enable_mlserver: bool,
) -> None:
    """Serve a model over HTTP: POST /invocations predicts, GET /ping says whether it is ready.

    A request is JSON with dataframe_split, dataframe_records, instances or inputs, and maybe params, or it is CSV with
    a header. Loading a model runs its code: serve only models that you trust.
    """
    if not no_conda:
        _check_env_manager(env_manager)
    if enable_mlserver:
        raise click.ClickException("--enable-mlserver is not offered: leave it out, and Millrace's own server serves.")
    configure()
    if timeout is not None:
        MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT.set(timeout)
    if env_manager != "local" and not no_conda:
        directory = _found(local_directory, model_uri)
        options = ["serve", "--host", host, "--port", str(port), "--workers", str(workers)]
        command = models_command(environment_of(directory, env_manager=env_manager), directory, options)
        os.execv(command[0], command)
    _found(lambda uri: serve_model(uri, host=host, port=port, workers=workers), model_uri)


@models.command()
@_MODEL
@_ENV_MANAGER
@_INSTALL_MLFLOW
def prepare_env(model_uri: str, env_manager: str, install_mlflow: bool) -> None:
    """Make a model's environment; with local: say which of its requirements are not installed in this one."""
    _check_env_manager(env_manager)
    directory = _found(local_directory, model_uri)
    if env_manager != "local":
        click.echo(f"The model's environment is ready: {environment_of(directory, env_manager=env_manager)}", err=True)
        return
    path = Path(directory, REQUIREMENTS_FILE_NAME)
    missing = mismatches(read_requirements(path)[0]) if path.exists() else []
    if missing:
        listed = "\n".join(f" - {each}" for each in missing)
        click.echo(f"This environment differs from the model's requirements:\n{listed}", err=True)
        click.echo(f"To change that: pip install -r {path}", err=True)
    else:
        click.echo("This environment has what the model requires.", err=True)


def _check_env_manager(name: str) -> None:
    if name not in MANAGERS:
        raise click.ClickException(f"Invalid value for --env-manager: {name}. Must be one of {', '.join(MANAGERS)}.")
    check_env_manager(name)


def _found(act: Callable[[str], T], model_uri: str) -> T:
    try:
        return act(model_uri)
    except OSError as error:
        raise click.ClickException(f"There is no model at {model_uri}: {error}") from None


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


_OPTIONAL_MODEL = click.option(
    "--model-uri",
    "-m",
    metavar="URI",
    help="The model; without one the image serves what is mounted at /opt/ml/model.",
)
_IMAGE_MANAGER = click.option("--env-manager", help="Accepted and without effect: the image is the environment.")
_SOURCE = click.option(
    "--mlflow-home",
    type=click.Path(exists=True, file_okay=False),
    metavar="PATH",
    help="A folder with Millrace's source, to install in place of the published package.",
)
_JAVA = click.option("--install-java", type=bool, help="Refused when true: the server needs no Java.")
_MLSERVER = click.option("--enable-mlserver", is_flag=True, help="Refused: the server is always Millrace's own.")


@models.command()
@_OPTIONAL_MODEL
@click.option(
    "--output-directory",
    "-d",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("mlflow-dockerfile"),
    show_default=True,
    help="The folder for the Dockerfile and what it copies.",
)
@_IMAGE_MANAGER
@_SOURCE
@_JAVA
@_INSTALL_MLFLOW
@_MLSERVER
def generate_dockerfile(
    model_uri: str | None,
    output_directory: Path,
    env_manager: str | None,
    mlflow_home: str | None,
    install_java: bool | None,
    install_mlflow: bool,
    enable_mlserver: bool,
) -> None:
    """Write a Dockerfile whose image serves a model on port 8080."""
    refuse_servers(install_java=install_java, enable_mlserver=enable_mlserver)
    try:
        write_dockerfile(output_directory, model_uri, env_manager=env_manager, mlflow_home=mlflow_home)
    except OSError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Wrote {output_directory}/Dockerfile: docker build -t model {output_directory}", err=True)


@models.command()
@_OPTIONAL_MODEL
@click.option("--name", "-n", default="mlflow-pyfunc", show_default=True, help="The image's name.")
@_IMAGE_MANAGER
@_SOURCE
@_JAVA
@_INSTALL_MLFLOW
@_MLSERVER
def build_docker(
    model_uri: str | None,
    name: str,
    env_manager: str | None,
    mlflow_home: str | None,
    install_java: bool | None,
    install_mlflow: bool,
    enable_mlserver: bool,
) -> None:
    """Build an image that serves a model on port 8080: docker run -p 5001:8080 NAME.

    MLFLOW_MODELS_WORKERS sets the number of processes that predict.
    """
    build_image(
        model_uri,
        name,
        env_manager or "virtualenv",
        mlflow_home,
        bool(install_java),
        install_mlflow,
        enable_mlserver,
    )
