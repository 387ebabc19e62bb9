"""Pipelines and trainers of others: what they log here is what they log to the real MLflow."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integrations.flows_shared.running import differing, flows_of

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("flow", flows_of(__file__), ids=lambda each: each.stem)
def test_what_is_logged_is_what_mlflow_gets(flow: Path, tmp_path: Path) -> None:
    assert differing(flow, tmp_path) == {}
