"""Patches: what is called instead, and that everything is put back as it was."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from sklearn.utils.metaestimators import available_if

from mlflow.autologging import Patches


class Model:
    """Something to patch."""

    able = True

    def fit(self, x: int, y: int = 2) -> tuple[int, int]:
        """Fit it."""
        return x, y

    @available_if(lambda self: self.able)
    def predict(self, x: int) -> int:
        """Predict it."""
        return x


class Child(Model):
    """It inherits what is patched."""


calls: list[Any] = []


def _method(call: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    calls.append((type(instance).__name__, args, kwargs))
    return call(*args, **kwargs)


@pytest.fixture
def patches() -> Iterator[Patches]:
    calls.clear()
    made = Patches()
    yield made
    made.undo()


def test_a_method_keeps_what_it_is_and_is_put_back(patches: Patches) -> None:
    original = Model.__dict__["fit"]
    signature = inspect.signature(Model.fit)
    patches.method(Model, "fit", _method)
    assert Model().fit(1, y=3) == (1, 3)
    assert Child().fit(1) == (1, 2)
    assert calls == [("Model", (1,), {"y": 3}), ("Child", (1,), {})]
    assert (inspect.signature(Model.fit), Model.fit.__doc__, Model.fit.__name__) == (signature, "Fit it.", "fit")
    patches.undo()
    assert Model.__dict__["fit"] is original


def test_patching_twice_calls_once(patches: Patches) -> None:
    patches.method(Model, "fit", _method)
    patches.method(Model, "fit", _method)
    Model().fit(1)
    assert len(calls) == 1
    patches.undo()
    Model().fit(1)
    assert len(calls) == 1


def test_inherited_and_missing_methods_are_left_alone(patches: Patches) -> None:
    patches.method(Child, "fit", _method)
    patches.method(Child, "transform", _method)
    assert "fit" not in Child.__dict__
    assert not hasattr(Child, "transform")


def test_a_conditional_method_keeps_its_condition(patches: Patches) -> None:
    original = Model.__dict__["predict"]
    patches.method(Model, "predict", _method)
    model = Model()
    assert model.predict(1) == 1
    assert Model.predict(model, 2) == 2
    assert calls == [("Model", (1,), {}), ("Model", (2,), {})]
    assert list(inspect.signature(model.predict).parameters) == ["x"]
    model.able = False
    assert not hasattr(model, "predict")
    patches.undo()
    assert Model.__dict__["predict"] is original


def test_what_others_patched_since_stays(patches: Patches, monkeypatch: pytest.MonkeyPatch) -> None:
    patches.method(Model, "fit", _method)
    ours = Model.fit
    monkeypatch.setattr(Model, "fit", lambda self, x: ours(self, x))
    patches.undo()
    assert Model().fit(1) == (1, 2)
    monkeypatch.setattr(Model, "fit", ours.__wrapped__)  # type: ignore[attr-defined]


def test_a_patched_function_can_be_pickled(patches: Patches, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("some_module")
    exec("def function(x): return x", module.__dict__)
    monkeypatch.setitem(__import__("sys").modules, "some_module", module)
    patches.function(module, "function", lambda call, args, kwargs: call(*args, **kwargs) + 1)
    assert module.function(1) == 2
    assert pickle.loads(pickle.dumps(module.function)) is module.function
    patches.undo()
    assert module.function(1) == 1
