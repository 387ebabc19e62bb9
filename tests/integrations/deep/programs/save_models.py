"""Saves a model of each flavor, in several ways, below a folder; answers what was refused."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import report
import tiny
import torch

import mlflow

X = np.ones((2, 3), dtype="float32")
NO_LOOKING = {"pip_requirements": ["torch"]}


def pytorch(folder: Path) -> None:
    save = mlflow.pytorch.save_model
    code = str(Path(tiny.__file__))
    save(
        tiny.Net(), str(folder / "pytorch code"), code_paths=[code], extra_files=[code], metadata={"a": 1}, **NO_LOOKING
    )
    torch.manual_seed(0)
    frame = pd.DataFrame(X, columns=list("abc"))
    save(torch.nn.Linear(3, 2), str(folder / "pytorch frame"), input_example=frame, **NO_LOOKING)
    save(torch.jit.script(torch.nn.Linear(3, 2)), str(folder / "pytorch scripted"), input_example=X, **NO_LOOKING)
    mlflow.pytorch.save_state_dict(tiny.Net().state_dict(), str(folder / "state"))


def onnx(folder: Path) -> None:
    mlflow.onnx.save_model(tiny.onnx_product(), str(folder / "onnx product"), input_example=X, **NO_LOOKING)
    options = {
        "execution_mode": "sequential",
        "graph_optimization_level": 99,
        "intra_op_num_threads": 1,
        "extra_session_config": {"session.disable_prepacking": "1"},
    }
    mlflow.onnx.save_model(
        tiny.onnx_sum(),
        str(folder / "onnx sum"),
        onnx_session_options=options,
        onnx_execution_providers=["CPUExecutionProvider"],
        save_as_external_data=False,
        **NO_LOOKING,
    )


def keras(folder: Path) -> None:
    signature = mlflow.models.infer_signature(X, X[:, :1])
    mlflow.keras.save_model(tiny.keras_model(), str(folder / "keras"), signature=signature, **NO_LOOKING)


EXAMPLES: dict[str, Any] = {
    "text-classification": "hello world",
    "fill-mask": "hello [MASK] .",
    "feature-extraction": "hello world",
    "question-answering": {"question": "what is it ?", "context": "it is a cat ."},
    "token-classification": "hello cat",
    "zero-shot-classification": {
        "sequences": "hello world",
        "candidate_labels": ["good", "bad"],
        "hypothesis_template": "it is {} .",
    },
}


def transformers(folder: Path) -> None:
    save = mlflow.transformers.save_model
    for task, example in EXAMPLES.items():
        save(tiny.pipeline(task, folder), str(folder / task), **NO_LOOKING)
        save(tiny.pipeline(task, folder), str(folder / f"{task} with example"), input_example=example, **NO_LOOKING)
    parts = {"model": tiny.bert("BertForSequenceClassification"), "tokenizer": tiny.tokenizer(folder)}
    save(parts, str(folder / "components"), task="text-classification", torch_dtype=torch.float16, **NO_LOOKING)
    short = {"max_new_tokens": 2, "do_sample": False}
    generator = tiny.pipeline("text-generation", folder)
    save(
        generator,
        str(folder / "generation"),
        model_config=dict(short),
        prompt_template="hello {prompt} ?",
        **NO_LOOKING,
    )
    signature = mlflow.models.infer_signature("hello", params=dict(short))
    save(generator, str(folder / "generation with params"), signature=signature, **NO_LOOKING)
    embedder = tiny.pipeline("feature-extraction", folder)
    save(embedder, str(folder / "embeddings"), task="llm/v1/embeddings", **NO_LOOKING)


def generation_tasks(folder: Path) -> None:
    save = mlflow.transformers.save_model
    greedy = {"do_sample": False}
    for name in ("chat", "completions"):
        save(tiny.generator(folder), str(folder / name), task=f"llm/v1/{name}", model_config=dict(greedy), **NO_LOOKING)


def files(folder: Path) -> None:
    save = mlflow.transformers.save_model
    tiny.image_file(folder)
    save(tiny.image_pipeline(), str(folder / "image"), **NO_LOOKING)
    save(tiny.speech_pipeline(folder), str(folder / "speech"), **NO_LOOKING)
    save(tiny.speech_pipeline(folder), str(folder / "speech of arrays"), input_example=tiny.SOUND, **NO_LOOKING)


def sentence_transformers(folder: Path) -> None:
    save = mlflow.sentence_transformers.save_model
    model = tiny.sentence_transformer(Path())
    save(model, str(folder / "sentences"), **NO_LOOKING)
    save(
        model,
        str(folder / "sentences with params"),
        input_example=(["hello"], {"normalize_embeddings": True}),
        **NO_LOOKING,
    )
    save(model, str(folder / "sentence embeddings"), task="llm/v1/embeddings", metadata={"a": 1}, **NO_LOOKING)


REFUSED: dict[str, Any] = {
    "no module": lambda: mlflow.pytorch.save_model({}, "/nowhere"),
    "no list of extra files": lambda: mlflow.pytorch.save_model(torch.nn.Linear(1, 1), "refused", extra_files="a"),
    "no state dict": lambda: mlflow.pytorch.save_state_dict([], "/nowhere"),
    "no session option": lambda: mlflow.onnx.save_model(
        tiny.onnx_sum(), "options", onnx_session_options={"nope": 1}, **NO_LOOKING
    ),
    "exported without signature": lambda: mlflow.keras.save_model(
        tiny.keras_model(), "exported", save_exported_model=True
    ),
    "no task": lambda: mlflow.transformers.save_model({"model": tiny.bert("BertModel")}, "task"),
    "no model": lambda: mlflow.transformers.save_model({"tokenizer": 1}, "model"),
    "no pipeline": lambda: mlflow.transformers.save_model(tiny.bert("BertModel"), "pipeline"),
    "no template": lambda: mlflow.transformers.save_model(
        tiny.pipeline("fill-mask", Path.cwd()), "template", prompt_template="hello"
    ),
    "no task of chats": lambda: mlflow.transformers.save_model(
        tiny.pipeline("fill-mask", Path.cwd()), "chat of masks", task="llm/v1/chat"
    ),
    "no task of embeddings": lambda: mlflow.transformers.save_model(
        tiny.generator(Path.cwd()), "embeddings of texts", task="llm/v1/embeddings"
    ),
    "unknown task": lambda: mlflow.sentence_transformers.save_model(None, "unknown", task="x"),
}


def refusal(work: Any) -> list[str]:
    try:
        work()
    except Exception as error:
        return [type(error).__name__, str(error)]
    return ["accepted"]


def main() -> None:
    folder = Path(sys.argv[1])
    os.chdir(folder)  # models remember where they are from
    for save in (pytorch, onnx, keras, transformers, generation_tasks, files, sentence_transformers):
        save(folder)
    report.answer({name: refusal(work) for name, work in REFUSED.items()})


main()
