"""What a model imports is found out once for models of one kind in one environment."""

from __future__ import annotations

import pickle
from functools import partial
from pathlib import Path
from typing import Any

import cloudpickle
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

import mlflow
from mlflow.environment import known
from mlflow.environment.known import classes_in, recall, remember
from mlflow.models import flavor


def _pickled(value: Any, folder: str = "model") -> tuple[str, ...] | None:
    Path(folder).mkdir(exist_ok=True)
    Path(folder, "model.pkl").write_bytes(value if isinstance(value, bytes) else cloudpickle.dumps(value))
    Path(folder, "MLmodel").write_text("")
    return classes_in(folder)


def test_a_pickle_tells_what_it_names() -> None:
    found = _pickled(LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0]))
    assert found is not None
    assert "sklearn.linear_model._base.LinearRegression" in found
    assert "numpy.dtype" in found


@pytest.mark.parametrize(
    "value",
    [
        lambda x: x,  # code of the user's
        partial(_pickled, 1),  # a module that belongs to no installed package
        pickle.dumps(LinearRegression(), protocol=2),
        b"no pickle",
        [1, 2],
    ],
    ids=["code", "local", "protocol 2", "broken", "names nothing"],
)
def test_what_does_not_tell_is_looked_at(value: Any) -> None:
    assert _pickled(value) is None


def test_other_files_than_pickles_do_not_tell() -> None:
    assert _pickled(LinearRegression()) is not None
    Path("model/weights.bin").write_bytes(b"")
    assert classes_in("model") is None


def test_answers_outlive_the_process_but_not_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    remember(("sklearn", "x"), ["a==1"])
    assert recall(("sklearn", "x")) == ["a==1"]
    assert recall(("sklearn", "y")) is None
    monkeypatch.setattr(known.sys, "version", "another")  # type: ignore[attr-defined]
    assert recall(("sklearn", "x")) is None


def test_a_full_disk_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", "file")
    remember("x", ["a==1"])
    assert recall("x") is None


def test_a_model_of_a_known_kind_is_not_loaded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []

    def infer(directory: str, *_: Any) -> list[str]:
        looked_at.append(Path(directory).name)
        return ["scikit-learn==1", f"found=={len(looked_at)}"]

    monkeypatch.setattr(flavor, "infer_pip_requirements", infer)
    monkeypatch.setattr(mlflow.sklearn.model_io.FLAVOR, "_known", {})
    data = [[0.0], [1.0]], [0, 1]
    mlflow.sklearn.save_model(LogisticRegression().fit(*data), "one")
    mlflow.sklearn.save_model(LogisticRegression(C=2).fit(*data), "two")
    monkeypatch.setattr(mlflow.sklearn.model_io.FLAVOR, "_known", {})  # as in another process
    mlflow.sklearn.save_model(LogisticRegression().fit(*data), "three")
    mlflow.sklearn.save_model(LinearRegression().fit(*data), "four")
    assert looked_at == ["one", "four"]
    assert Path("three/requirements.txt").read_text() == Path("one/requirements.txt").read_text()
