"""Load the models that save_models.py saved into the folder given first; the answer goes to the file given second."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from refusals import refused

import mlflow

FRAME = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": [1.0, 0.0, 1.0, 0.0]})


def flow(folder: Path) -> dict[str, Any]:
    classifier = mlflow.pyfunc.load_model(str(folder / "classifier"))
    pipeline = mlflow.pyfunc.load_model(str(folder / "pipeline"))
    python = mlflow.pyfunc.load_model(str(folder / "python"))
    info = mlflow.models.get_model_info(str(folder / "classifier"))
    return {
        "classifier": classifier.predict(FRAME).tolist(),
        "native": mlflow.sklearn.load_model(str(folder / "classifier")).predict(FRAME).tolist(),
        "pickled": mlflow.sklearn.load_model(str(folder / "pickled")).predict(FRAME).tolist(),
        "pipeline": np.round(pipeline.predict(FRAME.to_numpy()), 9).tolist(),
        "python": python.predict(FRAME).to_dict("list"),
        "python with a parameter": python.predict(FRAME, params={"times": 3}).to_dict("list"),
        "signature": info.signature.to_dict(),
        "python signature": mlflow.models.get_model_info(str(folder / "python")).signature.to_dict(),
        "flavors": sorted(info.flavors),
        "metadata": info.metadata,
        "example": mlflow.models.Model.load(str(folder / "classifier"))
        .load_input_example(str(folder / "classifier"))
        .to_dict("list"),
        "missing column": refused(lambda: classifier.predict(FRAME[["a"]])),
        "extra column": classifier.predict(FRAME.assign(c=1)).tolist(),
        "reordered": classifier.predict(FRAME[["b", "a"]]).tolist(),
        "text": refused(lambda: classifier.predict(pd.DataFrame({"a": ["x"], "b": ["y"]}))),
    }


if __name__ == "__main__":
    answer = flow(Path(sys.argv[1]))
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(answer, file)
