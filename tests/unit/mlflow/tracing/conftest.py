"""What tests of recording share: a store that remembers what it was told, instead of a real one."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

import mlflow
import mlflow.tracing
from millrace.calls import TracePart
from millrace.model import Span
from mlflow.tracing import going


class Told:
    """The records that a process wrote, in their order, and the spans as they were last."""

    def __init__(self) -> None:
        self.records: list[tuple[TracePart, Span]] = []

    def append(self, uri: str, part: TracePart, span: Span) -> None:
        """Take a record as a store does: as it is encoded now."""
        self.records.append((part, msgspec.json.decode(msgspec.json.encode(span), type=Span)))

    @property
    def spans(self) -> dict[str, Span]:
        """The spans by name; of each its last record."""
        return {span.name: span for _, span in self.records}

    @property
    def span(self) -> Span:
        """The one span that there is."""
        (span,) = self.spans.values()
        return span

    @property
    def part(self) -> TracePart:
        """What was said last about a trace."""
        return self.records[-1][0]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """What is recorded in this test."""
    store = Told()
    monkeypatch.setattr(going, "append", store.append)
    yield store
    mlflow.tracing.reset()
    mlflow.tracing.configure(span_processors=[])
