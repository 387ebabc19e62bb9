"""`mlflow.autolog`: autologging of every library that has a flavor, now or when it is imported."""

from __future__ import annotations

import importlib
import inspect
import logging
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

_logger = logging.getLogger("mlflow.tracking.fluent")

FLAVORS: dict[str, str] = {"sklearn": "mlflow.sklearn"}
"""The libraries that can be logged, and the module whose `autolog` does it."""


def autolog(
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    log_traces: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    extra_tags: dict[str, str] | None = None,
    exclude_flavors: list[str] | None = None,
) -> None:
    """Log what every supported library trains, without further calls; for libraries not yet imported, from then on.

    Args:
        log_input_examples: log a few rows of the input with each model.
        log_model_signatures: log the signature of each model.
        log_models: log the models.
        log_datasets: log what they were trained on.
        log_traces: accepted for compatibility: no supported library has traces yet.
        disable: stop autologging instead.
        exclusive: do not log to runs that the user started.
        disable_for_unsupported_versions: leave library versions alone that were not tested.
        silent: show neither events nor warnings of autologging.
        extra_tags: tags for every run that autologging starts.
        exclude_flavors: flavors to leave alone, e.g. `["sklearn"]`.
    """
    options = dict(locals())
    excluded = options.pop("exclude_flavors") or ()
    for library, flavor in FLAVORS.items():
        if flavor.removeprefix("mlflow.") in excluded:
            continue
        if library in sys.modules:
            _enable(flavor, options)
        else:
            _Finder.install().waiting[library] = lambda flavor=flavor: _enable(flavor, options)


def _enable(flavor: str, options: dict[str, Any]) -> None:
    try:
        function = importlib.import_module(flavor).autolog
        known = inspect.signature(function).parameters
        function(**{name: value for name, value in options.items() if name in known})
    except Exception as error:
        # A library must be importable whatever happens to its logging.
        if not options["silent"]:
            _logger.warning("Exception raised while enabling autologging for %s: %s", flavor, error)
        return
    if not options["silent"] and not options["disable"]:
        _logger.info("Autologging successfully enabled for %s.", flavor.removeprefix("mlflow."))


class _Finder:
    """Finds the libraries that are waited for, as Python would, and calls back when one has been imported."""

    def __init__(self) -> None:
        self.waiting: dict[str, Callable[[], None]] = {}

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
            then = self.waiting.pop(name, None)
            if then is not None:
                then()

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec
