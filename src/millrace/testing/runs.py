"""What every store must do with runs, params and tags."""

from __future__ import annotations

from millrace.calls import (
    Call,
    CreateRun,
    DeleteRun,
    DeleteTag,
    Empty,
    GetRun,
    LogBatch,
    LogMetric,
    LogParam,
    RestoreRun,
    SetTag,
    UpdateRun,
)
from millrace.model import Metric, Param, RunTag
from millrace.store import Store
from millrace.testing.making import new_experiment, new_run, refused, run_of


class RunsSuite:
    """Runs: made, changed, tagged, deleted, restored."""

    def test_a_created_run_is_running_and_found(self, store: Store) -> None:
        id_ = new_experiment(store)
        run = store.call(CreateRun(id_, "me", "first", 1234, [RunTag("k", "v")])).run
        assert run == run_of(store, run.info.run_id)
        info = run.info
        assert (info.experiment_id, info.status, info.lifecycle_stage) == (id_, "RUNNING", "active")
        assert (info.user_id, info.run_name, info.start_time, info.end_time) == ("me", "first", 1234, None)
        assert len(info.run_id) == 32
        assert info.artifact_uri is not None
        assert info.artifact_uri.endswith(f"/{info.run_id}/artifacts")
        assert run.data.tags == {"k": "v", "mlflow.runName": "first"}

    def test_a_run_without_a_name_gets_one(self, store: Store) -> None:
        run = store.call(CreateRun(new_experiment(store))).run
        assert run.info.run_name
        assert run.data.tags["mlflow.runName"] == run.info.run_name

    def test_the_name_and_its_tag_agree(self, store: Store) -> None:
        id_ = new_experiment(store)
        tag = RunTag("mlflow.runName", "tagged")
        run = store.call(CreateRun(id_, tags=[tag])).run
        assert run.info.run_name == "tagged"
        store.call(SetTag(run.info.run_id, "mlflow.runName", "again"))
        assert run_of(store, run.info.run_id).info.run_name == "again"
        store.call(UpdateRun(run.info.run_id, run_name="third"))
        assert run_of(store, run.info.run_id).data.tags["mlflow.runName"] == "third"
        call = CreateRun(id_, run_name="other", tags=[tag])
        refused(store, call, "INVALID_PARAMETER_VALUE", "different values")

    def test_a_run_ends(self, store: Store) -> None:
        run_id = new_run(store)
        info = store.call(UpdateRun(run_id, "FINISHED", 99)).run_info
        assert (info.status, info.end_time) == ("FINISHED", 99)
        assert run_of(store, run_id).info == info
        store.call(UpdateRun(run_id, "RUNNING"))
        assert run_of(store, run_id).info.status == "RUNNING"

    def test_unknown_runs(self, store: Store) -> None:
        run_id = "f" * 32
        calls: list[Call[Empty]] = [
            LogMetric(run_id, "m", 1.0, 1),
            LogParam(run_id, "p", "1"),
            SetTag(run_id, "t", "1"),
            DeleteTag(run_id, "t"),
            LogBatch(run_id),
            DeleteRun(run_id),
            RestoreRun(run_id),
        ]
        for call in calls:
            refused(store, call, "RESOURCE_DOES_NOT_EXIST", run_id)
        refused(store, GetRun(run_id), "RESOURCE_DOES_NOT_EXIST", run_id)

    def test_a_deleted_run_takes_no_writes_until_it_is_restored(self, store: Store) -> None:
        run_id = new_run(store)
        store.call(DeleteRun(run_id))
        assert run_of(store, run_id).info.lifecycle_stage == "deleted"
        calls: list[Call[Empty]] = [
            LogMetric(run_id, "m", 1.0, 1),
            LogParam(run_id, "p", "1"),
            SetTag(run_id, "t", "1"),
        ]
        for call in calls:
            refused(store, call, "INVALID_PARAMETER_VALUE", "must be in the 'active' state")
        store.call(RestoreRun(run_id))
        for call in calls:
            store.call(call)
        data = run_of(store, run_id).data
        assert (data.metrics, data.params, data.tags["t"]) == ({"m": 1.0}, {"p": "1"}, "1")

    def test_params_are_written_once(self, store: Store) -> None:
        run_id = new_run(store)
        store.call(LogParam(run_id, "lr", "0.1"))
        store.call(LogParam(run_id, "lr", "0.1"))
        store.call(LogParam(run_id, "empty", ""))
        refused(store, LogParam(run_id, "lr", "0.2"), "INVALID_PARAMETER_VALUE", "Changing param values")
        twice = LogBatch(run_id, params=[Param("a", "1"), Param("a", "2")])
        refused(store, twice, "INVALID_PARAMETER_VALUE", ".")
        assert run_of(store, run_id).data.params == {"lr": "0.1", "empty": ""}

    def test_a_batch_is_done_whole_or_not_at_all(self, store: Store) -> None:
        run_id = new_run(store)
        store.call(LogParam(run_id, "p", "1"))
        bad = LogBatch(run_id, [Metric("m", 1.0, 1)], [Param("q", "1"), Param("p", "2")], [RunTag("t", "1")])
        refused(store, bad, "INVALID_PARAMETER_VALUE", ".")
        data = run_of(store, run_id).data
        assert (data.metrics, data.params) == ({}, {"p": "1"})
        assert "t" not in data.tags
        store.call(LogBatch(run_id, [Metric("m", 1.0, 1)], [Param("q", "1")], [RunTag("t", "1"), RunTag("t", "2")]))
        data = run_of(store, run_id).data
        assert (data.metrics, data.params, data.tags["t"]) == ({"m": 1.0}, {"p": "1", "q": "1"}, "2")

    def test_limits(self, store: Store) -> None:
        run_id = new_run(store)
        store.call(LogBatch(run_id, params=[Param("k" * 250, "v" * 6000)], tags=[RunTag("k" * 250, "v" * 8000)]))
        too_much = [
            LogBatch(run_id, params=[Param("k" * 251, "v")]),
            LogBatch(run_id, tags=[RunTag("t" * 251, "v")]),
            LogBatch(run_id, metrics=[Metric("m" * 251, 1.0, 1)]),
            LogBatch(run_id, metrics=[Metric(f"m{n}", 1.0, 1) for n in range(1001)]),
            LogBatch(run_id, params=[Param(f"p{n}", "1") for n in range(101)]),
            LogBatch(run_id, tags=[RunTag(f"t{n}", "1") for n in range(101)]),
        ]
        for call in too_much:
            refused(store, call, "INVALID_PARAMETER_VALUE", ".")
        data = run_of(store, run_id).data
        assert (len(data.metrics), len(data.params), len(data.tags)) == (0, 1, 2)

    def test_values_that_are_too_long_are_cut(self, store: Store) -> None:
        run_id = new_run(store)
        store.call(LogParam(run_id, "p", "v" * 6001))
        store.call(LogBatch(run_id, params=[Param("q", "v" * 9999)], tags=[RunTag("t", "v" * 8001)]))
        data = run_of(store, run_id).data
        assert (len(data.params["p"]), len(data.params["q"]), len(data.tags["t"])) == (6000, 6000, 8000)

    def test_keys_that_are_refused(self, store: Store) -> None:
        run_id = new_run(store)
        for key in ("a!", "a;b", "/a", "a/../b", "..", ".", "a//b", "a/", "a\nb", "a\x00b"):
            call = LogMetric(run_id, key, 1.0, 1)
            refused(store, call, "INVALID_PARAMETER_VALUE", ".")
        for key in ("größe", "a b", "a:b", "a/b.c-d_e"):
            store.call(LogMetric(run_id, key, 1.0, 1))
        assert set(run_of(store, run_id).data.metrics) == {"größe", "a b", "a:b", "a/b.c-d_e"}

    def test_tags_are_set_replaced_and_deleted(self, store: Store) -> None:
        run_id = new_run(store)
        store.call(SetTag(run_id, "t", "1"))
        store.call(SetTag(run_id, "t", "2\n✓"))
        assert run_of(store, run_id).data.tags["t"] == "2\n✓"
        store.call(DeleteTag(run_id, "t"))
        assert "t" not in run_of(store, run_id).data.tags
        refused(store, DeleteTag(run_id, "t"), "RESOURCE_DOES_NOT_EXIST", "t")
