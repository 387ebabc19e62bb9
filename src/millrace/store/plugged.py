"""Stores of plugins: objects with the methods of MLflow's abstract stores, behind the port."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from millrace import calls as c
from millrace.calls import Call, Empty
from millrace.errors import NotImplementedHere, ResourceMissing
from millrace.model import (
    ExperimentTag,
    LoggedModelState,
    LoggedModelStatus,
    Metric,
    ModelVersionTag,
    Param,
    RegisteredModelTag,
    RunStatus,
    RunTag,
    ViewType,
)

R = TypeVar("R")
Answers = dict[type[Call[Any]], Callable[[Any, Any], Any]]


class PluggedStore:
    """A store that a plugin provides.

    Args:
        tracking: an object with the methods of `mlflow.store.tracking.abstract_store.AbstractStore`, if there is one.
        registry: one with those of `mlflow.store.model_registry.abstract_store.AbstractStore`, if there is one.
    """

    def __init__(self, tracking: Any = None, registry: Any = None) -> None:
        self._tracking = tracking
        self._registry = registry

    def call(self, call: Call[R]) -> R:
        """See `Store`; a call that those interfaces lack, or the plugin, is NOT_IMPLEMENTED."""
        for store, answers in ((self._tracking, TRACKING), (self._registry, REGISTRY)):
            answer = answers.get(type(call))
            if answer is not None and store is not None:
                try:
                    found = answer(store, call)
                except (NotImplementedError, AttributeError) as error:
                    raise NotImplementedHere(_missing(call, store)) from error
                return cast("R", Empty() if found is None else found)
        raise NotImplementedHere(_missing(call, self._tracking or self._registry))

    def close(self) -> None:
        """Nothing: plugins close what they opened when the process ends."""


def _missing(call: Call[Any], store: object) -> str:
    return f"The store of the plugin {type(store).__module__} does not answer {type(call).__name__}."


def _view(view: str | int) -> int:
    return ViewType.from_string(view) if isinstance(view, str) else view


def _state(status: str | int) -> LoggedModelState:
    return LoggedModelState.READY if status == LoggedModelStatus.READY else LoggedModelState.FAILED


def _or_none(text: str) -> str | None:
    return text or None


def _token(page: Any) -> str | None:
    token = getattr(page, "token", None)
    return token.decode() if isinstance(token, bytes) else token or None


def _create_run(store: Any, call: c.CreateRun) -> Any:
    run = store.create_run(
        experiment_id=call.experiment_id,
        user_id=call.user_id,
        start_time=call.start_time,
        tags=list(call.tags),
        run_name=_or_none(call.run_name),
    )
    return c.RunAnswer(run)


def _update_run(store: Any, call: c.UpdateRun) -> Any:
    status = call.status
    number = RunStatus.from_string(status) if isinstance(status, str) else status
    return c.RunInfoAnswer(store.update_run_info(call.run_id, number, call.end_time, call.run_name))


def _log_metric(store: Any, call: c.LogMetric) -> Any:
    point = Metric(
        call.key, call.value, call.timestamp, call.step, call.model_id, call.dataset_name, call.dataset_digest
    )
    return store.log_metric(call.run_id, point)


def _search_runs(store: Any, call: c.SearchRuns) -> Any:
    page = store.search_runs(
        list(call.experiment_ids),
        call.filter,
        _view(call.run_view_type),
        call.max_results,
        list(call.order_by),
        _or_none(call.page_token),
    )
    return c.RunPage(list(page), _token(page))


def _search_experiments(store: Any, call: c.SearchExperiments) -> Any:
    page = store.search_experiments(
        view_type=_view(call.view_type),
        max_results=call.max_results or 1000,
        filter_string=_or_none(call.filter),
        order_by=list(call.order_by) or None,
        page_token=_or_none(call.page_token),
    )
    return c.ExperimentPage(list(page), _token(page))


def _history(store: Any, call: c.GetMetricHistory) -> Any:
    page = store.get_metric_history(
        call.run_id, call.metric_key, max_results=call.max_results, page_token=_or_none(call.page_token)
    )
    return c.MetricPage(list(page), _token(page))


def _create_model(store: Any, call: c.CreateLoggedModel) -> Any:
    model = store.create_logged_model(
        experiment_id=call.experiment_id,
        name=_or_none(call.name),
        source_run_id=_or_none(call.source_run_id),
        tags=list(call.tags),
        params=list(call.params),
        model_type=_or_none(call.model_type),
    )
    return c.LoggedModelAnswer(model)


def _search_models(store: Any, call: c.SearchLoggedModels) -> Any:
    datasets = [{"dataset_name": one.dataset_name, "dataset_digest": one.dataset_digest} for one in call.datasets]
    orders = [
        {"field_name": one.field_name, "ascending": one.ascending is not False, "dataset_name": one.dataset_name}
        for one in call.order_by
    ]
    page = store.search_logged_models(
        experiment_ids=list(call.experiment_ids),
        filter_string=_or_none(call.filter),
        datasets=datasets or None,
        max_results=call.max_results,
        order_by=orders or None,
        page_token=_or_none(call.page_token),
    )
    return c.LoggedModelPage(list(page), _token(page))


def _experiment_by_name(store: Any, call: c.GetExperimentByName) -> Any:
    found = store.get_experiment_by_name(call.experiment_name)
    if found is None:
        raise ResourceMissing(f"Could not find experiment with name '{call.experiment_name}'")
    return c.ExperimentAnswer(found)


TRACKING: Answers = {
    c.CreateExperiment: lambda s, x: c.CreatedExperiment(
        str(s.create_experiment(x.name, _or_none(x.artifact_location), list(x.tags)))
    ),
    c.GetExperiment: lambda s, x: c.ExperimentAnswer(s.get_experiment(x.experiment_id)),
    c.GetExperimentByName: _experiment_by_name,
    c.SearchExperiments: _search_experiments,
    c.UpdateExperiment: lambda s, x: s.rename_experiment(x.experiment_id, x.new_name),
    c.DeleteExperiment: lambda s, x: s.delete_experiment(x.experiment_id),
    c.RestoreExperiment: lambda s, x: s.restore_experiment(x.experiment_id),
    c.SetExperimentTag: lambda s, x: s.set_experiment_tag(x.experiment_id, ExperimentTag(x.key, x.value)),
    c.DeleteExperimentTag: lambda s, x: s.delete_experiment_tag(x.experiment_id, x.key),
    c.CreateRun: _create_run,
    c.GetRun: lambda s, x: c.RunAnswer(s.get_run(x.run_id)),
    c.UpdateRun: _update_run,
    c.DeleteRun: lambda s, x: s.delete_run(x.run_id),
    c.RestoreRun: lambda s, x: s.restore_run(x.run_id),
    c.SearchRuns: _search_runs,
    c.LogMetric: _log_metric,
    c.LogParam: lambda s, x: s.log_param(x.run_id, Param(x.key, x.value)),
    c.LogBatch: lambda s, x: s.log_batch(x.run_id, list(x.metrics), list(x.params), list(x.tags)),
    c.SetTag: lambda s, x: s.set_tag(x.run_id, RunTag(x.key, x.value)),
    c.DeleteTag: lambda s, x: s.delete_tag(x.run_id, x.key),
    c.LogInputs: lambda s, x: s.log_inputs(x.run_id, list(x.datasets), list(x.models) or None),
    c.LogOutputs: lambda s, x: s.log_outputs(x.run_id, list(x.models)),
    c.GetMetricHistory: _history,
    c.CreateLoggedModel: _create_model,
    c.GetLoggedModel: lambda s, x: c.LoggedModelAnswer(s.get_logged_model(x.model_id)),
    c.FinalizeLoggedModel: lambda s, x: c.LoggedModelAnswer(s.finalize_logged_model(x.model_id, _state(x.status))),
    c.DeleteLoggedModel: lambda s, x: s.delete_logged_model(x.model_id),
    c.SearchLoggedModels: _search_models,
    c.SetLoggedModelTags: lambda s, x: s.set_logged_model_tags(x.model_id, list(x.tags)),
    c.DeleteLoggedModelTag: lambda s, x: s.delete_logged_model_tag(x.model_id, x.tag_key),
    c.LogLoggedModelParams: lambda s, x: s.log_logged_model_params(x.model_id, list(x.params)),
}
"""How each call is put to a tracking store."""


def _page(method: str, answer: type[Any]) -> Callable[[Any, Any], Any]:
    def search(store: Any, call: Any) -> Any:
        page = getattr(store, method)(
            filter_string=_or_none(call.filter),
            max_results=call.max_results,
            order_by=list(call.order_by) or None,
            page_token=_or_none(call.page_token),
        )
        return answer(list(page), _token(page))

    return search


def _create_version(store: Any, call: c.CreateModelVersion) -> Any:
    version = store.create_model_version(
        call.name,
        call.source,
        _or_none(call.run_id),
        list(call.tags),
        _or_none(call.run_link),
        _or_none(call.description),
        model_id=_or_none(call.model_id),
    )
    return c.ModelVersionAnswer(version)


REGISTRY: Answers = {
    c.CreateRegisteredModel: lambda s, x: c.RegisteredModelAnswer(
        s.create_registered_model(x.name, list(x.tags), _or_none(x.description))
    ),
    c.GetRegisteredModel: lambda s, x: c.RegisteredModelAnswer(s.get_registered_model(x.name)),
    c.UpdateRegisteredModel: lambda s, x: c.RegisteredModelAnswer(s.update_registered_model(x.name, x.description)),
    c.RenameRegisteredModel: lambda s, x: c.RegisteredModelAnswer(s.rename_registered_model(x.name, x.new_name)),
    c.DeleteRegisteredModel: lambda s, x: s.delete_registered_model(x.name),
    c.SearchRegisteredModels: _page("search_registered_models", c.RegisteredModelPage),
    c.GetLatestVersions: lambda s, x: c.ModelVersions(list(s.get_latest_versions(x.name, list(x.stages) or None))),
    c.SetRegisteredModelTag: lambda s, x: s.set_registered_model_tag(x.name, RegisteredModelTag(x.key, x.value)),
    c.DeleteRegisteredModelTag: lambda s, x: s.delete_registered_model_tag(x.name, x.key),
    c.SetRegisteredModelAlias: lambda s, x: s.set_registered_model_alias(x.name, x.alias, x.version),
    c.DeleteRegisteredModelAlias: lambda s, x: s.delete_registered_model_alias(x.name, x.alias),
    c.GetModelVersionByAlias: lambda s, x: c.ModelVersionAnswer(s.get_model_version_by_alias(x.name, x.alias)),
    c.CreateModelVersion: _create_version,
    c.GetModelVersion: lambda s, x: c.ModelVersionAnswer(s.get_model_version(x.name, x.version)),
    c.UpdateModelVersion: lambda s, x: c.ModelVersionAnswer(s.update_model_version(x.name, x.version, x.description)),
    c.TransitionModelVersionStage: lambda s, x: c.ModelVersionAnswer(
        s.transition_model_version_stage(x.name, x.version, x.stage, x.archive_existing_versions)
    ),
    c.DeleteModelVersion: lambda s, x: s.delete_model_version(x.name, x.version),
    c.GetModelVersionDownloadUri: lambda s, x: c.DownloadUri(s.get_model_version_download_uri(x.name, x.version)),
    c.SearchModelVersions: _page("search_model_versions", c.ModelVersionPage),
    c.SetModelVersionTag: lambda s, x: s.set_model_version_tag(x.name, x.version, ModelVersionTag(x.key, x.value)),
    c.DeleteModelVersionTag: lambda s, x: s.delete_model_version_tag(x.name, x.version, x.key),
}
"""How each call is put to a store of registered models."""
