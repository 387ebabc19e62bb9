"""A flavor that is not part of this package, saved and loaded through the deep paths that such flavors import."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
import yaml

import mlflow
from mlflow import pyfunc
from mlflow.exceptions import MlflowException
from mlflow.models import Model
from mlflow.models.model import MLMODEL_FILE_NAME
from mlflow.models.utils import _read_example, _save_example
from mlflow.utils import _get_fully_qualified_class_name
from mlflow.utils.class_utils import _get_class_from_string
from mlflow.utils.environment import (
    _CONDA_ENV_FILE_NAME,
    _CONSTRAINTS_FILE_NAME,
    _PYTHON_ENV_FILE_NAME,
    _REQUIREMENTS_FILE_NAME,
    _mlflow_conda_env,
    _process_conda_env,
    _process_pip_requirements,
    _PythonEnv,
    _validate_env_arguments,
)
from mlflow.utils.file_utils import write_to
from mlflow.utils.model_utils import (
    _add_code_from_conf_to_system_path,
    _get_flavor_configuration,
    _validate_and_copy_code_paths,
    _validate_and_prepare_target_save_path,
)
from mlflow.utils.requirements_utils import _get_pinned_requirement

PACKAGE = """
from mlflow.utils.model_utils import _add_code_from_conf_to_system_path, _get_flavor_configuration

class Doubler:
    def predict(self, data, params=None):
        return data * 2

def _load_pyfunc(path):
    return Doubler()
"""


def save_model(path: str, code_paths: list[str], conda_env: Any = None, pip_requirements: Any = None) -> None:
    """Save a model as the flavors of mlforecast, sktime and darts do."""
    _validate_env_arguments(conda_env, pip_requirements, None)
    _validate_and_prepare_target_save_path(path)
    code = _validate_and_copy_code_paths(code_paths, path)
    model = Model()
    _save_example(model, pd.DataFrame({"x": [1.5, 2.0]}), path)
    named = {"conda_env": _CONDA_ENV_FILE_NAME, "python_env": _PYTHON_ENV_FILE_NAME, "code": code}
    pyfunc.add_to_model(model, loader_module="doubling", model_path=".", **named)
    model.add_flavor("doubling", doubling_version="1", code=code)
    model.save(os.path.join(path, MLMODEL_FILE_NAME))
    if conda_env is None:
        default = [_get_pinned_requirement("pandas")] if pip_requirements is None else None
        conda, pip, constraints = _process_pip_requirements(default, pip_requirements, None)
    else:
        conda, pip, constraints = _process_conda_env(conda_env)
    with open(os.path.join(path, _CONDA_ENV_FILE_NAME), "w") as file:
        yaml.safe_dump(conda, stream=file, default_flow_style=False)
    if constraints:
        write_to(os.path.join(path, _CONSTRAINTS_FILE_NAME), "\n".join(constraints))
    write_to(os.path.join(path, _REQUIREMENTS_FILE_NAME), "\n".join(pip))
    _PythonEnv.current().to_yaml(os.path.join(path, _PYTHON_ENV_FILE_NAME))


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The source of the flavor; nothing but its copy in the model can be imported."""
    (tmp_path / "doubling").mkdir()
    (tmp_path / "doubling" / "__init__.py").write_text(PACKAGE)
    monkeypatch.setattr(sys, "path", [each for each in sys.path if each])
    return str(tmp_path / "doubling")


def test_a_flavor_from_outside_is_saved_and_loaded(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    save_model("model", [package])
    loaded = pyfunc.load_model("model")
    monkeypatch.delitem(sys.modules, "doubling")
    assert loaded.predict(pd.DataFrame({"x": [3]}))["x"].tolist() == [6]
    model = Model.load("model")
    assert _read_example(model, "model")["x"].tolist() == [1.5, 2.0]
    assert _get_flavor_configuration("model", "doubling") == {"doubling_version": "1", "code": "code"}
    requirements = Path("model/requirements.txt").read_text().splitlines()
    assert requirements == [f"mlflow=={mlflow.__version__}", f"pandas=={pd.__version__}"]
    assert yaml.safe_load(Path("model/conda.yaml").read_text())["dependencies"][-1] == {"pip": requirements}
    environment = _PythonEnv.from_yaml("model/python_env.yaml")
    assert environment.to_dict() == _PythonEnv.current().to_dict()
    assert environment.dependencies == ["-r requirements.txt"]


def test_constraints_go_into_a_file_of_their_own(package: str) -> None:
    Path("limits.txt").write_text("pandas<9\n")
    save_model("one", [package], pip_requirements=["pandas", "-c limits.txt"])
    save_model("two", [package], conda_env={"dependencies": ["python=3.11", {"pip": ["pandas", "-c limits.txt"]}]})
    for folder in ("one", "two"):
        lines = Path(folder, "requirements.txt").read_text().splitlines()
        assert lines == [f"mlflow=={mlflow.__version__}", "pandas", "-c constraints.txt"]
        assert yaml.safe_load(Path(folder, "conda.yaml").read_text())["dependencies"][-1] == {"pip": lines}
        assert Path(folder, "constraints.txt").read_text() == "pandas<9"


def test_code_of_a_configuration_can_be_imported(package: str) -> None:
    _validate_and_copy_code_paths([package], "model", default_subpath="extra")
    _add_code_from_conf_to_system_path("model", {"extra_code": "extra"}, code_key="extra_code")
    assert os.path.abspath("model/extra") in sys.path
    before = list(sys.path)
    _add_code_from_conf_to_system_path("model", {"code": "not-there"})
    _add_code_from_conf_to_system_path("model", {})
    assert sys.path == before


def test_conda_environments_of_flavors() -> None:
    ours = _mlflow_conda_env(
        additional_conda_deps=["graphviz"], additional_pip_deps=["scipy"], additional_conda_channels=["extra"]
    )
    assert ours is not None
    assert ours["channels"] == ["conda-forge", "extra"]
    assert ours["dependencies"][1] == "graphviz"
    assert ours["dependencies"][-1] == {"pip": [f"mlflow=={mlflow.__version__}", "scipy"]}
    assert _mlflow_conda_env(path="conda.yaml", additional_pip_deps=["scipy"], install_mlflow=False) is None
    assert yaml.safe_load(Path("conda.yaml").read_text())["dependencies"][-1] == {"pip": ["scipy"]}


def test_pinned_requirements() -> None:
    assert _get_pinned_requirement("pandas[excel]") == f"pandas[excel]=={pd.__version__}"
    assert _get_pinned_requirement("pandas", version="1.0+cpu") == "pandas==1.0+cpu"
    assert _get_pinned_requirement("no-such-distribution", module="pandas") == f"no-such-distribution=={pd.__version__}"
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        _get_pinned_requirement("no_such_package")


@pytest.mark.parametrize("folder", ["nowhere", "model"])
def test_a_configuration_that_is_not_there(package: str, folder: str) -> None:
    save_model("model", [package])
    with pytest.raises(MlflowException) as caught:
        _get_flavor_configuration(folder, "tripling")
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_classes_by_name() -> None:
    assert _get_fully_qualified_class_name(json.JSONDecoder()) == "json.decoder.JSONDecoder"
    assert _get_class_from_string("json.decoder.JSONDecoder") is json.JSONDecoder
    assert _get_fully_qualified_class_name(sys) == f"builtins.{ModuleType.__name__}"
    with pytest.raises(ValueError, match="'JSONDecoder' is not the full name"):
        _get_class_from_string("JSONDecoder")
