"""What every store must do with experiments."""

from __future__ import annotations

from millrace.calls import (
    CreateExperiment,
    CreateRun,
    DeleteExperiment,
    DeleteExperimentTag,
    GetExperiment,
    GetExperimentByName,
    RestoreExperiment,
    SearchExperiments,
    SetExperimentTag,
    UpdateExperiment,
)
from millrace.model import Experiment, ExperimentTag
from millrace.store import Store
from millrace.testing.making import new_experiment, new_run, refused, run_of, unique


def _get(store: Store, experiment_id: str) -> Experiment:
    return store.call(GetExperiment(experiment_id)).experiment


class ExperimentsSuite:
    """Experiments: made, found, changed, deleted, restored."""

    def test_the_default_experiment_is_there(self, store: Store) -> None:
        default = _get(store, "0")
        assert (default.name, default.lifecycle_stage) == ("Default", "active")
        assert default.artifact_location

    def test_a_created_experiment_is_found_by_id_and_name(self, store: Store) -> None:
        name = unique("größe 大/小")
        tags = [ExperimentTag("team", "vision"), ExperimentTag("ünï", "✓")]
        created = store.call(CreateExperiment(name, tags=tags)).experiment_id
        found = _get(store, created)
        assert found == store.call(GetExperimentByName(name)).experiment
        assert (found.name, found.tags) == (name, {"team": "vision", "ünï": "✓"})
        assert found.creation_time
        assert found.creation_time == found.last_update_time

    def test_a_name_is_taken_once(self, store: Store) -> None:
        name = unique("taken")
        id_ = store.call(CreateExperiment(name)).experiment_id
        refused(store, CreateExperiment(name), "RESOURCE_ALREADY_EXISTS", "already exists")
        store.call(DeleteExperiment(id_))
        refused(store, CreateExperiment(name), "RESOURCE_ALREADY_EXISTS", "already exists")

    def test_an_artifact_location_is_kept(self, store: Store) -> None:
        id_ = store.call(CreateExperiment(unique("located"), "s3://bucket/some/where")).experiment_id
        assert _get(store, id_).artifact_location == "s3://bucket/some/where"
        uri = run_of(store, new_run(store, id_)).info.artifact_uri
        assert uri is not None
        assert uri.startswith("s3://bucket/some/where/")

    def test_names_that_are_refused(self, store: Store) -> None:
        for name in ("", "n" * 501):
            call = CreateExperiment(name)
            refused(store, call, "INVALID_PARAMETER_VALUE", ".")

    def test_unknown_experiments(self, store: Store) -> None:
        for id_ in ("123456789", "nope", "-1", "9" * 40, "0x0", "１"):
            for call in (GetExperiment(id_), DeleteExperiment(id_), SetExperimentTag(id_, "k", "v"), CreateRun(id_)):
                refused(store, call, "RESOURCE_DOES_NOT_EXIST", ".")
        name = unique("missing")
        refused(store, GetExperimentByName(name), "RESOURCE_DOES_NOT_EXIST", name)

    def test_renaming(self, store: Store) -> None:
        id_, name = new_experiment(store), unique("new")
        store.call(UpdateExperiment(id_, name))
        assert _get(store, id_).name == name
        other = new_experiment(store)
        refused(store, UpdateExperiment(other, name), "RESOURCE_ALREADY_EXISTS", "already exists")
        store.call(DeleteExperiment(other))
        refused(store, UpdateExperiment(other, unique("x")), "INVALID_STATE", "non-active")

    def test_deleting_takes_the_runs_along_and_restoring_brings_them_back(self, store: Store) -> None:
        id_ = new_experiment(store)
        run = new_run(store, id_)
        store.call(DeleteExperiment(id_))
        assert _get(store, id_).lifecycle_stage == "deleted"
        assert run_of(store, run).info.lifecycle_stage == "deleted"
        refused(store, CreateRun(id_), "INVALID_PARAMETER_VALUE", "must be in the 'active' state")
        store.call(RestoreExperiment(id_))
        assert _get(store, id_).lifecycle_stage == "active"
        assert run_of(store, run).info.lifecycle_stage == "active"

    def test_tags_are_set_replaced_and_deleted(self, store: Store) -> None:
        id_ = new_experiment(store)
        store.call(SetExperimentTag(id_, "k", "1"))
        store.call(SetExperimentTag(id_, "k", "2"))
        store.call(SetExperimentTag(id_, "empty", ""))
        assert _get(store, id_).tags == {"k": "2", "empty": ""}
        store.call(DeleteExperimentTag(id_, "k"))
        assert _get(store, id_).tags == {"empty": ""}
        refused(store, DeleteExperimentTag(id_, "k"), "RESOURCE_DOES_NOT_EXIST", "k")

    def test_experiments_are_searched_by_name_tag_and_stage(self, store: Store) -> None:
        word = unique("find")
        ids = [
            store.call(CreateExperiment(f"{word}-{n}", tags=[ExperimentTag("n", str(n))])).experiment_id
            for n in range(5)
        ]
        store.call(DeleteExperiment(ids[4]))

        def found(text: str, view: str = "ACTIVE_ONLY") -> set[str]:
            page = store.call(SearchExperiments(1000, filter=text, view_type=view))
            return {one.experiment_id for one in page.experiments}

        assert found(f"name LIKE '{word}-%'") == set(ids[:4])
        assert found(f"name LIKE '{word}-%'", "DELETED_ONLY") == {ids[4]}
        assert found(f"name LIKE '{word}-%'", "ALL") == set(ids)
        assert found(f"name = '{word}-1'") == {ids[1]}
        assert found(f"name LIKE '{word}%' AND tags.n = '2'") == {ids[2]}

    def test_pages_of_experiments_neither_repeat_nor_skip(self, store: Store) -> None:
        word = unique("paged")
        ids = [store.call(CreateExperiment(f"{word}-{n}")).experiment_id for n in range(7)]
        seen: list[str] = []
        token = ""
        while True:
            call = SearchExperiments(3, token, f"name LIKE '{word}-%'", ["name ASC"])
            page = store.call(call)
            assert len(page.experiments) <= 3
            seen += [one.experiment_id for one in page.experiments]
            token = page.next_page_token or ""
            if not token:
                break
        assert seen == ids
