"""A store that takes metrics at the speed of the disk, and hands them to the store behind it a moment later."""

from __future__ import annotations

import contextlib
import logging
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from millrace.calls import (
    ENDPOINTS,
    Appended,
    AppendSpans,
    Attend,
    Call,
    ChangeRuns,
    CreateRun,
    DeleteExperiment,
    DeleteRun,
    Empty,
    EndAbandoned,
    GetRun,
    LogBatch,
    LogMetric,
    RestoreRun,
    RunInfoAnswer,
    UpdateRun,
)
from millrace.errors import MlflowException, TemporarilyUnavailable
from millrace.journal.attendance import end_abandoned
from millrace.journal.places import journal_of
from millrace.journal.segments import writer_ids
from millrace.journal.sender import Sender
from millrace.model import LifecycleStage, Metric, RunInfo
from millrace.model.limits import check_batch, check_metric
from millrace.settings import (
    MILLRACE_EXIT_TIMEOUT_S,
    MLFLOW_HTTP_REQUEST_MAX_RETRIES,
    MLFLOW_HTTP_REQUEST_TIMEOUT,
    overriding,
)
from millrace.store import Store, open_store

R = TypeVar("R")

PASSING = frozenset({"TEMPORARILY_UNAVAILABLE", "DEADLINE_EXCEEDED", "REQUEST_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"})
"""Codes of a store that may answer later."""
_PATIENCE_S = 60.0
"""How long a call waits for somebody else who is sending the journal."""
_FIRST_S = 10.0
"""How long the first value of a run that this process does not know may wait for an answer about that run."""
_TIDY_S = 1.0
"""How often a process looks whether others have died."""
_TIDY_LATER_S = 60.0
"""How long it waits when the store does not let it end their runs."""

_logger = logging.getLogger("mlflow.journal")
_encode = msgspec.json.Encoder().encode


_MANY = 256
"""A batch of so many points goes to a store on this machine at once: writing it twice would take longer."""


class Journaled:
    """A store around a store: metrics go to a journal on this machine's disk; see `millrace.store.Store`.

    What is different from the store behind it: a metric or a span was accepted when it is in the journal, so it
    survives the death of this process, and later calls through this store see it, and those of other processes on this
    machine;
    somebody who asks the store from elsewhere sees it a moment later. A value that the store refuses then is told
    through the log and kept in a file. A run that this process did not start is looked at once, with its first value.

    Args:
        inner: the store behind it.
        folder: where the journal is.
        name: what the store is called in messages.
    """

    def __init__(self, inner: Store, folder: Path, name: str) -> None:
        self._inner = inner
        self._sender = Sender(folder, inner, name)
        self._tidied_s: float | None = None
        self._far = name.startswith(("http://", "https://"))
        self._gave_up = False
        self._good: set[str] = set()
        """Runs that are known to be there."""
        self._linked: set[tuple[str | None, ...]] = set()
        """Series that are known to be measured for a model that is there."""
        self.append_known = self._sender.writer.append_known
        """The fast way for a point of a series that was logged before: see `Writer.append_known`."""
        self.append_many_known = self._sender.writer.append_many_known
        """The fast way for points of several such series: see `Writer.append_many_known`."""
        if writer_ids(folder):
            self._sender.wake()  # what somebody left here is stored without anybody waiting for it

    @property
    def folder(self) -> Path:
        """Where the journal is."""
        return self._sender.folder

    def call(self, call: Call[R]) -> R:
        """Answer a call; metrics and spans are answered when they are in the journal, everything else by the store
        behind it."""
        metrics = _metrics_of(call)
        if metrics is not None and len(metrics) >= _MANY and not self._far:
            return self._inner.call(call)
        if metrics is not None:
            # Points stand for themselves: those that find no room in the journal need not wait for those in it.
            return cast("R", Empty()) if self._log(call, metrics) else self._inner.call(call)
        if isinstance(call, AppendSpans) and not call.writer_id:
            return cast("R", Appended() if self._append_spans(call) else self._inner.call(call))
        if isinstance(call, UpdateRun):
            return cast("R", self._update_run(call))
        if isinstance(call, Attend | EndAbandoned):
            return cast("R", self._inner.call(cast("Call[Any]", call)))
        self._settle(call)
        answer = self._inner.call(call)
        self._note(call, answer)
        return answer

    def close(self) -> None:
        """Send what waits, and let go of files and connections; a closed store opens again when it is called."""
        try:
            self._sender.finish(_PATIENCE_S)
        except MlflowException as error:
            _logger.warning("%s", self._waiting(error).message)
        self._inner.close()

    def flush(self, patience_s: float = _PATIENCE_S) -> None:
        """Wait until everything that this process logged is stored or refused.

        Raises:
            MlflowException: the store does not take it; nothing is lost.
        """
        try:
            self._sender.flush(patience_s, whose=self._sender.own_ids())
        except MlflowException as error:
            raise self._waiting(error) from error

    def finish(self, patience_s: float) -> str | None:
        """Send what waits, at the end of the process; never longer than so many seconds, but for one last try.

        Returns:
            None, or a sentence that says where the values are that could not be sent.
        """
        try:
            self._patiently(patience_s, self._sender.finish)
        except MlflowException as error:
            folder, name = self._sender.folder, self._sender.name
            return (
                f"{name} did not take everything that was logged ({error.message}). Nothing is lost: it waits in the "
                f"journal {folder} ({self._sender.waiting_bytes():,} bytes). It is sent by the next process on this "
                f"machine that uses this store, or by: mlflow sync {folder}"
            )
        return None

    def _log(self, call: Call[Any], metrics: Sequence[Metric]) -> bool:
        """Put metrics to the journal; False when they must take the way of all other calls."""
        run_id = call.run_id  # type: ignore[attr-defined]
        unknown = {_series(run_id, one) for one in metrics if one.model_id} - self._linked
        if run_id not in self._good or unknown:
            # The store says what is wrong with a run or a model, in its own words, while the caller can hear it.
            limits = {MLFLOW_HTTP_REQUEST_MAX_RETRIES: 0, MLFLOW_HTTP_REQUEST_TIMEOUT: _FIRST_S}
            try:
                with overriding(limits) if self._far else contextlib.nullcontext():
                    self._inner.call(call)
            except MlflowException as error:
                if not self._may_pass(error):
                    raise
            else:
                metrics = ()
            self._good.add(run_id)
            self._linked |= unknown
        if not metrics:
            return True
        try:
            return self._sender.writer.append(run_id, metrics)
        except (struct.error, OverflowError, ValueError):
            return False

    def _append_spans(self, call: AppendSpans) -> bool:
        """Put spans to the journal; False when they must go to the store at once."""
        try:
            return self._sender.writer.append_spans(_encode(call))
        except (ValueError, OverflowError, TypeError):
            return False

    def _settle(self, call: Call[Any]) -> None:
        """Send what waits before a call that may depend on it."""
        reads = not ENDPOINTS[type(call)].writes
        try:
            self._sender.flush(_PATIENCE_S, whose=None if reads else self._sender.own_ids())
            self._end_abandoned()
        except MlflowException as error:
            if self._sender.waits() and (reads or error.error_code == "TEMPORARILY_UNAVAILABLE"):
                raise self._waiting(error) from error
            # What the metrics met need not stop a param, and what others left need not stop a reader, who may not
            # even have the right to write; the thread says what it was.
            self._sender.wake()

    def _end_abandoned(self) -> None:
        """End the runs of killed processes: before the first call, and then now and again."""
        now_s = time.monotonic()
        if self._tidied_s is None or now_s - self._tidied_s > _TIDY_S:
            self._tidied_s = now_s
            try:
                end_abandoned(self.folder, self._inner)
            except MlflowException as error:
                # Whoever reads need not have the right to do it.
                self._tidied_s = now_s + _TIDY_LATER_S
                _logger.debug("Runs of dead processes are not ended now: %s", error)

    def _note(self, call: Call[Any], answer: Any) -> None:
        """Remember what a call says about runs."""
        if isinstance(call, CreateRun | GetRun):
            if answer.run.info.lifecycle_stage == LifecycleStage.ACTIVE:
                self._good.add(answer.run.info.run_id)
        elif isinstance(call, RestoreRun):
            self._good.add(call.run_id)
        elif isinstance(call, DeleteRun):
            self._lose(call.run_id)
        elif isinstance(call, ChangeRuns) and call.action in ("delete", "purge"):
            for run_id in answer.run_ids:
                self._lose(run_id)
        elif isinstance(call, DeleteExperiment):
            self._good.clear()
            self._sender.writer.retire()

    def _lose(self, run_id: str) -> None:
        self._good.discard(run_id)
        self._sender.writer.forget(run_id)

    def _update_run(self, call: UpdateRun) -> RunInfoAnswer:
        """Change a run after its metrics; when the store cannot be reached, the change waits with them."""

        def update(left_s: float) -> RunInfoAnswer:
            self._sender.flush(left_s, whose=self._sender.own_ids())
            return self._inner.call(call)

        try:
            answer = self._patiently(MILLRACE_EXIT_TIMEOUT_S.get(), update)
        except MlflowException as error:
            if not (self._far and self._may_pass(error)):
                raise
            if not self._sender.writer.append_call("UpdateRun", msgspec.json.encode(call)):
                raise
            _logger.warning("Run %s was changed in the journal only. %s", call.run_id, self._waiting(error).message)
            status = call.status if isinstance(call.status, str) else ""
            info = RunInfo(call.run_id, "", "", status, None, call.end_time, run_name=call.run_name)
            return RunInfoAnswer(info)
        self._good.add(call.run_id)
        return answer

    def _patiently(self, patience_s: float, do: Callable[[float], R]) -> R:
        """Do something, which is told how many seconds it has, and again while the store cannot be reached."""
        if not self._far:
            return do(_PATIENCE_S)
        # Who has waited in vain once does not wait as long again, e.g. at the end of a run and then of the process.
        deadline, pause = time.monotonic() + (0.0 if self._gave_up else patience_s), 0.1
        while True:
            left_s = deadline - time.monotonic()
            with _quickly(left_s):
                try:
                    answer = do(max(left_s, 0.1))
                except MlflowException as error:
                    if not self._may_pass(error):
                        raise
                    if time.monotonic() + pause > deadline:
                        self._gave_up = True
                        raise
                else:
                    self._gave_up = False
                    return answer
            time.sleep(pause)
            pause = min(pause * 2, 2.0)

    def _may_pass(self, error: MlflowException) -> bool:
        return error.error_code in PASSING or (self._far and error.error_code == "INTERNAL_ERROR")

    def _waiting(self, error: MlflowException) -> MlflowException:
        message = (
            f"{error.message} What was logged waits in the journal {self.folder}; it is stored as soon as the store "
            "takes it."
        )
        return TemporarilyUnavailable(message) if self._may_pass(error) else MlflowException(message, error.error_code)


@contextlib.contextmanager
def _quickly(left_s: float) -> Iterator[None]:
    """Send requests once each, and wait for no longer than is left."""
    timeout = min(MLFLOW_HTTP_REQUEST_TIMEOUT.get(), max(left_s, 1.0))
    with overriding({MLFLOW_HTTP_REQUEST_MAX_RETRIES: 0, MLFLOW_HTTP_REQUEST_TIMEOUT: timeout}):
        yield


def _metrics_of(call: Call[Any]) -> Sequence[Metric] | None:
    """The metrics of a call that logs nothing else, checked; None for other calls.

    Raises:
        InvalidParameterValue: one of them cannot be stored.
    """
    if isinstance(call, LogMetric):
        metric = Metric(
            call.key, call.value, call.timestamp, call.step, call.model_id, call.dataset_name, call.dataset_digest
        )
        check_metric(metric)
        return (metric,)
    if isinstance(call, LogBatch) and call.metrics and not call.params and not call.tags:
        check_batch(call.metrics, (), ())
        return call.metrics
    return None


def _series(run_id: str, metric: Metric) -> tuple[str | None, ...]:
    return (run_id, metric.key, metric.model_id, metric.dataset_name, metric.dataset_digest)


def open_journaled(uri: str, *, artifact_root: str = "") -> Journaled:
    """The store at a URI, with a journal in front of it; see `millrace.store.open_store` for arguments and errors."""
    store = open_store(uri, artifact_root=artifact_root)
    return Journaled(store, *journal_of(uri))
