"""Save models of H2O, or load those that another SDK saved."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any

import h2o
import numpy as np
import pandas as pd
from h2o.estimators import H2OGradientBoostingEstimator
from reading import directory, write_answer

import mlflow

INIT = {"nthreads": 1, "max_mem_size": "400m", "bind_to_localhost": True, "verbose": False}
NUMBERS = np.arange(40.0)
FRAME = pd.DataFrame({"a": NUMBERS % 7, "b": NUMBERS % 3, "y": NUMBERS, "label": ["no", "yes"] * 20})
INPUT = FRAME[["a", "b"]][5:9]


def _start() -> None:
    """Start a server of this process's own, and let whoever starts one later find it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    init = h2o.init
    h2o.init = lambda **given: init(**{**given, "port": port})
    h2o.no_progress()
    h2o.init(**INIT)


def _models() -> dict[str, tuple[Any, dict[str, Any]]]:
    data = h2o.H2OFrame(FRAME)
    data["label"] = data["label"].asfactor()
    trees = H2OGradientBoostingEstimator(ntrees=3, min_rows=2, seed=1)
    trees.train(["a", "b"], "y", data)
    classes = H2OGradientBoostingEstimator(ntrees=2, min_rows=2, seed=1)
    classes.train(["a", "b"], "label", data)
    return {
        "trees": (trees, {"input_example": INPUT, "metadata": {"mine": 1}}),
        "classes": (classes, {"settings": {"init": INIT, "extra": 1}, "pip_requirements": ["h2o"]}),
    }


def save(folder: Path) -> dict[str, Any]:
    found = {}
    for name, (model, options) in _models().items():
        mlflow.h2o.save_model(model, str(folder / name), **options)
        found[name] = directory(folder / name)
        # H2O numbers its models by the clock
        found[name]["files"] = sorted("model.h2o/model" if "_model_" in each else each for each in found[name]["files"])
    return found


def load(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("trees", "classes"):
        native = mlflow.h2o.load_model(str(folder / name))
        pyfunc = mlflow.pyfunc.load_model(str(folder / name))
        found[name] = {
            "class": type(native).__name__,
            "raw": type(pyfunc.get_raw_model()).__name__,
            "native": _shown(native.predict(h2o.H2OFrame(INPUT)).as_data_frame()),
            "pyfunc": _shown(pyfunc.predict(INPUT)),
            "index": list(pyfunc.predict(INPUT).index),
        }
    with mlflow.start_run() as run:
        info = mlflow.h2o.log_model(native, name="model", registered_model_name="h2o", pip_requirements=["h2o"])
    for uri in (f"runs:/{run.info.run_id}/model", info.model_uri, "models:/h2o/1"):
        found[uri.partition(":")[0]] = type(mlflow.h2o.load_model(uri)).__name__
    return found


def _shown(answer: pd.DataFrame) -> Any:
    return {name: [each if isinstance(each, str) else round(each, 6) for each in answer[name]] for name in answer}


if __name__ == "__main__":
    _start()
    try:
        write_answer({"save": save, "load": load}[sys.argv[2]](Path(sys.argv[3])))
    finally:
        h2o.cluster().shutdown()
