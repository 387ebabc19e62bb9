"""Autologging of flavors that are not part of this package: what their authors build it from.

```python
@autologging_integration("mylib")
def autolog(log_models=True, disable=False, silent=False):
    def fit(original, self, *args, **kwargs):
        result = original(self, *args, **kwargs)
        mlflow.log_param("rounds", self.rounds)
        return result

    safe_patch("mylib", mylib.Model, "fit", fit, manage_run=True)
```
"""

from __future__ import annotations

import functools
import inspect
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import mlflow
from mlflow.autologging.options import current, enable
from mlflow.autologging.patching import Patches
from mlflow.autologging.safety import quietly
from mlflow.fluent.active import end_until
from mlflow.utils.mlflow_tags import MLFLOW_AUTOLOGGING

F = TypeVar("F", bound=Callable[..., Any])

_logger = logging.getLogger("mlflow.utils.autologging_utils")
_done: dict[tuple[str, int, str], Patches] = {}
_lock = threading.Lock()


def autologging_integration(name: str) -> Callable[[F], F]:
    """Make a function the `autolog` of a flavor: its arguments are kept, for `get_autologging_config`.

    The function is called whenever the user calls it, but for `disable=True`: then what it patched before does nothing
    until it is called again.

    Args:
        name: the flavor's, e.g. `"darts"`.
    """

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def autolog(*args: Any, **kwargs: Any) -> None:
            bound = inspect.signature(function).bind(*args, **kwargs)
            bound.apply_defaults()
            enable(name, dict(bound.arguments))
            options = current(name)
            if options is not None:
                with quietly(options.get("silent", False)):
                    function(*args, **kwargs)

        return autolog  # type: ignore[return-value]

    return decorate


def safe_patch(
    autologging_integration: str,
    destination: Any,
    function_name: str,
    patch_function: Callable[..., Any],
    manage_run: bool = False,
    extra_tags: dict[str, str] | None = None,
) -> None:
    """Have a function or method called through another one, while the flavor's autologging is on.

    The user gets what the original answers or raises, whatever the other does. An error of the other is a warning; when
    it had not called the original by then, the original is called. Patching again replaces what was patched before.

    Args:
        autologging_integration: the flavor.
        destination: the class or module.
        function_name: the method or function.
        patch_function: called with the original, then with what the original was called with: `self` first for methods.
        manage_run: start a run around the call when none is active, and end it.
        extra_tags: tags of the run that is started.

    Raises:
        AttributeError: the destination has nothing of that name.
        TypeError: it is neither a function nor a method.
    """
    flavor = autologging_integration
    with _lock:
        before = _done.pop((flavor, id(destination), function_name), None)
        if before is not None:
            before.undo()
        original = inspect.getattr_static(destination, function_name)
        if not inspect.isfunction(original):
            raise TypeError(f"{function_name!r} of {destination!r} is neither a function nor a method.")

        @functools.wraps(original)
        def replacement(*args: Any, **kwargs: Any) -> Any:
            options = current(flavor)
            if options is None or (options.get("exclusive") and mlflow.active_run() is not None):
                return original(*args, **kwargs)
            tags = {MLFLOW_AUTOLOGGING: flavor, **(extra_tags or {})} if manage_run else None
            with quietly(options.get("silent", False)), _run_around(flavor, tags) as outcome:
                return outcome.of(patch_function, original, args, kwargs)

        patches = _done[flavor, id(destination), function_name] = Patches()
        patches.attribute(destination, function_name, replacement)


class _Outcome:
    """What came of the original, and whether the patch around it went wrong."""

    def __init__(self, flavor: str) -> None:
        self.is_good = True
        self._flavor = flavor
        self._results: list[Any] = []
        self._error: BaseException | None = None

    def of(
        self, patch: Callable[..., Any], original: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Call the patch; answer or raise what the original did."""

        @functools.wraps(original)
        def watched(*inner: Any, **named: Any) -> Any:
            try:
                result = original(*inner, **named)
            except BaseException as error:
                self._error = error
                raise
            self._results.append(result)
            self._error = None  # the patch tried again, and it worked
            return result

        try:
            patch(watched, *args, **kwargs)
        except Exception as error:
            if error is not self._error:
                self._warn(error)
        if self._error is not None:
            raise self._error
        return self._results[-1] if self._results else original(*args, **kwargs)

    def _warn(self, error: Exception) -> None:
        self.is_good = False
        shown = _logger.isEnabledFor(logging.DEBUG)
        message = "Encountered unexpected error during %s autologging: %s"
        _logger.warning(message, self._flavor, error, exc_info=shown)


@contextmanager
def _run_around(flavor: str, tags: dict[str, str] | None) -> Iterator[_Outcome]:
    """A run that ends with the block, where tags for it are given and no run is active."""
    outcome = _Outcome(flavor)
    run_id = None
    if tags is not None and mlflow.active_run() is None:
        try:
            run_id = mlflow.start_run(tags=tags).info.run_id
            _logger.info("Created MLflow autologging run with ID '%s'.", run_id)
        except Exception as error:
            _logger.warning("Encountered unexpected error during %s autologging: %s", flavor, error)
    status = "FAILED"
    try:
        yield outcome
        status = "FINISHED" if outcome.is_good else "FAILED"
    finally:
        if run_id is not None:
            try:
                end_until(run_id, status)
            except Exception as error:
                _logger.warning("Encountered unexpected error during %s autologging: %s", flavor, error)
