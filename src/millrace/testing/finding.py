"""What every store must do to find things at a glance."""

from __future__ import annotations

import time

from millrace.calls import (
    CreateExperiment,
    CreateRegisteredModel,
    CreateRun,
    DeleteExperiment,
    DeleteRun,
    ExperimentFacts,
    FindAnything,
    GetExperimentOverview,
    LogBatch,
    SetExperimentTag,
    UpdateRun,
)
from millrace.model import ExperimentTag, Metric, Param
from millrace.store import Store
from millrace.testing.making import new_experiment, new_run, unique


def _facts(store: Store, id_: str, view: str = "ACTIVE_ONLY") -> ExperimentFacts | None:
    overview = store.call(GetExperimentOverview(view)).experiments
    assert sorted(overview, key=lambda one: -one.last_activity) == overview
    return next((one for one in overview if one.experiment_id == id_), None)


class FindingSuite:
    """Experiments at a glance, and anything by its name."""

    def test_experiments_at_a_glance(self, store: Store) -> None:
        id_ = new_experiment(store)
        empty = _facts(store, id_)
        assert empty is not None
        assert (empty.runs, empty.running, empty.models, empty.days) == (0, 0, 0, [])
        assert empty.last_activity == empty.last_update_time
        now = time.time_ns() // 1_000_000
        ids = [new_run(store, id_, start_time=start) for start in (1, now, now + 1000)]
        store.call(UpdateRun(ids[0], "FINISHED", now + 5000))
        store.call(DeleteRun(ids[2]))
        store.call(SetExperimentTag(id_, "owner", "me"))
        facts = _facts(store, id_)
        assert facts is not None
        assert (facts.runs, facts.running, facts.last_activity) == (2, 1, now + 5000)
        assert (len(facts.days), sum(facts.days)) == (30, 1)
        assert facts.tags == [ExperimentTag("owner", "me")]
        store.call(DeleteExperiment(id_))
        assert _facts(store, id_) is None
        assert _facts(store, id_, "ALL") is not None

    def test_anything_is_found_by_a_part_of_its_name(self, store: Store) -> None:
        word = unique("Zebra")
        experiment = store.call(CreateExperiment(f"group/{word}")).experiment_id
        run_id = store.call(CreateRun(experiment, run_name=f"run of {word}")).run.info.run_id
        store.call(LogBatch(run_id, [Metric(f"{word}/loss", 1.0, 1)], [Param(f"lr-{word}", "1")]))
        store.call(CreateRegisteredModel(f"{word} model"))
        found = store.call(FindAnything(word.upper())).hits
        assert {(hit.kind, hit.id, hit.name) for hit in found} == {
            ("experiment", experiment, f"group/{word}"),
            ("run", run_id, f"run of {word}"),
            ("registered_model", f"{word} model", f"{word} model"),
            ("metric", f"{word}/loss", f"{word}/loss"),
            ("param", f"lr-{word}", f"lr-{word}"),
        }
        by_kind = {hit.kind: hit for hit in found}
        assert by_kind["run"].detail == f"group/{word}"
        assert by_kind["metric"].experiment_id == experiment
        assert len(store.call(FindAnything(word, 2)).hits) == 2
        assert store.call(FindAnything(unique("nowhere"))).hits == []

    def test_runs_are_found_by_the_beginning_of_their_id(self, store: Store) -> None:
        run_id = new_run(store)
        assert store.call(FindAnything(run_id[:12])).hits[0].id == run_id
        assert store.call(FindAnything(run_id.upper())).hits[0].id == run_id
        store.call(DeleteRun(run_id))
        assert all(hit.id != run_id for hit in store.call(FindAnything(run_id)).hits)

    def test_patterns_have_no_meaning(self, store: Store) -> None:
        experiment = new_experiment(store)
        word = unique("x")
        name = f"{word} 100%_ ~ Größe"
        run_id = store.call(CreateRun(experiment, run_name=name)).run.info.run_id
        for text in (f"{word} 100%_", "%_ ~ größ", name):
            assert run_id in [hit.id for hit in store.call(FindAnything(text)).hits], text
        assert store.call(FindAnything(f"{word}%%%")).hits == []

    def test_the_newest_come_without_a_text(self, store: Store) -> None:
        run_id = new_run(store)
        kinds = {hit.kind for hit in store.call(FindAnything(max_hits=200)).hits}
        assert kinds == {"experiment", "run"}
        assert run_id in [hit.id for hit in store.call(FindAnything(max_hits=200)).hits]
