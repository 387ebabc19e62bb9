"""A client that collects what a flavor logs around a training, and sends it in few requests."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from millrace.errors import MlflowException
from millrace.model import DatasetInput, Metric, Param, RunTag
from mlflow.client import MlflowClient
from mlflow.client.base import as_pairs, now_ms
from mlflow.client.values import param_of


class PendingRunId:
    """The id of a run that the next `flush` creates."""

    run_id: str | None = None


class FlushOperations:
    """What one `flush` sends."""

    def __init__(self, operation_futures: list[Future[list[str]]]) -> None:
        self._operation_futures = operation_futures

    def await_completion(self) -> None:
        """Wait until all is stored or refused.

        Raises:
            MlflowException: something was refused; the message holds every reason.
        """
        failures = [reason for each in self._operation_futures for reason in each.result()]
        if failures:
            raise MlflowException(
                f"The following failures occurred while performing one or more logging operations: {failures}"
            )


class _Waiting:
    """What waits for one run."""

    def __init__(self) -> None:
        self.create: Callable[[], str] | None = None
        self.metrics: list[Metric] = []
        self.params: list[Param] = []
        self.tags: list[RunTag] = []
        self.later: list[Callable[[str], object]] = []


class MlflowAutologgingQueueingClient:
    """Log calls that wait for `flush`; as a context manager, flushes at the end unless an exception leaves it.

    Not for use from several threads at once.

    Args:
        tracking_uri: where runs are; the process's tracking URI when omitted.
    """

    def __init__(self, tracking_uri: str | None = None) -> None:
        self._client = MlflowClient(tracking_uri)
        self._waiting: dict[str | PendingRunId, _Waiting] = {}

    def __enter__(self) -> MlflowAutologgingQueueingClient:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.flush(synchronous=True)

    def create_run(
        self,
        experiment_id: str,
        start_time: int | None = None,
        tags: dict[str, Any] | None = None,
        run_name: str | None = None,
    ) -> PendingRunId:
        """Create a run; the answer takes the place of its id in the other calls."""
        pending = PendingRunId()
        start = now_ms() if start_time is None else start_time

        def create() -> str:
            pending.run_id = self._client.create_run(experiment_id, start, tags, run_name).info.run_id
            return pending.run_id

        self._of(pending).create = create
        return pending

    def set_terminated(
        self, run_id: str | PendingRunId, status: str | None = None, end_time: int | None = None
    ) -> None:
        """End a run, after everything else that waits for it has been sent."""
        end = now_ms() if end_time is None else end_time
        self._of(run_id).later.append(lambda known: self._client.set_terminated(known, status, end))

    def log_params(self, run_id: str | PendingRunId, params: Mapping[str, Any]) -> None:
        """Log params; texts that are too long are cut."""
        self._of(run_id).params += [param_of(key, value) for key, value in params.items()]

    def log_inputs(self, run_id: str | PendingRunId, datasets: Sequence[DatasetInput] | None) -> None:
        """Log dataset inputs."""
        if datasets:
            self._of(run_id).later.append(lambda known: self._client.log_inputs(known, list(datasets)))

    def log_metrics(
        self,
        run_id: str | PendingRunId,
        metrics: Mapping[str, float],
        step: int | None = None,
        dataset: Any = None,
        model_id: str | None = None,
    ) -> None:
        """Log a point of each metric, with the time of now.

        Args:
            run_id: the run.
            metrics: values by key.
            step: their step; 0 when omitted.
            dataset: the `mlflow.data` dataset that they were measured on.
            model_id: the logged model that they are about.
        """
        measured = {"dataset_name": dataset.name, "dataset_digest": dataset.digest} if dataset is not None else {}
        now = now_ms()
        self._of(run_id).metrics += [
            Metric(key, value, now, step or 0, model_id=model_id, **measured) for key, value in metrics.items()
        ]

    def set_tags(self, run_id: str | PendingRunId, tags: Mapping[str, Any]) -> None:
        """Set tags."""
        self._of(run_id).tags += as_pairs(RunTag, tags)

    def flush(self, synchronous: bool = True) -> FlushOperations:
        """Send what waits, in as few requests as there may be.

        Args:
            synchronous: wait until it is stored; otherwise `await_completion` of the answer does.

        Raises:
            MlflowException: synchronous, and something was refused.
        """
        waiting, self._waiting = self._waiting, {}
        with_threads = ThreadPoolExecutor(1, thread_name_prefix="mlflow-autologging")
        operations = FlushOperations(
            [with_threads.submit(functools.partial(self._send, run_id, what)) for run_id, what in waiting.items()]
        )
        with_threads.shutdown(wait=False)
        if synchronous:
            operations.await_completion()
        return operations

    def _of(self, run_id: str | PendingRunId) -> _Waiting:
        return self._waiting.setdefault(run_id, _Waiting())

    def _send(self, run_id: str | PendingRunId, what: _Waiting) -> list[str]:
        """Send what waits for one run; answers why things were refused."""
        failures: list[str] = []
        try:
            if what.create is not None:
                what.create()
            known = run_id.run_id if isinstance(run_id, PendingRunId) else run_id
            if known is None:
                raise MlflowException("The run was not created: its creation waited in another client or failed.")
        except Exception as error:
            return [str(error)]
        tasks: list[Callable[[str], object]] = []
        if what.metrics or what.params or what.tags:
            tasks.append(lambda known: self._client.log_batch(known, what.metrics, what.params, what.tags))
        for task in [*tasks, *what.later]:
            try:
                task(known)
            except Exception as error:
                failures.append(str(error))
        return failures
