"""What every store must do with what tables of runs are summed up to: columns, facets, groups, many changes."""

from __future__ import annotations

import math

import pytest

from millrace.calls import (
    ChangeRuns,
    DeleteRun,
    GetFacet,
    GetRunColumns,
    GetRunGroups,
    GetRunWindow,
    LogBatch,
    LogMetric,
    RestoreRun,
    SetExperimentTag,
)
from millrace.model import Metric, Param
from millrace.store import Store
from millrace.testing.making import new_experiment, new_run, refused, run_of, unique


def _runs(store: Store, count: int = 6) -> tuple[str, list[str]]:
    """Runs with metrics `acc` and `curve`, params `lr` and `kind`, and on every second one a metric `rare`."""
    id_ = new_experiment(store)
    ids = []
    for n in range(count):
        run_id = new_run(store, id_, start_time=n, tags={"team": "a"})
        curve = [Metric("curve", step * 1.0, 1, step) for step in range(n + 1)]
        rare = [Metric("rare", math.nan if n == 0 else 5.0, 1, 0)] if n % 2 == 0 else []
        lr, kind = Param("lr", str(n % 3)), Param("kind", "one" if n < 4 else "two")
        store.call(LogBatch(run_id, [Metric("acc", n / 10, 1, 0), *curve, *rare], [lr, kind]))
        ids.append(run_id)
    return id_, ids


class FacetsSuite:
    """Tables of runs summed up, and changed as a whole."""

    @pytest.mark.parametrize("others", [0, 1], ids=["whole", "with deleted runs"])
    def test_the_columns_of_runs(self, store: Store, others: int) -> None:
        id_, _ = _runs(store)
        for _ in range(others):
            gone = new_run(store, id_)
            store.call(LogBatch(gone, [Metric("acc", 99.0, 1, 0), Metric("gone", 1.0, 1, 0)]))
            store.call(DeleteRun(gone))
        answer = store.call(GetRunColumns([id_]))
        assert (answer.runs, answer.complete) == (6, True)
        facts = {
            one.name: (one.runs, one.distinct, one.minimum, one.maximum, one.most_points)
            for one in answer.columns
            if not one.name.startswith("tags.mlflow.")
        }
        assert facts == {
            "metrics.acc": (6, 6, 0.0, 0.5, 1),
            "metrics.curve": (6, 6, 0.0, 5.0, 6),
            "metrics.rare": (3, 1, 5.0, 5.0, 1),
            "params.lr": (6, 3, 0.0, 2.0, 0),
            "params.kind": (6, 2, None, None, 0),
            "tags.team": (6, 1, None, None, 0),
        }
        names = [one.name for one in answer.columns]
        assert names[:3] == ["metrics.acc", "metrics.curve", "metrics.rare"]
        assert names[3:5] == ["params.kind", "params.lr"]

    def test_the_columns_of_some_runs(self, store: Store) -> None:
        id_, _ = _runs(store)
        answer = store.call(GetRunColumns([id_], "params.kind = 'one'", kinds=["metrics", "params"]))
        assert answer.runs == 4
        facts = {one.name: (one.runs, one.distinct, one.minimum, one.maximum) for one in answer.columns}
        assert facts == {
            "metrics.acc": (4, 4, 0.0, 0.3),
            "metrics.curve": (4, 4, 0.0, 3.0),
            "metrics.rare": (2, 1, 5.0, 5.0),
            "params.lr": (4, 3, 0.0, 2.0),
            "params.kind": (4, 1, None, None),
        }
        found = store.call(GetRunColumns([id_], text="R", kinds=["metrics", "params"]))
        assert [one.name for one in found.columns] == ["metrics.curve", "metrics.rare", "params.lr"]
        assert store.call(GetRunColumns([])).columns == []

    def test_the_columns_that_say_most(self, store: Store) -> None:
        id_, _ = _runs(store)
        cut = store.call(GetRunColumns([id_], kinds=["metrics", "params"], max_columns=1))
        assert ([one.name for one in cut.columns], cut.complete) == (["metrics.acc", "params.kind"], False)
        store.call(SetExperimentTag(id_, "mlflow.experiment.primaryMetric.name", "rare"))
        names = ["params.lr", "metrics.none"]
        cut = store.call(GetRunColumns([id_], kinds=["metrics", "params"], max_columns=1, names=names))
        assert [one.name for one in cut.columns] == ["metrics.rare", "params.lr"]
        only = store.call(GetRunColumns([id_], max_columns=0, names=["metrics.acc", "metrics.curve.min"]))
        assert [one.name for one in only.columns] == ["metrics.acc"]
        assert [(one.name, one.runs, one.minimum, one.maximum) for one in only.summaries] == [
            ("metrics.curve.min", 6, 0.0, 0.0)
        ]

    def test_the_facet_of_texts(self, store: Store) -> None:
        id_, _ = _runs(store)
        facet = store.call(GetFacet("params.kind", [id_]))
        assert (facet.runs, facet.missing, facet.values, facet.counts) == (6, 0, ["one", "two"], [4, 2])
        assert (facet.edges, facet.bins) == ([], [])
        assert store.call(GetFacet("params.kind", [id_], prefix="T")).values == ["two"]
        assert store.call(GetFacet("params.kind", [id_], max_values=1)).values == ["one"]
        assert store.call(GetFacet("params.none", [id_])).missing == 6
        assert store.call(GetFacet("attributes.status", [id_], "params.kind = 'two'")).counts == [2]
        numbers = store.call(GetFacet("params.lr", [id_], max_bins=2))
        assert (numbers.values, numbers.edges, numbers.bins) == (["0", "1", "2"], [0.0, 1.0, 2.0], [2, 4])

    def test_the_facet_of_a_metric(self, store: Store) -> None:
        id_, _ = _runs(store)
        facet = store.call(GetFacet("metrics.acc", [id_], max_bins=5))
        assert (len(facet.edges), sum(facet.bins), facet.odd, facet.missing) == (6, 6, 0, 0)
        rare = store.call(GetFacet("metrics.rare", [id_]))
        assert (rare.values, rare.counts) == ([5.0, "NaN"], [2, 1])
        assert (rare.odd, rare.missing, rare.edges, rare.bins) == (1, 3, [5.0, 5.0], [2])
        assert store.call(GetFacet("metrics.curve.count", [id_])).edges[-1] == 6

    def test_groups(self, store: Store) -> None:
        id_, _ = _runs(store)
        answer = store.call(GetRunGroups(["params.kind"], [id_], columns=["metrics.acc", "params.lr", "metrics.rare"]))
        assert (answer.groups, answer.counts) == (2, [4, 2])
        assert [(key.name, key.values) for key in answer.keys] == [("params.kind", ["one", "two"])]
        acc, lr, rare = answer.columns
        assert acc.mean == pytest.approx([0.15, 0.45])
        assert (acc.minimum, acc.maximum) == ([0.0, 0.4], [0.3, 0.5])
        assert acc.deviation == pytest.approx([0.12909944, 0.07071068])
        assert lr.mean == pytest.approx([0.75, 1.5])
        assert (rare.mean, rare.deviation) == ([5.0, 5.0], [None, None])
        best = store.call(
            GetRunGroups(["params.kind"], [id_], columns=["metrics.acc"], order_by="metrics.acc DESC", max_groups=1)
        )
        assert (best.groups, best.keys[0].values) == (2, ["two"])
        both = store.call(GetRunGroups(["params.kind", "tags.none"], [id_]))
        assert [key.values for key in both.keys] == [["one", "two"], [None, None]]
        refused(store, GetRunGroups(["params.kind"], [id_], order_by="metrics.acc"), "INVALID_PARAMETER_VALUE", "none")

    def test_runs_deleted_and_restored_together(self, store: Store) -> None:
        id_, ids = _runs(store)
        store.call(DeleteRun(ids[0]))
        answer = store.call(ChangeRuns("delete", [ids[0], ids[1], ids[2]]))
        assert answer.run_ids == [ids[1], ids[2]]
        refused(store, LogMetric(ids[1], "acc", 1.0, 1), "INVALID_PARAMETER_VALUE", "must be in the 'active' state")
        assert store.call(GetRunWindow([id_])).run_ids == ids[:2:-1]
        assert store.call(ChangeRuns("restore", answer.run_ids)).run_ids == answer.run_ids
        assert store.call(GetRunWindow([id_])).rows == 5
        found = store.call(ChangeRuns("delete", experiment_ids=[id_], filter="params.kind = 'two'"))
        assert sorted(found.run_ids) == sorted(ids[4:])
        refused(store, ChangeRuns("delete", ["f" * 32, ids[1]]), "RESOURCE_DOES_NOT_EXIST", "f" * 32)
        assert run_of(store, ids[1]).info.lifecycle_stage == "active"
        assert store.call(ChangeRuns("delete")).run_ids == []

    def test_runs_purged_together(self, store: Store) -> None:
        id_, ids = _runs(store, 3)
        store.call(DeleteRun(ids[0]))
        answer = store.call(ChangeRuns("purge", ids))
        assert answer.run_ids == [ids[0]]
        # A server has deleted them, a store has not.
        assert [uri.endswith(f"{ids[0]}/artifacts") for uri in answer.artifact_uris] in ([True], [])
        refused(store, RestoreRun(ids[0]), "RESOURCE_DOES_NOT_EXIST", ids[0])
        assert store.call(GetRunWindow([id_], run_view_type="ALL")).run_ids == ids[:0:-1]
        assert run_of(store, ids[1]).data.metrics["acc"] == 0.1

    def test_runs_tagged_together(self, store: Store) -> None:
        _, ids = _runs(store, 3)
        assert store.call(ChangeRuns("set_tag", ids[:2], key="team", value="b")).run_ids == ids[:2]
        assert store.call(ChangeRuns("set_tag", ids, key="team", value="b")).run_ids == ids[2:]
        assert [run_of(store, run_id).data.tags["team"] for run_id in ids] == ["b"] * 3
        store.call(ChangeRuns("set_tag", ids[:1], key="mlflow.runName", value="named"))
        assert run_of(store, ids[0]).info.run_name == "named"
        assert store.call(ChangeRuns("delete_tag", ids[:2], key="team")).run_ids == ids[:2]
        assert store.call(ChangeRuns("delete_tag", ids, key="team")).run_ids == ids[2:]
        assert store.call(ChangeRuns("delete_tag", ids, key=unique("never"))).run_ids == []
        store.call(DeleteRun(ids[0]))
        refused(store, ChangeRuns("set_tag", ids, key="team", value="c"), "INVALID_PARAMETER_VALUE", "active")
        refused(store, ChangeRuns("set_tag", ids[1:], key="a!", value="c"), "INVALID_PARAMETER_VALUE", ".")
        assert "team" not in run_of(store, ids[1]).data.tags
