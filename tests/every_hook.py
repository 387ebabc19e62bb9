"""Every call that autologging patches, found by asking the integrations themselves: none of their hooks harms its call.

The `test_every_hook.py` of each environment with libraries takes the tests below. The hooks are the real ones, around
stubs that take the place of the libraries' functions; what they see of the call is as hostile as can be.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import pytest

import mlflow
from mlflow.autologging import Call, Integration, is_inside, options
from mlflow.autologging.calls import Hook, HookedCall
from mlflow.autologging.integration import _run, _run_async
from mlflow.fluent.autolog import FLAVORS, _exists
from tests.sabotage import SabotageError, points

pytestmark = pytest.mark.timeout(900)

UNHOOKED = {
    *("Parallel.__call__", "_FuncWrapper.__call__", "BaseEstimator.__init_subclass__", "Model.__init_subclass__"),
    *("SummaryWriter.add_scalar", "SummaryWriter.add_scalars", "SummaryWriter.add_hparams"),
}
"""What the integrations of scikit-learn, Agno and PyTorch patch without a hook; tests of searches, of classes that are
defined later and of what TensorBoard is told go through them."""


class Hostile:
    """An argument or answer that cannot be looked at."""

    def __getattr__(self, name: str) -> Any:
        raise SabotageError(name)

    def __iter__(self) -> Iterator[Any]:
        raise SabotageError("__iter__")

    def __len__(self) -> int:
        raise SabotageError("__len__")

    def __bool__(self) -> bool:
        raise SabotageError("__bool__")

    def __repr__(self) -> str:
        raise SabotageError("__repr__")


@dataclass(frozen=True)
class Hooked:
    """A function or method and the hook around it."""

    integration: Integration
    owner: Any
    name: str
    hook: Hook
    nested: bool
    chosen: dict[str, Any]
    """The options that hold: the defaults."""

    def __str__(self) -> str:
        return f"{self.integration.name}: {_named(self.owner, self.name)}"

    def call(self, stub: Callable[..., Any], argument: Any, hook: Hook | None = None) -> Any:
        """What a caller gets of the stub, with the hook (or another) around it, when each argument is this one."""
        original = inspect.unwrap(getattr(self.owner, self.name))
        is_method = inspect.isclass(self.owner)
        given = _arguments(original, is_method=is_method)
        seen = Call(
            self.integration.name,
            self.chosen,
            _like(stub, original, self.name, is_method=is_method),
            _instance(self.owner) if is_method else None,
            (),
            dict.fromkeys(given, argument),
        )
        hooked = HookedCall(seen, hook or self.hook, nested=self.nested)
        if inspect.iscoroutinefunction(original):

            async def later(*args: Any, **kwargs: Any) -> Any:
                return stub(*args, **kwargs)

            return asyncio.run(_run_async(later, hooked))
        return _run(stub, hooked)


def _named(owner: Any, name: str) -> str:
    return f"{getattr(owner, '__name__', owner)}.{name}"


def _arguments(function: Callable[..., Any], *, is_method: bool) -> list[str]:
    """The parameters that a call has to give."""
    parameters = list(inspect.signature(function).parameters.values())[1 if is_method else 0 :]
    return [one.name for one in parameters if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)]


def _like(stub: Callable[..., Any], original: Callable[..., Any], name: str, *, is_method: bool) -> Callable[..., Any]:
    """The stub as hooks see it: with the name and the parameters of what it stands for."""

    def standing(*args: Any, **kwargs: Any) -> Any:
        return stub(*args, **kwargs)

    signature = inspect.signature(original)
    parameters = list(signature.parameters.values())[1 if is_method else 0 :]
    standing.__name__ = name
    standing.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return standing


def _instance(owner: type) -> Any:
    """An object of the class that nobody has initialised."""
    try:
        return object.__new__(owner)
    except TypeError:
        return Hostile()


@contextmanager
def everything_on() -> Iterator[list[Hooked]]:
    """Autologging of every library that is installed here; its hooks. At the end all is as it was before."""
    found: list[Hooked] = []
    names: set[str] = set()
    put, mute = Integration._put, Integration.mute

    def noting(self: Integration, owner: Any, name: str, hook: Hook, *, nested: bool) -> None:
        names.add(_named(owner, name))
        before = len(self.patches._done)
        put(self, owner, name, hook, nested=nested)
        if len(self.patches._done) > before:
            # Logging a model looks in a process of its own at what it imports: tests of the libraries break that.
            chosen = {**(options.current(self.name) or {}), "log_models": False}
            found.append(Hooked(self, owner, name, hook, nested, chosen))

    def noting_muted(self: Integration, owner: Any, name: str) -> None:
        names.add(_named(owner, name))
        mute(self, owner, name)

    with mock.patch.object(Integration, "_put", noting), mock.patch.object(Integration, "mute", noting_muted):
        modules = [module for library, flavor in FLAVORS.items() if (module := _module(library, flavor))]
        for module in modules:
            module.autolog(silent=True)  # one of a version that is too different patches nothing
    integrations = {each.integration.name: each.integration for each in found}
    done = [entry for each in integrations.values() for entry in each.patches._done]
    assert {_named(owner, name) for owner, name, _ in done} - names <= UNHOOKED, "patched without a hook"
    try:
        yield found
    finally:
        for module in modules:
            module.autolog(disable=True, silent=True)
        for name in integrations:
            options.disable(name)  # as if nobody had called its autolog
    assert all(not each.patches._done for each in integrations.values())
    kept = [_named(owner, name) for owner, name, (ours, _) in done if owner.__dict__.get(name) is ours]
    assert kept == [], "still patched after autolog(disable=True)"


def _module(library: str, flavor: str) -> Any:
    if not _exists(flavor):
        return None
    try:
        importlib.import_module(library)
    except ImportError:
        return None
    return importlib.import_module(flavor)


def _stands_for(found: Any, answer: Any) -> bool:
    """Whether the user gets the answer, or an object of ours that holds it: a stream that ends its span later."""
    return found is answer or any(held is answer for held in getattr(found, "__dict__", {}).values())


def _failing(*args: Any, **kwargs: Any) -> Any:
    raise SabotageError("everything")


def _breaking(hook: Hook, *, after: bool) -> Hook:
    """A hook that fails when it has done what it does before, or after, the call."""

    def broken(call: Call) -> Generator[None, None, None]:
        steps = hook(call)
        next(steps, None)
        if not after:
            steps.close()
            raise SabotageError("before")
        yield
        steps.close()
        raise SabotageError("after")

    return broken


@pytest.fixture(scope="module")
def every_hook() -> Iterator[list[Hooked]]:
    """The hooks of all libraries that are installed here."""
    with everything_on() as found:
        assert found, "no library of this environment is patched"
        yield found


@pytest.fixture(autouse=True)
def nothing_left(every_hook: list[Hooked]) -> Iterator[None]:
    """Check that no run and no span stays open."""
    for each in every_hook:
        options.enable(each.integration.name, each.chosen)  # forgotten before each test
    yield
    assert mlflow.active_run() is None
    assert mlflow.get_current_active_span() is None
    assert not is_inside()


def test_a_hook_that_sees_nothing_it_knows_leaves_the_answer_alone(every_hook: list[Hooked]) -> None:
    for each in every_hook:
        for argument, answer in ((Hostile(), Hostile()), (object(), object()), (None, None)):
            found = each.call(lambda *args, answer=answer, **kwargs: answer, argument)
            assert _stands_for(found, answer), each
            assert mlflow.active_run() is None, each


def test_a_hook_that_breaks_leaves_the_answer_alone(every_hook: list[Hooked]) -> None:
    for each in every_hook:
        for after in (False, True):
            answer = object()
            found = each.call(lambda *args, answer=answer, **kwargs: answer, 1, _breaking(each.hook, after=after))
            assert _stands_for(found, answer), each
            assert mlflow.active_run() is None, each


def test_a_hook_whose_store_is_broken_leaves_the_answer_alone(every_hook: list[Hooked]) -> None:
    with ExitStack() as patches:
        for owner, name in points():
            patches.enter_context(mock.patch.object(owner, name, _failing))
        for each in every_hook:
            answer = object()
            assert _stands_for(each.call(lambda *args, answer=answer, **kwargs: answer, 1), answer), each


def test_a_stream_has_all_its_pieces(every_hook: list[Hooked]) -> None:
    for each in every_hook:
        pieces = [object(), Hostile(), object()]
        found = each.call(lambda *args, pieces=pieces, **kwargs: iter(pieces), 1)
        if not hasattr(found, "__iter__"):
            continue  # stands for an asynchronous stream, which this is not
        assert [id(piece) for piece in found] == [id(piece) for piece in pieces], each


def test_the_users_error_is_the_users(every_hook: list[Hooked]) -> None:
    for each in every_hook:
        for error in (ValueError("the user's"), KeyboardInterrupt()):

            def stub(*args: Any, error: BaseException = error, **kwargs: Any) -> Any:
                raise error

            with pytest.raises(type(error)) as raised:
                each.call(stub, object())
            assert raised.value is error, each
            assert mlflow.active_run() is None, each
