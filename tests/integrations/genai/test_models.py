"""Models of OpenAI and LangChain that the real MLflow saved predict the same here, and the other way round."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import mlflow.langchain
import mlflow.openai
import mlflow.pyfunc
from mlflow import MlflowException
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema

HERE = Path(__file__).parent
_IDS = re.compile(r"lc_run--[-0-9a-f]*")


def _run(whose: str, address: str, *steps: str) -> list[Any]:
    home = Path(sys.prefix) / "upstream" if whose == "upstream" else HERE.parents[2] / "src"
    settings = {**os.environ, "PYTHONPATH": str(home), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, str(HERE / "models.py"), address, *steps]
    done = subprocess.run(command, env=settings, cwd=steps[1], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    found: list[Any] = json.loads(_IDS.sub("ID", done.stdout.splitlines()[-1]))
    return found


def _flavors(folder: Path) -> dict[str, Any]:
    content = yaml.safe_load((folder / "MLmodel").read_text())
    return {"flavors": content["flavors"], "signature": content.get("signature")}


def test_each_predicts_what_the_other_saved(provider: int, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir()
    theirs.mkdir()
    address = f"http://127.0.0.1:{provider}"
    _, here = _run("ours", address, "save", str(ours), "load", str(ours))
    _, there, there_of_ours = _run("upstream", address, "save", str(theirs), "load", str(theirs), "load", str(ours))
    (here_of_theirs,) = _run("ours", address, "load", str(theirs))
    assert here == there
    assert there_of_ours == there
    assert here_of_theirs == there
    for folder in sorted(ours.iterdir()):
        assert _flavors(folder) == _flavors(theirs / folder.name)


def test_logged_with_what_it_needs(tmp_path: Path) -> None:
    mlflow.set_tracking_uri(str(tmp_path / "mlruns"))
    try:
        asked = mlflow.openai.log_model("m", "chat.completions", name="asked", temperature=0.5)
        assert mlflow.openai.load_model(asked.model_uri) == {
            "model": "m",
            "task": "chat.completions",
            "temperature": 0.5,
        }
        assert any(line.startswith("openai==") for line in _requirements(asked.model_uri))
        chain = mlflow.langchain.log_model(str(HERE / "chain.py"), name="chain")
        assert mlflow.pyfunc.load_model(chain.model_uri).predict({"word": "a"}) == "SAY A."
        assert any(line.startswith("langchain-core==") for line in _requirements(chain.model_uri))
    finally:
        mlflow.set_tracking_uri("")


def _requirements(model_uri: str) -> list[str]:
    return Path(mlflow.pyfunc.get_model_dependencies(model_uri)).read_text().split()


def test_what_cannot_be_saved_is_said(tmp_path: Path) -> None:
    with pytest.raises(MlflowException, match="Unsupported task: images"):
        mlflow.openai.save_model("m", "images", str(tmp_path / "one"))
    with pytest.raises(MlflowException, match="keys 'role' and 'content'"):
        mlflow.openai.save_model("m", "chat.completions", str(tmp_path / "two"), messages=[{"role": "user"}])
    params = ParamSchema([ParamSpec("temperature", "float", 0.0)])
    signature = ModelSignature(Schema([ColSpec("string")]), Schema([ColSpec("string")]), params)
    with pytest.raises(MlflowException, match=r"Providing any of \['temperature'\] as parameters"):
        mlflow.openai.save_model("m", "chat.completions", str(tmp_path / "twice"), signature=signature, temperature=0.5)
    with pytest.raises(MlflowException, match=r"only supports subclasses of .*, found object"):
        mlflow.langchain.save_model(object(), str(tmp_path / "three"))
    assert not list(tmp_path.iterdir())
