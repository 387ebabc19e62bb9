"""Params of predictions reach a model where MLflow passes them on, and are left out where it leaves them out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integrations.flows_shared.running import params_differing

pytestmark = pytest.mark.timeout(600)


def test_params_mean_to_models_what_they_mean_to_mlflow(tmp_path: Path) -> None:
    assert params_differing("tensorflow", tmp_path) == {}
