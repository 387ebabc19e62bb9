"""What the models of `save_models.py` are asked to predict, and how they are loaded natively."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import tiny

import mlflow

X = np.arange(6, dtype="float32").reshape(2, 3)
FRAME = pd.DataFrame(X, columns=list("abc"), index=[5, 7])
VECTOR = np.ones(2, dtype="float32")


def each(*values: Any) -> list[tuple[Any, dict[str, Any]]]:
    return [(value, {}) for value in values]


ONE_TOKEN = {"params": {"max_new_tokens": 1}}
QUESTION = {"question": "what is it ?", "context": "it is a cat ."}
LABELS = {"sequences": "hello world", "candidate_labels": ["good", "bad"], "hypothesis_template": "it is {} ."}
TEXTS: list[tuple[Any, dict[str, Any]]] = each("hello [MASK] .", ["hello [MASK] .", "the [MASK]"])
BY_TASK = {
    "text-classification": [*TEXTS, *each(pd.DataFrame({"text": ["hello", "cat"]}), pd.DataFrame({"a": ["hello"]}))],
    "fill-mask": [*TEXTS, *each(pd.DataFrame({"a": ["hello [MASK]", "a [MASK]"]}))],
    "feature-extraction": TEXTS,
    "question-answering": each(QUESTION, [QUESTION, QUESTION], pd.DataFrame([QUESTION])),
    "token-classification": each("hello cat", ["hello cat", "the dog"]),
    "zero-shot-classification": each(LABELS, pd.DataFrame([LABELS])),
}
MESSAGES = {"messages": [{"role": "user", "content": "hello world"}], "max_tokens": 3}
PROMPT = {"prompt": "hello world", "max_tokens": 3}
PNG = base64.b64encode(tiny.image_file(Path()).read_bytes()).decode()
SOUND = tiny.SOUND
INPUTS: dict[str, list[tuple[Any, dict[str, Any]]]] = {
    "pytorch code": each(X, FRAME, X.tolist(), "a", X.astype("float64")),
    "pytorch frame": each(FRAME, FRAME[["a", "b"]]),
    "pytorch scripted": each(X, FRAME),
    "onnx product": each(X, X.astype("float64"), FRAME, {"X": X}, X.tolist()),
    "onnx sum": each(pd.DataFrame({"A": [1.0, 2.0], "B": [3.0, 4.0]}), {"A": VECTOR, "B": VECTOR}, X),
    "keras": each(X, FRAME),
    **BY_TASK,
    **{f"{task} with example": inputs for task, inputs in BY_TASK.items()},
    "components": TEXTS,
    "generation": each("cat", ["cat", "dog"]),
    "generation with params": [("cat", ONE_TOKEN), ("cat", {"params": {"max_new_tokens": 2}})],
    "embeddings": each({"input": ["cat"]}, {"input": "hello"}),
    "chat": each(MESSAGES, PROMPT, pd.DataFrame([MESSAGES]), "hello"),
    "completions": each(PROMPT, MESSAGES, [PROMPT, PROMPT], {**PROMPT, "n": 2}),
    "image": each("image.png", PNG, [PNG, PNG], pd.DataFrame({"a": [PNG]}), "nothing"),
    "speech": each("nothing", SOUND),
    "speech of arrays": each(SOUND),
    "sentences": each("hello", ["hello", "cat"], pd.DataFrame({"x": ["hello"]}), 3),
    "sentences with params": [(["hello"], {}), (["hello"], {"params": {"normalize_embeddings": False}})],
    "sentence embeddings": each({"input": ["hello", "cat"]}, pd.DataFrame({"input": ["hello"]})),
}


def _pytorch(path: str) -> Any:
    import torch

    model = mlflow.pytorch.load_model(path)
    return [model.training, model(torch.from_numpy(X)).detach().numpy()]


def _transformers(path: str) -> Any:
    pipeline = mlflow.transformers.load_model(path)
    parts = mlflow.transformers.load_model(path, return_type="components")
    return [
        type(pipeline).__name__,
        str(pipeline.model.dtype),
        {key: type(part).__name__ for key, part in parts.items()},
    ]


NATIVE: dict[str, Any] = {
    "pytorch code": _pytorch,
    "pytorch frame": _pytorch,
    "pytorch scripted": _pytorch,
    "onnx sum": lambda path: mlflow.onnx.load_model(path).SerializeToString().hex(),
    "keras": lambda path: mlflow.keras.load_model(path).predict(X, verbose=0),
    **dict.fromkeys([*BY_TASK, "components", "generation", "chat", "image", "speech"], _transformers),
    "sentences": lambda path: mlflow.sentence_transformers.load_model(path).encode("hello"),
}

assert set(BY_TASK) | {"text-generation"} == set(tiny.PIPELINES)
