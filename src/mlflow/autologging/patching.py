"""Patches: a function or method that is called through a function of ours, and can be put back as it was."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any
from weakref import WeakSet

Around = Callable[[Callable[..., Any], Any, tuple[Any, ...], dict[str, Any]], Any]
"""Is called instead of a function or method: with what would have been called (a method: bound to its object), the
object (of a class method: the class; of a function: None) and the arguments. Answers what the user gets."""

_MARK = "_mlflow_patched"
_lock = threading.RLock()
_all: WeakSet[Patches] = WeakSet()


class Patches:
    """The patches of one integration. Patching twice is patching once; every method may be called from any thread."""

    def __init__(self) -> None:
        self._done: list[tuple[Any, str, Any]] = []
        self._covered: list[tuple[Any, str, Any]] = []
        """Those to be put back that somebody else's patch is over."""
        _all.add(self)

    def call(self, owner: type | ModuleType, name: str, around: Around) -> None:
        """Call `around` instead of a module's function or a class's method; nothing happens where there is none.

        Names that were imported from a module before are not affected. A method that the class inherits is patched in
        this class only. Methods that exist under a condition (scikit-learn's `available_if`) exist under the same one
        afterwards.
        """
        original = inspect.getattr_static(owner, name, None)
        if original is None or self._is_patched(original):
            self._keep(owner, name)
            return
        if isinstance(original, classmethod | staticmethod):
            self._put_marked(owner, name, _of_class(original, around))
        elif isinstance(owner, ModuleType) and callable(original):
            self._put_marked(owner, name, _wrapped(original, around))
        elif isinstance(original, FunctionType):
            self._put_marked(owner, name, _method(original, around))
        elif hasattr(original, "__get__") and not isinstance(original, property):
            self._put_marked(owner, name, _Conditional(original, around))

    def attribute(self, owner: Any, name: str, value: Any) -> None:
        """Set any attribute, until `undo`."""
        self._put(owner, name, value)

    def undo(self) -> None:
        """Put everything back. What others have patched since stays, and reaches the original through ours; when the
        last patch over ours is one of another integration and is undone, ours goes too."""
        with _lock:
            self._covered += reversed(self._done)
            self._done.clear()
            while sum(each._uncover() for each in list(_all)):
                pass

    def _uncover(self) -> int:
        """Put back what nobody has patched since; answers how much that was."""
        found = [entry for entry in self._covered if entry[0].__dict__.get(entry[1]) is entry[2][0]]
        for owner, name, (_, original) in found:
            if original is _MISSING:
                delattr(owner, name)
            else:
                setattr(owner, name, original)
        self._covered = [entry for entry in self._covered if entry not in found]
        return len(found)

    def _keep(self, owner: Any, name: str) -> None:
        """Patch again what is still patched, below somebody else's."""
        with _lock:
            again = [entry for entry in self._covered if entry[0] is owner and entry[1] == name]
            self._covered = [entry for entry in self._covered if entry not in again]
            self._done += again

    def _is_patched(self, function: Any) -> bool:
        while function is not None:
            if getattr(function, _MARK, None) == id(self):
                return True
            function = getattr(function, "__wrapped__", None)
        return False

    def _put_marked(self, owner: Any, name: str, value: Any) -> None:
        setattr(value, _MARK, id(self))
        self._put(owner, name, value)

    def _put(self, owner: Any, name: str, value: Any) -> None:
        with _lock:
            original = owner.__dict__.get(name, _MISSING)
            setattr(owner, name, value)
            self._done.append((owner, name, (owner.__dict__[name], original)))


def class_tree(kind: type) -> Iterator[type]:
    """A class and all classes that are made of it by now, each before those that are made of it."""
    yield kind
    for each in kind.__subclasses__():
        yield from class_tree(each)


_MISSING = object()


def _wrapped(original: Callable[..., Any], around: Around) -> Callable[..., Any]:
    @functools.wraps(original)
    def function(*args: Any, **kwargs: Any) -> Any:
        return around(original, None, args, kwargs)

    return _finished(function, original)


def _method(original: FunctionType, around: Around) -> Callable[..., Any]:
    @functools.wraps(original)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return around(original.__get__(self, type(self)), self, args, kwargs)

    return _finished(method, original)


def _of_class(original: Any, around: Around) -> Any:
    kind = type(original)

    @functools.wraps(original.__func__)
    def method(*args: Any, **kwargs: Any) -> Any:
        if kind is staticmethod:
            return around(original.__func__, None, args, kwargs)
        return around(original.__get__(None, args[0]), args[0], args[1:], kwargs)

    return kind(_finished(method, original.__func__))


def _finished(function: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    """A wrapper that is a coroutine function where the original is one: libraries look."""
    if not inspect.iscoroutinefunction(original):
        return function

    @functools.wraps(original)
    async def awaited(*args: Any, **kwargs: Any) -> Any:
        return await function(*args, **kwargs)

    return awaited


class _Conditional:
    """A descriptor before another, so that the other still decides whether there is a method."""

    def __init__(self, original: Any, around: Around) -> None:
        self._original = original
        self._around = around
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
