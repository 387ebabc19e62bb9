"""The answers to GetSeries and GetSeriesFrame: many series in columns."""

from __future__ import annotations

from collections.abc import Iterator

from millrace.calls import GetSeries, GetSeriesFrame, SeriesAnswer, SeriesColumns, SeriesFrame
from millrace.engine import chunks, run_rows
from millrace.engine.tx import Tx, answers
from millrace.errors import InvalidParameterValue
from millrace.series.columns import between_steps, between_times, by_step
from millrace.series.frame import COLUMNS, Framed, encode_frame
from millrace.series.thin import thinned

MAX_SERIES = 10_000


@answers(GetSeries)
def get_series(tx: Tx, call: GetSeries) -> SeriesAnswer:
    """Get series in columns."""
    return SeriesAnswer(
        [
            SeriesColumns(
                one.run_id,
                one.key,
                one.count,
                one.points.steps.tolist(),
                one.points.timestamps.tolist(),
                one.points.values.tolist(),
            )
            for one in _found(tx, call)
        ]
    )


@answers(GetSeriesFrame)
def get_series_frame(tx: Tx, call: GetSeriesFrame) -> SeriesFrame:
    """Get series as the bytes that charts are drawn from."""
    return SeriesFrame(encode_frame(list(_found(tx, call)), call.columns or COLUMNS))


def _found(tx: Tx, call: GetSeries | GetSeriesFrame) -> Iterator[Framed]:
    if len(call.run_ids) * len(call.keys) > MAX_SERIES:
        raise InvalidParameterValue(
            f"One call reads at most {MAX_SERIES} series; {len(call.run_ids)} runs with {len(call.keys)} metrics each "
            "are more. Ask in several calls."
        )
    if call.max_points < 0:
        raise InvalidParameterValue(f"max_points must be 0 (for all points) or more, not {call.max_points}.")
    ids = run_rows.ids(tx, call.run_ids)
    for run_id in call.run_ids:
        for key in call.keys:
            if run_id in ids:
                one = _read(tx, ids[run_id], run_id, key, call)
                if one.count:
                    yield one


def _read(tx: Tx, run: int, run_id: str, key: str, call: GetSeries | GetSeriesFrame) -> Framed:
    points = between_steps(chunks.history(tx, run, key), call.first_step, call.last_step)
    points = between_times(points, call.first_time, call.last_time)
    if call.by == "step":
        points = by_step(points)
    kept = points
    if call.max_points:
        kept = thinned(points, points.steps if call.by == "step" else points.timestamps, call.max_points)
    return Framed(run_id, key, len(points), kept)
