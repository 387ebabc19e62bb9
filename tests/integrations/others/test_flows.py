"""Callbacks, loggers and trackers that others publish: what they log here is what they log to the real MLflow."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integrations.flows_shared.running import differing, flows_of

pytestmark = pytest.mark.timeout(900)  # libraries of this size import for minutes where others use the machine


@pytest.mark.parametrize("flow", flows_of(__file__), ids=lambda each: each.stem)
def test_what_is_logged_is_what_mlflow_gets(flow: Path, tmp_path: Path) -> None:
    assert differing(flow, tmp_path) == {}
