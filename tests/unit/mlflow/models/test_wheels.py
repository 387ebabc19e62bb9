"""A registered model gets its requirements as wheels; pip is a stand-in that makes a wheel of each line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

import mlflow
from millrace.errors import MlflowException

_PIP = """
import pathlib, sys
folder, wanted = sys.argv[sys.argv.index("--wheel-dir") + 1], sys.argv[sys.argv.index("-r") + 1]
for line in pathlib.Path(wanted).read_text().split():
    if line.startswith("nowhere"):
        sys.exit(f"No matching distribution found for {line}")
    pathlib.Path(folder, line.replace("==", "-") + "-py3-none-any.whl").touch()
"""


class Plain(mlflow.pyfunc.PythonModel):
    """Answers its input."""

    def predict(self, context, model_input):  # type: ignore[no-untyped-def]
        return model_input


@pytest.fixture(autouse=True)
def pip(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in, where Python finds it first."""
    Path("stand-in/pip").mkdir(parents=True)
    Path("stand-in/pip/__init__.py").touch()
    Path("stand-in/pip/__main__.py").write_text(_PIP)
    monkeypatch.setenv("PYTHONPATH", os.path.abspath("stand-in"))


def _registered(*requirements: str) -> None:
    lines = ["mlflow==3.8.1", *requirements]
    mlflow.pyfunc.log_model(name="m", python_model=Plain(), pip_requirements=lines, registered_model_name="plain")


def test_a_new_version_has_the_wheels_and_requires_them() -> None:
    _registered("six==1.17.0")
    info = mlflow.models.add_libraries_to_model("models:/plain/1")
    assert info.registered_model_version == 2
    folder = Path(mlflow.artifacts.download_artifacts("models:/plain/2"))
    wheels = ["wheels/mlflow-3.8.1-py3-none-any.whl", "wheels/six-1.17.0-py3-none-any.whl"]
    assert (folder / "requirements.txt").read_text() == "".join(f"{each}\n" for each in wheels)
    assert yaml.safe_load((folder / "conda.yaml").read_text())["dependencies"][-1] == {"pip": wheels}
    assert (folder / "original_requirements.txt").read_text() == "mlflow==3.8.1\nsix==1.17.0"
    assert all((folder / each).exists() for each in wheels)
    model = mlflow.pyfunc.load_model("models:/plain/2", suppress_warnings=True)
    assert model.predict("x") == "x"
    assert model.metadata.model_id == info.model_id != mlflow.pyfunc.load_model("models:/plain/1").metadata.model_id
    with pytest.raises(MlflowException, match="already added"):
        mlflow.models.add_libraries_to_model("models:/plain/2")


def test_what_cannot_be_collected_is_told() -> None:
    _registered("nowhere==1")
    with pytest.raises(MlflowException, match="No matching distribution found for nowhere==1"):
        mlflow.models.add_libraries_to_model("models:/plain/1", registered_model_name="other")
    assert mlflow.MlflowClient().search_registered_models("name = 'other'") == []


@pytest.mark.parametrize("uri", ["runs:/1/model", "models:/m-1", "folder"])
def test_only_registered_models_get_wheels(uri: str) -> None:
    with pytest.raises(MlflowException, match="must name a registered model"):
        mlflow.models.add_libraries_to_model(uri)


def test_the_active_run_is_logged_to_and_goes_on() -> None:
    _registered("six==1.17.0")
    with mlflow.start_run() as named:
        pass
    with mlflow.start_run() as run:
        assert mlflow.models.add_libraries_to_model("models:/plain/1").run_id == run.info.run_id
        info = mlflow.models.add_libraries_to_model("models:/plain/1", run_id=named.info.run_id)
        assert info.run_id == named.info.run_id
        active = mlflow.active_run()
        assert active is not None
        assert active.info.run_id == run.info.run_id


def test_pip_gets_the_options_that_a_variable_names(monkeypatch: pytest.MonkeyPatch) -> None:
    _registered("six==1.17.0")
    Path("stand-in/pip/__main__.py").write_text("import sys; sys.exit(' '.join(sys.argv[1:]))")
    with pytest.raises(MlflowException, match=r"--quiet --only-binary=:all: --wheel-dir"):
        mlflow.models.add_libraries_to_model("models:/plain/1")
    monkeypatch.setenv("MLFLOW_WHEELED_MODEL_PIP_DOWNLOAD_OPTIONS", "--pre --no-deps")
    with pytest.raises(MlflowException, match=r"--quiet --pre --no-deps --wheel-dir"):
        mlflow.models.add_libraries_to_model("models:/plain/1")
