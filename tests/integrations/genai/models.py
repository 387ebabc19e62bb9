"""Saves models of gen-AI flavors, or loads them and predicts, with whichever `mlflow` PYTHONPATH names.

Run as: python models.py ADDRESS (save|load) FOLDER [(save|load) FOLDER …]
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pandas as pd
from langchain_core.language_models import FakeListChatModel
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import (
    RunnableBranch,
    RunnableLambda,
    RunnableParallel,
    RunnablePassthrough,
)

import mlflow
import mlflow.langchain
import mlflow.openai

HERE = Path(__file__).parent
ASKED: dict[str, dict[str, Any]] = {
    "one": {
        "task": "chat.completions",
        "messages": [{"role": "user", "content": "Tell {word}"}],
        "temperature": 0.5,
    },
    "none": {"task": "chat.completions"},
    "two": {
        "task": "chat.completions",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "{a} or {b}"}],
    },
    "completion": {"task": "completions", "prompt": "Say {text}"},
    "embedding": {"task": "embeddings"},
}
INPUTS: dict[str, list[Any]] = {
    "one": [pd.DataFrame({"word": ["a", "b"]}), ["a", "b"], "a", {"word": "a"}],
    "none": [["a", "b"], pd.DataFrame({"x": ["a"], "y": ["b"]})],
    "two": [pd.DataFrame({"a": ["1", "3"], "b": ["2", "4"]}), [{"a": "1", "b": "2"}]],
    "completion": [["a"]],
    "embedding": [["a"], pd.DataFrame({"x": ["a"]})],
}
CHAINS = ("chain", "chat_chain")
CHAINED: list[Any] = [{"word": "a"}, [{"word": "a"}, {"word": "b"}], pd.DataFrame({"word": ["a", "b"]})]


def _objects() -> dict[str, Any]:
    """Objects of LangChain that are pickled, by the names of their models."""
    prompt = ChatPromptTemplate.from_messages([("user", "Say {word}")])
    text, same = RunnableLambda(lambda value: getattr(value, "to_string", value.__str__)()), RunnableLambda(_same)
    return {
        "sequence": prompt | FakeListChatModel(responses=["Hello."]),
        "parallel": RunnableParallel(one=same, other=prompt | text),
        "branch": RunnableBranch((lambda value: False, text), (same, prompt | text), text),
        "assign": RunnablePassthrough.assign(more=same),
        "binding": RunnableLambda(_joined).bind(other=5),
    }


def _same(value: Any) -> Any:
    return value


def _joined(value: Any, other: int = 1) -> str:
    return f"{value['word']} {other}"


def _azure(folder: Path) -> list[Any]:
    """What a model predicts by a deployment of Azure's."""
    settings = {
        "OPENAI_API_TYPE": "azure",
        "OPENAI_API_BASE": os.environ["OPENAI_BASE_URL"].removesuffix("/v1"),
        "OPENAI_API_VERSION": "2024-10-21",
        "OPENAI_DEPLOYMENT_NAME": "deployed",
    }
    base = os.environ.pop("OPENAI_BASE_URL")
    os.environ.update(settings)
    try:
        found: list[Any] = mlflow.pyfunc.load_model(str(folder / "one")).predict(["a"])
        return found
    finally:
        for name in settings:
            del os.environ[name]
        os.environ["OPENAI_BASE_URL"] = base


def save(folder: Path) -> None:
    """Save a model of each kind."""
    for name, asked in ASKED.items():
        mlflow.openai.save_model("m", path=str(folder / name), pip_requirements=["openai"], **asked)
    for name, model in _objects().items():
        mlflow.langchain.save_model(model, str(folder / name), pip_requirements=["langchain"])
    for name in CHAINS:
        script = str(HERE / f"{name}.py")
        options: Any = {"pip_requirements": ["langchain"], "model_config": {"lead": "Tell"}}
        mlflow.langchain.save_model(script, str(folder / name), **options)
        mlflow.langchain.save_model(script, str(folder / f"{name}_typed"), input_example={"word": "a"}, **options)


def load(folder: Path) -> dict[str, Any]:
    """What the models of a folder predict."""
    found: dict[str, Any] = {}
    for name, inputs in INPUTS.items():
        model = mlflow.pyfunc.load_model(str(folder / name))
        found[name] = [model.predict(data) for data in inputs]
        found[f"{name}_asked"] = mlflow.openai.load_model(str(folder / name))
    found["azure"] = _azure(folder)
    for name in _objects():
        answer = mlflow.langchain.load_model(str(folder / name)).invoke({"word": "z"})
        found[f"{name}_invoked"] = str(getattr(answer, "content", answer))
        found[name] = mlflow.pyfunc.load_model(str(folder / name)).predict([{"word": "a"}, {"word": "b"}])
    for name in CHAINS:
        for path in (name, f"{name}_typed"):
            model = mlflow.pyfunc.load_model(str(folder / path))
            found[path] = [model.predict(data) for data in CHAINED]
            found[f"{path}_stream"] = [str(getattr(each, "content", each)) for each in model.predict_stream(CHAINED[0])]
        answer = mlflow.langchain.load_model(str(folder / name)).invoke({"word": "z"})
        found[f"{name}_invoked"] = str(getattr(answer, "content", answer))
    return found


if __name__ == "__main__":
    os.environ.update(OPENAI_API_KEY="nobody's", OPENAI_BASE_URL=f"{sys.argv[1]}/v1")
    steps = {"save": save, "load": load}
    done = [steps[step](Path(folder)) for step, folder in zip(sys.argv[2::2], sys.argv[3::2], strict=True)]
    sys.stdout.write("\n" + json.dumps(done, default=str) + "\n")
