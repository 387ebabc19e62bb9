"""What the parts of the suite make before they test."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from millrace.calls import Call, CreateExperiment, CreateRun, GetRun
from millrace.errors import MlflowException
from millrace.model import Run, RunTag
from millrace.store import Store


def unique(word: str) -> str:
    """A name that no other test uses."""
    return f"{word}-{uuid.uuid4().hex[:12]}"


def new_experiment(store: Store) -> str:
    """The id of a new experiment."""
    return store.call(CreateExperiment(unique("experiment"))).experiment_id


def new_run(store: Store, experiment_id: str = "", *, start_time: int = 1, tags: dict[str, str] | None = None) -> str:
    """The id of a new run."""
    listed = [RunTag(key, value) for key, value in (tags or {}).items()]
    call = CreateRun(experiment_id or new_experiment(store), "someone", unique("run"), start_time, listed)
    return store.call(call).run.info.run_id


def run_of(store: Store, run_id: str) -> Run:
    """A run as it is now."""
    return store.call(GetRun(run_id)).run


def refused(store: Store, call: Call[Any], code: str, sentence: str) -> None:
    """Assert that a call is refused with this code and a message that matches the sentence (a pattern)."""
    with pytest.raises(MlflowException, match=sentence) as caught:
        store.call(call)
    assert caught.value.error_code == code
