"""What every store must do with tables of runs."""

from __future__ import annotations

import math

from millrace.calls import (
    DeleteRun,
    GetRunWindow,
    LogBatch,
    RunWindow,
    SearchRuns,
    SetTag,
    UpdateRun,
)
from millrace.model import Metric, Param
from millrace.store import Store
from millrace.testing.making import new_experiment, new_run, refused, run_of

PARENT = "mlflow.parentRunId"


def _cells(window: RunWindow, name: str) -> list[object]:
    return next(list(column.values) for column in window.columns if column.name == name)


class TablesSuite:
    """Tables of runs: windows, sorted, filtered, as trees."""

    def test_a_window_is_a_part_of_what_a_search_finds(self, store: Store) -> None:
        id_ = new_experiment(store)
        ids = [new_run(store, id_, start_time=n) for n in range(7)]
        for n, run_id in enumerate(ids):
            store.call(LogBatch(run_id, [Metric("acc", (n * 3) % 7, 1, 1)], [Param("lr", str(n % 3))]))
        store.call(DeleteRun(ids[6]))
        for order in ([], ["metrics.acc DESC"], ["params.lr", "metrics.acc"], ["attributes.run_id"], ["tags.no"]):
            for filter_ in ("", "metrics.acc > 1", "params.lr != '1'"):
                whole = [run.info.run_id for run in store.call(SearchRuns([id_], filter_, order_by=list(order))).runs]
                window = store.call(GetRunWindow([id_], filter_, order_by=list(order), offset=1, limit=3))
                assert (window.rows, window.matches) == (len(whole), len(whole)), (order, filter_)
                assert window.run_ids == whole[1:4], (order, filter_)
        assert store.call(GetRunWindow([id_], run_view_type="ALL")).rows == 7
        assert store.call(GetRunWindow([id_], offset=99)).run_ids == []
        assert store.call(GetRunWindow([])).rows == 0
        given = store.call(GetRunWindow(run_ids=[ids[2], "f" * 32, ids[6], ids[0]], columns=["attributes.run_id"]))
        assert (given.rows, given.run_ids, given.columns[0].values) == (3, *[[ids[2], ids[6], ids[0]]] * 2)

    def test_orders_are_those_of_a_search(self, store: Store) -> None:
        experiments = [new_experiment(store) for _ in range(2)]
        for n in range(12):
            run_id = new_run(store, experiments[n % 2], start_time=n // 3, tags={"t": f"{n % 5}é"} if n % 4 else {})
            value = math.nan if n in (3, 8) else math.inf if n == 5 else float(n % 4)
            points = [Metric("acc", value, 1, step) for step in range(n % 3)]
            store.call(LogBatch(run_id, points, [Param("lr", f"{n % 3}")] if n % 5 else []))
            if n % 2:
                store.call(UpdateRun(run_id, "FINISHED", 100 - n))
        for order in (
            ["metrics.acc"],
            ["metrics.acc DESC", "params.lr DESC"],
            ["metrics.acc.count DESC", "metrics.acc.mean"],
            ["params.lr DESC", "tags.t"],
            ["tags.t DESC", "metrics.acc.max"],
            ["attributes.end_time DESC"],
            ["attributes.status", "attributes.run_name DESC"],
            ["attributes.start_time ASC", "tags.none"],
        ):
            for filter_ in ("", "metrics.acc.max >= 1 OR params.lr = '1'", "NOT tags.t LIKE '1%'"):
                whole = [run.info.run_id for run in store.call(SearchRuns(experiments, filter_, order_by=order)).runs]
                assert store.call(GetRunWindow(experiments, filter_, order_by=order)).run_ids == whole, (order, filter_)

    def test_the_cells_of_a_window(self, store: Store) -> None:
        id_ = new_experiment(store)
        run_id = new_run(store, id_, start_time=1000, tags={"word": "héllo"})
        points = [Metric("loss", value, 1, step) for step, value in enumerate((3.0, 1.0, 2.0))]
        store.call(LogBatch(run_id, points, [Param("lr", "0.1"), Param("a.b", "x")]))
        store.call(UpdateRun(run_id, "FINISHED", 5000))
        names = (
            "attributes.run_id attributes.run_name attributes.experiment_id attributes.status attributes.start_time"
            " attributes.end_time attributes.duration attributes.user_id attributes.lifecycle_stage"
            " attributes.artifact_uri attributes.parent_run_id attributes.points metrics.loss metrics.loss.min"
            " metrics.loss.max metrics.loss.mean metrics.loss.count metrics.loss.first_step metrics.loss.last_step"
            " metrics.none params.lr params.a.b params.none tags.word tags.none"
        ).split()
        window = store.call(GetRunWindow([id_], columns=names))
        info = run_of(store, run_id).info
        assert [column.name for column in window.columns] == names
        assert [column.values for column in window.columns] == [
            *([run_id], [info.run_name], [id_], ["FINISHED"], [1000], [5000], [4000], ["someone"], ["active"]),
            *([info.artifact_uri], [None], [3], [2.0], [1.0], [3.0], [2.0], [3], [0], [2]),
            *([None], ["0.1"], ["x"], [None], ["héllo"], [None]),
        ]

    def test_a_metric_that_is_named_like_a_summary(self, store: Store) -> None:
        id_ = new_experiment(store)
        run_id = new_run(store, id_)
        store.call(LogBatch(run_id, [Metric("odd.max", 5.0, 1, 0), Metric("odd", 7.0, 1, 0)]))
        window = store.call(GetRunWindow([id_], columns=["metrics.odd.max", "metrics.odd.min"]))
        assert [column.values for column in window.columns] == [[5.0], [7.0]]

    def test_numbers_that_json_lacks(self, store: Store) -> None:
        id_ = new_experiment(store)
        for n, value in enumerate((1.0, math.nan, -math.inf, math.inf, None)):
            run_id = new_run(store, id_, start_time=n)
            if value is not None:
                store.call(LogBatch(run_id, [Metric("x", value, 1, 1)]))
        for order, expected in (
            ("ASC", ["-Infinity", 1.0, "Infinity", "NaN", None]),
            ("DESC", ["Infinity", 1.0, "-Infinity", "NaN", None]),
        ):
            window = store.call(GetRunWindow([id_], order_by=[f"metrics.x {order}"], columns=["metrics.x"]))
            assert _cells(window, "metrics.x") == expected

    def test_runs_by_their_duration(self, store: Store) -> None:
        id_ = new_experiment(store)
        ids = [new_run(store, id_, start_time=n) for n in range(4)]
        for run_id, end in zip(ids[:3], (30, 10, 20), strict=True):
            store.call(UpdateRun(run_id, "FINISHED", end))
        for order, expected in (("ASC", [1, 2, 0, 3]), ("DESC", [3, 0, 2, 1])):
            window = store.call(GetRunWindow([id_], order_by=[f"attributes.duration {order}"]))
            assert [ids.index(run_id) for run_id in window.run_ids] == expected
        refused(store, SearchRuns([id_], order_by=["attributes.duration"]), "INVALID_PARAMETER_VALUE", "duration")

    def test_runs_by_any_attribute(self, store: Store) -> None:
        experiments = [new_experiment(store) for _ in range(2)]
        ids = [new_run(store, id_, start_time=n) for n, id_ in enumerate(experiments)]
        child = new_run(store, experiments[0], start_time=2, tags={PARENT: ids[0]})
        store.call(LogBatch(ids[0], [Metric("m", 1.0, 1, step) for step in range(3)]))
        for order, expected in (
            ("experiment_id", [child, ids[0], ids[1]]),
            ("points DESC", [ids[0], child, ids[1]]),
            ("parent_run_id", [child, ids[1], ids[0]]),
            ("lifecycle_stage", [child, ids[1], ids[0]]),
            ("artifact_uri", [*sorted((ids[0], child)), ids[1]]),
        ):
            window = store.call(GetRunWindow(experiments, order_by=[f"attributes.{order}"]))
            assert window.run_ids == expected, order

    def test_a_write_is_seen_at_once(self, store: Store) -> None:
        id_ = new_experiment(store)
        first = new_run(store, id_, start_time=1)
        assert store.call(GetRunWindow([id_])).run_ids == [first]
        second = new_run(store, id_, start_time=2)
        assert store.call(GetRunWindow([id_])).run_ids == [second, first]
        store.call(DeleteRun(second))
        assert store.call(GetRunWindow([id_])).run_ids == [first]
        store.call(SetTag(first, "t", "1"))
        assert store.call(GetRunWindow([id_], "tags.t = '1'")).rows == 1
        store.call(SetTag(first, "t", "2"))
        assert store.call(GetRunWindow([id_], "tags.t = '1'")).rows == 0

    def test_bad_windows_are_refused(self, store: Store) -> None:
        id_ = new_experiment(store)
        for call in (
            GetRunWindow([id_], columns=["nonsense"]),
            GetRunWindow([id_], columns=["attributes.run_id"], limit=10_001),
            GetRunWindow([id_], columns=["attributes.nonsense"]),
            GetRunWindow([id_], "metrics.x >"),
            GetRunWindow([id_], order_by=["metrics.x sideways"]),
        ):
            refused(store, call, "INVALID_PARAMETER_VALUE", ".")

    def test_children_stand_below_their_parents(self, store: Store) -> None:
        id_ = new_experiment(store)
        names: dict[str, str] = {}
        for n, (name, parent) in enumerate(
            [("a", ""), ("b", ""), ("a1", "a"), ("a2", "a"), ("b1", "b"), ("a11", "a1")]
        ):
            names[name] = new_run(store, id_, start_time=n, tags={PARENT: names[parent]} if parent else {})
            store.call(LogBatch(names[name], params=[Param("name", name)]))

        def tree(**more: object) -> str:
            window = store.call(GetRunWindow([id_], columns=["params.name"], **more))  # type: ignore[arg-type]
            assert window.rows == len(window.run_ids)
            facts = zip(
                *(_cells(window, "params.name"), window.depths, window.children, window.opened, window.matched),
                strict=True,
            )
            return " ".join(f"{name}{depth}{count}{'+' * on}{'?' * (not hit)}" for name, depth, count, on, hit in facts)

        assert tree(tree="closed") == "a02 b01"
        assert tree(tree="open") == "a02+ a111+ a1120 a210 b01+ b110"
        assert tree(tree="closed", toggled=[names["a"]]) == "a02+ a111 a210 b01"
        assert tree(tree="open", toggled=[names["a1"], names["b"]]) == "a02+ a111 a210 b01"
        assert tree(tree="closed", filter="params.name = 'a11'") == "a01+? a111+? a1120"
        assert tree(tree="closed", filter="params.name = 'a11'", toggled=[names["a1"]]) == "a01+? a111?"
        assert tree(tree="closed", filter="params.name LIKE '%1'") == "a01+? a111+ a1120 b01+? b110"
        assert tree(tree="closed", order_by=["params.name DESC"]) == "b01 a02"
        store.call(DeleteRun(names["a"]))
        assert tree(tree="closed") == "a101 b01 a200"

    def test_circles_of_parents_hide_nothing(self, store: Store) -> None:
        id_ = new_experiment(store)
        ids = [new_run(store, id_, start_time=n) for n in range(5)]
        other = new_run(store)
        for child, parent in ((0, ids[1]), (1, ids[0]), (2, ids[2]), (3, "f" * 32), (4, other)):
            store.call(SetTag(ids[child], PARENT, parent))
        for tree in ("closed", "open"):
            window = store.call(GetRunWindow([id_], tree=tree))
            assert (window.run_ids, set(window.depths)) == (ids[::-1], {0})
