"""Tiny models of Paddle; run as a program, saves them below a folder, or answers what saved ones predict."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import paddle
import pandas as pd
import report
import yaml
from paddle.static import InputSpec

import mlflow

X = np.arange(6, dtype="float32").reshape(2, 3)
FRAME = pd.DataFrame(X, columns=list("abc"), index=[5, 7])
NO_LOOKING = {"pip_requirements": ["paddlepaddle"]}


class Net(paddle.nn.Layer):
    def __init__(self, outputs: int = 2) -> None:
        super().__init__()
        paddle.seed(0)
        self.layer = paddle.nn.Linear(3, outputs)

    def forward(self, x: Any) -> Any:
        return self.layer(x)


class StaticNet(Net):
    @paddle.jit.to_static(input_spec=[InputSpec([None, 3], "float32")])
    def forward(self, x: Any) -> Any:
        return self.layer(x)


class Rows(paddle.io.Dataset):
    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return np.random.RandomState(index).randn(3).astype("float32"), np.array([index % 2], dtype="int64")

    def __len__(self) -> int:
        return 16


def high_level(net: Any = None, optimizer: Any = None) -> Any:
    net = net or Net()
    model = paddle.Model(net, [InputSpec([None, 3], "float32", "x")], [InputSpec([None, 1], "int64", "y")])
    optimizer = optimizer or paddle.optimizer.Adam(0.01, parameters=net.parameters())
    model.prepare(optimizer, paddle.nn.CrossEntropyLoss(), paddle.metric.Accuracy())
    return model


def save(folder: Path) -> Any:
    write = mlflow.paddle.save_model
    write(high_level(), str(folder / "high level"), metadata={"a": 1}, code_paths=[__file__], **NO_LOOKING)
    write(high_level(), str(folder / "training"), training=True, **NO_LOOKING)
    write(StaticNet(), str(folder / "layer"), input_example=X, **NO_LOOKING)
    write(StaticNet(1), str(folder / "frame"), input_example=FRAME, **NO_LOOKING)
    with mlflow.start_run():
        info = mlflow.paddle.log_model(StaticNet(), name="logged", registered_model_name="net", **NO_LOOKING)
    mlflow.artifacts.download_artifacts(info.model_uri, dst_path=str(folder / "logged"))
    refused = {
        "nothing of Paddle's": lambda: write("model", str(folder / "refused"), **NO_LOOKING),
        "no inputs": lambda: write(Net(), str(folder / "no inputs"), **NO_LOOKING),
        "no weights to train": lambda: mlflow.paddle.load_model(str(folder / "layer"), model=high_level()),
    }
    return {name: tried(work) for name, work in refused.items()}


def plain(value: Any) -> Any:
    if isinstance(value, pd.DataFrame):
        return {"index": list(value.index), "columns": list(value.columns), "rows": plain(value.to_numpy())}
    return np.asarray(value).astype("float64").round(4).tolist()


def tried(work: Any) -> Any:
    try:
        return plain(work())
    except Exception as error:
        return [type(error).__name__, str(error).splitlines()[0]]


def load(folder: Path) -> Any:
    found: dict[str, Any] = {}
    inputs = (X, FRAME, FRAME.astype("float64"), X.tolist(), "a", {"x": X})
    for name in ("high level", "training", "layer", "frame", "logged"):
        path = folder / name
        content = yaml.safe_load((path / "MLmodel").read_text())
        one = {key: content.get(key) for key in ("flavors", "metadata", "signature", "saved_input_example_info")}
        one["files"] = sorted(str(each.relative_to(path)) for each in path.rglob("*") if each.is_file())
        if name == "training":
            trained = mlflow.paddle.load_model(str(path), model=high_level())
            one["native"] = plain(trained.network(paddle.to_tensor(X)))
        else:
            one["native"] = plain(mlflow.paddle.load_model(str(path))(paddle.to_tensor(X)))
            model = mlflow.pyfunc.load_model(str(path), suppress_warnings=True)
            one["raw"] = type(model.get_raw_model()).__name__
            one["predicted"] = [tried(lambda given=given, model=model: model.predict(given)) for given in inputs]
        found[name] = one
    return found


if __name__ == "__main__":
    folders = [Path(each) for each in sys.argv[2:]]
    os.chdir(folders[0])
    report.start(folders[0])
    report.answer(save(folders[0]) if sys.argv[1] == "save" else [load(each) for each in folders])
