"""Chat models and agents that Millrace saved are the same in MLflow, and the other way round."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import mlflow
from tests.unit.mlflow.pyfunc.chat_flow import Responses

FLOW = Path(__file__).with_name("chat_flow.py")


class Exchange(NamedTuple):
    """What each of the two saved, and what each of the two made of it."""

    ours: dict[str, Any]
    theirs: dict[str, Any]


def _run(python: str, *arguments: object) -> dict[str, Any]:
    done = subprocess.run([python, str(FLOW), *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def exchange(witness: str, tmp_path_factory: pytest.TempPathFactory) -> Exchange:
    """Models saved by both and asked by both."""
    folder = tmp_path_factory.mktemp("chats")
    ours, theirs = folder / "millrace", folder / "mlflow"
    ours.mkdir()
    theirs.mkdir()
    saved = _run(sys.executable, "save", ours)
    by_mlflow = _run(witness, "save", theirs, "load", theirs, "load", ours)
    return Exchange(saved | _run(sys.executable, "load", ours, "load", theirs), by_mlflow)


def _without_folder(told: Any, name: str) -> Any:
    text = json.dumps(told)
    return json.loads(text.replace(f"/{name}/", "/…/"))


def test_both_save_the_same(exchange: Exchange) -> None:
    ours, theirs = exchange.ours["save millrace"], exchange.theirs["save mlflow"]
    for model, described in theirs.items():
        assert _without_folder(ours[model], "millrace") == _without_folder(described, "mlflow"), model
    assert ours["chat"]["resources"]["databricks"]["serving_endpoint"] == [{"name": "e"}, {"name": "f"}]
    assert "dependencies_schemas" not in (ours["retrievers are forgotten"]["metadata"] or {})


@pytest.mark.parametrize("saved_by", ["millrace", "mlflow"])
def test_both_answer_the_same(exchange: Exchange, saved_by: str) -> None:
    ours, theirs = exchange.ours[f"load {saved_by}"], exchange.theirs[f"load {saved_by}"]
    for model, answers in theirs.items():
        if model != "traces":
            assert ours[model] == answers, model


@pytest.mark.parametrize("saved_by", ["millrace", "mlflow"])
def test_both_trace_the_same(exchange: Exchange, saved_by: str) -> None:
    ours, theirs = exchange.ours[f"load {saved_by}"]["traces"], exchange.theirs[f"load {saved_by}"]["traces"]
    assert len(ours) == len(theirs) == 7
    assert ours == theirs


def test_saving_an_agent_leaves_no_traces() -> None:
    mlflow.pyfunc.log_model(name="agent", python_model=Responses())  # asks it here, and in a process of its own
    assert mlflow.search_traces(return_type="list") == []
