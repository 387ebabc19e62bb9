"""Save models that are served into the folder given as the argument; runs under MLflow and under Millrace alike."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Any, Optional

import cloudpickle
import numpy as np
import pandas as pd
import pydantic
from sklearn.gaussian_process import GaussianProcessRegressor

import mlflow
from mlflow.models import ModelSignature, infer_signature
from mlflow.types.schema import ColSpec, ParamSchema, ParamSpec, Schema

sys.path.insert(0, str(Path(__file__).parents[2] / "unit/mlflow/pyfunc"))
import chat_flow

FROM_CODE = """
import mlflow

class Lengths(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        if len(model_input) > 3:
            raise RuntimeError("too many")
        return {"lengths": [len(str(each)) for each in model_input["text"]], "params": params}

mlflow.models.set_model(Lengths())
"""
FRAME = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": [1.0, 0.0, 1.0, 0.0]})


class Question(pydantic.BaseModel):
    """What a model is asked."""

    text: str
    weight: float = 1.0
    tags: Optional[list[str]] = None  # noqa: UP045  # MLflow asks for this spelling


class Texts(mlflow.pyfunc.PythonModel):
    """Takes texts."""

    def predict(self, model_input: list[str], params: dict[str, Any] | None = None) -> list[str]:
        return [f"{each}!" for each in model_input]


class Questions(mlflow.pyfunc.PythonModel):
    """Takes objects."""

    def predict(self, model_input: list[Question]) -> list[dict[str, Any]]:
        return [{**each.model_dump(), "times": each.weight * 2} for each in model_input]


def flow(folder: Path) -> None:
    """Save all of them, each into a folder of its name."""
    os.chdir(folder)
    for_all: dict[str, Any] = {"pip_requirements": []}
    mlflow.pyfunc.save_model("texts", python_model=Texts(), **for_all)
    mlflow.pyfunc.save_model("questions", python_model=Questions(), **for_all)
    cloudpickle.register_pickle_by_value(chat_flow)
    for name, kind in {"chat": chat_flow.Chat, "agent": chat_flow.Agent, "responses": chat_flow.Responses}.items():
        mlflow.pyfunc.save_model(name, python_model=kind(), **for_all)
    Path("lengths.py").write_text(FROM_CODE)
    signature = ModelSignature(
        Schema([ColSpec("string", "text"), ColSpec("long", "n", required=False)]),
        params=ParamSchema([ParamSpec("top", "long", 3), ParamSpec("names", "string", ["x"], (-1,))]),
    )
    mlflow.pyfunc.save_model("code", python_model="lengths.py", signature=signature, **for_all)
    process = GaussianProcessRegressor(optimizer=None).fit(FRAME, np.array([0.0, 1.0, 0.0, 1.0]))
    signature = infer_signature(FRAME, process.predict(FRAME), params={"return_std": False})
    mlflow.sklearn.save_model(process, "sklearn", signature=signature, **for_all)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    flow(Path(sys.argv[1]))
