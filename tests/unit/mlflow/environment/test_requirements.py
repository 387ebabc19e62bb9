"""Requirement lists: reading, merging, checking."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlflow.environment.requirements import merged, mismatches, pinned, read_requirements, with_mlflow
from mlflow.exceptions import MlflowException


def test_files_are_read_as_pip_reads_them() -> None:
    Path("base.txt").write_text("numpy>=1 # comment\n\n# nothing\n--requirement more/extra.txt\n-c limits.txt\n")
    Path("more").mkdir()
    Path("more/extra.txt").write_text("scipy \\\n  <2\nnumpy>=1\n")
    Path("limits.txt").write_text("pandas<9\n")
    assert read_requirements("base.txt") == (["numpy>=1", "scipy    <2"], ["pandas<9"])


def test_lines_are_taken_without_repeats() -> None:
    assert read_requirements(["a", "b==1", "a"]) == (["a", "b==1"], [])
    assert read_requirements(None) == ([], [])


@pytest.mark.parametrize("given", [3, [1], object()])
def test_neither_path_nor_lines_is_an_error(given: object) -> None:
    with pytest.raises(TypeError, match="must be either a string path to a pip requirements file"):
        read_requirements(given)  # type: ignore[arg-type]


@pytest.mark.parametrize("line", ["mlflow", "mlflow<4", "mlflow[extras]==3.8.1", "mlflow-skinny", "MLflow @ file:///x"])
def test_a_line_for_mlflow_stays_as_it_is(line: str) -> None:
    assert with_mlflow(["a", line]) == ["a", line]


def test_mlflow_comes_first_where_it_is_missing() -> None:
    assert with_mlflow(["mlflow-plugin", "./a.whl"]) == ["mlflow==3.8.1", "mlflow-plugin", "./a.whl"]


def test_two_lines_for_one_package_become_one() -> None:
    found = merged(["scikit-learn==1.5.0", "scipy"], ["scikit_learn<2", "git+https://host/x"])
    assert set(found) == {"scikit_learn<2,==1.5.0", "scipy", "git+https://host/x"}


def test_versions_that_exclude_each_other_are_refused() -> None:
    with pytest.raises(MlflowException, match="The specified requirements versions are incompatible"):
        merged(["scikit-learn==1.5.0"], ["scikit-learn<1.4"])


def test_what_this_python_lacks_is_said() -> None:
    assert mismatches(["numpy", "mlflow==1", "./wheel.whl", "numpy>=1"]) == []
    assert mismatches(["no-such-package>=2"]) == [
        "no-such-package (current: uninstalled, required: no-such-package>=2)"
    ]
    assert mismatches(["numpy<1"]) == [f"numpy (current: {pinned('numpy')[7:]}, required: numpy<1)"]
