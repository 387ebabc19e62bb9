"""Saves models of agents' flavors, or loads them and predicts, with whichever `mlflow` PYTHONPATH names.

Run as: python models.py ADDRESS (save|load) FOLDER [(save|load) FOLDER …]
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import dspy
import pandas as pd
from dspy.utils import DummyLM
from llama_index.core import Document, Settings, VectorStoreIndex
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai import OpenAI
from program import Program

import mlflow
import mlflow.dspy
import mlflow.llama_index

HERE = Path(__file__).parent
_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
PINS: Any = {"pip_requirements": ["dspy", "llama-index-core"]}
ASKED: Any = {"message": "b", "chat_history": [{"role": "user", "content": "a"}]}
TEXTS: list[Any] = ["What?", ["a", "b"], pd.DataFrame({"q": ["a", "b"]})]
INPUTS: dict[str, list[Any]] = {
    "query": [*TEXTS, {"query_str": "c"}],
    "chat": [*TEXTS, ASKED, [ASKED, ASKED]],
    "retriever": ["What?", ["a", "b"]],
    "example": ["What?", ["a", "b"]],
    "engine": ["What?"],
    "flow": [{"word": "a"}, [{"word": "a"}, {"word": "b"}], pd.DataFrame({"word": ["a", "b"]})],
    "program": ["a", {"question": "a"}, pd.DataFrame({"question": ["a"]})],
    "typed": ["a", ["a"]],
    "named": [{"question": "a"}, [{"question": "a"}], pd.DataFrame({"question": ["a"]})],
    "chats": [{"messages": [{"role": "user", "content": "Hi"}]}],
}


def save(folder: Path) -> None:
    """Save a model of each kind."""
    index = VectorStoreIndex.from_documents([Document(text="A text.", id_="one")])
    for engine in ("query", "chat", "retriever"):
        config = {"similarity_top_k": 1} if engine == "retriever" else None
        mlflow.llama_index.save_model(index, str(folder / engine), engine_type=engine, model_config=config, **PINS)
    options: Any = {"engine_type": "query", "input_example": "hi", **PINS}
    mlflow.llama_index.save_model(index, str(folder / "example"), **options)
    mlflow.llama_index.save_model(str(HERE / "engine.py"), str(folder / "engine"), model_config={"k": 1}, **PINS)
    options = {"input_example": {"word": "a"}, **PINS}
    mlflow.llama_index.save_model(str(HERE / "flow.py"), str(folder / "flow"), **options)
    dspy.configure(lm=DummyLM([{"answer": "red", "reasoning": "It is."}] * 100))
    code: Any = {"code_paths": [str(HERE / "program.py")], **PINS}
    mlflow.dspy.save_model(Program(), str(folder / "program"), **code)
    mlflow.dspy.save_model(Program(), str(folder / "typed"), input_example="a", **code)
    mlflow.dspy.save_model(Program(), str(folder / "named"), input_example={"question": "a"}, **code)
    mlflow.dspy.save_model(Program(), str(folder / "chats"), task="llm/v1/chat", **code)


def _tried(predict: Callable[[Any], Any], data: Any) -> Any:
    try:
        return predict(data)
    except Exception as error:
        return type(error).__name__


def load(folder: Path) -> dict[str, Any]:
    """What the models of a folder predict."""
    found: dict[str, Any] = {}
    for name, inputs in INPUTS.items():
        model = mlflow.pyfunc.load_model(str(folder / name))
        found[name] = [_tried(model.predict, data) for data in inputs]
    index: Any = mlflow.llama_index.load_model(str(folder / "query"))
    found["index"] = str(index.as_query_engine().query("Loaded?"))
    found["loaded"] = str(mlflow.llama_index.load_model(str(folder / "engine")).query("Loaded?"))
    found["dspy"] = mlflow.dspy.load_model(str(folder / "program"))(question="a").toDict()
    return found


if __name__ == "__main__":
    os.environ.update(OPENAI_API_KEY="nobody's", OPENAI_API_BASE=f"{sys.argv[1]}/v1")
    Settings.llm = OpenAI(model="gpt-4o-mini", max_retries=0)
    Settings.embed_model = OpenAIEmbedding(max_retries=0)
    steps = {"save": save, "load": load}
    done = [steps[step](Path(folder)) for step, folder in zip(sys.argv[2::2], sys.argv[3::2], strict=True)]
    sys.stdout.write("\n" + _IDS.sub("ID", json.dumps(done, default=str)) + "\n")
