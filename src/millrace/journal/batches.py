"""Sending to a server that keeps no positions, such as MLflow's own.

It stores the same point once however often it is sent, so a mark beside the segment is enough.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from millrace.calls import LogBatch, SeriesName
from millrace.errors import MlflowException
from millrace.journal.format import Columns
from millrace.model import Metric
from millrace.model.limits import MAX_METRICS_PER_BATCH
from millrace.store import Store

_REFUSALS = frozenset(
    {"INVALID_PARAMETER_VALUE", "BAD_REQUEST", "MALFORMED_REQUEST", "RESOURCE_DOES_NOT_EXIST", "INVALID_STATE"}
)


def send(store: Store, series: Sequence[SeriesName], points: Columns) -> dict[int, tuple[str, str]]:
    """Send points as LogBatch calls; returns the series that were refused, with code and reason.

    Raises:
        MlflowException: the server cannot say now.
    """
    refused: dict[int, tuple[str, str]] = {}
    for run_id, indexes in _by_run(series, points).items():
        for start in range(0, len(indexes), MAX_METRICS_PER_BATCH):
            part = indexes[start : start + MAX_METRICS_PER_BATCH]
            error = _send_part(store, run_id, series, points, part)
            if error is None:
                continue
            # One bad series must not take the others with it.
            for number in dict.fromkeys(points.which[index] for index in part):
                mine = [index for index in part if points.which[index] == number]
                error = _send_part(store, run_id, series, points, mine)
                if error is not None:
                    refused[number] = (error.error_code, error.message)
    return refused


def _by_run(series: Sequence[SeriesName], points: Columns) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for index, number in enumerate(points.which):
        found.setdefault(series[number].run_id, []).append(index)
    return found


def _send_part(
    store: Store, run_id: str, series: Sequence[SeriesName], points: Columns, indexes: Sequence[int]
) -> MlflowException | None:
    try:
        store.call(LogBatch(run_id, list(_metrics(series, points, indexes))))
    except MlflowException as error:
        if error.error_code not in _REFUSALS:
            raise
        return error
    return None


def _metrics(series: Sequence[SeriesName], points: Columns, indexes: Sequence[int]) -> Iterator[Metric]:
    for index in indexes:
        name = series[points.which[index]]
        yield Metric(
            name.key,
            points.values[index],
            points.timestamps[index],
            points.steps[index],
            name.model_id or None,
            name.dataset_name or None,
            name.dataset_digest or None,
            name.run_id if name.model_id else None,
        )


def position(segment: Path) -> int:
    """How far a segment was sent; 0 when it was not."""
    try:
        return int(segment.with_suffix(".sent").read_text("ascii"))
    except (OSError, ValueError):
        return 0


def set_position(segment: Path, end: int) -> None:
    """Remember how far a segment was sent."""
    making = segment.with_suffix(".sent.new")
    making.write_text(str(end), "ascii")
    os.replace(making, segment.with_suffix(".sent"))


def forget_position(segment: Path) -> None:
    """Remove the mark of a segment that was sent whole."""
    with contextlib.suppress(OSError):
        segment.with_suffix(".sent").unlink()
