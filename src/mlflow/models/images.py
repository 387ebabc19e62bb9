"""Container images that serve a model: a Dockerfile, and the folder that it is built from.

The image is the environment: the Python that the model was saved with, its requirements, and this package, which serves
it on port 8080. An image without a model serves the one that is mounted at `/opt/ml/model`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import yaml

from millrace.errors import MlflowException
from mlflow.environment.files import PYTHON_ENV_FILE_NAME, PYTHON_VERSION, REQUIREMENTS_FILE_NAME
from mlflow.models.environments import check_env_manager
from mlflow.models.model import local_directory

_INSIDE = "/opt/ml/model"
_PORT = 8080
# The model's own line for MLflow is what this package stands for.
_WITHOUT_MLFLOW = f"grep -vE '^mlflow(-skinny|-tracing)?([^a-z-]|$)' {REQUIREMENTS_FILE_NAME}"
_INSTALL = (
    f"cd {_INSIDE} && {_WITHOUT_MLFLOW} > /tmp/requirements.txt; pip install --no-cache-dir -r /tmp/requirements.txt"
)
_SERVE = f"exec mlflow models serve -m {_INSIDE} -h 0.0.0.0 -p {_PORT} --workers ${{MLFLOW_MODELS_WORKERS:-1}}"


def dockerfile(python: str, *, model: str | None, source: str | None, base_image: str | None) -> str:
    """The text of a Dockerfile.

    Args:
        python: the version of Python, of an official image.
        model: the model's folder below the Dockerfile's; None for an image without one.
        source: the folder of this package's source below the Dockerfile's; None for the published package.
        base_image: in place of Python's official image; it must have Python and pip.
    """
    lines = [
        "# An image that serves a model: POST /invocations, GET /ping.",
        f"FROM {base_image or f'python:{python}-slim'}",
        "WORKDIR /opt/mlflow",
    ]
    if source is None:
        lines += ["RUN pip install --no-cache-dir millrace"]
    else:
        lines += [f"COPY {source} /opt/mlflow/source", "RUN pip install --no-cache-dir /opt/mlflow/source"]
    serve = _SERVE
    if model is None:
        serve = f"({_INSTALL}) && {_SERVE}"
    else:
        lines += [f"COPY {model} {_INSIDE}", f"RUN {_INSTALL}"]
    return "\n".join([*lines, f"EXPOSE {_PORT}", f'ENTRYPOINT ["sh", "-c", "{serve}"]']) + "\n"


def write_dockerfile(
    directory: str | os.PathLike[str],
    model_uri: str | None = None,
    *,
    env_manager: str | None = None,
    mlflow_home: str | None = None,
    base_image: str | None = None,
) -> None:
    """Write a Dockerfile, and all that it copies, into a folder.

    Args:
        directory: the folder; made where there is none.
        model_uri: the model, as for `mlflow.pyfunc.load_model`; None for an image that serves a mounted one.
        env_manager: accepted as MLflow has it; the image is the environment.
        mlflow_home: a folder with this package's source, to install in place of the published package.
        base_image: in place of Python's official image of the model's version.

    Raises:
        MlflowException: there is no such model, or no such environment manager.
    """
    if env_manager is not None:
        check_env_manager(env_manager)
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    python, model, source = PYTHON_VERSION, None, None
    if model_uri is not None:
        local = local_directory(model_uri)
        model = f"model_dir/{Path(local).resolve().name}"
        shutil.copytree(local, folder / model, dirs_exist_ok=True)
        python = _python_of(folder / model)
    if mlflow_home is not None:
        source = "mlflow-project"
        unwanted = shutil.ignore_patterns(".*", "node_modules", "__pycache__", "mlruns")
        shutil.copytree(mlflow_home, folder / source, dirs_exist_ok=True, ignore=unwanted)
    text = dockerfile(python, model=model, source=source, base_image=base_image)
    (folder / "Dockerfile").write_text(text)


def _python_of(model: Path) -> str:
    path = model / PYTHON_ENV_FILE_NAME
    found = yaml.safe_load(path.read_text()) if path.exists() else {}
    return str(found.get("python") or PYTHON_VERSION)


def build_docker(
    model_uri: str | None = None,
    name: str = "mlflow-pyfunc",
    env_manager: str = "virtualenv",
    mlflow_home: str | None = None,
    install_java: bool = False,
    install_mlflow: bool = False,
    enable_mlserver: bool = False,
    base_image: str | None = None,
) -> None:
    """Build a container image that serves a model on port 8080, with the `docker` command.

    Args:
        model_uri: the model, as for `mlflow.pyfunc.load_model`; None for an image that serves the one that is mounted
            at `/opt/ml/model`.
        name: the image's name.
        env_manager: accepted as MLflow has it; the image is the environment.
        mlflow_home: a folder with this package's source, to install in place of the published package.
        install_java: not offered.
        install_mlflow: accepted and without effect: the image has this package.
        enable_mlserver: not offered.
        base_image: in place of Python's official image of the model's version; it must have Python and pip.

    Raises:
        MlflowException: Java or MLServer was asked for, there is no `docker`, or it failed.
    """
    refuse_servers(install_java=install_java, enable_mlserver=enable_mlserver)
    if shutil.which("docker") is None:
        raise MlflowException(
            "There is no `docker` on PATH: install it, or write the Dockerfile (`mlflow models generate-dockerfile`) "
            "and build it where there is."
        )
    with tempfile.TemporaryDirectory() as folder:
        write_dockerfile(folder, model_uri, env_manager=env_manager, mlflow_home=mlflow_home, base_image=base_image)
        done = subprocess.run(["docker", "build", "-t", name, "."], cwd=folder, check=False)
    if done.returncode:
        raise MlflowException(f"`docker build` failed with status {done.returncode}; its messages are above.")


def refuse_servers(*, install_java: object, enable_mlserver: object) -> None:
    """Refuse what an image of ours has no use for.

    Raises:
        MlflowException: Java or MLServer was asked for.
    """
    for what, asked in (("install_java", install_java), ("enable_mlserver", enable_mlserver)):
        if asked:
            raise MlflowException.invalid_parameter_value(
                f"`{what}` is not offered: leave it out, and Millrace's own server serves the model."
            )
