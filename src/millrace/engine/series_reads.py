"""The answers to GetSeries and GetSeriesFrame: many series in columns."""

from __future__ import annotations

from collections.abc import Iterator

from millrace.calls import GetSeries, GetSeriesFrame, SeriesAnswer, SeriesColumns, SeriesFrame
from millrace.engine import outlines, run_rows
from millrace.engine.outlines import Bounds
from millrace.engine.tx import Tx, answers
from millrace.errors import InvalidParameterValue
from millrace.series.columns import Columns, by_step
from millrace.series.frame import COLUMNS, Framed, encode_frame
from millrace.series.thin import thinned

MAX_SERIES = 10_000
POINTS_A_SECTION = 8
"""A chunk's section may stand for its points where there is one for every so many points that are asked for: half as
fine as what the points themselves would be thinned out to."""


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
    sections = max(1, call.max_points // POINTS_A_SECTION) if call.max_points else 0
    key_ids = {key: id_ for key in call.keys if (id_ := tx.key_id(key)) is not None}
    for run_id in call.run_ids:
        if run_id not in ids:
            continue
        found = outlines.series_of(tx, ids[run_id], list(key_ids.values()), _bounds(call), sections)
        for key in call.keys:
            count, points = found.get(key_ids.get(key, -1), (0, None))
            if points is not None and count:
                yield Framed(run_id, key, count, _thinned(points, call))


def _bounds(call: GetSeries | GetSeriesFrame) -> Bounds:
    return Bounds(call.first_step, call.last_step, call.first_time, call.last_time)


def _thinned(points: Columns, call: GetSeries | GetSeriesFrame) -> Columns:
    if call.by == "step":
        points = by_step(points)
    if not call.max_points:
        return points
    return thinned(points, points.steps if call.by == "step" else points.timestamps, call.max_points)
