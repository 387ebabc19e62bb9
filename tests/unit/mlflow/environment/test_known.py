"""What a model imports is found out once for models of one kind in one environment."""

from __future__ import annotations

import importlib
import pickle
import sys
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import cloudpickle
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.preprocessing import StandardScaler

import mlflow
from mlflow.environment import known
from mlflow.environment.inference import Found
from mlflow.environment.known import Kind, kind_by_class, kind_of, recall, remember, sort_of
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


class _Chooses:
    """Imports what it is told to."""

    def __init__(self, first: Any, second: Any, weight: float = 0.0) -> None:
        self.first, self.second, self.weight = first, second, weight


def test_what_a_model_of_the_users_was_told_to_import_tells() -> None:
    """A set of its texts would not: which of them is chosen, or whether, may stand in their order, or in a flag."""
    choices = [("torch", "numpy"), ("numpy", "torch"), ("torch", "torch"), ("numpy", True), ("numpy", False)]
    found = [_by_value(_Chooses(*choice)) for choice in choices]
    assert None not in found
    assert len(set(found)) == len(choices)
    assert found == [_by_value(_Chooses(*choice, weight=2.5)) for choice in choices]


def test_an_installed_package_that_a_models_texts_name_tells() -> None:
    """scikit-learn imports pandas for this output, and no class of it is in the pickle."""
    scaler = StandardScaler().fit([[0.0], [1.0]])
    plain = _pickled(scaler)
    scaler.set_output(transform="pandas")
    pandas = _pickled(scaler)
    assert plain is not None
    assert pandas is not None
    assert pandas.lasts
    assert set(pandas.tells) - set(plain.tells) == {"pandas"}  # type: ignore[call-overload]


class _ByWord:
    def __reduce__(self) -> Any:
        return importlib.import_module, ("hypothesis.strategies",)


def test_a_module_that_a_pickle_asks_for_by_a_word_tells() -> None:
    found = _pickled(pickle.dumps(_ByWord()))
    assert found is not None
    assert "hypothesis" in found.tells  # type: ignore[operator]


def test_a_flavors_models_of_the_users_class_are_alike_in_this_process_only() -> None:
    assert kind_by_class("openai").lasts
    assert kind_by_class(LinearRegression).lasts
    assert not kind_by_class(_Chooses).lasts


def test_examples_are_told_apart_by_what_is_in_them() -> None:
    frame = pd.DataFrame({"a": [1.0]})
    theirs = type("DataFrame", (), {"__module__": "polars.dataframe.frame"})()
    examples = [None, frame, theirs, (frame, {"p": 1}), ([1.0], {"p": 1}), ([1.0], {"p": "x"}), [1.0], ["x"], {"a": 1}]
    assert len({sort_of(each) for each in examples}) == len(examples)
    assert sort_of([1.0]) == sort_of([2.0, 3.0])
    assert sort_of({"a": 1}) == sort_of({"b": 2})


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
        pickle.dumps(LinearRegression()) + pickle.dumps(1),
        b"(i__builtin__\nobject\n.",
        b"\x80\x02cnumpy\ndtype\n\x82\x01.",
        b"no pickle",
        [1, 2],
    ],
    ids=["local", "main", "numbered", "two pickles", "instance", "extension", "broken", "names nothing"],
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

    def look(directory: str, *_: Any) -> Found:
        looked_at.append(Path(directory).name)
        return Found(["scikit-learn==1", f"found=={len(looked_at)}"], True)

    monkeypatch.setattr(flavor, "look_at", look)
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

    def look(directory: str, *_: Any) -> Found:
        looked_at.append(Path(directory).name)
        return Found(["scikit-learn==1"], True)

    monkeypatch.setattr(flavor, "look_at", look)
    monkeypatch.setattr(mlflow.sklearn.model_io.FLAVOR, "_known", {})
    monkeypatch.setattr(flavor, "kind_of", lambda directory: Kind("code", lasts=False))
    for name in ("one", "two"):
        mlflow.sklearn.save_model(LinearRegression().fit([[0.0], [1.0]], [0, 1]), name)
    monkeypatch.setattr(mlflow.sklearn.model_io.FLAVOR, "_known", {})  # as in another process
    mlflow.sklearn.save_model(LinearRegression().fit([[0.0], [1.0]], [0, 1]), "three")
    assert looked_at == ["one", "three"]


def test_what_was_found_of_a_model_whose_example_fails_is_not_taken_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it would have imported to predict is not known."""
    answers = [Found(["scikit-learn==1"], False), Found(["scikit-learn==1", "polars==1"], True)]
    monkeypatch.setattr(flavor, "look_at", lambda *_: answers.pop(0))
    monkeypatch.setattr(mlflow.sklearn.model_io.FLAVOR, "_known", {})
    for name in ("one", "two", "three"):
        mlflow.sklearn.save_model(LinearRegression().fit([[0.0], [1.0]], [0, 1]), name)
    found = [Path(name, "requirements.txt").read_text().split()[1:] for name in ("one", "two", "three")]
    assert found == [["scikit-learn==1"], *[["scikit-learn==1", "polars==1"]] * 2]
