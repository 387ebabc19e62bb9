"""What every store must do with logged models."""

from __future__ import annotations

from millrace.calls import (
    CountLoggedModels,
    CreateLoggedModel,
    DatasetFilter,
    DeleteLoggedModel,
    DeleteLoggedModelTag,
    FinalizeLoggedModel,
    GetLoggedModel,
    LogBatch,
    LogLoggedModelParams,
    ModelOrder,
    SearchLoggedModels,
    SetLoggedModelTags,
)
from millrace.model import LoggedModel, LoggedModelParameter, LoggedModelTag, Metric
from millrace.store import Store
from millrace.testing.making import new_experiment, new_run, refused


def _new(store: Store, experiment_id: str, name: str = "model", run_id: str = "") -> LoggedModel:
    return store.call(CreateLoggedModel(experiment_id, name, "classifier", run_id)).model


def _get(store: Store, model_id: str) -> LoggedModel:
    return store.call(GetLoggedModel(model_id)).model


class LoggedModelsSuite:
    """Logged models: made, finished, tagged, measured, found, deleted."""

    def test_a_logged_model_is_made_and_found(self, store: Store) -> None:
        id_ = new_experiment(store)
        run_id = new_run(store, id_)
        params, tags = [LoggedModelParameter("depth", "3")], [LoggedModelTag("team", "a")]
        made = store.call(CreateLoggedModel(id_, "tree", "classifier", run_id, params, tags)).model
        assert made == _get(store, made.model_id)
        assert made.model_id.startswith("m-")
        assert (made.experiment_id, made.name, made.model_type, made.source_run_id) == (
            id_,
            "tree",
            "classifier",
            run_id,
        )
        assert (made.params, made.tags, made.status) == ({"depth": "3"}, {"team": "a"}, "PENDING")
        assert made.artifact_location.endswith(f"/models/{made.model_id}/artifacts")

    def test_a_logged_model_without_a_name_gets_one(self, store: Store) -> None:
        assert store.call(CreateLoggedModel(new_experiment(store))).model.name

    def test_it_is_finished_as_ready_or_failed(self, store: Store) -> None:
        id_ = new_experiment(store)
        for wire, shown in (("LOGGED_MODEL_READY", "READY"), ("LOGGED_MODEL_UPLOAD_FAILED", "FAILED")):
            model = _new(store, id_)
            assert store.call(FinalizeLoggedModel(model.model_id, wire)).model.status == shown
            assert _get(store, model.model_id).status == shown

    def test_tags_and_params_are_added(self, store: Store) -> None:
        model_id = _new(store, new_experiment(store)).model_id
        store.call(SetLoggedModelTags(model_id, [LoggedModelTag("a", "1"), LoggedModelTag("b", "2")]))
        store.call(SetLoggedModelTags(model_id, [LoggedModelTag("a", "3")]))
        store.call(DeleteLoggedModelTag(model_id, "b"))
        store.call(LogLoggedModelParams(model_id, [LoggedModelParameter("p", "1")]))
        model = _get(store, model_id)
        assert (model.tags, model.params) == ({"a": "3"}, {"p": "1"})

    def test_metrics_are_linked_with_their_dataset(self, store: Store) -> None:
        id_ = new_experiment(store)
        run_id, model_id = new_run(store, id_), _new(store, id_).model_id
        store.call(
            LogBatch(run_id, [Metric("acc", 0.5, 1, 1, model_id, "iris", "d1"), Metric("acc", 0.9, 1, 1, model_id)])
        )
        found = {(one.key, one.value, one.dataset_name, one.run_id) for one in _get(store, model_id).metrics}
        assert found == {("acc", 0.5, "iris", run_id), ("acc", 0.9, None, run_id)}

    def test_a_deleted_one_is_gone(self, store: Store) -> None:
        model_id = _new(store, new_experiment(store)).model_id
        store.call(DeleteLoggedModel(model_id))
        refused(store, GetLoggedModel(model_id), "RESOURCE_DOES_NOT_EXIST", model_id)
        refused(store, SetLoggedModelTags(model_id), "RESOURCE_DOES_NOT_EXIST", model_id)

    def test_logged_models_are_searched_and_ordered(self, store: Store) -> None:
        id_ = new_experiment(store)
        run_id = new_run(store, id_)
        models = [_new(store, id_, f"model-{n}") for n in range(5)]
        for n, model in enumerate(models):
            store.call(LogBatch(run_id, [Metric("acc", n / 10, 1, 1, model.model_id)]))

        def found(text: str, *order: ModelOrder) -> list[str]:
            models = store.call(SearchLoggedModels([id_], text, order_by=list(order))).models
            assert store.call(CountLoggedModels([id_], text)).count == len(models)
            return [one.name for one in models]

        assert set(found("")) == {model.name for model in models}
        assert found("name = 'model-2'") == ["model-2"]
        assert found("metrics.acc > 0.15", ModelOrder("metrics.acc")) == ["model-2", "model-3", "model-4"]
        assert found("metrics.acc > 0.15", ModelOrder("metrics.acc", False)) == ["model-4", "model-3", "model-2"]

    def test_metrics_on_one_dataset_count_in_a_filter_and_in_an_order(self, store: Store) -> None:
        id_ = new_experiment(store)
        run_id = new_run(store, id_)
        first, second = (_new(store, id_, name) for name in ("first", "second"))
        for model, on_iris, on_wine in ((first, 0.9, 0.1), (second, 0.2, 0.8)):
            points = [("iris", "d1", on_iris), ("wine", "d2", on_wine)]
            store.call(LogBatch(run_id, [Metric("acc", v, 1, 1, model.model_id, n, d) for n, d, v in points]))

        def found(text: str, *on: DatasetFilter, order: ModelOrder | None = None) -> list[str]:
            models = store.call(
                SearchLoggedModels([id_], text, list(on), order_by=[order or ModelOrder("name")])
            ).models
            assert store.call(CountLoggedModels([id_], text, list(on))).count == len(models)
            return [one.name for one in models]

        assert found("metrics.acc > 0.5") == ["first", "second"]
        assert found("metrics.acc > 0.5", DatasetFilter("iris")) == ["first"]
        assert found("metrics.acc > 0.5", DatasetFilter("iris", "d1")) == ["first"]
        assert found("metrics.acc > 0.5", DatasetFilter("iris", "other")) == []
        assert found("metrics.acc > 0.5", DatasetFilter("iris"), DatasetFilter("wine")) == ["first", "second"]
        assert found("", order=ModelOrder("metrics.acc", False, "iris")) == ["first", "second"]
        assert found("", order=ModelOrder("metrics.acc", False, "wine")) == ["second", "first"]

    def test_pages_of_logged_models_follow_one_another(self, store: Store) -> None:
        id_ = new_experiment(store)
        names = [_new(store, id_, f"model-{n}").name for n in range(5)]
        found: list[str] = []
        token = ""
        while True:
            call = SearchLoggedModels([id_], max_results=2, order_by=[ModelOrder("name")], page_token=token)
            page = store.call(call)
            assert len(page.models) <= 2
            found += [one.name for one in page.models]
            token = page.next_page_token or ""
            if not token:
                break
        assert found == names
