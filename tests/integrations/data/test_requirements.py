"""A model that gives its output as polars' tables needs polars, whatever was found of its kind before."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integrations.flows_shared.running import answer_of

pytestmark = pytest.mark.timeout(600)


def test_an_output_of_polars_needs_polars(tmp_path: Path) -> None:
    script = Path(__file__).with_name("scalers.py")
    found = answer_of("millrace", script, tmp_path, settings={"XDG_STATE_HOME": str(tmp_path / "state")})
    assert "scikit-learn" in found["plain"]
    assert set(found["polars"]) - set(found["plain"]) == {"polars"}
