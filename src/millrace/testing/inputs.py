"""What every store must do with the datasets and models that runs use and make."""

from __future__ import annotations

from millrace.calls import LogInputs, LogOutputs, SearchDatasets, SearchRuns
from millrace.model import Dataset, DatasetInput, InputTag, LoggedModelInput, LoggedModelOutput
from millrace.store import Store
from millrace.testing.making import new_experiment, new_run, run_of

_IRIS = Dataset("iris", "abc123", "local", '{"uri": "iris.csv"}', '{"s": 1}', '{"rows": 150}')


def _used(context: str, dataset: Dataset = _IRIS) -> DatasetInput:
    return DatasetInput(dataset, [InputTag("mlflow.data.context", context)])


class InputsSuite:
    """Inputs and outputs of runs."""

    def test_a_dataset_is_an_input_with_its_tags(self, store: Store) -> None:
        run_id = new_run(store)
        other = Dataset("wine", "def456", "http", "{}")
        store.call(LogInputs(run_id, [_used("train"), _used("eval", other)]))
        assert run_of(store, run_id).inputs.dataset_inputs == [_used("train"), _used("eval", other)]

    def test_the_same_dataset_twice_is_one_input(self, store: Store) -> None:
        run_id = new_run(store)
        for context in ("train", "eval"):
            store.call(LogInputs(run_id, [_used(context)]))
        assert run_of(store, run_id).inputs.dataset_inputs == [_used("train")]

    def test_models_are_inputs_and_outputs(self, store: Store) -> None:
        run_id = new_run(store)
        store.call(LogInputs(run_id, models=[LoggedModelInput("m-1"), LoggedModelInput("m-2")]))
        store.call(LogOutputs(run_id, [LoggedModelOutput("m-3", 7)]))
        run = run_of(store, run_id)
        assert [one.model_id for one in run.inputs.model_inputs] == ["m-1", "m-2"]
        assert [(one.model_id, one.step) for one in run.outputs.model_outputs] == [("m-3", 7)]

    def test_the_datasets_of_experiments_are_listed(self, store: Store) -> None:
        id_ = new_experiment(store)
        for _ in range(2):
            store.call(
                LogInputs(new_run(store, id_), [_used("train"), _used("eval", Dataset("wine", "d", "http", "{}"))])
            )
        found = store.call(SearchDatasets([id_])).dataset_summaries
        listed = {(one.experiment_id, one.name, one.digest, one.context) for one in found}
        assert listed == {(id_, "iris", "abc123", "train"), (id_, "wine", "d", "eval")}
        assert len(found) == 2

    def test_runs_are_found_by_their_datasets(self, store: Store) -> None:
        id_ = new_experiment(store)
        both, iris, none = (new_run(store, id_) for _ in range(3))
        wine = Dataset("wine", "def456", "http", "{}")
        store.call(LogInputs(both, [_used("train"), _used("eval", wine)]))
        store.call(LogInputs(iris, [_used("eval")]))

        def found(text: str) -> set[str]:
            return {run.info.run_id for run in store.call(SearchRuns([id_], text)).runs}

        assert found("dataset.name = 'iris'") == {both, iris}
        assert found("dataset.digest = 'def456'") == {both}
        assert found("dataset.context = 'eval'") == {both, iris}
        assert found("dataset.context LIKE 'tr%'") == {both}
        assert found("dataset.name IN ('wine', 'beer')") == {both}
        assert found("dataset.name = 'beer'") == set()
        assert found("") == {both, iris, none}

    def test_a_run_has_a_model_for_each_step(self, store: Store) -> None:
        run_id = new_run(store)
        for step in (10, 20):
            store.call(LogOutputs(run_id, [LoggedModelOutput(f"m-{step}", step)]))
        made = run_of(store, run_id).outputs.model_outputs
        assert [(one.model_id, one.step) for one in made] == [("m-10", 10), ("m-20", 20)]
