"""Breaking what autologging does, at every point in turn: the training must not notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar
from unittest import mock

import mlflow
from mlflow.autologging import calls, runs
from mlflow.client import MlflowClient
from mlflow.client.afterwards import settle

Answer = TypeVar("Answer")


class SabotageError(Exception):
    """What is raised where autologging does something; nobody else raises it."""


def points() -> list[tuple[Any, str]]:
    """Every method that autologging reaches the store by."""
    names = [name for name in dir(MlflowClient) if not name.startswith("_") and callable(getattr(MlflowClient, name))]
    found: list[tuple[Any, str]] = [(MlflowClient, name) for name in names]
    own = [name for name, value in vars(runs.AutologgedRun).items() if not name.startswith("_") and callable(value)]
    found += [(runs.AutologgedRun, name) for name in own if name != "end"]
    return [*found, (calls.Call, "run"), (calls.Call, "argument")]


@contextmanager
def broken_at(index: int | None) -> Iterator[list[str]]:
    """Raise at the call with this number, counted from 0, of those that autologging makes; None: raise nowhere.

    Yields:
        What was called so far.
    """
    seen: list[str] = []
    with ExitStack() as patches:
        for owner, name in points():
            patches.enter_context(mock.patch.object(owner, name, _counting(getattr(owner, name), name, seen, index)))
        yield seen
        settle()  # what is done after the training is broken, too


def _counting(method: Callable[..., Any], name: str, seen: list[str], index: int | None) -> Callable[..., Any]:
    def counted(*args: Any, **kwargs: Any) -> Any:
        seen.append(name)
        if index is not None and len(seen) - 1 == index:
            raise SabotageError(f"{name}, call {index}")
        return method(*args, **kwargs)

    return counted


def sabotage(
    train: Callable[[], Answer], expected: Answer, same: Callable[[Answer, Answer], bool] | None = None
) -> int:
    """Train again and again, with one call that autologging makes broken: of each kind the first, and the last.

    Answers how many calls there were.

    Args:
        train: a whole training, from new objects; answers something that shows that it worked.
        expected: what it answers.
        same: whether two answers are the same; equality by default.

    Raises:
        AssertionError: a training answered something else. An error of `train` is raised as it is.
    """
    same = same or (lambda one, other: bool(one == other))
    with broken_at(None) as seen:
        assert same(train(), expected), "the training answers something else with autologging on"
    assert seen, "autologging is not on: it called nothing"
    last = {name: index for index, name in enumerate(seen)}
    first = {name: seen.index(name) for name in last}
    for index in sorted({*first.values(), *last.values()}):
        with broken_at(index) as reached:
            answer = train()
        assert same(answer, expected), f"with {reached[index]} broken (call {index}) the training answers {answer!r}"
        assert mlflow.active_run() is None, f"with {reached[index]} broken (call {index}) a run stays open"
    return len(seen)
