"""The scoring server answers as the real MLflow's does, and ends well."""

from __future__ import annotations

import http.client
import io
import json
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import uvicorn

import mlflow
from millrace.errors import MlflowException
from mlflow.models import ModelSignature
from mlflow.models.serving import ScoringApp
from mlflow.pyfunc.scoring_server import predictions_to_json, unwrapped_predictions_to_json
from mlflow.types.schema import Array, ColSpec, DataType, Schema
from tests.unit.mlflow.models.serving_cases import ANSWERS, CASES, MODELS, Case, Reply, reply, save

RECORDED = {Case(*each[:5]): Reply(*each[5]) for each in json.loads(ANSWERS.read_text())}


def _serving(app: ScoringApp) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, ws="none", lifespan="off", log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = server.force_exit = True
    thread.join(30)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all models."""
    made = tmp_path_factory.mktemp("models")
    save(made)
    return made


@pytest.fixture(scope="module")
def servers(folder: Path) -> Iterator[dict[str, str]]:
    """The addresses of servers, by model."""
    running = {name: _serving(ScoringApp(mlflow.pyfunc.load_model(str(folder / name)))) for name in MODELS}
    yield {name: next(each) for name, each in running.items()}
    for each in running.values():
        next(each, None)


def test_every_case_is_recorded() -> None:
    assert RECORDED.keys() == set(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.model}-{case.method}{case.path}-{case.body[:60]}")
def test_answers_as_mlflow(servers: dict[str, str], case: Case) -> None:
    theirs, ours = RECORDED[case], reply(case, servers[case.model])
    if theirs.status == 500:  # the real one fails without a word; here it is told
        assert ours.status == 500
        assert "cannot be written as JSON" in json.loads(ours.body)["message"]
        return
    assert ours.status == theirs.status, ours.body
    assert ours.kind == theirs.kind
    if ours.status == 200 and case.method == "POST":
        # By their texts, because no NaN is equal to another.
        assert repr(json.loads(ours.body)) == repr(json.loads(theirs.body))
    elif ours.status == 400:
        assert json.loads(ours.body).keys() == {"error_code", "message"}
        assert json.loads(ours.body)["error_code"] == json.loads(theirs.body)["error_code"]
        assert json.loads(ours.body)["message"][:24] == json.loads(theirs.body)["message"][:24]
    elif ours.status in (404, 405):
        assert json.loads(ours.body) == json.loads(theirs.body)
    else:
        assert ours.body[:40] == theirs.body[:40]


@pytest.mark.parametrize(
    ("model", "body", "status", "words"),
    [
        # MLflow cuts 1.5 to 1 and predicts with that.
        ("typed", {"inputs": {"a": 1.5, "b": "x", "c": 1}}, 400, "Can not safely convert float64 to int64"),
        ("typed", {"inputs": {"a": 1, "b": "x", "c": 1}, "params": [1]}, 400, "Parameters must be a dictionary"),
        ("free", {"instances": [{"a": 1, "b": 2}, {"a": 1}]}, 400, "are not the same"),
        ("free", {"inputs": ["fail"]}, 400, "ValueError('this model failed')"),
    ],
)
def test_refuses_in_words(servers: dict[str, str], model: str, body: Any, status: int, words: str) -> None:
    answer = reply(Case(model, json.dumps(body)), servers[model])
    assert answer.status == status
    assert words in json.loads(answer.body)["message"]
    assert "Traceback" not in answer.body


def test_takes_json_however_its_type_is_spelled_and_times_from_csv(servers: dict[str, str]) -> None:
    assert reply(Case("free", '{"inputs": [1]}', 'Application/JSON; Charset="UTF-8"'), servers["free"]).status == 200
    answer = reply(Case("types", "datetime,string\n2024-01-02,1\n", "text/csv"), servers["types"])
    assert json.loads(answer.body)["predictions"]["data"][2] == [["2024-01-02 00:00:00", "1"]]


def test_a_request_without_a_type_and_one_that_is_no_text_are_the_clients_fault(servers: dict[str, str]) -> None:
    assert reply(Case("free", "{}", None), servers["free"]).status == 415
    connection = http.client.HTTPConnection(servers["free"], timeout=60)
    connection.request("POST", "/invocations", b"\xff\n1\n", {"Content-Type": "text/csv"})
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["error_code"]) == (400, "BAD_REQUEST")
    connection.close()


def test_too_large_a_request_is_told_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILLRACE_SCORING_MAX_REQUEST_BYTES", "1000")
    running = _serving(ScoringApp(mlflow.pyfunc.load_model(str(folder / "free"))))
    address = next(running)
    for size in (2_000, 20_000_000):
        answer = reply(Case("free", json.dumps({"inputs": "x" * size})), address)
        assert answer.status == 413
        assert "may have 1000" in json.loads(answer.body)["message"]
    assert reply(Case("free", '{"inputs": "x"}'), address).status == 200
    next(running, None)


def test_other_requests_are_answered_whatever_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT", "1")
    release = threading.Event()
    model = mlflow.pyfunc.PyFuncModel(mlflow.models.Model(), _Waiting(release))
    running = _serving(ScoringApp(model))
    address = next(running)
    replies: list[Reply] = []
    asking = threading.Thread(target=lambda: replies.append(reply(Case("", '{"inputs": ["wait"]}'), address)))
    asking.start()
    assert reply(Case("", '{"inputs": ["exit"]}'), address).status == 400
    assert reply(Case("", "", None, "GET", "/ping"), address).status == 200
    assert reply(Case("", '{"inputs": ["go"]}'), address).status == 200
    asking.join(30)
    release.set()
    assert replies[0].status == 504
    assert json.loads(replies[0].body)["error_code"] == "DEADLINE_EXCEEDED"
    next(running, None)


class _Waiting:
    def __init__(self, release: threading.Event) -> None:
        self._release = release

    def predict(self, data: Any) -> Any:
        if data[0] == "exit":
            sys.exit(3)
        if data[0] == "wait":
            self._release.wait(60)
        return data


def test_other_libraries_write_predictions_too() -> None:
    output = io.StringIO()
    predictions_to_json(pd.Series([1, None], dtype="Int64"), output, {"model": "m"})
    unwrapped_predictions_to_json([1], output)
    assert output.getvalue() == '{"predictions": [{"0": 1}, {"0": null}], "model": "m"}[1]'
    with pytest.raises(MlflowException, match="cannot contain 'predictions'"):
        predictions_to_json([1], output, {"predictions": 2})


def test_nested_columns_arrive_as_they_are(tmp_path: Path) -> None:
    schema = Schema([ColSpec(Array(DataType.double), "v"), ColSpec("string", "s")])

    def total(model_input):  # type: ignore[no-untyped-def]
        return [sum(row) for row in model_input["v"]]

    path = tmp_path / "nested"
    mlflow.pyfunc.save_model(path, python_model=total, signature=ModelSignature(schema), pip_requirements=[])
    running = _serving(ScoringApp(mlflow.pyfunc.load_model(str(path))))
    address = next(running)
    for body in (
        {"dataframe_records": [{"v": [1.5, 2], "s": "x"}, {"v": [3.5], "s": "y"}]},
        {"inputs": [{"v": [1.5, 2.0], "s": "x"}, {"v": [3.5], "s": "y"}]},
    ):
        answer = reply(Case("nested", json.dumps(body)), address)
        assert json.loads(answer.body) == {"predictions": [3.5, 3.5]}, answer.body
    next(running, None)
