"""One call of a patched function: what a hook sees of it, and how the hook is kept from harming it.

A *hook* is a generator function of a `Call` that yields once. What it does before its `yield` is done before the user's
call, what it does after it afterwards; the user's call itself happens in between, and neither its answer nor its error
can be lost by what a hook does. A hook that returns without yielding leaves the call alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import mlflow
from mlflow.autologging.patching import argument, positional
from mlflow.autologging.runs import AutologgedRun
from mlflow.autologging.safety import Logging, inside, safely, warn

Hook = Callable[["Call"], Generator[None, None, None]]


class NotLoggedError(Exception):
    """Nothing is to be logged of a call: raised by `Call.run`, and for nobody outside of this package."""


class Call:
    """One call of a patched function or method, from one thread.

    Attributes:
        flavor: the integration's name.
        options: those of its `autolog`.
        function: what was patched, bound to its object.
        owner: the object (or class) of a method; None for functions.
        args: arguments by position; a hook may change them before it yields.
        kwargs: arguments by name, likewise.
        result: what the call answered, once the hook goes on; a hook that sets it changes what the user gets.
    """

    def __init__(
        self,
        flavor: str,
        options: dict[str, Any],
        function: Callable[..., Any],
        owner: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        self.flavor = flavor
        self.options = options
        self.function = function
        self.owner = owner
        self.args = args
        self.kwargs = dict(kwargs)
        self.result: Any = None
        self._run: AutologgedRun | None = None

    def argument(self, name: str) -> Any:
        """What was passed for a parameter; None where it was not passed, or there is no such parameter."""
        return argument(self.function, name, self.args, self.kwargs)

    def arguments(self) -> dict[str, Any]:
        """What the call gets by the names of parameters, defaults included; what `**kwargs` takes by its own names.

        Raises:
            TypeError: the function does not take these arguments.
        """
        bound = inspect.signature(self.function).bind(*self.args, **self.kwargs)
        bound.apply_defaults()
        found: dict[str, Any] = {}
        for name, value in bound.arguments.items():
            if bound.signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
                found |= value
            else:
                found[name] = value
        return found

    def put(self, name: str, value: Any) -> None:
        """Pass something else for a parameter, by position where the user did."""
        names = positional(self.function)
        if name not in self.kwargs and name in names[: len(self.args)]:
            index = names.index(name)
            self.args = (*self.args[:index], value, *self.args[index + 1 :])
        else:
            self.kwargs[name] = value

    def run(self) -> AutologgedRun:
        """The run that this call is logged to: the active one, or one that is started now and ends with the call.

        Call it before anything else is done: with the option `exclusive` and a run of the user's active, nothing of
        the call is logged, and the hook ends here.
        """
        if self._run is None:
            if self.options.get("exclusive") and mlflow.active_run() is not None:
                raise NotLoggedError
            self._run = AutologgedRun.begin(self.flavor, self.options.get("extra_tags"))
        return self._run

    def log_training_data(self, describe: Callable[[], Any]) -> Any:
        """Log what is trained on as a dataset, if datasets are to be logged.

        Args:
            describe: makes the dataset; None where it cannot be described.

        Returns:
            The dataset, or None.
        """
        dataset = None
        if self.options["log_datasets"]:
            with self.safely("log the dataset"):
                dataset = describe()
                if dataset is not None:
                    self.run().log_dataset(dataset, "train")
        return dataset

    def safely(self, what: str) -> AbstractContextManager[None]:
        """Have a part of the hook that fails be a warning, and the rest of the hook still be done.

        Args:
            what: what is tried, e.g. `"log the model"`.
        """
        return safely(self.flavor, what)

    def end_run(self, status: str) -> None:
        """End the run, where this call started it."""
        if self._run is not None:
            with safely(self.flavor, "end the run"):
                self._run.end(status)


class HookedCall:
    """A call with its hook around it.

    Args:
        call: the call.
        hook: the hook.
        nested: whether what is called during the call is logged by itself, as spans are; trainings are not.
    """

    def __init__(self, call: Call, hook: Hook, *, nested: bool) -> None:
        self._call = call
        self._hook = hook
        self._nested = nested
        self._given = (call.args, call.kwargs.copy())
        self._steps: Generator[None, None, None] | None = None
        self._is_left_alone = False

    def begin(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Do what the hook does before the call; answers the arguments of the call."""
        with self._own():
            steps = self._hook(self._call)
            try:
                next(steps)
                self._steps = steps
                return self._call.args, self._call.kwargs
            except (StopIteration, NotLoggedError):
                self._is_left_alone = True
            except Exception as error:
                warn(self._call.flavor, self._what(), error)
                self._call.end_run("FAILED")
            except BaseException:
                self._call.end_run("FAILED")
                raise
        return self._given

    def around(self) -> AbstractContextManager[None]:
        """What holds during the call itself."""
        return nullcontext() if self._nested or self._is_left_alone else inside()

    def finish(self, result: Any) -> Any:
        """Do what the hook does after the call; answers what the user gets."""
        if self._steps is None:
            return result
        self._call.result = result
        status = "FAILED"
        with self._own():
            try:
                next(self._steps, None)
                self._steps.close()
                status = "FINISHED"
                return self._call.result
            except Exception as error:
                warn(self._call.flavor, self._what(), error)
                return result
            finally:
                self._call.end_run(status)

    def fail(self, error: BaseException) -> None:
        """Let the hook see the error of the call, which the caller then raises."""
        if self._steps is None:
            return
        with self._own():
            try:
                self._steps.throw(error)
                self._steps.close()
            except BaseException as other:
                if other is not error and not isinstance(other, StopIteration):
                    if not isinstance(other, Exception):
                        raise
                    warn(self._call.flavor, self._what(), other)
            finally:
                self._call.end_run("FAILED")

    def _what(self) -> str:
        function, owner = self._call.function, self._call.owner
        name = getattr(function, "__name__", "a call")
        return f"log {name if owner is None else f'{type(owner).__name__}.{name}'}"

    def _own(self) -> AbstractContextManager[None]:
        """What holds while the hook does something."""
        return Logging(bool(self._call.options.get("silent")))
