"""What every store must do with journalled points."""

from __future__ import annotations

import math

from millrace.calls import DeleteRun, GetMetricHistory, Ingest, Ingested, SeriesName
from millrace.model import Metric
from millrace.store import Store
from millrace.testing.making import new_run, unique


def _batch(writer: str, start: int, run_id: str, values: list[float], key: str = "loss") -> Ingest:
    """One series; the positions count points."""
    steps = list(range(start, start + len(values)))
    times = [1000 + step for step in steps]
    return Ingest(
        writer, start, start + len(values), [SeriesName(run_id, key)], [0] * len(values), steps, times, values
    )


def _history(store: Store, run_id: str, key: str) -> list[Metric]:
    return store.call(GetMetricHistory(run_id, key)).metrics


class IngestSuite:
    """Journals of writers: their points are stored once, whatever is sent again."""

    def test_points_of_a_journal_are_stored_once(self, store: Store) -> None:
        run_id, writer = new_run(store), unique("writer")
        assert store.call(Ingest(writer)) == Ingested(0)
        first = _batch(writer, 0, run_id, [1.0, math.inf, math.nan])
        assert store.call(first) == Ingested(3)
        assert store.call(first) == Ingested(3)
        assert store.call(_batch(writer, 3, run_id, [0.5])) == Ingested(4)
        assert [point.value for point in _history(store, run_id, "loss")][:2] == [1.0, math.inf]
        assert [point.step for point in _history(store, run_id, "loss")] == [0, 1, 2, 3]
        assert store.call(Ingest(writer)) == Ingested(4)

    def test_a_gap_stores_nothing_and_says_where_the_store_is(self, store: Store) -> None:
        run_id, writer = new_run(store), unique("writer")
        store.call(_batch(writer, 0, run_id, [1.0]))
        assert store.call(_batch(writer, 5, run_id, [2.0])) == Ingested(1)
        assert len(_history(store, run_id, "loss")) == 1

    def test_series_that_cannot_be_stored_do_not_stop_the_others(self, store: Store) -> None:
        run_id, deleted = new_run(store), new_run(store)
        store.call(DeleteRun(deleted))
        series = [
            SeriesName(run_id, "good"),
            SeriesName(deleted, "m"),
            SeriesName(run_id, "bad!"),
            SeriesName("0" * 32, "m"),
        ]
        answer = store.call(Ingest(unique("writer"), 0, 9, series, [0, 1, 2, 3], [1] * 4, [1] * 4, [1.0] * 4))
        assert answer.position == 9
        assert [(one.series, one.error_code) for one in answer.refused] == [
            (1, "INVALID_PARAMETER_VALUE"),
            (2, "INVALID_PARAMETER_VALUE"),
            (3, "RESOURCE_DOES_NOT_EXIST"),
        ]
        assert len(_history(store, run_id, "good")) == 1
