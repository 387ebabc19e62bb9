"""The client's part on what runs log: metrics, params, tags, inputs, outputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from millrace.calls import (
    DeleteTag,
    GetMetricHistory,
    LogBatch,
    LogInputs,
    LogMetric,
    LogModel,
    LogOutputs,
    LogParam,
    SetTag,
)
from millrace.errors import MlflowException
from millrace.model import DatasetInput, LoggedModelInput, LoggedModelOutput, Metric, Param, RunTag
from millrace.model.limits import MAX_METRICS_PER_BATCH, MAX_PARAMS_PER_BATCH, MAX_TAGS_PER_BATCH, check_key
from millrace.settings import MLFLOW_ENABLE_ASYNC_LOGGING
from mlflow.client.base import ClientBase
from mlflow.client.paging import PagedList
from mlflow.client.queue import RunOperations, submit
from mlflow.client.stores import flush_journal
from mlflow.client.values import metric_of, number_of, param_of, text_of_tag

HISTORY_PAGE_SIZE = 25_000


class Logging(ClientBase):
    """Log to runs, and read the points of metrics."""

    def log_metric(
        self,
        run_id: str,
        key: str,
        value: float,
        timestamp: int | None = None,
        step: int | None = None,
        synchronous: bool | None = None,
        dataset_name: str | None = None,
        dataset_digest: str | None = None,
        model_id: str | None = None,
    ) -> RunOperations | None:
        """Log one point of a metric.

        Args:
            run_id: the run.
            key: letters, digits and `_-. :/`, at most 250 characters.
            value: a number; NaN and infinities are kept.
            timestamp: milliseconds since 1970, UTC; now when omitted.
            step: a whole number of the user's, e.g. the epoch; 0 when omitted.
            synchronous: False to return at once; what is returned then has `wait`.
            dataset_name: the dataset that it was measured on.
            dataset_digest: that dataset's digest.
            model_id: the logged model that it was measured for.
        """
        point = metric_of(key, value, timestamp, step)
        call = LogMetric(run_id, key, point.value, point.timestamp, point.step, model_id, dataset_name, dataset_digest)
        return self._log(run_id, synchronous, lambda: self._call(call))

    def log_param(self, run_id: str, key: str, value: Any, synchronous: bool | None = None) -> Any:
        """Log a param, and return its value; a param is written once.

        Args:
            run_id: the run.
            key: letters, digits and `_-. :/`, at most 250 characters.
            value: becomes a text of at most 6,000 characters.
            synchronous: False to return at once; what is returned then has `wait`.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE when the param has another value already.
        """
        param = param_of(key, value)
        operations = self._log(run_id, synchronous, lambda: self._log_param(run_id, param))
        return value if operations is None else operations

    def _log_param(self, run_id: str, param: Param) -> None:
        try:
            self._call(LogParam(run_id, param.key, param.value))
        except MlflowException as error:
            if "Changing param values is not allowed" in error.message:
                hint = "A param is written once: log values that change as metrics or tags, or start another run."
                raise MlflowException(f"{error.message}\n{hint}", error.error_code) from error
            raise

    def set_tag(self, run_id: str, key: str, value: Any, synchronous: bool | None = None) -> RunOperations | None:
        """Set a tag of a run; the value becomes a text of at most 8,000 characters."""
        if not isinstance(key, str):
            check_key(key, "key")
        call = SetTag(run_id, key, text_of_tag(value))
        return self._log(run_id, synchronous, lambda: self._call(call))

    def delete_tag(self, run_id: str, key: str) -> None:
        """Delete a tag of a run; raises MlflowException when there is no such tag."""
        self._call(DeleteTag(run_id, key))

    def log_batch(
        self,
        run_id: str,
        metrics: Sequence[Metric] = (),
        params: Sequence[Param] = (),
        tags: Sequence[RunTag] = (),
        synchronous: bool | None = None,
    ) -> RunOperations | None:
        """Log metrics, params and tags at once.

        What fits one request (1,000 metrics, 100 params, 100 tags, 1,000 in all) is stored whole or not at all; more
        is sent in several.

        Args:
            run_id: the run.
            metrics: points, as `mlflow.entities.Metric`.
            params: params, as `mlflow.entities.Param`.
            tags: tags, as `mlflow.entities.RunTag`.
            synchronous: False to return at once; what is returned then has `wait`.
        """
        checked = [_checked(metric, index) for index, metric in enumerate(metrics)]
        texts = [param_of(param.key, param.value) for param in params]
        labels = [RunTag(tag.key, text_of_tag(tag.value)) for tag in tags]
        calls = list(_batches(run_id, checked, texts, labels))
        return self._log(run_id, synchronous, lambda: [self._call(call) for call in calls])

    def _log(self, run_id: str, synchronous: bool | None, task: Callable[[], object]) -> RunOperations | None:
        if synchronous is None:
            synchronous = not MLFLOW_ENABLE_ASYNC_LOGGING.get()
        if synchronous:
            task()
            return None
        return submit(run_id, task, lambda: flush_journal(self._tracking_uri))

    def get_metric_history(self, run_id: str, key: str) -> PagedList[Metric]:
        """Get all points of a metric of a run, in the order of their timestamps and steps."""
        points: list[Metric] = []
        token = ""
        while True:
            page = self._call(GetMetricHistory(run_id, key, token, HISTORY_PAGE_SIZE))
            points += page.metrics
            token = page.next_page_token or ""
            if not token:
                return PagedList(points, None)

    def log_inputs(
        self,
        run_id: str,
        datasets: Sequence[DatasetInput] | None = None,
        models: Sequence[LoggedModelInput] | None = None,
    ) -> None:
        """Record the datasets and logged models that a run used."""
        self._call(LogInputs(run_id, list(datasets or ()), list(models or ())))

    def log_outputs(self, run_id: str, models: list[LoggedModelOutput]) -> None:
        """Record the logged models that a run made."""
        self._call(LogOutputs(run_id, list(models)))

    def _record_logged_model(self, run_id: str, mlflow_model: Any) -> None:
        # MLflow 2.x's way to note a model; integrations that save models themselves still call it.
        self._call(LogModel(run_id, mlflow_model.to_json()))


def _checked(metric: Metric, index: int) -> Metric:
    if type(metric.value) is float and type(metric.timestamp) is int and type(metric.step) is int:
        return metric
    return metric_of(
        metric.key,
        metric.value,
        metric.timestamp,
        metric.step,
        path=f"metrics[{index}]",
        model_id=metric.model_id,
        dataset_name=metric.dataset_name,
        dataset_digest=metric.dataset_digest,
        run_id=metric.run_id,
    )


def _batches(run_id: str, metrics: list[Metric], params: list[Param], tags: list[RunTag]) -> list[LogBatch]:
    """The fewest requests within the limits; params first, so that what a server refuses, it refuses early."""
    if (
        len(metrics) + len(params) + len(tags) <= MAX_METRICS_PER_BATCH
        and len(params) <= MAX_PARAMS_PER_BATCH
        and len(tags) <= MAX_TAGS_PER_BATCH
    ):
        return [LogBatch(run_id, metrics, params, tags)]
    calls = []
    for start in range(0, max(len(params), len(tags)), MAX_PARAMS_PER_BATCH):
        end = start + MAX_PARAMS_PER_BATCH
        calls.append(LogBatch(run_id, [], params[start:end], tags[start:end]))
    for start in range(0, len(metrics), MAX_METRICS_PER_BATCH):
        calls.append(LogBatch(run_id, metrics[start : start + MAX_METRICS_PER_BATCH]))
    return calls


__all__ = ["Logging", "number_of"]
