"""Calls that log to a run: metrics, params, tags, inputs and outputs."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from millrace.calls.base import Answer, Call, Edit, Empty, Read, Required, endpoint
from millrace.model import (
    DatasetInput,
    LoggedModelInput,
    LoggedModelOutput,
    Metric,
    MetricWithRunId,
    Param,
    RunTag,
)


@endpoint("POST", "mlflow/runs/log-metric", needs=Edit.run)
class LogMetric(Call[Empty], frozen=True):
    """Log one point of a metric; `timestamp` is in milliseconds since 1970, UTC."""

    run_id: Required
    key: Required
    value: float
    timestamp: int
    step: int = 0
    model_id: str | None = None
    dataset_name: str | None = None
    dataset_digest: str | None = None


@endpoint("POST", "mlflow/runs/log-parameter", needs=Edit.run)
class LogParam(Call[Empty], frozen=True):
    """Log a param; a param that is there keeps its value, and another value is refused."""

    run_id: Required
    key: Required
    value: str = ""


@endpoint("POST", "mlflow/runs/log-batch", needs=Edit.run)
class LogBatch(Call[Empty], frozen=True):
    """Log metrics, params and tags to a run in one request: all of them or, on an error, none."""

    run_id: Required
    metrics: list[Metric] = []
    params: list[Param] = []
    tags: list[RunTag] = []


@endpoint("POST", "mlflow/runs/set-tag", needs=Edit.run)
class SetTag(Call[Empty], frozen=True):
    """Set a tag of a run."""

    run_id: Required
    key: Required
    value: str = ""


@endpoint("POST", "mlflow/runs/delete-tag", needs=Edit.run)
class DeleteTag(Call[Empty], frozen=True):
    """Delete a tag of a run."""

    run_id: Required
    key: Required


@endpoint("POST", "mlflow/runs/log-model", needs=Edit.run)
class LogModel(Call[Empty], frozen=True):
    """Record a model of the 2.x kind (the text of its MLmodel as JSON) in the tag `mlflow.log-model.history`."""

    run_id: Required
    model_json: Required


@endpoint("POST", "mlflow/runs/log-inputs", needs=Edit.run)
class LogInputs(Call[Empty], frozen=True):
    """Record the datasets and logged models that a run used."""

    run_id: Required
    datasets: list[DatasetInput] = []
    models: list[LoggedModelInput] = []


@endpoint("POST", "mlflow/runs/outputs", needs=Edit.run)
class LogOutputs(Call[Empty], frozen=True):
    """Record the logged models that a run made."""

    run_id: Required
    models: list[LoggedModelOutput]


class MetricPage(Answer, frozen=True):
    """A page of the points of a series, and the token of the next page if there is one."""

    metrics: list[Metric] = []
    next_page_token: str | None = None


@endpoint("GET", "mlflow/metrics/get-history", needs=Read.run)
class GetMetricHistory(Call[MetricPage], frozen=True):
    """Get all points of a metric, in the order of their timestamps, steps and values."""

    run_id: Required
    metric_key: Required
    page_token: str = ""
    max_results: int | None = None


class MetricsOfRuns(Answer, frozen=True):
    """Points of one metric of several runs."""

    metrics: list[MetricWithRunId] = []


@endpoint("GET", "mlflow/metrics/get-history-bulk", needs=Read.run)
class GetMetricHistoryBulk(Call[MetricsOfRuns], frozen=True):
    """Get the points of one metric of up to 100 runs, at most `max_results` in all."""

    run_id: list[str] = []
    metric_key: str = ""
    max_results: int = 25_000


@endpoint("GET", "mlflow/metrics/get-history-bulk-interval", needs=Read.run)
class GetMetricHistoryBulkInterval(Call[MetricsOfRuns], frozen=True):
    """Get about `max_results` points of one metric of each of up to 100 runs, evenly spread over the steps."""

    run_ids: Annotated[list[str], Meta(min_length=1)]
    metric_key: Required
    start_step: int | None = None
    end_step: int | None = None
    max_results: int | None = None
