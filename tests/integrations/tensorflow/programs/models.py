"""Saves TensorFlow's models below a folder, or loads those that were saved: answers what they predict."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import pandas as pd
import report
import tensorflow as tf
import yaml

import mlflow

X = np.arange(6, dtype="float32").reshape(2, 3)
NAMES = ("keras", "keras frame", "keras h5", "module")
EXPORTED = "exported"


class Module(tf.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weights = tf.Variable(tf.ones((3, 2)))

    @tf.function(input_signature=[tf.TensorSpec((None, 3), tf.float32)])
    def __call__(self, x):
        return {"y": x @ self.weights}


def keras_model() -> Any:
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2)])
    # An object: the older format cannot read the name again.
    model.compile(optimizer="adam", loss=keras.losses.MeanSquaredError())
    return model


def save(folder: Path) -> Any:
    signature = mlflow.models.infer_signature(X, X[:, :2])
    keywords = {"pip_requirements": ["tensorflow"]}
    write = mlflow.tensorflow.save_model
    write(keras_model(), str(folder / "keras"), signature=signature, metadata={"a": 1}, **keywords)
    write(keras_model(), str(folder / "keras frame"), **keywords)
    older = {"save_format": "h5"}
    write(keras_model(), str(folder / "keras h5"), signature=signature, keras_model_kwargs=older, **keywords)
    write(Module(), str(folder / "module"), signature=signature, **keywords)
    exported = mlflow.keras.save_model
    exported(keras_model(), str(folder / EXPORTED), save_exported_model=True, signature=signature, **keywords)
    try:
        write("model", str(folder / "refused"), signature=signature, **keywords)
    except Exception as error:
        return [type(error).__name__, str(error)]
    return None


def plain(value: Any) -> Any:
    if isinstance(value, pd.DataFrame):
        return {"index": list(value.index), "rows": plain(value.to_numpy())}
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return np.asarray(value).astype("float64").round(4).tolist()


def tried(work: Any) -> Any:
    try:
        return plain(work())
    except Exception as error:
        return [type(error).__name__, str(error)]


def load(folder: Path) -> Any:
    found = {}
    frame = pd.DataFrame(X, index=[5, 7])
    for name in NAMES:
        path = folder / name
        content = yaml.safe_load((path / "MLmodel").read_text())
        native = mlflow.tensorflow.load_model(str(path))
        model = mlflow.pyfunc.load_model(str(path), suppress_warnings=True)
        found[name] = {
            "flavors": content["flavors"],
            "signature": content.get("signature"),
            "files": sorted(str(each.relative_to(path)) for each in path.rglob("*") if each.is_file()),
            "native": plain(native(tf.constant(X))),
            "predicted": [tried(lambda one=one, model=model: model.predict(one)) for one in (X, frame, X.tolist())],
        }
    return found | {EXPORTED: exported(folder / EXPORTED)}


def exported(path: Path) -> Any:
    """What a program that serves predictions only holds, and predicts."""
    frame = pd.DataFrame(X, index=[5, 7])
    native = mlflow.keras.load_model(str(path))
    model = mlflow.pyfunc.load_model(str(path), suppress_warnings=True)
    return {
        "flavors": yaml.safe_load((path / "MLmodel").read_text())["flavors"],
        "files": sorted(str(each.relative_to(path)) for each in path.rglob("*") if each.is_file()),
        "native": plain(native.serve(X)),
        "predicted": [tried(lambda one=one: model.predict(one)) for one in (X, frame, X.tolist())],
    }


folders = [Path(each) for each in sys.argv[2:]]
report.answer(save(folders[0]) if sys.argv[1] == "save" else [load(each) for each in folders])
