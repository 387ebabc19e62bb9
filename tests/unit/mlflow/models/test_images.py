"""A Dockerfile whose image serves a model."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

import mlflow
from millrace.errors import MlflowException
from mlflow.models.cli import models


class Plain(mlflow.pyfunc.PythonModel):
    """Answers its input."""

    def predict(self, context, model_input):  # type: ignore[no-untyped-def]
        return model_input


@pytest.fixture
def saved() -> None:
    """A model with requirements."""
    mlflow.pyfunc.save_model("saved", python_model=Plain(), pip_requirements=["mlflow-extras==1", "six==1"])
    path = Path("saved/python_env.yaml")
    path.write_text(path.read_text().replace("python: 3", "python: 3.12.1 # 3"))


@pytest.mark.usefixtures("saved")
def test_a_dockerfile_has_the_models_python_and_files() -> None:
    done = CliRunner().invoke(models, ["generate-dockerfile", "-m", "saved", "-d", "image"])
    assert done.exit_code == 0, done.output
    lines = Path("image/Dockerfile").read_text().splitlines()
    assert "FROM python:3.12.1-slim" in lines
    assert "COPY model_dir/saved /opt/ml/model" in lines
    assert lines[-1].startswith('ENTRYPOINT ["sh", "-c", "exec mlflow models serve -m /opt/ml/model -h 0.0.0.0 -p 8080')
    assert Path("image/model_dir/saved/MLmodel").read_text() == Path("saved/MLmodel").read_text()


@pytest.mark.usefixtures("saved")
def test_the_image_installs_what_the_model_needs_but_mlflow() -> None:
    CliRunner().invoke(models, ["generate-dockerfile", "-m", "saved", "-d", "image"], catch_exceptions=False)
    install = next(line for line in Path("image/Dockerfile").read_text().splitlines() if "requirements.txt" in line)
    command = install.removeprefix("RUN ").replace("/opt/ml/model", "saved").replace("/tmp/", f"{os.getcwd()}/")
    command = command.replace("pip install --no-cache-dir -r", "cat")
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["mlflow-extras==1", "six==1"]


def test_an_image_without_a_model_installs_what_is_mounted() -> None:
    done = CliRunner().invoke(models, ["generate-dockerfile", "-d", "image"])
    assert done.exit_code == 0, done.output
    text = Path("image/Dockerfile").read_text()
    assert "COPY" not in text
    assert text.splitlines()[-1].index("pip install") < text.splitlines()[-1].index("mlflow models serve")


@pytest.mark.parametrize("name", ["install_java", "enable_mlserver"])
def test_java_and_mlserver_are_refused(name: str) -> None:
    with pytest.raises(MlflowException, match=f"`{name}` is not offered"):
        mlflow.models.build_docker(**{name: True})


def test_without_docker_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MlflowException, match=r"no `docker` on PATH.*generate-dockerfile"):
        mlflow.models.build_docker()
