"""Patches: a function or method that is called through a function of ours, and can be put back as it was."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

Around = Callable[[Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]
"""Is called instead of a function, with the function and its arguments; answers what the user gets."""

AroundMethod = Callable[[Callable[..., Any], Any, tuple[Any, ...], dict[str, Any]], Any]
"""Is called instead of a method, with the bound method, the object and the arguments; answers what the user gets."""

_MARK = "_mlflow_patched"


class Patches:
    """The patches of one flavor. Patching twice is patching once; every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._done: list[tuple[Any, str, Any]] = []

    def function(self, module: ModuleType, name: str, around: Around) -> None:
        """Call `around` instead of a module's function. Names that were imported from it before are not affected."""
        original = module.__dict__.get(name)
        if isinstance(original, FunctionType) and not hasattr(original, _MARK):
            self._put(module, name, _wrapped(original, around))

    def method(self, owner: type, name: str, around: AroundMethod) -> None:
        """Call `around` instead of a method that a class itself defines; those that it inherits are left alone.

        Methods that exist under a condition (scikit-learn's `available_if`) exist under the same one afterwards.
        """
        original = owner.__dict__.get(name)
        if original is None or hasattr(original, _MARK):
            return
        if isinstance(original, FunctionType):
            self._put(owner, name, _method(original, around))
        elif hasattr(original, "__get__") and not isinstance(original, property | classmethod | staticmethod):
            self._put(owner, name, _Conditional(original, around))

    def attribute(self, owner: Any, name: str, value: Any) -> None:
        """Set any attribute, until `undo`."""
        self._put(owner, name, value)

    def undo(self) -> None:
        """Put everything back; what others have patched since stays, and reaches the original through ours."""
        with self._lock:
            while self._done:
                owner, name, (ours, original) = self._done.pop()
                if owner.__dict__.get(name) is not ours:
                    continue
                if original is _MISSING:
                    delattr(owner, name)
                else:
                    setattr(owner, name, original)

    def _put(self, owner: Any, name: str, value: Any) -> None:
        with self._lock:
            original = owner.__dict__.get(name, _MISSING)
            setattr(owner, name, value)
            self._done.append((owner, name, (owner.__dict__[name], original)))


_MISSING = object()


def _wrapped(original: FunctionType, around: Around) -> Callable[..., Any]:
    @functools.wraps(original)
    def function(*args: Any, **kwargs: Any) -> Any:
        return around(original, args, kwargs)

    setattr(function, _MARK, True)
    return function


def _method(original: FunctionType, around: AroundMethod) -> Callable[..., Any]:
    @functools.wraps(original)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return around(original.__get__(self, type(self)), self, args, kwargs)

    setattr(method, _MARK, True)
    return method


class _Conditional:
    """A descriptor before another, so that the other still decides whether there is a method."""

    def __init__(self, original: Any, around: AroundMethod) -> None:
        self._original = original
        self._around = around
        self._mlflow_patched = True
        functools.update_wrapper(self, original, updated=())  # type: ignore[arg-type]

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        found = self._original.__get__(instance, owner)
        if not callable(found):
            return found
        around = self._around
        if instance is not None:

            @functools.wraps(found)
            def bound(*args: Any, **kwargs: Any) -> Any:
                return around(found, instance, args, kwargs)

            return bound

        @functools.wraps(found)
        def unbound(self: Any, *args: Any, **kwargs: Any) -> Any:
            return around(functools.partial(found, self), self, args, kwargs)

        return unbound


def argument(function: Callable[..., Any], name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The argument of a call that goes to a parameter; None where it is not given, or there is no such parameter."""
    if name in kwargs:
        return kwargs[name]
    for index, parameter in enumerate(positional(function)):
        if parameter == name:
            return args[index] if index < len(args) else None
    return None


def positional(function: Callable[..., Any]) -> list[str]:
    """The parameters of a function (of a bound method: without `self`) that can be given by position."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [each.name for each in inspect.signature(function).parameters.values() if each.kind in kinds]
