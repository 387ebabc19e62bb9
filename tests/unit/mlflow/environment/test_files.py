"""The files that describe a model's environment."""

from __future__ import annotations

import logging
import platform
from pathlib import Path

import pytest
import yaml

from mlflow.environment.files import pip_requirements_of, write_environment
from mlflow.exceptions import MlflowException

PYTHON = platform.python_version()


def _never() -> list[str]:
    raise AssertionError("the caller gave the requirements")


def test_default_requirements_fill_all_three_files() -> None:
    write_environment(".", default=lambda: ["numpy>=1"], extra_pip_requirements=["scipy"])
    assert Path("requirements.txt").read_text() == "mlflow==3.8.1\nnumpy>=1\nscipy"
    conda = yaml.safe_load(Path("conda.yaml").read_text())
    assert conda["dependencies"][0] == f"python={PYTHON}"
    assert conda["dependencies"][-1] == {"pip": ["mlflow==3.8.1", "numpy>=1", "scipy"]}
    assert conda["name"] == "mlflow-env"
    python = yaml.safe_load(Path("python_env.yaml").read_text())
    assert python["python"] == PYTHON
    assert python["dependencies"] == ["-r requirements.txt"]
    assert [each.split("==")[0] for each in python["build_dependencies"]] == ["pip", "setuptools", "wheel"]


def test_constraints_get_a_file_of_their_own() -> None:
    Path("limits.txt").write_text("numpy<9\n")
    write_environment(".", default=_never, pip_requirements=["numpy", "-c limits.txt"])
    assert Path("constraints.txt").read_text() == "numpy<9"
    assert Path("requirements.txt").read_text() == "mlflow==3.8.1\nnumpy\n-c constraints.txt"
    conda = yaml.safe_load(Path("conda.yaml").read_text())
    assert conda["dependencies"][-1]["pip"] == ["mlflow==3.8.1", "numpy", "-c constraints.txt"]


@pytest.mark.parametrize("as_file", [False, True])
def test_a_conda_environment_is_kept_and_gets_mlflow(as_file: bool) -> None:
    given = {"name": "e", "channels": ["c"], "dependencies": ["python=3.10", {"pip": ["numpy"]}]}
    Path("given.yaml").write_text(yaml.safe_dump(given))
    write_environment(".", default=_never, conda="given.yaml" if as_file else given)
    assert yaml.safe_load(Path("conda.yaml").read_text()) == {
        **given,
        "dependencies": ["python=3.10", {"pip": ["mlflow==3.8.1", "numpy"]}],
    }
    assert Path("requirements.txt").read_text() == "mlflow==3.8.1\nnumpy"
    assert given["dependencies"][1] == {"pip": ["numpy"]}


def test_one_way_only() -> None:
    with pytest.raises(ValueError, match="Only one of `conda_env`, `pip_requirements`, and `extra_pip_requirements`"):
        write_environment(".", default=_never, conda={}, pip_requirements=["a"])


def test_packages_that_are_missing_here_are_named_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        write_environment(".", default=_never, pip_requirements=["no-such-package==1"])
    assert len(caplog.messages) == 1
    assert "no-such-package (current: uninstalled, required: no-such-package==1)" in caplog.messages[0]


def test_requirements_are_found_again() -> None:
    write_environment(".", default=lambda: ["numpy"])
    assert pip_requirements_of(".", "pip") == "./requirements.txt"
    assert pip_requirements_of(".", "conda") == "./conda.yaml"
    Path("requirements.txt").unlink()
    assert Path(pip_requirements_of(".", "pip")).read_text() == "mlflow==3.8.1\nnumpy"
    with pytest.raises(MlflowException, match="Illegal format argument 'x'"):
        pip_requirements_of(".", "x")
