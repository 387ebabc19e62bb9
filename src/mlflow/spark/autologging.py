"""`mlflow.spark.autolog`: what a Spark session reads from files is recorded in the run that is active meanwhile.

Spark tells a listener of each action that it has done, in a thread of its own; the listener is written in Python and
called through py4j, so nothing needs to be added to the session.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import mlflow
from mlflow.autologging import Integration, safely
from mlflow.environment.libraries import library
from mlflow.fluent.active import accompany
from mlflow.fluent.companions import FOLLOWERS

FLAVOR_NAME = "spark"
SUPPORTED = ("3.3", "5")
"""The first version of Spark that this was made for, and the first that it was not tried with."""
TAG = "sparkDatasourceInfo"
MAX_LENGTH = 8000
"""As long as a tag may be."""

_NOT_ASKED_FOR = "__globPaths__"
"""The option of files that Spark itself reads as text, to find the schema of a CSV or JSON source."""
_SETTLE_MS = 2000
"""How long the end of a run waits for Spark to tell of what it has read."""

_lock = threading.RLock()
_listening: set[tuple[int, int]] = set()
_following: list[_Reads] = []
_waiting: dict[str, None] = {}
"""What was read while no run was open: the next run's."""


def autolog(disable: bool = False, silent: bool = False) -> None:
    """Record what Spark reads from files from now on, as the tag `sparkDatasourceInfo` of the newest open run.

    Each source is one line, `path=<path>,format=<format>`, once in each run; it is recorded when an action has read it.
    What is read while no run is open is recorded in the next one. What cannot be recorded is a warning; it never stops
    an action.

    Args:
        disable: stop recording instead.
        silent: show no messages of autologging.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    builder = library("pyspark.sql", package="pyspark").SparkSession.Builder
    INTEGRATION.patches.call(builder, "getOrCreate", _listen_to_new)
    session = library("pyspark.sql", package="pyspark").SparkSession.getActiveSession()
    if session is not None:
        _listen(session)
    if _follow not in FOLLOWERS:
        FOLLOWERS.append(_follow)
        active = mlflow.active_run()
        if active is not None:
            accompany(active.info.run_id, _follow(active.info.run_id))


def _listen_to_new(call: Any, instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    session = call(*args, **kwargs)
    if INTEGRATION.options is not None:
        with safely(FLAVOR_NAME, "listen to the session"):
            _listen(session)
    return session


def _listen(session: Any) -> None:
    """Have a session tell of its actions; once for each, though Python has several objects of one."""
    gateway = session.sparkContext._gateway
    key = (id(gateway), session._jsparkSession.hashCode())
    if key not in _listening:
        library("pyspark.java_gateway", package="pyspark").ensure_callback_server_started(gateway)
        session._jsparkSession.listenerManager().register(_Listener())
        _listening.add(key)


class _Listener:
    """Java's `QueryExecutionListener`."""

    class Java:
        """What py4j needs to know."""

        implements = ("org.apache.spark.sql.util.QueryExecutionListener",)

    def onSuccess(self, name: str, execution: Any, nanoseconds: int) -> None:
        """An action is done."""
        if INTEGRATION.options is None:
            return
        with safely(FLAVOR_NAME, "record what Spark has read"):
            _record(list(_sources(execution)))

    def onFailure(self, name: str, execution: Any, error: Any) -> None:
        """An action has failed."""


def _sources(execution: Any) -> Iterator[str]:
    """The lines of an action's sources."""
    leaves = execution.analyzed().collectLeaves()
    for index in range(leaves.size()):
        leaf = leaves.apply(index)
        relation = leaf.relation() if leaf.getClass().getSimpleName() == "LogicalRelation" else None
        if relation is None or relation.getClass().getSimpleName() != "HadoopFsRelation":
            continue
        form = relation.fileFormat().shortName()
        if form == "text" and relation.options().contains(_NOT_ASKED_FOR):
            continue
        roots = relation.location().rootPaths()
        for each in range(roots.size()):
            yield f"path={roots.apply(each).toString()},format={form}"


def _record(lines: list[str]) -> None:
    with _lock:
        newest = _following[-1] if _following else None
        if newest is None:
            _waiting.update(dict.fromkeys(lines))
    if newest is not None:
        newest.add(lines)


class _Reads:
    """What was read while a run was open; goes along with the run."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._lines: dict[str, None] = {}

    def add(self, lines: list[str]) -> None:
        """Record more."""
        with _lock:
            if all(line in self._lines for line in lines):
                return
            self._lines.update(dict.fromkeys(lines))
            text = "\n".join(self._lines)
        while len(text) > MAX_LENGTH:
            text = text.rpartition("\n")[0]
        mlflow.MlflowClient().set_tag(self._run_id, TAG, text)

    def finish(self) -> None:
        """Wait until Spark has told of what it has read, then stop."""
        with safely(FLAVOR_NAME, "record what Spark has read"):
            context = library("pyspark").SparkContext._active_spark_context
            if context is not None and INTEGRATION.options is not None:
                context._jsc.sc().listenerBus().waitUntilEmpty(_SETTLE_MS)
        with _lock:
            if self in _following:
                _following.remove(self)


def _follow(run_id: str) -> _Reads:
    """Begin to record for a run."""
    reads = _Reads(run_id)
    with _lock:
        _following.append(reads)
        lines = list(_waiting)
        _waiting.clear()
    if lines:
        with safely(FLAVOR_NAME, "record what Spark has read"):
            reads.add(lines)
    return reads


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="pyspark", supported=SUPPORTED)

__all__ = ["autolog"]
