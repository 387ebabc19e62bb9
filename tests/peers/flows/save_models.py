"""Save models of several kinds into the folder given first; the answer goes to the file given second."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import mlflow
from mlflow.models import infer_signature

FRAME = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": [1.0, 0.0, 1.0, 0.0]})
LABELS = [0, 0, 1, 1]


class AddsN(mlflow.pyfunc.PythonModel):
    """A model with an artifact and a parameter."""

    def load_context(self, context: Any) -> None:
        self.n = int(Path(context.artifacts["n"]).read_text())

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        return model_input + self.n * (params or {}).get("times", 1)


def flow(folder: Path) -> dict[str, Any]:
    (folder / "n.txt").write_text("5")
    classifier = LogisticRegression().fit(FRAME, LABELS)
    pipeline = make_pipeline(StandardScaler(), LinearRegression()).fit(FRAME.to_numpy(), np.array(LABELS, dtype=float))
    signature = infer_signature(FRAME, classifier.predict(FRAME))
    mlflow.sklearn.save_model(
        classifier, str(folder / "classifier"), signature=signature, input_example=FRAME[:2], metadata={"by": "hand"}
    )
    mlflow.sklearn.save_model(
        pipeline, str(folder / "pipeline"), input_example=FRAME.to_numpy()[:2], pip_requirements=["scipy", "numpy>1"]
    )
    mlflow.sklearn.save_model(
        classifier, str(folder / "pickled"), serialization_format="pickle", extra_pip_requirements=["tqdm"]
    )
    mlflow.pyfunc.save_model(
        str(folder / "python"),
        python_model=AddsN(),
        artifacts={"n": str(folder / "n.txt")},
        signature=infer_signature(FRAME, FRAME, params={"times": 1}),
        pip_requirements=["pandas"],
    )
    saved = sorted(one for one in folder.iterdir() if one.is_dir())
    return {"requirements": {one.name: requirements(one) for one in saved}}


def requirements(model: Path) -> list[str]:
    """The names of what the model needs: the two environments may have other versions of it."""
    return [re.split(r"[=<>]", line)[0] for line in (model / "requirements.txt").read_text().splitlines()]


if __name__ == "__main__":
    answer = flow(Path(sys.argv[1]))
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(answer, file)
