"""Callbacks, loggers and trackers that others publish: what they log here is what they log to the real MLflow."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integrations.flows_shared.running import differing, flows_of

pytestmark = pytest.mark.timeout(900)  # libraries of this size import for minutes where others use the machine

CHANCE = {"flaml_automl": "/learner"}
"""Ends of paths that differ from run to run under either SDK: FLAML logs its model and this param from two threads, and
a logged model has the params that its run had by then."""


@pytest.mark.parametrize("flow", flows_of(__file__), ids=lambda each: each.stem)
def test_what_is_logged_is_what_mlflow_gets(flow: Path, tmp_path: Path) -> None:
    found = differing(flow, tmp_path)
    assert {path: why for path, why in found.items() if not path.endswith(CHANCE.get(flow.stem, "\0"))} == {}
