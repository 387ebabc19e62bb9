"""Tracking stores as plugins write them: MLflow's abstract store, and stores of Millrace's own to build on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from millrace import calls as c
from millrace.errors import ResourceMissing
from millrace.model import Experiment, LoggedModel, Metric, Param, Run, RunInfo, RunStatus, RunTag
from millrace.store import Store, open_store
from mlflow.client.paging import PagedList
from mlflow.client.stores import get_tracking_uri


class AbstractStore:
    """Where runs are kept; a plugin's store overrides what it offers.

    Millrace calls a method by its arguments in their order here; one that is not overridden is answered with
    NOT_IMPLEMENTED.
    """

    def __init__(self) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        if name in _METHODS:
            raise NotImplementedError(f"{type(self).__name__} has no method {name}.")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    # What MLflow's store says in terms of other methods.
    def get_experiment_by_name(self, experiment_name: str) -> Experiment | None:
        """The experiment of that name, deleted ones too; None when there is none."""
        quoted = experiment_name.replace("'", "''")
        found = self.search_experiments(3, 1, f"name = '{quoted}'", None, None)
        return found[0] if found else None

    def search_runs(
        self,
        experiment_ids: list[str],
        filter_string: str,
        run_view_type: int,
        max_results: int = 1000,
        order_by: list[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[Run]:
        """The runs that match, from `_search_runs`, which gives them with the next page's token."""
        runs, token = self._search_runs(experiment_ids, filter_string, run_view_type, max_results, order_by, page_token)
        return PagedList(runs, token)

    def log_metric(self, run_id: str, metric: Metric) -> None:
        """Log one point, by `log_batch`."""
        self.log_batch(run_id, [metric], [], [])

    def log_param(self, run_id: str, param: Param) -> None:
        """Log one param, by `log_batch`."""
        self.log_batch(run_id, [], [param], [])

    def set_tag(self, run_id: str, tag: RunTag) -> None:
        """Set one tag, by `log_batch`."""
        self.log_batch(run_id, [], [], [tag])


_METHODS = frozenset(
    "_search_runs create_experiment get_experiment search_experiments rename_experiment delete_experiment "
    "restore_experiment set_experiment_tag delete_experiment_tag create_run get_run update_run_info delete_run "
    "restore_run log_batch delete_tag log_inputs log_outputs get_metric_history create_logged_model get_logged_model "
    "finalize_logged_model delete_logged_model search_logged_models set_logged_model_tags delete_logged_model_tag "
    "log_logged_model_params record_logged_model".split()
)


class _OwnStore(AbstractStore):
    """A store of Millrace's own with MLflow's methods, for plugins that change a little and keep the rest."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store

    def create_experiment(self, name: str, artifact_location: str | None = None, tags: Any = None) -> str:
        """Create an experiment and return its id."""
        return self._store.call(c.CreateExperiment(name, artifact_location or "", list(tags or ()))).experiment_id

    def get_experiment(self, experiment_id: str) -> Experiment:
        """Get an experiment."""
        return self._store.call(c.GetExperiment(str(experiment_id))).experiment

    def get_experiment_by_name(self, experiment_name: str) -> Experiment | None:
        """Get an experiment by its name; None when there is none."""
        try:
            return self._store.call(c.GetExperimentByName(experiment_name)).experiment
        except ResourceMissing:
            return None

    def search_experiments(
        self,
        view_type: int = 1,
        max_results: int = 1000,
        filter_string: str | None = None,
        order_by: list[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[Experiment]:
        """Search experiments."""
        call = c.SearchExperiments(max_results, page_token or "", filter_string or "", order_by or [], view_type)
        page = self._store.call(call)
        return PagedList(page.experiments, page.next_page_token or None)

    def rename_experiment(self, experiment_id: str, new_name: str) -> None:
        """Rename an experiment."""
        self._store.call(c.UpdateExperiment(experiment_id, new_name))

    def delete_experiment(self, experiment_id: str) -> None:
        """Mark an experiment as deleted."""
        self._store.call(c.DeleteExperiment(experiment_id))

    def restore_experiment(self, experiment_id: str) -> None:
        """Bring back an experiment."""
        self._store.call(c.RestoreExperiment(experiment_id))

    def set_experiment_tag(self, experiment_id: str, tag: Any) -> None:
        """Set a tag of an experiment."""
        self._store.call(c.SetExperimentTag(experiment_id, tag.key, tag.value))

    def delete_experiment_tag(self, experiment_id: str, key: str) -> None:
        """Delete a tag of an experiment."""
        self._store.call(c.DeleteExperimentTag(experiment_id, key))

    def create_run(self, experiment_id: str, user_id: str, start_time: int, tags: Any, run_name: str | None) -> Run:
        """Create a run."""
        call = c.CreateRun(
            experiment_id=experiment_id,
            user_id=user_id,
            run_name=run_name or "",
            start_time=start_time,
            tags=list(tags or ()),
        )
        return self._store.call(call).run

    def get_run(self, run_id: str) -> Run:
        """Get a run."""
        return self._store.call(c.GetRun(run_id)).run

    def update_run_info(
        self, run_id: str, run_status: int | None, end_time: int | None, run_name: str | None
    ) -> RunInfo:
        """Change the status, the end or the name of a run."""
        status = RunStatus.to_string(run_status) if run_status else None
        return self._store.call(c.UpdateRun(run_id, status, end_time, run_name)).run_info

    def delete_run(self, run_id: str) -> None:
        """Mark a run as deleted."""
        self._store.call(c.DeleteRun(run_id))

    def restore_run(self, run_id: str) -> None:
        """Bring back a run."""
        self._store.call(c.RestoreRun(run_id))

    def _search_runs(
        self,
        experiment_ids: list[str],
        filter_string: str,
        run_view_type: int,
        max_results: int,
        order_by: list[str] | None,
        page_token: str | None,
    ) -> tuple[list[Run], str | None]:
        call = c.SearchRuns(
            experiment_ids=list(experiment_ids),
            filter=filter_string or "",
            run_view_type=run_view_type,
            max_results=max_results,
            order_by=list(order_by or ()),
            page_token=page_token or "",
        )
        page = self._store.call(call)
        return page.runs, page.next_page_token or None

    def log_batch(self, run_id: str, metrics: Any, params: Any, tags: Any) -> None:
        """Log metrics, params and tags."""
        self._store.call(c.LogBatch(run_id, list(metrics), list(params), list(tags)))

    def delete_tag(self, run_id: str, key: str) -> None:
        """Delete a tag of a run."""
        self._store.call(c.DeleteTag(run_id, key))

    def log_inputs(self, run_id: str, datasets: Any = None, models: Any = None) -> None:
        """Record inputs of a run."""
        self._store.call(c.LogInputs(run_id, list(datasets or ()), list(models or ())))

    def log_outputs(self, run_id: str, models: Any) -> None:
        """Record models that a run made."""
        self._store.call(c.LogOutputs(run_id, list(models)))

    def get_metric_history(
        self, run_id: str, metric_key: str, max_results: int | None = None, page_token: str | None = None
    ) -> PagedList[Metric]:
        """The points of a metric."""
        page = self._store.call(c.GetMetricHistory(run_id, metric_key, page_token or "", max_results))
        return PagedList(page.metrics, page.next_page_token or None)

    def create_logged_model(
        self,
        experiment_id: str,
        name: str | None = None,
        source_run_id: str | None = None,
        tags: Any = None,
        params: Any = None,
        model_type: str | None = None,
    ) -> LoggedModel:
        """Create a logged model."""
        call = c.CreateLoggedModel(
            experiment_id, name or "", model_type or "", source_run_id or "", list(params or ()), list(tags or ())
        )
        return self._store.call(call).model

    def get_logged_model(self, model_id: str, allow_deleted: bool = False) -> LoggedModel:
        """Get a logged model."""
        return self._store.call(c.GetLoggedModel(model_id)).model

    def finalize_logged_model(self, model_id: str, status: Any) -> LoggedModel:
        """Say that a logged model is READY or FAILED."""
        wire = (
            "LOGGED_MODEL_READY" if str(getattr(status, "value", status)) == "READY" else "LOGGED_MODEL_UPLOAD_FAILED"
        )
        return self._store.call(c.FinalizeLoggedModel(model_id, wire)).model

    def delete_logged_model(self, model_id: str) -> None:
        """Delete a logged model."""
        self._store.call(c.DeleteLoggedModel(model_id))

    def search_logged_models(
        self,
        experiment_ids: list[str],
        filter_string: str | None = None,
        datasets: list[dict[str, Any]] | None = None,
        max_results: int | None = None,
        order_by: list[dict[str, Any]] | None = None,
        page_token: str | None = None,
    ) -> PagedList[LoggedModel]:
        """Search logged models."""
        call = c.SearchLoggedModels(
            list(experiment_ids),
            filter_string or "",
            [c.DatasetFilter(**one) for one in datasets or ()],
            max_results or 100,
            [c.ModelOrder(**one) for one in order_by or ()],
            page_token or "",
        )
        page = self._store.call(call)
        return PagedList(page.models, page.next_page_token or None)

    def set_logged_model_tags(self, model_id: str, tags: Any) -> None:
        """Set tags of a logged model."""
        self._store.call(c.SetLoggedModelTags(model_id, list(tags)))

    def delete_logged_model_tag(self, model_id: str, key: str) -> None:
        """Delete a tag of a logged model."""
        self._store.call(c.DeleteLoggedModelTag(model_id, key))

    def log_logged_model_params(self, model_id: str, params: Any) -> None:
        """Log params to a logged model."""
        self._store.call(c.LogLoggedModelParams(model_id, list(params)))


class FileStore(_OwnStore):
    """The store in a folder: a plugin's class may stand on it, as on MLflow's class of this name.

    Args:
        root_directory: the folder; the process's tracking URI when omitted.
        artifact_root_uri: where artifacts of new experiments go; the folder itself when omitted.
    """

    def __init__(self, root_directory: str | Path | None = None, artifact_root_uri: str | None = None) -> None:
        super().__init__(open_store(str(root_directory or get_tracking_uri()), artifact_root=artifact_root_uri or ""))


class SqlAlchemyStore(_OwnStore):
    """The store in a database, under the name of MLflow's class; its tables are Millrace's.

    Args:
        db_uri: `sqlite:///file.db` or `postgresql://…`.
        default_artifact_root: where artifacts of new experiments go.
    """

    def __init__(self, db_uri: str, default_artifact_root: str | None = None) -> None:
        super().__init__(open_store(db_uri, artifact_root=default_artifact_root or ""))


__all__ = ["AbstractStore", "FileStore", "SqlAlchemyStore"]
