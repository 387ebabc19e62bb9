"""`mlflow.spark.autolog`: what is read. MLflow needs a Java library of its own for it, so that nothing is compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integrations.spark.running import run_flow


@pytest.mark.timeout(600)
def test_what_actions_read_is_a_tag_of_the_run(tmp_path: Path) -> None:
    numbers, texts = "path=file:/numbers,format=parquet", "path=file:/texts,format=csv"
    assert run_flow("millrace", Path(__file__).parent / "flows" / "reads.py", tmp_path) == [
        *([numbers, texts], None, [numbers], [texts], None)
    ]
