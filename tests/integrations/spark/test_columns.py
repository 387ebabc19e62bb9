"""Models as functions of columns, beside the real MLflow's, in the same environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integrations.spark.running import run_flow
from tests.peers.comparing import differences

pytestmark = pytest.mark.timeout(1200)

FLOW = Path(__file__).parent / "flows" / "udf.py"

ANSWERED_OTHERWISE = {
    # What MLflow fails at.
    *("tensor", "maps", "structs_in"),
    # It has a placeholder in its text; and another text.
    *("unnamed_nothing", "binary_type", "map_type"),
}


def test_functions_of_columns_answer_what_mlflows_answer(tmp_path: Path) -> None:
    models = str(tmp_path / "models")
    _, ours = run_flow("millrace", FLOW, tmp_path / "millrace", "save,load", models)
    (real,) = run_flow("mlflow", FLOW, tmp_path / "mlflow", "load", models)
    differing = differences(real, ours, "")
    assert {path.split("/")[1] for path in differing} == ANSWERED_OTHERWISE, differing
