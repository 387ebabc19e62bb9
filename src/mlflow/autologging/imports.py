"""Doing something once a library is there: at once where it is imported already, else when it has been imported."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_lock = threading.RLock()


def when_imported(module: str, then: Callable[[], None], *, key: str) -> None:
    """Call a function when a module has been imported, at the latest at the end of its import; now, if it was before.

    Args:
        module: its full name, e.g. `"lightning.pytorch"`.
        then: what is called, once; it must not raise: the user's import would.
        key: who waits: a later call with the same key and module replaces an earlier one.
    """
    if module in sys.modules:
        then()
        return
    with _lock:
        _Finder.install().waiting.setdefault(module, {})[key] = then


class _Finder:
    """Finds the libraries that are waited for, as Python would, and calls back when one has been imported."""

    def __init__(self) -> None:
        self.waiting: dict[str, dict[str, Callable[[], None]]] = {}

    @classmethod
    def install(cls) -> _Finder:
        """The one finder of this process."""
        for finder in sys.meta_path:
            if isinstance(finder, cls):
                return finder
        finder = cls()
        sys.meta_path.insert(0, finder)  # type: ignore[arg-type]
        return finder

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder`."""
        if name not in self.waiting:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            with _lock:
                waiting = self.waiting.pop(name, {})
            for then in waiting.values():
                then()

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec
