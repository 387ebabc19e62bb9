"""A store that tests can shut, and short words for what they do with a journal in front of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from millrace.calls import Call, GetMetricHistory, LogMetric
from millrace.journal import Journaled
from millrace.store import Store


class Gate:
    """The real engine behind a door: calls can be refused before it, or their answers lost behind it."""

    def __init__(self, inner: Store) -> None:
        self.inner = inner
        self.before: Callable[[Call[Any]], None] = lambda call: None
        self.after: Callable[[Call[Any]], None] = lambda call: None
        self.seen: list[Call[Any]] = []

    def call(self, call: Call[Any]) -> Any:
        self.seen.append(call)
        self.before(call)
        answer = self.inner.call(call)
        self.after(call)
        return answer

    def close(self) -> None:
        self.inner.close()


def journaled(gate: Gate, folder: Path, name: str = "http://server") -> Journaled:
    return Journaled(gate, folder, name)


def log(store: Store, run_id: str, count: int, key: str = "loss", start: int = 0) -> None:
    for step in range(start, start + count):
        store.call(LogMetric(run_id, key, step / 3, 1000 + step, step))


def steps(store: Store, run_id: str, key: str = "loss") -> list[int]:
    return [point.step for point in store.call(GetMetricHistory(run_id, key)).metrics]
