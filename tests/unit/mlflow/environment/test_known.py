"""What a model imports is found out once for models of one kind in one environment."""

from __future__ import annotations

import pickle
import sys
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import cloudpickle
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

import mlflow
from mlflow.environment import known
from mlflow.environment.known import Kind, kind_of, recall, remember
from mlflow.models import flavor


def _pickled(value: Any, folder: str = "model") -> Kind | None:
    Path(folder).mkdir(exist_ok=True)
    Path(folder, "model.pkl").write_bytes(value if isinstance(value, bytes) else cloudpickle.dumps(value))
    Path(folder, "MLmodel").write_text("")
    return kind_of(folder)


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_a_pickle_tells_what_it_names(protocol: int) -> None:
    found = _pickled(pickle.dumps(LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0]), protocol=protocol))
    assert found is not None
    assert found.lasts
    assert isinstance(found.tells, tuple)
    assert "sklearn.linear_model._base.LinearRegression" in found.tells
    assert "numpy.dtype" in found.tells


def _scale(text: str, factor: float) -> Any:
    return lambda x: (text, factor * x)


def _by_value(value: Any) -> Kind | None:
    module = sys.modules[__name__]
    cloudpickle.register_pickle_by_value(module)
    try:
        return _pickled(value)
    finally:
        cloudpickle.unregister_pickle_by_value(module)


def test_code_of_the_users_tells_as_long_as_the_process_lasts() -> None:
    one, numbers, texts = (_by_value(_scale(*arguments)) for arguments in [("a", 1.5), ("a", 2.5), ("b", 1.5)])
    assert one is not None
    assert not one.lasts
    assert one == numbers
    assert one != texts
    assert one != _by_value(_pickled)


def test_the_pickle_within_an_archive_of_pytorch_tells() -> None:
    Path("model").mkdir()
    with zipfile.ZipFile("model/model.pth", "w") as archive:
        archive.writestr("model/data.pkl", pickle.dumps(LinearRegression(), protocol=2))
        archive.writestr("model/data/0", b"tensors")
    Path("model/pickle_module_info.txt").write_text("mlflow.pytorch.pickle_module")
    assert kind_of("model") == Kind(("sklearn.linear_model._base.LinearRegression",), True)
    with zipfile.ZipFile("model/model.pth", "a") as archive:
        archive.writestr("model/constants.pkl", pickle.dumps(()))  # a script of TorchScript's
    assert kind_of("model") is None
    Path("model/model.pth").write_bytes(b"no archive")
    assert kind_of("model") is None


def _numbered() -> bytes:
    """A pickle that numbers its memo by hand, and names a class by what is on the stack: no pickler writes that."""
    text = b"\x8c\x05numpyq\x07\x8c\x05dtypeq\x09h\x07h\x09\x93."
    assert pickle.loads(b"\x80\x04" + text).__name__ == "dtype"
    return b"\x80\x04" + text


@pytest.mark.parametrize(
    "value",
    [
        partial(_pickled, 1),  # a module that belongs to no installed package
        b"\x80\x02c__main__\nMain\n.",
        _numbered(),
        b"no pickle",
        [1, 2],
    ],
    ids=["local", "main", "numbered", "broken", "names nothing"],
)
def test_what_does_not_tell_is_looked_at(value: Any) -> None:
    assert _pickled(value) is None


def test_other_files_than_pickles_do_not_tell() -> None:
    assert _pickled(LinearRegression()) is not None
    Path("model/weights.bin").write_bytes(b"")
    assert kind_of("model") is None


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


def test_a_model_with_code_is_known_in_this_process_only(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []

    def infer(directory: str, *_: Any) -> list[str]:
        looked_at.append(Path(directory).name)
        return ["scikit-learn==1"]

    monkeypatch.setattr(flavor, "infer_pip_requirements", infer)
    monkeypatch.setattr(mlflow.sklearn.model_io.FLAVOR, "_known", {})
    monkeypatch.setattr(flavor, "kind_of", lambda directory: Kind("code", lasts=False))
    for name in ("one", "two"):
        mlflow.sklearn.save_model(LinearRegression().fit([[0.0], [1.0]], [0, 1]), name)
    monkeypatch.setattr(mlflow.sklearn.model_io.FLAVOR, "_known", {})  # as in another process
    mlflow.sklearn.save_model(LinearRegression().fit([[0.0], [1.0]], [0, 1]), "three")
    assert looked_at == ["one", "three"]
