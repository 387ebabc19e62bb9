"""The store that a command works on, and what it answers in pages."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from millrace.artifacts import Artifacts, open_artifacts
from millrace.calls import GetRun, SearchRuns
from millrace.errors import InvalidParameterValue
from millrace.journal import open_journaled
from millrace.model import Run
from millrace.settings import MLFLOW_TRACKING_URI
from millrace.store import Store, online, pages

DEFAULT_FOLDER = "mlruns"
"""The folder that is the store when none is named: the SDK's."""

VIEWS = ("active_only", "deleted_only", "all")


def store_uri() -> str:
    """The store that MLFLOW_TRACKING_URI names, else the folder ./mlruns."""
    return MLFLOW_TRACKING_URI.get() or str(Path(DEFAULT_FOLDER).absolute())


@contextlib.contextmanager
def opened() -> Iterator[Store]:
    """The store that commands work on, closed when the block ends."""
    # With a journal in front, so that what other processes still have in theirs is seen.
    store = open_journaled(online(store_uri()))
    try:
        yield store
    finally:
        store.close()


def view_type(view: str) -> str:
    """A `--view` as calls spell it.

    Raises:
        InvalidParameterValue: there is no such view.
    """
    if view not in VIEWS:
        raise InvalidParameterValue(
            f"Could not get valid view type corresponding to string {view}. Valid view types are {list(VIEWS)}"
        )
    return view.upper()


def runs_of(store: Store, experiment_id: str, view: str) -> Iterator[Run]:
    """All runs of an experiment, newest first."""
    call = SearchRuns([experiment_id], run_view_type=view_type(view), max_results=1000)
    for page in pages(store, call):
        yield from page.runs


def artifacts_of(store: Store, run_id: str) -> Artifacts:
    """The artifacts of a run."""
    root = store.call(GetRun(run_id)).run.info.artifact_uri or ""
    return open_artifacts(root, tracking_uri=store_uri())
