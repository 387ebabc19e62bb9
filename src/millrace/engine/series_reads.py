"""The answer to GetSeries: many series in columns."""

from __future__ import annotations

from millrace.calls import GetSeries, SeriesAnswer, SeriesColumns
from millrace.engine import chunks, run_rows
from millrace.engine.tx import Tx, answers
from millrace.errors import InvalidParameterValue
from millrace.series.columns import between_steps, between_times, by_step
from millrace.series.thin import thinned

MAX_SERIES = 10_000


@answers(GetSeries)
def get_series(tx: Tx, call: GetSeries) -> SeriesAnswer:
    """Get series in columns."""
    if len(call.run_ids) * len(call.keys) > MAX_SERIES:
        raise InvalidParameterValue(
            f"One call reads at most {MAX_SERIES} series; {len(call.run_ids)} runs with {len(call.keys)} metrics each "
            "are more. Ask in several calls."
        )
    if call.max_points < 0:
        raise InvalidParameterValue(f"max_points must be 0 (for all points) or more, not {call.max_points}.")
    ids = run_rows.ids(tx, call.run_ids)
    found = []
    for run_id in call.run_ids:
        for key in call.keys:
            if run_id in ids:
                one = _read(tx, ids[run_id], run_id, key, call)
                if one.count:
                    found.append(one)
    return SeriesAnswer(found)


def _read(tx: Tx, run: int, run_id: str, key: str, call: GetSeries) -> SeriesColumns:
    points = between_steps(chunks.history(tx, run, key), call.first_step, call.last_step)
    points = between_times(points, call.first_time, call.last_time)
    if call.by == "step":
        points = by_step(points)
    kept = points
    if call.max_points:
        kept = thinned(points, points.steps if call.by == "step" else points.timestamps, call.max_points)
    return SeriesColumns(run_id, key, len(points), kept.steps.tolist(), kept.timestamps.tolist(), kept.values.tolist())
