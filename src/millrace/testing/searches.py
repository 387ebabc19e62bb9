"""What every store must do with searches of runs."""

from __future__ import annotations

import math

from millrace.calls import CountRuns, DeleteRun, LogBatch, LogInputs, SearchRuns, UpdateRun
from millrace.model import Dataset, DatasetInput, InputTag, Metric, MetricSummary, Param
from millrace.store import Store
from millrace.testing.making import new_experiment, new_run, refused, run_of


def _runs(store: Store, count: int = 6) -> tuple[str, list[str]]:
    """An experiment of runs; run n starts at n, has metric acc = n/10, param lr = 'n', tag even."""
    id_ = new_experiment(store)
    ids = []
    for n in range(count):
        run_id = new_run(store, id_, start_time=n, tags={"even": str(n % 2 == 0), "Word": "Alpha" if n < 3 else "beta"})
        store.call(LogBatch(run_id, [Metric("acc", n / 10, 1, 1)], [Param("lr", str(n))]))
        ids.append(run_id)
    return id_, ids


class SearchesSuite:
    """Runs: found, ordered, paged."""

    def test_runs_are_found_newest_first(self, store: Store) -> None:
        id_, ids = _runs(store)
        assert [run.info.run_id for run in store.call(SearchRuns([id_])).runs] == ids[::-1]

    def test_filters(self, store: Store) -> None:
        id_, ids = _runs(store)
        data = Dataset("iris", "d1", "local", "{}")
        store.call(LogInputs(ids[4], [DatasetInput(data, [InputTag("mlflow.data.context", "train")])]))
        store.call(UpdateRun(ids[5], "FINISHED", 50))
        for text, expected in (
            ("metrics.acc > 0.25", [3, 4, 5]),
            ("metrics.acc >= 0.3 AND params.lr != '4'", [3, 5]),
            ("metrics.acc = 0.2", [2]),
            ("params.lr IN ('1', '2')", [1, 2]),
            ("params.lr LIKE '%3%'", [3]),
            ("tags.even = 'True'", [0, 2, 4]),
            ("tags.Word ILIKE 'ALPHA'", [0, 1, 2]),
            ("tags.Word LIKE 'alpha'", []),
            ("tags.`Word` = 'beta' and metrics.\"acc\" < 0.45", [3, 4]),
            ("attributes.status = 'FINISHED'", [5]),
            ("attributes.start_time > 3", [4, 5]),
            ("attributes.end_time = 50", [5]),
            (f"run_id IN ('{ids[1]}', '{ids[4]}')", [1, 4]),
            (f"attributes.run_id NOT IN ('{ids[1]}')", [0, 2, 3, 4, 5]),
            ("datasets.name = 'iris' AND dataset.context = 'train'", [4]),
            ("params.missing = '1'", []),
            ("metrics.acc > 0.45 OR metrics.acc < 0.05", [0, 5]),
            ("NOT (metrics.acc > 0.15)", [0, 1]),
            ("(params.lr = '1' OR params.lr = '2') AND tags.even = 'True'", [2]),
        ):
            found = store.call(SearchRuns([id_], text)).runs
            assert sorted(ids.index(run.info.run_id) for run in found) == expected, text

    def test_deleted_runs_are_seen_on_demand(self, store: Store) -> None:
        id_, ids = _runs(store)
        store.call(DeleteRun(ids[0]))
        counts = {
            view: len(store.call(SearchRuns([id_], run_view_type=view)).runs)
            for view in ("ACTIVE_ONLY", "DELETED_ONLY", "ALL")
        }
        assert counts == {"ACTIVE_ONLY": 5, "DELETED_ONLY": 1, "ALL": 6}

    def test_orders_put_nan_and_missing_last(self, store: Store) -> None:
        id_ = new_experiment(store)
        values = [1.0, math.nan, -math.inf, math.inf, None, -1.0]
        ids = []
        for n, value in enumerate(values):
            ids.append(new_run(store, id_, start_time=n))
            if value is not None:
                store.call(LogBatch(ids[-1], [Metric("x", value, 1, 1)]))
        for order, expected in (("ASC", [2, 5, 0, 3, 1, 4]), ("DESC", [3, 0, 5, 2, 1, 4])):
            found = store.call(SearchRuns([id_], order_by=[f"metrics.x {order}"])).runs
            assert [ids.index(run.info.run_id) for run in found] == expected, order

    def test_pages_neither_repeat_nor_skip(self, store: Store) -> None:
        id_, ids = _runs(store, 11)
        for order in ([], ["metrics.acc DESC"], ["params.lr ASC"], ["tags.even", "attributes.start_time ASC"]):
            seen: list[str] = []
            token = ""
            while True:
                page = store.call(SearchRuns([id_], "", max_results=3, order_by=list(order), page_token=token))
                assert len(page.runs) <= 3
                seen += [run.info.run_id for run in page.runs]
                token = page.next_page_token or ""
                if not token:
                    break
            whole = [run.info.run_id for run in store.call(SearchRuns([id_], order_by=list(order))).runs]
            assert seen == whole, order
            assert sorted(seen) == sorted(ids)

    def test_bad_searches_are_refused(self, store: Store) -> None:
        id_ = new_experiment(store)
        for call in (
            SearchRuns([id_], "metrics.acc >"),
            SearchRuns([id_], "metrics.acc > 'x'"),
            SearchRuns([id_], "nonsense.acc = 1"),
            SearchRuns([id_], "params.a == '1'"),
            SearchRuns([id_], order_by=["metrics.acc sideways"]),
            SearchRuns([id_], max_results=50_001),
            SearchRuns([id_], max_results=-1),
            SearchRuns([id_], page_token="nonsense"),
            SearchRuns([id_], "(" * 10_000),
        ):
            refused(store, call, "INVALID_PARAMETER_VALUE", ".")

    def test_runs_are_searched_by_summaries_of_metrics(self, store: Store) -> None:
        experiment = new_experiment(store)
        falling, rising = new_run(store, experiment), new_run(store, experiment)
        for run_id, values in ((falling, [9.0, 1.0, 2.0]), (rising, [3.0, 4.0, float("nan"), 8.0])):
            store.call(LogBatch(run_id, [Metric("loss", value, 1, step) for step, value in enumerate(values)]))

        def found(text: str, *order: str) -> list[str]:
            return [run.info.run_id for run in store.call(SearchRuns([experiment], text, order_by=list(order))).runs]

        assert found("metrics.loss.min < 2") == [falling]
        assert store.call(CountRuns([experiment], "metrics.loss.min < 2")).count == 1
        assert store.call(CountRuns([experiment])).count == 2
        assert found("metrics.loss.max < 9 AND metrics.loss.count = 4") == [rising]
        assert found("metrics.loss.mean = 5") == [rising]
        assert found("metrics.loss.last_step = 2") == [falling]
        assert found("", "metrics.loss.max DESC") == [falling, rising]
        assert found("", "metrics.loss.min DESC") == [rising, falling]
        store.call(LogBatch(rising, [Metric("loss.min", 0.0, 1, 1)]))  # a key of that name goes first
        assert found("metrics.loss.min < 2") == [rising]

    def test_a_run_tells_the_summaries_of_its_metrics(self, store: Store) -> None:
        run_id = new_run(store)
        values = [3.0, 1.0, float("nan"), 5.0]
        store.call(LogBatch(run_id, [Metric("m", value, 1, step + 2) for step, value in enumerate(values)]))
        store.call(LogBatch(run_id, [Metric("m", -1.0, 1, 1), Metric("none", float("nan"), 1, 0)]))
        found = run_of(store, run_id).data.summaries()
        assert found["m"] == MetricSummary("m", 5, -1.0, 5.0, 2.0, 1, 5)
        assert found["none"] == MetricSummary("none", 1)
        store.call(LogBatch(run_id, [Metric("top", math.inf, 1, 1)]))
        found = run_of(store, run_id).data.summaries()
        assert found["top"] == MetricSummary("top", 1, math.inf, math.inf, math.inf, 1, 1)
