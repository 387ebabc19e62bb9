"""Which store is meant: the tracking and registry URIs of this process, and the open store behind each URI."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from pathlib import Path
from typing import TypeVar

from millrace.calls import (
    AppendSpans,
    Attend,
    Call,
    CreateExperiment,
    CreateLoggedModel,
    CreateRun,
    GetExperiment,
    GetExperimentByName,
    LogBatch,
    LogInputs,
    LogMetric,
    LogParam,
    SearchExperiments,
    SetExperimentTag,
    SetTag,
)
from millrace.errors import InvalidParameterValue
from millrace.http import HEADER_PROVIDERS, SIGNERS
from millrace.journal import Journaled, is_supported, journal_of, open_journaled
from millrace.settings import MILLRACE_EXIT_TIMEOUT_S, MILLRACE_JOURNAL, MLFLOW_REGISTRY_URI, MLFLOW_TRACKING_URI
from millrace.store import Store, is_plugged, online, open_store
from mlflow.client.afterwards import settle
from mlflow.context.auth import sign
from mlflow.context.headers import resolve_request_headers

DEFAULT_FOLDER = "mlruns"
"""The folder, below the one that the process was in at first use, that runs go to when no URI is set."""

R = TypeVar("R")

_chosen: dict[str, str] = {}
_stores: dict[str, Store] = {}
_journals: dict[str, Journaled] = {}
_exit: dict[str, float] = {}
_lock = threading.RLock()


def set_tracking_uri(uri: str | Path) -> None:
    """Set where runs are logged to, for the whole process and for the processes that it starts.

    Args:
        uri: a folder, `sqlite:///file.db`, `postgresql://…` or a server's `http(s)://…`; empty for the default,
            the folder `./mlruns`.
    """
    text = _as_text(uri)
    settle()  # what is still to be done belongs to the store that was meant before
    if text:
        _chosen["tracking"] = text
        # Processes that are started from here are to log to the same place.
        MLFLOW_TRACKING_URI.set(text)
    else:
        _chosen.pop("tracking", None)
        MLFLOW_TRACKING_URI.unset()


def get_tracking_uri() -> str:
    """The URI that runs are logged to: the one that was set, else `MLFLOW_TRACKING_URI`, else `./mlruns`."""
    chosen = _chosen.get("tracking") or MLFLOW_TRACKING_URI.get()
    if chosen:
        return chosen
    with _lock:
        if "default" not in _chosen:
            _chosen["default"] = Path(DEFAULT_FOLDER).absolute().as_uri()
        return _chosen["default"]


def is_tracking_uri_set() -> bool:
    """Whether a tracking URI was set by a call or by `MLFLOW_TRACKING_URI`."""
    return bool(_chosen.get("tracking") or MLFLOW_TRACKING_URI.get())


def set_registry_uri(uri: str) -> None:
    """Set where the model registry is, when it is not where runs are logged to; empty to forget it."""
    settle()
    if uri:
        _chosen["registry"] = _as_text(uri)
    else:
        _chosen.pop("registry", None)


def get_registry_uri() -> str:
    """The URI of the model registry: the one that was set, else `MLFLOW_REGISTRY_URI`, else the tracking URI."""
    return registry_uri_for(None, None)


def registry_uri_for(registry_uri: str | None, tracking_uri: str | None) -> str:
    """The registry of a client that was made with these URIs."""
    return (
        registry_uri
        or _chosen.get("registry")
        or MLFLOW_REGISTRY_URI.get()
        or (str(tracking_uri) if tracking_uri else get_tracking_uri())
    )


def _as_text(uri: str | Path) -> str:
    if isinstance(uri, Path):
        return uri.absolute().resolve().as_uri()
    if not isinstance(uri, str):
        raise InvalidParameterValue(f"A tracking URI is a text or a Path, got {type(uri).__name__}.")
    return uri


_INDIFFERENT: frozenset[type] = frozenset(
    {CreateRun, CreateLoggedModel, LogBatch, LogInputs, LogMetric, LogParam, SetTag, AppendSpans, Attend}
    | {CreateExperiment, GetExperiment, GetExperimentByName, SearchExperiments, SetExperimentTag}
)
"""Calls that are answered the same before and after what is still to be done for models and runs."""


class _Settled:
    """A store around a store: whoever could see that something is still to be done waits until it is done."""

    def __init__(self, inner: Store) -> None:
        self._inner = inner

    def call(self, call: Call[R]) -> R:
        """Answer a call."""
        if type(call) not in _INDIFFERENT:
            settle()
        return self._inner.call(call)

    def close(self) -> None:
        """Close the store."""
        settle()
        self._inner.close()


def store_at(uri: str) -> Store:
    """The store at a URI, opened on first use and kept for the process.

    A relative path means the same folder for the whole process, even after it changed its folder.
    """
    store = _stores.get(uri)
    if store is None:
        with _lock:
            store = _stores.get(uri)
            if store is None:
                opened: Store
                if MILLRACE_JOURNAL.get() and is_supported() and not is_plugged(uri):
                    opened = _journals[uri] = open_journaled(online(uri))
                else:
                    opened = open_store(uri)
                store = _stores[uri] = _Settled(opened)
    return store


def journal_now() -> Journaled | None:
    """The journal of the store that runs are logged to; None when that store was not used yet, or has none."""
    return _journals.get(_chosen.get("tracking") or get_tracking_uri())


def journal_folder(uri: str) -> Path:
    """The folder of the journal of the store at a URI, whether this process writes to it or not."""
    store_at(uri)
    journal = _journals.get(uri)
    return journal.folder if journal is not None else journal_of(online(uri))[0]


def flush_journal(uri: str) -> None:
    """Wait until everything that this process logged to the store at a URI is stored or refused.

    Raises:
        MlflowException: the store does not take it; nothing is lost.
    """
    journal = _journals.get(uri)
    if journal is not None:
        journal.flush()


def flush_journals() -> None:
    """Wait until everything that this process logged is stored or refused; raises as `flush_journal` does."""
    for journal in list(_journals.values()):
        journal.flush()


def resolve_tracking_uri(tracking_uri: str | None = None) -> str:
    """The given URI, else the process's."""
    return tracking_uri or get_tracking_uri()


def tracking_store(store_uri: str | None = None) -> Store:
    """The store at a URI, by default the one that runs are logged to."""
    return store_at(store_uri or get_tracking_uri())


def registry_store(store_uri: str | None = None, tracking_uri: str | None = None) -> Store:
    """The store of the model registry."""
    return store_at(registry_uri_for(store_uri, tracking_uri))


def time_to_exit_s() -> float:
    """How many seconds of MILLRACE_EXIT_TIMEOUT_S are left for the end of this process, from the first call on."""
    now = time.monotonic()
    return max(_exit.setdefault("deadline", now + MILLRACE_EXIT_TIMEOUT_S.get()) - now, 0.0)


def _finish() -> None:
    for journal in list(_journals.values()):
        sentence = journal.finish(time_to_exit_s())
        if sentence and sys.stderr is not None:
            sys.stderr.write(sentence + "\n")


def _after_fork() -> None:
    # The thread that held the lock does not exist in the child. Stores themselves survive a fork (see the port).
    global _lock
    _lock = threading.RLock()


HEADER_PROVIDERS.append(resolve_request_headers)
SIGNERS.append(sign)
atexit.register(_finish)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
