"""What every store must tell of changes."""

from __future__ import annotations

from millrace.calls import (
    CreateExperiment,
    CreateRegisteredModel,
    GetChanges,
    GetRun,
    GetRunWindow,
    SetExperimentTag,
)
from millrace.store import Store
from millrace.testing.making import new_experiment, new_run, unique


def told(store: Store, cursor: int, *experiments: str) -> set[tuple[str, str]]:
    """The experiments and runs that were changed since then."""
    answer = store.call(GetChanges(cursor, list(experiments)))
    assert not answer.all
    assert answer.cursor >= cursor
    assert [one.seq for one in answer.changes] == sorted(one.seq for one in answer.changes)
    return {(one.experiment_id, one.run_id) for one in answer.changes}


class ChangesSuite:
    """Changes: each is told to those who ask later, and reading changes nothing."""

    def test_what_is_changed_is_told_from_the_cursor_on(self, store: Store) -> None:
        experiment, other = new_experiment(store), new_experiment(store)
        run, elsewhere = new_run(store, experiment), new_run(store, other)
        start = store.call(GetChanges()).cursor
        store.call(GetRun(run))
        assert (experiment, run) not in told(store, start)
        new = new_run(store, experiment)
        found = told(store, start)
        assert (experiment, new) in found
        assert told(store, start, other) <= {(other, ""), (other, elsewhere)}
        assert told(store, store.call(GetChanges()).cursor) == set()

    def test_the_cursor_of_a_window_is_where_changes_go_on(self, store: Store) -> None:
        experiment = new_experiment(store)
        new_run(store, experiment)
        cursor = store.call(GetRunWindow(experiment_ids=[experiment])).cursor
        later = new_run(store, experiment)
        assert (experiment, later) in told(store, cursor, experiment)

    def test_experiments_and_the_registry_are_told_too(self, store: Store) -> None:
        start = store.call(GetChanges()).cursor
        created = store.call(CreateExperiment(unique("changes"))).experiment_id
        assert (created, "") in told(store, start)
        other = new_experiment(store)
        store.call(SetExperimentTag(other, "k", "v"))
        store.call(CreateRegisteredModel(unique("changes")))
        assert {(created, ""), (other, ""), ("", "")} <= told(store, start)

    def test_a_cursor_of_long_ago_may_mean_anything(self, store: Store) -> None:
        assert store.call(GetChanges(1)).all
