"""Patches: what is called instead, and that everything is put back as it was."""

from __future__ import annotations

import asyncio
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


class Kinds:
    """Methods of other kinds."""

    @classmethod
    def make(cls, x: int) -> Any:
        return cls, x

    @staticmethod
    def count(x: int) -> int:
        return x

    async def later(self, x: int) -> int:
        await asyncio.sleep(0)
        return x


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
    patches.call(Model, "fit", _method)
    assert Model().fit(1, y=3) == (1, 3)
    assert Child().fit(1) == (1, 2)
    assert calls == [("Model", (1,), {"y": 3}), ("Child", (1,), {})]
    assert (inspect.signature(Model.fit), Model.fit.__doc__, Model.fit.__name__) == (signature, "Fit it.", "fit")
    patches.undo()
    assert Model.__dict__["fit"] is original


def test_patching_twice_calls_once(patches: Patches) -> None:
    patches.call(Model, "fit", _method)
    patches.call(Model, "fit", _method)
    Model().fit(1)
    assert len(calls) == 1
    patches.undo()
    Model().fit(1)
    assert len(calls) == 1


def test_an_inherited_method_is_patched_in_its_heir_only(patches: Patches) -> None:
    patches.call(Child, "fit", _method)
    patches.call(Child, "transform", _method)
    assert not hasattr(Child, "transform")
    assert (Child().fit(1), Model().fit(2)) == ((1, 2), (2, 2))
    assert calls == [("Child", (1,), {})]
    patches.undo()
    assert "fit" not in Child.__dict__


def test_class_methods_and_coroutines_stay_what_they_are(patches: Patches) -> None:
    for name in ("make", "count", "later"):
        patches.call(Kinds, name, _method)
    assert (Kinds.make(1), Kinds().make(2), Kinds.count(3)) == ((Kinds, 1), (Kinds, 2), 3)
    assert asyncio.run(Kinds().later(4)) == 4
    assert inspect.iscoroutinefunction(Kinds.later)
    assert [each[1:] for each in calls] == [((1,), {}), ((2,), {}), ((3,), {}), ((4,), {})]
    patches.undo()
    assert isinstance(Kinds.__dict__["make"], classmethod)
    assert Kinds.make(5) == (Kinds, 5)
    assert len(calls) == 4


def test_two_integrations_patch_one_method(patches: Patches) -> None:
    others = Patches()
    original = Model.__dict__["fit"]
    try:
        for each in (patches, others, patches):
            each.call(Model, "fit", _method)
        Model().fit(1)
        assert len(calls) == 2
    finally:
        others.undo()
        patches.undo()
    assert Model.__dict__["fit"] is original


def test_what_another_integration_has_patched_over_goes_with_that(patches: Patches) -> None:
    others = Patches()
    original = Model.__dict__["fit"]
    patches.call(Model, "fit", _method)
    others.call(Model, "fit", _method)
    patches.undo()
    patches.call(Model, "fit", _method)  # again, while it is still there
    patches.undo()
    patches.call(Model, "fit", _method)
    others.undo()
    Model().fit(1)
    assert len(calls) == 1
    others.call(Model, "fit", _method)
    patches.undo()
    others.undo()
    assert Model.__dict__["fit"] is original


def test_a_conditional_method_keeps_its_condition(patches: Patches) -> None:
    original = Model.__dict__["predict"]
    patches.call(Model, "predict", _method)
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
    patches.call(Model, "fit", _method)
    ours = Model.fit
    monkeypatch.setattr(Model, "fit", lambda self, x: ours(self, x))
    patches.undo()
    assert Model().fit(1) == (1, 2)
    monkeypatch.setattr(Model, "fit", ours.__wrapped__)  # type: ignore[attr-defined]


def test_a_patched_function_can_be_pickled(patches: Patches, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("some_module")
    exec("def function(x): return x", module.__dict__)
    monkeypatch.setitem(__import__("sys").modules, "some_module", module)
    patches.call(module, "function", lambda call, _, args, kwargs: call(*args, **kwargs) + 1)
    assert module.function(1) == 2
    assert pickle.loads(pickle.dumps(module.function)) is module.function
    patches.undo()
    assert module.function(1) == 1
