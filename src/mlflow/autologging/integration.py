"""An integration: one library whose calls are logged by themselves, from the `autolog` of its flavor.

```python
def autolog(log_models: bool = True, disable: bool = False, silent: bool = False, …) -> None:
    \"\"\"Log every training of a booster from now on.\"\"\"
    INTEGRATION.enable(locals())


def _train(call: Call) -> Generator[None, None, None]:
    run = call.run()  # the active run, or one that ends with the call
    run.log_params(call.argument("params"))
    call.put("callbacks", [*(call.argument("callbacks") or ()), _Callback(run)])
    yield  # here the user's call happens
    with call.safely("log the model"):
        log_model(call.result, name="model")


def _patch() -> None:
    INTEGRATION.watch(library("booster"), "train", _train)


INTEGRATION = Integration("booster", _patch, module="booster", supported=("2.0", "4"))
```
"""

from __future__ import annotations

import functools
import inspect
import logging
import threading
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, TypeVar

from mlflow.autologging.calls import Call, Hook, HookedCall
from mlflow.autologging.options import current, enable
from mlflow.autologging.patching import Patches
from mlflow.autologging.safety import Logging, inside, is_inside, quietly, safely
from mlflow.autologging.versions import is_supported
from mlflow.environment.libraries import library, version_of

Kind = TypeVar("Kind", bound=type)

_logger = logging.getLogger("mlflow.utils.autologging_utils")


class Integration:
    """What is patched in one library, and the options that hold.

    Args:
        name: the flavor's, e.g. `"xgboost"`: the key of `get_autologging_config`, and the tag of runs.
        patch: patches the library, by `watch`, `trace` and `mute`; called by each `enable`, patching twice is once.
        module: what the library is imported by, e.g. `"xgboost"`.
        package: what it is installed by, where that differs.
        supported: the first version that this was made for, and the first that it was not tried with.
    """

    def __init__(
        self,
        name: str,
        patch: Callable[[], None],
        *,
        module: str,
        package: str | None = None,
        supported: tuple[str, str],
    ) -> None:
        self.name = name
        self.module = module
        self.package = package or module.partition(".")[0]
        self.supported = supported
        self.patches = Patches()
        self._patch = patch
        self._lock = threading.RLock()

    # -- options ------------------------------------------------------------------------------------------------
    def enable(self, options: Mapping[str, Any]) -> None:
        """Let the options of an `autolog` call hold, and patch the library; with `disable`, put it back as it was.

        Options that every integration knows: `disable`, `exclusive` (log nothing while a run is active that the user
        started), `disable_for_unsupported_versions`, `silent` (show no messages), `extra_tags` (of its runs).

        Raises:
            ModuleNotFoundError: the library is not installed.
        """
        options = dict(options)
        with self._lock, quietly(bool(options.get("silent"))):
            if not options.get("disable"):
                library(self.module, package=self.package)
                options["disable"] = not self._accepts_version(bool(options.get("disable_for_unsupported_versions")))
            enable(self.name, options)
            if options["disable"]:
                self.patches.undo()
            else:
                self._patch_or_leave(options)

    @property
    def options(self) -> dict[str, Any] | None:
        """The options that hold; None when nothing is to be logged."""
        return current(self.name)

    def _patch_or_leave(self, options: dict[str, Any]) -> None:
        try:
            self._patch()
        except Exception as error:
            version = version_of(self.package, self.module)
            if is_supported(version, *self.supported):
                raise
            # A script that works with a newer version must not stop because of what could be logged of it.
            self.patches.undo()
            enable(self.name, {**options, "disable": True})
            _logger.warning("%s %s is not logged, it is too different: %s", self.package, version, error)

    def _accepts_version(self, strictly: bool) -> bool:
        version = version_of(self.package, self.module)
        if is_supported(version, *self.supported):
            return True
        if strictly:
            _logger.warning("%s %s is not supported by autologging, which is disabled.", self.package, version)
            return False
        _logger.warning(
            "%s %s was not tried with autologging, which is made for versions from %s and before %s. Pass "
            "`disable_for_unsupported_versions=True` to have nothing logged with others.",
            *(self.package, version, *self.supported),
        )
        return True

    # -- patch points -------------------------------------------------------------------------------------------
    def watch(self, owner: type | ModuleType, name: str, hook: Hook) -> None:
        """Log calls of a function or method; what they call themselves is not logged: a training is one training.

        Args:
            owner: the class or module.
            name: the method or function; methods that a class inherits are patched in this class only.
            hook: see `mlflow.autologging.calls`.
        """
        self._put(owner, name, hook, nested=False)

    def trace(self, owner: type | ModuleType, name: str, hook: Hook) -> None:
        """Log calls of a function or method, within others that are logged too; coroutine functions likewise."""
        self._put(owner, name, hook, nested=True)

    def mute(self, owner: type | ModuleType, name: str) -> None:
        """Log nothing of what a function or method calls."""

        def around(call: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            with inside():
                return call(*args, **kwargs)

        self.patches.call(owner, name, around)

    def see_later_classes(self, base: type, look: Callable[[type], None]) -> None:
        """Look at each class that is made of a base from now on, e.g. to patch it; a base that does so itself is left.

        Args:
            base: the class that they are made of.
            look: is called with each.
        """
        if "__init_subclass__" in base.__dict__:
            return

        def __init_subclass__(cls: type, **kwargs: Any) -> None:
            super(base, cls).__init_subclass__(**kwargs)  # type: ignore[misc]
            with safely(self.name, f"watch {cls.__name__}"):
                if self.options is not None:
                    look(cls)

        self.patches.attribute(base, "__init_subclass__", classmethod(__init_subclass__))

    def _put(self, owner: type | ModuleType, name: str, hook: Hook, *, nested: bool) -> None:
        def around(call: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            options = current(self.name)
            if options is None or (is_inside() and not nested):
                return call(*args, **kwargs)
            seen = Call(self.name, options, call, instance, args, kwargs)
            return _run(call, HookedCall(seen, hook, nested=nested))

        def around_async(call: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            options = current(self.name)
            if options is None or (is_inside() and not nested):
                return call(*args, **kwargs)
            seen = Call(self.name, options, call, instance, args, kwargs)
            return _run_async(call, HookedCall(seen, hook, nested=nested))

        original = inspect.unwrap(getattr(owner, name, None) or hook)
        self.patches.call(owner, name, around_async if inspect.iscoroutinefunction(original) else around)


def _run(function: Callable[..., Any], hooked: HookedCall) -> Any:
    args, kwargs = hooked.begin()
    try:
        with hooked.around():
            result = function(*args, **kwargs)
    except BaseException as error:
        hooked.fail(error)
        raise
    return hooked.finish(result)


async def _run_async(function: Callable[..., Any], hooked: HookedCall) -> Any:
    args, kwargs = hooked.begin()
    try:
        with hooked.around():
            result = await function(*args, **kwargs)
    except BaseException as error:
        hooked.fail(error)
        raise
    return hooked.finish(result)


def safe_callbacks(flavor: str) -> Callable[[Kind], Kind]:
    """Make the methods of a class safe, which a library calls during a training: what they raise is a warning.

    A class decorator, for callbacks that a hook hands to the library. Methods that the class itself defines are
    covered; one that fails answers None, and it is said once for each object.

    Args:
        flavor: the integration's name.
    """

    def decorate(kind: Kind) -> Kind:
        for name, value in list(vars(kind).items()):
            if inspect.isfunction(value) and not (name.startswith("__") and name != "__call__"):
                setattr(kind, name, _safe(flavor, value))
        return kind

    return decorate


def _safe(flavor: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def safe(self: Any, *args: Any, **kwargs: Any) -> Any:
        options = current(flavor) or {}
        with Logging(bool(options.get("silent"))):
            try:
                return method(self, *args, **kwargs)
            except Exception as error:
                said = self.__dict__.setdefault("_mlflow_said", set())
                if method.__name__ not in said:
                    said.add(method.__name__)
                    _logger.warning(
                        "Encountered unexpected error during %s autologging: %s could not be logged: %s",
                        *(flavor, method.__name__, error),
                        exc_info=_logger.isEnabledFor(logging.DEBUG),
                    )
        return None

    return safe
