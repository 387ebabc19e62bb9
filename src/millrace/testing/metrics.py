"""What every store must do with points of metrics."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import msgspec

from millrace.calls import (
    GetMetricHistory,
    GetMetricHistoryBulk,
    GetMetricHistoryBulkInterval,
    GetSeries,
    GetSeriesFrame,
    LogBatch,
    LogMetric,
    UpdateRun,
)
from millrace.model import Metric
from millrace.store import Store
from millrace.testing.making import new_experiment, new_run, refused, run_of


def _history(store: Store, run_id: str, key: str = "m") -> list[tuple[int, int, float]]:
    points = store.call(GetMetricHistory(run_id, key)).metrics
    return [(point.timestamp, point.step, point.value) for point in points]


class MetricsSuite:
    """Points: appended, reduced to the latest, read back whole, in pages and thinned out."""

    def test_the_latest_point_has_the_greatest_step_then_time_then_value(self, store: Store) -> None:
        run_id = new_run(store)
        for value, timestamp, step in ((1.0, 5, 3), (2.0, 9, 1), (3.0, 6, 3), (2.5, 6, 3), (9.0, 99, -5)):
            store.call(LogMetric(run_id, "m", value, timestamp, step))
        latest = run_of(store, run_id).data.metric_list
        assert [(one.key, one.value, one.timestamp, one.step) for one in latest] == [("m", 3.0, 6, 3)]
        together = new_run(store)
        store.call(LogBatch(together, [Metric("m", 1.0, 5, 3), Metric("m", 3.0, 6, 3), Metric("m", 2.5, 6, 3)]))
        assert run_of(store, together).data.metrics == {"m": 3.0}

    def test_a_history_is_in_the_order_of_time(self, store: Store) -> None:
        run_id = new_run(store)
        for value, timestamp, step in ((1.0, 5, 3), (2.0, 9, 1), (3.0, 5, 2)):
            store.call(LogMetric(run_id, "m", value, timestamp, step))
        assert _history(store, run_id) == [(5, 2, 3.0), (5, 3, 1.0), (9, 1, 2.0)]
        assert _history(store, run_id, "never logged") == []

    def test_nan_and_infinities_are_kept(self, store: Store) -> None:
        run_id = new_run(store)
        values = [math.nan, math.inf, -math.inf, 1e308, 5e-324, 0.1 + 0.2]
        store.call(LogBatch(run_id, [Metric(f"m{n}", value, 1, n) for n, value in enumerate(values)]))
        found = run_of(store, run_id).data.metrics
        assert [str(found[f"m{n}"]) for n in range(len(values))] == [str(value) for value in values]
        assert str(_history(store, run_id, "m0")[0][2]) == "nan"

    def test_the_same_point_twice_is_one_point(self, store: Store) -> None:
        run_id = new_run(store)
        for _ in range(3):
            store.call(LogMetric(run_id, "m", 0.5, 1, 1))
        store.call(LogBatch(run_id, [Metric("m", 0.5, 1, 1), Metric("m", 0.5, 1, 2)]))
        assert _history(store, run_id) == [(1, 1, 0.5), (1, 2, 0.5)]

    def test_extreme_steps_and_times(self, store: Store) -> None:
        run_id = new_run(store)
        store.call(LogMetric(run_id, "m", 1.0, 2**62, 2**63 - 1))
        store.call(LogMetric(run_id, "m", 1.0, 0, -(2**63)))
        assert _history(store, run_id) == [(0, -(2**63), 1.0), (2**62, 2**63 - 1, 1.0)]

    def test_a_history_in_pages(self, store: Store) -> None:
        run_id = new_run(store)
        points = [Metric("m", float(n % 5) - 2, n // 3, n % 3) for n in range(50)]
        store.call(LogBatch(run_id, points))
        seen: list[Metric] = []
        token = ""
        while True:
            page = store.call(GetMetricHistory(run_id, "m", token, 7))
            assert len(page.metrics) <= 7
            seen += page.metrics
            token = page.next_page_token or ""
            if not token:
                break
        assert seen == store.call(GetMetricHistory(run_id, "m")).metrics
        assert len(seen) == 50

    def test_an_absurd_page_token_is_refused(self, store: Store) -> None:
        run_id = new_run(store)
        for token in ("nonsense", "AAAA", "💥", "W10", "x" * 10_000):
            call = GetMetricHistory(run_id, "m", token, 7)
            refused(store, call, "INVALID_PARAMETER_VALUE", "page token")

    def test_histories_of_several_runs(self, store: Store) -> None:
        id_ = new_experiment(store)
        runs = [new_run(store, id_) for _ in range(3)]
        for offset, run_id in enumerate(runs):
            store.call(LogBatch(run_id, [Metric("m", float(n), n, n) for n in range(offset, 10)]))
        found = store.call(GetMetricHistoryBulk(runs, "m")).metrics
        assert {run: sum(one.run_id == run for one in found) for run in runs} == dict(
            zip(runs, (10, 9, 8), strict=True)
        )
        assert len(store.call(GetMetricHistoryBulk(runs, "m", 12)).metrics) == 12

    def test_thinned_histories_keep_both_ends(self, store: Store) -> None:
        id_ = new_experiment(store)
        runs = [new_run(store, id_) for _ in range(2)]
        store.call(LogBatch(runs[0], [Metric("m", float(n), n, n) for n in range(1000)]))
        store.call(LogBatch(runs[1], [Metric("m", float(n), n, n) for n in range(3, 500)]))
        found = store.call(GetMetricHistoryBulkInterval(runs, "m", max_results=10)).metrics
        steps = {run: [one.step for one in found if one.run_id == run] for run in runs}
        assert (steps[runs[0]][0], steps[runs[0]][-1]) == (0, 999)
        assert (steps[runs[1]][0], steps[runs[1]][-1]) == (3, 499)
        assert all(len(found) <= 13 for found in steps.values())
        part = store.call(GetMetricHistoryBulkInterval([runs[0]], "m", 100, 110)).metrics
        assert [one.step for one in part] == list(range(100, 111))

    def test_bad_requests_for_several_histories(self, store: Store) -> None:
        run_id = new_run(store)
        for call in (
            GetMetricHistoryBulkInterval([run_id] * 101, "m"),
            GetMetricHistoryBulkInterval([run_id], "m", 1),
            GetMetricHistoryBulkInterval([run_id], "m", 2, 1),
            GetMetricHistoryBulkInterval([run_id], "m", max_results=0),
            GetMetricHistoryBulkInterval([run_id], "m", max_results=2501),
        ):
            refused(store, call, "INVALID_PARAMETER_VALUE", ".")

    def test_a_long_history_is_whole_and_in_order(self, store: Store) -> None:
        run_id = new_run(store)
        for start in range(0, 36_000, 1000):
            points = [Metric("m", float(step % 11), 1000 + step, step) for step in range(start, start + 1000)]
            store.call(LogBatch(run_id, points))
        found = _history(store, run_id, "m")
        assert found == [(1000 + step, step, float(step % 11)) for step in range(36_000)]

    def test_many_series_are_read_in_columns(self, store: Store) -> None:
        one, other = new_run(store), new_run(store)
        for run_id, shift in ((one, 0), (other, 5000)):
            points = [
                Metric(key, float((step * 7) % 1000), 10_000 - step, step + shift)
                for step in range(500)
                for key in "ab"
            ]
            store.call(LogBatch(run_id, points))
        whole = store.call(GetSeries([one, other, "0" * 32], ["a", "b", "nothing"], max_points=0)).series
        assert [(found.run_id, found.key, found.count) for found in whole] == [
            (run_id, key, 500) for run_id in (one, other) for key in "ab"
        ]
        assert whole[0].steps == list(range(500))
        assert whole[0].timestamps == [10_000 - step for step in range(500)]
        assert whole[0].values == [float((step * 7) % 1000) for step in range(500)]
        (by_time,) = store.call(GetSeries([one], ["a"], by="time", max_points=0)).series
        assert by_time.timestamps == sorted(by_time.timestamps)
        (part,) = store.call(GetSeries([one], ["a"], first_step=10, last_step=19, first_time=9_985)).series
        assert part.steps == list(range(10, 16))

    def test_thinned_out_series_keep_their_ends_and_extremes(self, store: Store) -> None:
        run_id = new_run(store)
        values = [float(step % 10) for step in range(1000)]
        values[333], values[777], values[500] = 99.0, -99.0, math.nan
        store.call(LogBatch(run_id, [Metric("m", value, 1, step) for step, value in enumerate(values)]))
        (found,) = store.call(GetSeries([run_id], ["m"], max_points=40)).series
        assert found.count == 1000
        assert 10 <= len(found.steps) <= 40
        assert {0, 333, 777, 999} <= set(found.steps)
        assert found.steps == sorted(found.steps)
        assert all(found.values[place] == values[step] for place, step in enumerate(found.steps) if step != 500)

    def test_long_series_in_a_frame_keep_their_ends_extremes_and_odd_values(self, store: Store) -> None:
        run_id = new_run(store)
        values = [float(step % 101) for step in range(9000)]
        values[1234], values[8765], values[40] = 999.0, -999.0, math.nan
        values[5000], values[5001] = math.inf, -math.inf
        for start in range(0, 9000, 1000):
            part = range(start, start + 1000)
            store.call(LogBatch(run_id, [Metric("m", values[step], 5000 + 3 * step, step) for step in part]))
        store.call(UpdateRun(run_id, status="FINISHED"))
        for bounds, seen in (
            ({}, {0, 40, 1234, 5000, 5001, 8765, 8999}),
            ({"first_step": 1000, "last_step": 8800}, {1000, 1234, 5000, 5001, 8765, 8800}),
            (
                {"by": "time", "first_time": 5000 + 3 * 4999, "last_time": 5000 + 3 * 8800},
                {4999, 5000, 5001, 8765, 8800},
            ),
        ):
            call = msgspec.convert({"run_ids": [run_id], "keys": ["m"], "max_points": 70, **bounds}, GetSeriesFrame)
            head, steps, times, found = _framed(store.call(call).data)
            (plain,) = store.call(msgspec.convert(msgspec.to_builtins(call), GetSeries)).series
            assert head["count"] == plain.count
            # Not the same points: between the two, a server may have moved them to chunks.
            assert seen <= set(steps) & set(plain.steps)
            assert 10 <= head["n"] <= 70
            assert list(steps) == sorted(steps)
            assert list(times) == [5000 + 3 * step for step in steps]
            assert [repr(value) for value in found] == [repr(values[step]) for step in steps]


def _framed(data: bytes) -> tuple[dict[str, Any], list[int], list[int], tuple[float, ...]]:
    """The only series of a frame, as docs/explanation/series-frame.md describes it."""
    magic, length = struct.unpack_from("<4sI", data)
    assert magic == b"MSF1"
    (head,) = json.loads(data[8 : 8 + length])["series"]
    assert (head["step"], head["time"], head["value"]) == ("u32", "u32", "f64")
    n, place, columns = head["n"], 8 + length, []
    for _ in range(2):
        columns.append(struct.unpack_from(f"<{n}I", data, place))
        place += n * 4 + n % 2 * 4
    assert len(data) == place + 8 * n
    steps, times = (
        [start + one for one in column] for start, column in zip((head["step0"], head["time0"]), columns, strict=True)
    )
    return head, steps, times, struct.unpack_from(f"<{n}d", data, place)
