"""Models of LlamaIndex and DSPy that the real MLflow saved predict the same here, and the other way round."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import dspy
import pytest
import yaml
from dspy.utils import DummyLM
from llama_index.core import Document, VectorStoreIndex
from llama_index.core.embeddings import MockEmbedding
from program import Program

import mlflow.dspy
import mlflow.llama_index
from mlflow import MlflowException

HERE = Path(__file__).parent


def _run(whose: str, address: str, *steps: str) -> list[Any]:
    home = Path(sys.prefix) / "upstream" if whose == "upstream" else HERE.parents[2] / "src"
    settings = {**os.environ, "PYTHONPATH": str(home), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, str(HERE / "models.py"), address, *steps]
    done = subprocess.run(command, env=settings, cwd=steps[1], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    found: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _described(folder: Path) -> dict[str, Any]:
    content = yaml.safe_load((folder / "MLmodel").read_text())
    settings = folder / "settings.json"
    return {
        "flavors": content["flavors"],
        "signature": content.get("signature"),
        "settings": json.loads(settings.read_text()) if settings.exists() else None,
    }


@pytest.mark.timeout(600)
def test_each_predicts_what_the_other_saved(provider: int, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir()
    theirs.mkdir()
    address = f"http://127.0.0.1:{provider}"
    with ThreadPoolExecutor() as threads:
        here = threads.submit(_run, "ours", address, "save", str(ours), "load", str(ours))
        there = threads.submit(_run, "upstream", address, "save", str(theirs), "load", str(theirs))
        expected = there.result()[1]
        assert here.result()[1] == expected
        here_of_theirs = threads.submit(_run, "ours", address, "load", str(theirs))
        there_of_ours = threads.submit(_run, "upstream", address, "load", str(ours))
        assert here_of_theirs.result() == [expected]
        assert there_of_ours.result() == [expected]
    models = sorted(path.parent for path in ours.glob("*/MLmodel"))  # beside what MLflow leaves where it runs
    assert len(models) >= 4
    for folder in models:
        assert _described(folder) == _described(theirs / folder.name)


def test_keys_are_not_saved(tmp_path: Path) -> None:
    lm = dspy.LM("openai/gpt-4o-mini", api_key="a secret", temperature=0.5)
    with dspy.context(lm=lm):
        mlflow.dspy.save_model(Program(), str(tmp_path / "m"), pip_requirements=["dspy"])
    assert b"a secret" not in (tmp_path / "m" / "data" / "model.pkl").read_bytes()
    wrapper = pickle.loads((tmp_path / "m" / "data" / "model.pkl").read_bytes())
    assert wrapper.dspy_settings["lm"].kwargs["temperature"] == 0.5


def test_a_stream_of_a_program(tmp_path: Path) -> None:
    with dspy.context(lm=DummyLM([{"answer": "red", "reasoning": "It is."}] * 9)):
        options: Any = {"input_example": {"question": "a"}, "pip_requirements": ["dspy"]}
        mlflow.dspy.save_model(Program(), str(tmp_path / "m"), **options)
    pieces = list(mlflow.pyfunc.load_model(str(tmp_path / "m")).predict_stream({"question": "a"}))
    assert pieces[-1] == {"answer": "red", "reasoning": "It is."}


def test_what_cannot_be_saved_is_said(tmp_path: Path) -> None:
    index = VectorStoreIndex.from_documents([Document(text="A text.")], embed_model=MockEmbedding(embed_dim=2))
    with pytest.raises(ValueError, match="None is not supported"):
        mlflow.llama_index.save_model(index, str(tmp_path / "one"))
    with pytest.raises(MlflowException, match="Saving a non-index object"):
        mlflow.llama_index.save_model(object(), str(tmp_path / "two"))
    with pytest.raises(MlflowException, match="Invalid task: llm/v2"):
        mlflow.dspy.save_model(Program(), str(tmp_path / "three"), task="llm/v2")
    assert not list(tmp_path.iterdir())
