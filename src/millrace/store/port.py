"""The port: what a store is."""

from __future__ import annotations

from typing import Protocol, TypeVar

from millrace.calls import Call

R = TypeVar("R")


class Store(Protocol):
    """Anything that answers calls.

    Thread safety: `call` may be called from any number of threads at once, and after a fork in the child.
    Ownership: calls and answers are frozen; nobody changes them.
    Atomicity: a call is done whole or, when it raises, not at all. When it returns, its effect survives the death
    of this process, and every later call on the same storage sees it, from any process.
    Raises: `MlflowException` with one of MLflow's codes, whatever the store; never an error of a library below.
    """

    def call(self, call: Call[R]) -> R:
        """Answer a call."""
        ...

    def close(self) -> None:
        """Let go of files and connections; calling it twice is harmless, calling a closed store opens it again."""
        ...
