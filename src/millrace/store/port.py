"""The port: what a store is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar, runtime_checkable

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


@runtime_checkable
class GroupingStore(Store, Protocol):
    """A store that can answer calls together: for one whose commits cost more than its answers.

    A server hands it the writes that arrive at the same time. Only a store that keeps all of the promises of `Store`
    for each of the calls may offer this, so wrappers that treat some calls specially do not.
    """

    gains_by_groups: bool
    """Whether writes that arrive together are faster together than each in a thread of its own."""

    def call_many(self, calls: Sequence[Call[Any]]) -> list[Any]:
        """Answer calls, in their order, with one commit: for each, its answer or the exception that `call` would
        raise. One that is refused changes nothing, and nothing for the others."""
        ...

    def try_call_many(self, calls: Sequence[Call[Any]]) -> list[Any] | None:
        """As `call_many`, for a thread that others wait for: None, and nothing is done, where it would have to wait
        for another writer, a disk or a network."""
        ...
