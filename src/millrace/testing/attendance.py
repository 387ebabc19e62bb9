"""Whose runs are ended when a process is dead, and whose are not."""

from __future__ import annotations

from millrace.calls import Attend, CreateRun, DeleteRun, EndAbandoned, GetRun, LogMetric, UpdateRun
from millrace.model import RunInfo
from millrace.store import Store
from millrace.testing.making import new_experiment

A, B = "a" * 32, "b" * 32
"""Two processes."""


class AttendanceSuite:
    """The calls on whether the processes that log runs are alive."""

    def test_a_dead_processs_run_is_killed_when_it_was_heard_last(self, store: Store) -> None:
        run_id = _opened(store, A)
        store.call(LogMetric(run_id=run_id, key="m", value=1, timestamp=2_000_000_000, step=0))
        assert store.call(EndAbandoned(A, [run_id], "It is gone.")).run_ids == [run_id]
        info = _info(store, run_id)
        assert info.status == "KILLED"
        assert info.start_time is not None and info.end_time is not None
        assert info.end_time >= info.start_time
        assert store.call(GetRun(run_id)).run.data.tags["millrace.endReason"] == "It is gone."
        assert store.call(EndAbandoned(A, [run_id])).run_ids == []

    def test_runs_of_others_are_not_touched(self, store: Store) -> None:
        experiment = new_experiment(store)
        foreign = store.call(CreateRun(experiment)).run.info.run_id
        other = _opened(store, B)
        deleted = _opened(store, A)
        store.call(DeleteRun(deleted))
        answer = store.call(EndAbandoned(A, [foreign, other, deleted, "0" * 32], "gone"))
        assert (answer.run_ids, answer.unknown) == ([], ["0" * 32])
        assert {_info(store, run_id).status for run_id in (foreign, other, deleted)} == {"RUNNING"}

    def test_a_run_that_was_ended_stays_what_it_is(self, store: Store) -> None:
        run_id = _opened(store, A)
        store.call(UpdateRun(run_id, "FINISHED", 2_000))
        assert store.call(EndAbandoned(A, [run_id])).run_ids == []
        store.call(Attend(A, [run_id]))
        assert (_info(store, run_id).status, _info(store, run_id).end_time) == ("FINISHED", 2_000)

    def test_a_process_that_comes_back_has_its_run_go_on(self, store: Store) -> None:
        run_id = _opened(store, A)
        store.call(EndAbandoned(A, [run_id], "gone"))
        store.call(Attend(A, [run_id]))
        assert (_info(store, run_id).status, _info(store, run_id).end_time) == ("RUNNING", None)
        assert "millrace.endReason" not in store.call(GetRun(run_id)).run.data.tags
        assert store.call(EndAbandoned(A, [run_id])).run_ids == [run_id]

    def test_what_somebody_made_of_a_dead_run_outlasts_its_process(self, store: Store) -> None:
        run_id = _opened(store, A)
        store.call(EndAbandoned(A, [run_id]))
        store.call(UpdateRun(run_id, "FAILED", 3_000))
        store.call(Attend(A, [run_id]))
        assert _info(store, run_id).status == "FAILED"

    def test_a_process_that_was_given_up_ends_its_run_as_it_likes(self, store: Store) -> None:
        run_id = _opened(store, A)
        store.call(EndAbandoned(A, [run_id], "Nothing was heard."))
        store.call(UpdateRun(run_id, "FINISHED", 3_000))
        run = store.call(GetRun(run_id)).run
        assert (run.info.status, run.info.end_time) == ("FINISHED", 3_000)
        assert "millrace.endReason" not in run.data.tags

    def test_a_run_lives_while_one_of_its_processes_does(self, store: Store) -> None:
        run_id = _opened(store, A)
        store.call(Attend(B, [run_id]))
        assert store.call(EndAbandoned(A, [run_id])).run_ids == []
        assert _info(store, run_id).status == "RUNNING"
        assert store.call(EndAbandoned(B, [run_id])).run_ids == [run_id]
        store.call(Attend(A, [run_id]))
        assert _info(store, run_id).status == "RUNNING"

    def test_a_resumed_run_belongs_to_who_resumed_it(self, store: Store) -> None:
        run_id = _opened(store, A)
        store.call(EndAbandoned(A, [run_id], "gone"))
        store.call(UpdateRun(run_id, "RUNNING", process_id=B))
        assert "millrace.endReason" not in store.call(GetRun(run_id)).run.data.tags
        assert store.call(EndAbandoned(A, [run_id])).run_ids == []
        assert store.call(EndAbandoned(B, [run_id])).run_ids == [run_id]

    def test_a_run_that_another_client_resumes_is_nobodys(self, store: Store) -> None:
        run_id = _opened(store, A)
        store.call(EndAbandoned(A, [run_id]))
        store.call(UpdateRun(run_id, "RUNNING"))
        assert store.call(EndAbandoned(A, [run_id])).run_ids == []
        assert _info(store, run_id).status == "RUNNING"

    def test_the_reason_of_an_end_is_kept(self, store: Store) -> None:
        run_id = _opened(store, A)
        store.call(UpdateRun(run_id, "FAILED", 3_000, reason="ValueError: " + "x" * 9000))
        kept = store.call(GetRun(run_id)).run.data.tags["millrace.endReason"]
        assert kept.startswith("ValueError: xxx") and len(kept) == 5000


def _opened(store: Store, process_id: str) -> str:
    return store.call(CreateRun(new_experiment(store), process_id=process_id)).run.info.run_id


def _info(store: Store, run_id: str) -> RunInfo:
    return store.call(GetRun(run_id)).run.info
