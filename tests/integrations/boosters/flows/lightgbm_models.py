"""Save LightGBM models in every way, or load those that another SDK saved: `save FOLDER` and `load FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
from reading import directory, write_answer

import mlflow

FRAME = pd.DataFrame(np.arange(120, dtype=float).reshape(40, 3) % 7, columns=["a", "b", "c"])
LABEL = (FRAME["a"] > FRAME["b"]).astype(int)
OPTIONS = {"n_jobs": 1, "verbose": -1, "min_child_samples": 2}


def _models() -> dict[str, tuple[Any, dict[str, Any]]]:
    booster = lgb.train({"num_threads": 1, "verbosity": -1, "min_data_in_leaf": 2}, lgb.Dataset(FRAME, LABEL), 3)
    classifier = lgb.LGBMClassifier(n_estimators=3, **OPTIONS).fit(FRAME, LABEL)
    regressor = lgb.LGBMRegressor(n_estimators=3, **OPTIONS).fit(FRAME.to_numpy(), LABEL)
    return {
        "booster": (booster, {"input_example": FRAME[:3]}),
        "classifier": (classifier, {"input_example": FRAME[:3], "metadata": {"mine": 1}}),
        "regressor": (regressor, {"pip_requirements": ["lightgbm", "scikit-learn", "cloudpickle"]}),
    }


def save(folder: Path) -> dict[str, Any]:
    models = _models()
    for name, (model, options) in models.items():
        mlflow.lightgbm.save_model(model, str(folder / name), **options)
    return {name: directory(folder / name) for name in models}


def load(folder: Path) -> dict[str, Any]:
    found = {}
    for name in sorted(path.name for path in folder.iterdir()):
        native = mlflow.lightgbm.load_model(str(folder / name))
        pyfunc = mlflow.pyfunc.load_model(str(folder / name))
        data = FRAME.to_numpy() if name == "regressor" else FRAME
        found[name] = {
            "class": type(native).__name__,
            "native": native.predict(data).tolist(),
            "raw": type(pyfunc.get_raw_model()).__name__,
            "pyfunc": pyfunc.predict(data).tolist(),
            "params": pyfunc.predict(data, params={"raw_score": True}).tolist(),
        }
    return found


if __name__ == "__main__":
    write_answer({"save": save, "load": load}[sys.argv[2]](Path(sys.argv[3])))
