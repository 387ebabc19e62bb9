"""Save a scaler that answers as an array, and one that answers as polars' table: `python scalers.py ANSWER`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
from sklearn.preprocessing import StandardScaler

import mlflow

FRAME = pd.DataFrame({"a": [0.0, 1.0, 2.0]})


def required(scaler: StandardScaler, name: str) -> list[str]:
    """The lines of a saved model's requirements.txt, without versions."""
    mlflow.sklearn.save_model(scaler, name, input_example=FRAME, pyfunc_predict_fn="transform")
    return [line.partition("==")[0] for line in Path(name, "requirements.txt").read_text().split()]


if __name__ == "__main__":
    plain = required(StandardScaler().fit(FRAME), "plain")
    polars = required(StandardScaler().set_output(transform="polars").fit(FRAME), "polars")
    Path(sys.argv[1]).write_text(json.dumps({"plain": plain, "polars": polars}))
