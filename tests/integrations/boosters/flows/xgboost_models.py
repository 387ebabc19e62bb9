"""Save XGBoost models in every way, or load those that another SDK saved: `save FOLDER` and `load FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xgboost as xgb
from reading import directory, write_answer

import mlflow

FRAME = pd.DataFrame(np.arange(60, dtype=float).reshape(20, 3) % 7, columns=["a", "b", "c"])
LABEL = (FRAME["a"] > FRAME["b"]).astype(int)


def _models() -> dict[str, tuple[Any, dict[str, Any]]]:
    booster = xgb.train({"nthread": 1, "max_depth": 2}, xgb.DMatrix(FRAME, LABEL), 3)
    classifier = xgb.XGBClassifier(n_estimators=3, n_jobs=1).fit(FRAME, LABEL)
    regressor = xgb.XGBRegressor(n_estimators=3, n_jobs=1).fit(FRAME.to_numpy(), LABEL)
    return {
        "booster": (booster, {"input_example": FRAME[:3]}),
        "booster in json": (booster, {"model_format": "json", "pip_requirements": ["xgboost"]}),
        "classifier": (
            classifier,
            {"input_example": FRAME[:3], "metadata": {"mine": 1}, "conda_env": {"dependencies": [{"pip": ["six"]}]}},
        ),
        "regressor": (regressor, {"input_example": FRAME[:3].to_numpy(), "pip_requirements": ["six"]}),
    }


def save(folder: Path) -> dict[str, Any]:
    for name, (model, options) in _models().items():
        mlflow.xgboost.save_model(model, str(folder / name), **options)
    return {name: directory(folder / name) for name in _models()}


def load(folder: Path) -> dict[str, Any]:
    found = {}
    for name in _models():
        native = mlflow.xgboost.load_model(str(folder / name))
        data = xgb.DMatrix(FRAME) if isinstance(native, xgb.Booster) else FRAME
        pyfunc = mlflow.pyfunc.load_model(str(folder / name))
        given = FRAME.to_numpy() if name == "regressor" else FRAME
        found[name] = {
            "class": type(native).__name__,
            "native": native.predict(data).tolist(),
            "raw": type(pyfunc.get_raw_model()).__name__,
            "pyfunc": pyfunc.predict(given).tolist(),
            "params": _outcome(lambda model=pyfunc, data=given: model.predict(data, params={"output_margin": True})),
        }
    return found


def _outcome(call: Any) -> Any:
    try:
        return call().tolist()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    write_answer({"save": save, "load": load}[sys.argv[2]](Path(sys.argv[3])))
