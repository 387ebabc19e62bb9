"""A fluent API without traces of the tests before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import mlflow
from mlflow.autologging import options
from mlflow.client import stores
from mlflow.fluent import active, models


@pytest.fixture(autouse=True)
def fresh(hermetic: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test starts with the default store below its own empty folder, without runs, models or an experiment."""
    # The thread of one test would send requests while the next one counts its own.
    monkeypatch.setenv("MILLRACE_HEARTBEAT_INTERVAL_S", "0")
    _forget()
    yield
    while mlflow.active_run():
        mlflow.end_run()
    _forget()


def _forget() -> None:
    options._options.clear()
    options._options[options.GLOBAL] = {}
    active._state.clear()
    active._open.clear()
    models._state.clear()
    stores._chosen.clear()
