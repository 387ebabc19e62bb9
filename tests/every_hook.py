"""Every call that autologging patches, found by asking the integrations themselves: none of their hooks harms its call.

The `test_every_hook.py` of each environment with libraries takes the tests below. The hooks are the real ones, around
stubs that take the place of the libraries' functions; what they see of the call is as hostile as can be. Libraries that
do not bear each other in one process are looked at one by one, in processes of their own: see `hold_of`.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

import mlflow
from mlflow.autologging import Call, Integration, is_inside, options
from mlflow.autologging.calls import Hook, HookedCall
from mlflow.autologging.integration import _run, _run_async
from mlflow.autologging.patching import Around, Patches
from mlflow.fluent.autolog import FLAVORS, _exists
from tests.sabotage import SabotageError, points

pytestmark = pytest.mark.timeout(900)

UNHOOKED = {"BaseEstimator.__init_subclass__", "Model.__init_subclass__"}
"""What is set in scikit-learn and Agno without calling what was there; tests of later classes go through it."""
ROOT = Path(__file__).parents[1]
ONLY = "MILLRACE_HOOKS_OF"
"""The variable that names the one library to look at; see `hold_of`."""


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
    """A function or method and the hook around it, or what else is called in its place."""

    integration: Integration
    owner: Any
    name: str
    hook: Hook | None
    nested: bool
    around: Around | None
    chosen: dict[str, Any]
    """The options that hold: the defaults."""

    def __str__(self) -> str:
        return f"{self.integration.name}: {_named(self.owner, self.name)}"

    def call(
        self,
        stub: Callable[..., Any],
        argument: Any,
        hook: Hook | None = None,
        make: Callable[[type], Any] = object.__new__,
    ) -> Any:
        """What a caller gets of the stub, with the hook (or another) around it, when each argument is this one.

        Args:
            stub: stands for the library's function.
            argument: what is passed for each parameter without a default.
            hook: one in place of the integration's.
            make: makes an object of the class whose method it is.
        """
        original = inspect.unwrap(getattr(self.owner, self.name))
        is_method = inspect.isclass(self.owner)
        given = dict.fromkeys(_arguments(original, is_method=is_method), argument)
        standing = _like(stub, original, self.name, is_method=is_method)
        instance = _instance(self.owner, make) if is_method else None
        if self.around is not None:
            return self.around(standing, instance, (), given)
        chosen = hook or self.hook
        assert chosen is not None
        seen = Call(self.integration.name, self.chosen, standing, instance, (), given)
        hooked = HookedCall(seen, chosen, nested=self.nested)
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


def _instance(owner: type, make: Callable[[type], Any]) -> Any:
    """An object of the class that nobody has initialised."""
    try:
        return make(owner)
    except TypeError:
        return Hostile()


def _lively(owner: type) -> Any:
    """An object of the class that has every attribute, so that hooks come further."""
    space = {"__getattr__": lambda self, name: mock.MagicMock(), "__module__": owner.__module__}
    kind = type(owner)(owner.__name__, (owner,), space)
    kind.__abstractmethods__ = frozenset()
    return object.__new__(kind)


@contextmanager
def everything_on() -> Iterator[list[Hooked]]:
    """Autologging of every library that is installed here; its hooks. At the end all is as it was before."""
    found: list[Hooked] = []
    enabled: dict[int, Integration] = {}
    names: set[str] = set()
    enable, put, call = Integration.enable, Integration._put, Patches.call
    hooks: list[tuple[Hook, bool]] = []

    def noting_enabled(self: Integration, chosen: dict[str, Any]) -> None:
        enabled[id(self.patches)] = self
        enable(self, chosen)

    def noting_hook(self: Integration, owner: Any, name: str, hook: Hook, *, nested: bool) -> None:
        hooks.append((hook, nested))
        put(self, owner, name, hook, nested=nested)
        hooks.pop()

    def noting(self: Patches, owner: Any, name: str, around: Around) -> None:
        names.add(_named(owner, name))
        before = len(self._done)
        call(self, owner, name, around)
        if len(self._done) > before and not _only_mutes(around):
            integration = enabled[id(self)]
            # Logging a model looks in a process of its own at what it imports: tests of the libraries break that.
            chosen = {**(options.current(integration.name) or {}), "log_models": False}
            hook, nested = hooks[-1] if hooks else (None, False)
            found.append(Hooked(integration, owner, name, hook, nested, None if hook else around, chosen))

    with ExitStack() as patches:
        patches.enter_context(mock.patch.object(Integration, "enable", noting_enabled))
        patches.enter_context(mock.patch.object(Integration, "_put", noting_hook))
        patches.enter_context(mock.patch.object(Patches, "call", noting))
        only = os.environ.get(ONLY, "").split()
        chosen = {library: flavor for library, flavor in FLAVORS.items() if not only or library in only}
        modules = [module for library, flavor in chosen.items() if (module := _module(library, flavor))]
        for module in modules:
            module.autolog(silent=True)  # one of a version that is too different patches nothing
    done = [entry for each in enabled.values() for entry in each.patches._done]
    assert {_named(owner, name) for owner, name, _ in done} - names <= UNHOOKED, "patched without a hook"
    try:
        yield found
    finally:
        for module in modules:
            module.autolog(disable=True, silent=True)
        for each in enabled.values():
            options.disable(each.name)  # as if nobody had called its autolog
    assert all(not each.patches._done for each in enabled.values())
    kept = [_named(owner, name) for owner, name, (ours, _) in done if owner.__dict__.get(name) is ours]
    assert kept == [], "still patched after autolog(disable=True)"


def _only_mutes(around: Around) -> bool:
    return around.__qualname__.startswith("Integration.mute.")


def hold_of(libraries: str) -> None:
    """Assert what is asserted here in a process that imports these libraries of all that are logged, and no others."""
    settings = {**os.environ, ONLY: libraries}
    plugins = ["-p", "no:cacheprovider", "-p", "tests.integrations.conftest"]  # which lets those libraries warn
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", *plugins, __file__]
    done = subprocess.run(command, env=settings, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-5000:]


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


def _of_objects(hooks: list[Hooked], make: Callable[[type], Any]) -> list[Hooked]:
    """The hooks that are tried with objects made so: those of trainings ask compiled code, which bears no mocks."""
    return hooks if make is object.__new__ else [each for each in hooks if each.nested]


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


@pytest.mark.parametrize("make", [object.__new__, _lively])
def test_a_hook_that_sees_nothing_it_knows_leaves_the_answer_alone(
    every_hook: list[Hooked], make: Callable[[type], Any]
) -> None:
    mocks = (mock.MagicMock(), mock.MagicMock())
    for each in _of_objects(every_hook, make):
        for argument, answer in ((Hostile(), Hostile()), (object(), object()), (None, None), mocks):
            found = each.call(lambda *args, answer=answer, **kwargs: answer, argument, make=make)
            assert _stands_for(found, answer), each
            assert mlflow.active_run() is None, each


def test_a_hook_that_breaks_leaves_the_answer_alone(every_hook: list[Hooked]) -> None:
    for each in every_hook:
        if each.hook is None:
            continue
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


@pytest.mark.parametrize("make", [object.__new__, _lively])
def test_a_stream_has_all_its_pieces(every_hook: list[Hooked], make: Callable[[type], Any]) -> None:
    for each in _of_objects(every_hook, make):
        pieces = [object(), Hostile(), object()]
        found = each.call(lambda *args, pieces=pieces, **kwargs: iter(pieces), 1, make=make)
        if not hasattr(found, "__iter__"):
            continue  # stands for an asynchronous stream, which this is not
        assert [id(piece) for piece in found] == [id(piece) for piece in pieces], each


@pytest.mark.parametrize("make", [object.__new__, _lively])
def test_an_asynchronous_stream_has_all_its_pieces(every_hook: list[Hooked], make: Callable[[type], Any]) -> None:
    for each in _of_objects(every_hook, make):
        pieces = [object(), Hostile(), object()]
        found = each.call(lambda *args, pieces=pieces, **kwargs: _later(pieces), 1, make=make)
        if not hasattr(found, "__anext__"):
            continue  # stands for a stream that is read at once, which this is not
        assert [id(piece) for piece in asyncio.run(_read(found))] == [id(piece) for piece in pieces], each


async def _later(pieces: list[Any]) -> AsyncIterator[Any]:
    for piece in pieces:
        yield piece


async def _read(pieces: AsyncIterator[Any]) -> list[Any]:
    return [piece async for piece in pieces]


def test_the_users_error_is_the_users(every_hook: list[Hooked]) -> None:
    for each in every_hook:
        for error in (ValueError("the user's"), KeyboardInterrupt()):

            def stub(*args: Any, error: BaseException = error, **kwargs: Any) -> Any:
                raise error

            with pytest.raises(type(error)) as raised:
                each.call(stub, object())
            assert raised.value is error, each
            assert mlflow.active_run() is None, each
