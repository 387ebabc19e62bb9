"""Save models, or load and predict with them; runs under MLflow and under Millrace alike.

Usage: python interop_flow.py ACTION FOLDER [ACTION FOLDER ...], with the actions save and load. What was loaded is
printed as JSON, by folder.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import mlflow
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema

X = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": [1.0, 0.5, 1.0, 0.25]})
INPUTS: dict[str, Any] = {
    "estimator": X,
    "pipeline": X,
    "lambda": X.to_numpy(),
    "artifacts": X,
    "hints": ["x", "y"],
    "function": [1.5, 2.5],
    "script": X,
}


def _double(values: Any) -> Any:
    return values * 2


class Adder(mlflow.pyfunc.PythonModel):
    """Adds an artifact's number, a setting, a param, and a number from code that was saved with it."""

    def load_context(self, context: Any) -> None:
        self.number = float(Path(context.artifacts["number"]).read_text())

    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
        from interop_package import VALUE

        return model_input.sum(axis=1) + self.number + context.model_config["more"] + params["add"] + VALUE


class Hinted(mlflow.pyfunc.PythonModel):
    """Has its signature from type hints."""

    def predict(self, model_input: list[str], params: Any = None) -> list[str]:
        return [each.upper() for each in model_input]


def _largest(model_input):  # type: ignore[no-untyped-def]  # a hint would be the signature
    return float(model_input.to_numpy().max())


def save() -> None:
    """Save one model of each kind into the current folder."""
    named: dict[str, Any] = {"pip_requirements": []}
    classifier = LogisticRegression().fit(X, [0, 0, 1, 1])
    mlflow.sklearn.save_model(classifier, "estimator", input_example=X.head(2), metadata={"k": [1, "x"]}, **named)
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, ["n", "n", "y", "y"])
    mlflow.sklearn.save_model(
        pipeline, "pipeline", serialization_format="pickle", pyfunc_predict_fn="predict_proba", **named
    )
    regression = make_pipeline(FunctionTransformer(_double), LinearRegression()).fit(X.to_numpy(), [0, 1, 2, 3])
    mlflow.sklearn.save_model(regression, "lambda", input_example=X.to_numpy(), **named)
    Path("number.txt").write_text("0.5")
    os.makedirs("interop_package", exist_ok=True)
    Path("interop_package/__init__.py").write_text("VALUE = 1000\n")
    signature = ModelSignature(
        Schema([ColSpec("double", "a"), ColSpec("double", "b", required=False)]),
        Schema([ColSpec("double")]),
        ParamSchema([ParamSpec("add", "double", 10), ParamSpec("names", "string", ["x"], (-1,))]),
    )
    mlflow.pyfunc.save_model(
        "artifacts",
        python_model=Adder(),
        artifacts={"number": "number.txt"},
        code_paths=["interop_package"],
        model_config={"more": 100},
        signature=signature,
        **named,
    )
    mlflow.pyfunc.save_model("hints", python_model=Hinted(), input_example=["a"], **named)
    mlflow.pyfunc.save_model("function", python_model=_largest, input_example=([1.5], {"p": 1}), **named)
    Path("script.py").write_text(
        "import mlflow\n\n\nclass Own(mlflow.pyfunc.PythonModel):\n"
        "    def predict(self, context, model_input):\n        return model_input['a'] + 1\n\n\n"
        "mlflow.models.set_model(Own())\n"
    )
    mlflow.pyfunc.save_model("script", python_model="script.py", **named)


def load() -> dict[str, Any]:
    """What each model of the current folder predicts, and what was saved with it."""
    answers: dict[str, Any] = {}
    for name, data in INPUTS.items():
        model = mlflow.pyfunc.load_model(name)
        example = model.input_example
        signature = model.metadata.signature
        answers[name] = {
            "prediction": np.asarray(model.predict(data)).tolist(),
            "example": example.to_dict("list") if isinstance(example, pd.DataFrame) else np.asarray(example).tolist(),
            "signature": signature.to_dict() if signature else None,
            "loader": model.loader_module,
            "config": model.model_config,
        }
    answers["sklearn"] = mlflow.sklearn.load_model("pipeline").predict(X).tolist()
    return answers


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    loaded = {}
    for action, folder in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        os.chdir(folder)
        if action == "save":
            save()
        else:
            loaded[folder] = load()
    sys.stdout.write(json.dumps(loaded))
