"""The active run of each thread, and the process's experiment: the only state of the fluent API."""

from __future__ import annotations

import atexit
import functools
import logging
import os
import sys
import threading
from collections.abc import MutableSequence
from types import TracebackType
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

from millrace.errors import MlflowException
from millrace.model import Run, RunStatus
from millrace.settings import (
    MILLRACE_EXIT_TIMEOUT_S,
    MLFLOW_EXPERIMENT_ID,
    MLFLOW_EXPERIMENT_NAME,
    MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT,
    overriding,
)
from mlflow.client import MlflowClient
from mlflow.client.afterwards import afterwards, is_pending, is_returning, settle
from mlflow.client.base import now_ms
from mlflow.client.queue import flush_all
from mlflow.client.stores import get_registry_uri, get_tracking_uri, time_to_exit_s
from mlflow.context.default_experiment import default_experiment_id
from mlflow.fluent import lifetime, signals


class ActiveRun(Run, frozen=True):
    """A run that was started; as a context manager it ends the run, as FAILED when an exception leaves it.

    Its data are those at the start: `mlflow.get_run(run.info.run_id)` reads what was logged since.
    """

    def __enter__(self) -> ActiveRun:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if self.info.run_id in (run.info.run_id for run in _own().stack):
            end_until(self.info.run_id, "FINISHED" if kind is None else "FAILED", lifetime.reason_of(error))
        return kind is None


class Companion(Protocol):
    """What goes along with a run from its start to its end, in the process that started it."""

    def finish(self) -> None:
        """Stop; called once, before the run is ended."""
        ...


class _Own(threading.local):
    """What belongs to one thread."""

    def __init__(self) -> None:
        self.stack: list[ActiveRun] = []
        self.last: str | None = None


_state: dict[str, Any] = {}
_open: dict[str, tuple[ActiveRun, str]] = {}
_companions: dict[str, list[Companion]] = {}
_lock = threading.Lock()

_logger = logging.getLogger("mlflow.tracking.fluent")


def _own() -> _Own:
    own = _state.get("own")
    if own is None:
        with _lock:
            own = _state.setdefault("own", _Own())
    return own  # type: ignore[no-any-return]


class RunStack(MutableSequence[ActiveRun]):
    """The active runs of the thread that looks, the innermost last, for integrations that set them aside for a while.

    What is put here or taken from here is not started or ended by that.
    """

    def get(self) -> list[ActiveRun]:
        """The list itself."""
        return _own().stack

    def copy(self) -> list[ActiveRun]:
        """Its runs, as a list that later changes do not touch."""
        return list(_own().stack)

    def insert(self, index: int, value: ActiveRun) -> None:
        """Put a run before the one at an index."""
        _own().stack.insert(index, value)

    def __len__(self) -> int:
        return len(_own().stack)

    def __getitem__(self, index: Any) -> Any:
        return _own().stack[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        _own().stack[index] = value

    def __delitem__(self, index: Any) -> None:
        del _own().stack[index]


RUN_STACK = RunStack()


def client() -> MlflowClient:
    """A client of the process's tracking and registry URIs, as they are now."""
    uris = (get_tracking_uri(), get_registry_uri())
    kept = _state.get("client")
    if kept is None or (kept.tracking_uri, kept.registry_uri) != uris:
        kept = _state["client"] = MlflowClient(*uris)
    return kept  # type: ignore[no-any-return]


def active_run() -> ActiveRun | None:
    """The run that log calls of this thread go to; None when there is none.

    Its data are those at its start; read the current ones with `mlflow.get_run`.
    """
    stack = _own().stack
    return stack[-1] if stack else None


def last_active_run() -> Run | None:
    """The active run of this thread, else the run that it ended last, else the newest open run of another thread."""
    active, last = active_run(), _own().last
    if active is None and last is None and _open:
        active = list(_open.values())[-1][0]
    run_id = active.info.run_id if active is not None else last
    return client().get_run(run_id) if run_id else None


def is_active(run_id: str) -> bool:
    """Whether this thread has a run of that id open."""
    return any(run.info.run_id == run_id for run in _own().stack)


def push(run: Run) -> ActiveRun:
    """Make a run the active one of this thread."""
    active = ActiveRun(run.info, run.data, run.inputs, run.outputs)
    uri = get_tracking_uri()
    _own().stack.append(active)
    _open[run.info.run_id] = (active, uri)
    lifetime.enter(uri, run.info.run_id)
    signals.watch(_end_open)
    _fail_with_thread()
    _finish_with_parent()
    return active


def accompany(run_id: str, companion: Companion) -> None:
    """Have something finished before a run of this process is ended."""
    _companions.setdefault(run_id, []).append(companion)


def _part(run_id: str) -> None:
    """Finish what goes along with a run; nothing that fails there stands in the way of the run's end."""
    for companion in reversed(_companions.pop(run_id, [])):
        try:
            companion.finish()
        except Exception:
            _logger.warning("%s of run %s did not finish", type(companion).__name__, run_id, exc_info=True)


def end_run(status: str = "FINISHED") -> None:
    """End the active run of this thread, if there is one; the run that it was nested in is active again.

    Args:
        status: `"FINISHED"`, `"FAILED"`, `"KILLED"` or `"SCHEDULED"`.
    """
    _end_newest(status, "")


def _end_newest(status: str, reason: str) -> None:
    RunStatus.from_string(status)
    own = _own()
    if own.stack:
        run = own.stack.pop()
        own.last = run.info.run_id
        _, uri = _open.pop(run.info.run_id, (run, get_tracking_uri()))
        _close(run.info.run_id, uri, status, reason)
        _say_where(run, uri)


def _close(run_id: str, uri: str, status: str, reason: str) -> None:
    """End a run that this process has open, when all that is still to be done for it is done."""
    _part(run_id)
    end = functools.partial(_write_end, run_id, uri, status, reason, now_ms())
    if is_returning() and is_pending(run_id):
        afterwards(run_id, end)
        return
    settle(run_id)
    end()


def _write_end(run_id: str, uri: str, status: str, reason: str, end_time_ms: int) -> None:
    try:
        MlflowClient(uri)._end_run(run_id, status, end_time_ms, reason)
    finally:
        lifetime.leave(uri, run_id)
        if not _open:
            signals.unwatch()


def _say_where(run: Run, uri: str) -> None:
    """Print the addresses of a run's page and of its experiment's, when it is on a server."""
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https") or MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT.get():
        return
    # Without user and password, which may be part of a tracking URI.
    page = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))
    page = f"{page}/#/experiments/{run.info.experiment_id}"
    sys.stdout.write(
        f"🏃 View run {run.info.run_name} at: {page}/runs/{run.info.run_id}\n🧪 View experiment at: {page}\n"
    )


def end_until(run_id: str, status: str, reason: str = "") -> None:
    """End a run of this thread, and before it those that were started inside and are still open."""
    while is_active(run_id):
        newest = _own().stack[-1].info.run_id
        _end_newest(status, reason)
        if newest == run_id:
            return  # one that was opened within itself stays open outside


def active_run_id() -> str:
    """The id of the active run."""
    run = active_run()
    if run is None:
        raise MlflowException("There is no active run in this thread: call `mlflow.start_run()` first.")
    return run.info.run_id


# -- the experiment that runs start in ------------------------------------------------------------------------
def set_active_experiment_id(experiment_id: str | None) -> None:
    """Remember the experiment that runs of this process, and of processes that it starts, start in."""
    _state["experiment_id"] = experiment_id
    # A name in the environment would contradict the id in processes that are started from here.
    MLFLOW_EXPERIMENT_NAME.unset()
    if experiment_id is None:
        MLFLOW_EXPERIMENT_ID.unset()
    else:
        MLFLOW_EXPERIMENT_ID.set(experiment_id)


def changing(name: str) -> str | None:
    """What `mlflow.tracking.fluent` has beside functions: FLAML looks there whether `set_experiment` was called."""
    if name != "_active_experiment_id":
        raise AttributeError(f"module 'mlflow.tracking.fluent' has no attribute {name!r}")
    chosen: str | None = _state.get("experiment_id")
    return chosen


def chosen_experiment_id() -> str | None:
    """The experiment that was set by a call or by `MLFLOW_EXPERIMENT_NAME` or `MLFLOW_EXPERIMENT_ID`, if any.

    Raises:
        MlflowException: the variables name an experiment that does not exist by id, or two different ones.
    """
    chosen: str | None = _state.get("experiment_id")
    if chosen:
        return chosen
    name, by_id = MLFLOW_EXPERIMENT_NAME.get(), MLFLOW_EXPERIMENT_ID.get()
    if name:
        found = client().get_experiment_by_name(name)
        named = found.experiment_id if found else None
        if by_id and by_id != named:
            raise MlflowException(
                f"The provided {MLFLOW_EXPERIMENT_ID.name} environment variable value `{by_id}` does not match the "
                f"experiment id `{named}` for experiment name `{name}`",
                "INVALID_PARAMETER_VALUE",
            )
        return named or client().create_experiment(name)
    if by_id:
        client().get_experiment(by_id)
    return by_id or None


def experiment_id() -> str:
    """The experiment that runs start in: the chosen one, else a plugin's, else the default one, `"0"`."""
    return chosen_experiment_id() or default_experiment_id()


def _end_open(status: str, reason: str) -> None:
    """End all open runs of this process, in whichever thread they were started, when it is about to end."""
    settle(patience_s=time_to_exit_s())
    for run_id, (_, uri) in reversed(list(_open.items())):
        _open.pop(run_id, None)
        try:
            with overriding({MILLRACE_EXIT_TIMEOUT_S: time_to_exit_s()}):
                _close(run_id, uri, status, reason)
        except MlflowException:
            # Nobody is left to tell; a server that is away must not turn a good exit into a bad one.
            continue


def _end_all() -> None:
    settle()
    flush_all()
    _end_open(*lifetime.last_words())
    # What runs later still, such as the finalizers of callbacks, finds no run that it would have to end.
    _state.pop("own", None)


def _fail_with_thread() -> None:
    """An exception that ends a thread ends the runs that it has open, before others hear of it as before."""
    if threading.current_thread() is threading.main_thread() or _state.get("hook") is threading.excepthook:
        return
    before = threading.excepthook

    def hook(args: threading.ExceptHookArgs) -> None:
        while _own().stack:
            run_id = _own().stack[-1].info.run_id
            try:
                _end_newest("FAILED", lifetime.reason_of(args.exc_value))
            except Exception:
                _logger.warning("Run %s could not be ended", run_id, exc_info=True)
        before(args)

    _state["hook"] = threading.excepthook = hook


def _finish_with_parent() -> None:
    """Workers of multiprocessing end without the functions that are registered for the end of a process."""
    util, process = (sys.modules.get(f"multiprocessing.{name}") for name in ("util", "process"))
    if util is None or process is None or process.parent_process() is None or _state.get("finishing"):
        return
    _state["finishing"] = True
    # Before journals are, whose finalizer has the priority 10.
    util.Finalize(None, _end_all, exitpriority=20)


def _after_fork() -> None:
    # A child starts without active runs: the parent's runs are the parent's to end.
    global _lock
    _lock = threading.Lock()
    _state.pop("own", None)
    _state.pop("finishing", None)
    _open.clear()
    _companions.clear()


atexit.register(_end_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
