"""Models that either product saved, served by either: the same requests get the same answers."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.integrations.flows_shared.running import SDKS, settings_of
from tests.peers.comparing import differences
from tests.serving import awaited

HERE = Path(__file__).parent

pytestmark = pytest.mark.timeout(600)

JSON, CSV = "application/json", "text/csv"
USER = [{"role": "user", "content": "hi"}]
BREAK = [{"role": "user", "content": "break"}]


class Asked(NamedTuple):
    """A request."""

    body: str = ""
    kind: str | None = JSON
    path: str = "/invocations"
    method: str = "POST"


def _requests() -> dict[str, list[Asked]]:
    """What each model is asked."""
    bodies: dict[str, list[Any]] = {
        "texts": [
            *({"inputs": value} for value in (["a", "b"], [], "a", [1], [None], ["ü", "a\n"], {"a": "x"}, None)),
            {"inputs": ["a"], "params": {"x": 1}},
            {"inputs": ["a"], "other": 1},
            {"instances": ["a"]},
            {"dataframe_split": {"columns": ["x"], "data": [["a"]]}},
            {"dataframe_records": [{"x": "a"}]},
            {"messages": USER},
            {},
            ["a"],
        ],
        "questions": [
            *({"inputs": [value]} for value in ({"text": "a"}, {"text": "a", "weight": 2, "tags": ["x"]}, {}, "a")),
            *({"inputs": [value]} for value in ({"text": 1}, {"text": "a", "weight": "x"}, {"text": "a", "more": 1})),
            *({"inputs": value} for value in ({"text": "a"}, [], [{"text": "a"}, {"text": "b", "tags": None}])),
        ],
        "chat": [
            {"messages": USER},
            {"messages": USER, "temperature": 0.5, "stop": ["."], "n": 2, "max_tokens": 5},
            {"messages": USER, "custom_inputs": {"a": [1, None]}, "stream": False},
            {"messages": USER, "stream": True},
            {"messages": USER, "params": {"temperature": 0.5}},
            *({"messages": USER, "temperature": value} for value in (7, "x", None)),
            *({"messages": value} for value in ([], "hi", None, [{"role": "user"}], [{"role": "x", "content": "y"}])),
            *({"messages": USER, "stream": value} for value in ("yes", None, 1)),
            {"messages": USER, "unknown": 1},
            {"messages": [{"role": "user"}], "stream": True},
            {"inputs": {"messages": USER}},
            {"inputs": [{"messages": USER}]},
            {"dataframe_records": [{"messages": USER}]},
            {"dataframe_split": {"columns": ["messages"], "data": [[USER]]}},
            {"input": USER},
            {"temperature": 1},
        ],
        "agent": [
            {"messages": USER},
            {"messages": USER, "context": {"user_id": "u"}, "custom_inputs": {"a": [1, None]}},
            {"messages": USER, "stream": True},
            {"messages": BREAK},
            {"messages": BREAK, "stream": True},
            *({"messages": value} for value in ([], "hi", [{"role": "tool", "content": "x"}])),
            {"messages": [{"role": "tool", "content": "x"}], "stream": True},
            {"messages": USER, "context": "x"},
            {"inputs": {"messages": USER}},
            {"dataframe_records": [{"messages": USER}]},
        ],
        "responses": [
            {"input": USER},
            {"input": USER, "custom_inputs": {"a": 1}, "context": {"user_id": "u"}, "temperature": 0.1},
            {"input": USER, "stream": True},
            {"input": BREAK},
            {"input": BREAK, "stream": True},
            *({"input": value} for value in ([], "hi", None, [{"role": "user"}], [{"type": "message"}])),
            {"input": [{"role": "user"}], "stream": True},
            {"messages": USER},
            {"inputs": {"input": USER}},
        ],
        "code": [
            {"dataframe_split": {"columns": ["text", "n"], "data": [["a", 1], ["bc", 2]]}},
            {"dataframe_records": [{"text": "a"}, {"text": "bc"}], "params": {"top": 5, "names": ["y", "z"]}},
            *(
                {"dataframe_records": [{"text": "a"}], "params": value}
                for value in ({"top": "x"}, {"other": 1}, [], {})
            ),
            *({"inputs": value} for value in ({"text": ["a"]}, {"text": "a"}, ["a", "b"], [["a", 1]], "a")),
            {"instances": [{"text": "a", "n": 1}, {"text": "b", "n": 2}]},
            {"dataframe_records": [{"n": 1}]},
            {"dataframe_records": [{"text": "a"}] * 4},
            {"dataframe_records": []},
        ],
        "sklearn": [
            {"dataframe_split": {"columns": ["a", "b"], "data": [[0, 1], [1.0, 0]]}},
            {"dataframe_split": {"columns": ["b", "a"], "data": [[1, 0.5]], "index": [7]}},
            {"dataframe_split": {"data": [[0, 1]]}},
            {"dataframe_split": {"columns": ["a", "b"], "data": [[0, 1]]}, "params": {"return_std": True}},
            *({"dataframe_records": [{"a": value, "b": 1}]} for value in (0.5, 1, "x", "1", None, True, [1])),
            *({"dataframe_records": value} for value in ([{"a": 1}], [{"a": 1, "b": 2, "c": 3}], [{}], [])),
            *({"inputs": value} for value in ({"a": [0], "b": [1]}, {"a": 0.0, "b": 1.0}, [[0.0, 1.0]], [0.0])),
            *({"instances": value} for value in ([{"a": 0.0, "b": 1.0}], [[0.0, 1.0]])),
            *({"inputs": {"a": [0.0], "b": [1.0]}, "params": value} for value in ({"return_std": "x"}, {"x": 1})),
        ],
    }
    found = {model: [Asked(json.dumps(each)) for each in all_of_it] for model, all_of_it in bodies.items()}
    tables = ("a,b\n0,1\n1,0\n", "b,a\n1,0\n", "a,b\nx,1\n", "a\n1\n", "a,b\n", "", "a,b\n1,\n")
    found["sklearn"] += [Asked(text, CSV) for text in tables]
    found["sklearn"] += [Asked("a,b\n0,1\n", kind) for kind in ("text/plain", None, "text/csv; charset=latin-1")]
    found["code"] += [Asked("text\n007\n", CSV), Asked('text,n\n"a,b",1\n', CSV)]
    found["texts"] += [Asked("x\na\n", CSV), Asked("{"), Asked(""), Asked('{"inputs": NaN}')]
    for model in ("chat", "responses"):
        found[model] += [Asked("messages\nhi\n", CSV), Asked("{")]
    found["agent"] += [Asked("", None, path, "GET") for path in ("/ping", "/version", "/health", "/", "/invocations")]
    return found


REQUESTS = _requests()


def _reply(address: str, asked: Asked) -> dict[str, Any]:
    """What a server answers; of a refusal the beginning, where both should say the same."""
    connection = http.client.HTTPConnection(address, timeout=60)
    headers = {} if asked.kind is None else {"Content-Type": asked.kind}
    connection.request(asked.method, asked.path, asked.body.encode(), headers)
    answer = connection.getresponse()
    kind, text = answer.getheader("Content-Type"), answer.read().decode()
    connection.close()
    body: Any = text
    if kind == JSON and text.strip():
        with contextlib.suppress(ValueError):
            body = json.loads(text)
    if answer.status >= 400 and isinstance(body, dict) and "message" in body:
        body = [body["error_code"], body["message"][:24]]
    return {"status": answer.status, "kind": kind, "body": repr(body)}  # no NaN is equal to another


_STREAMS = "MLflow's server answers as a whole whatever it is asked, ours piece by piece"
_TABLES = "what a CSV has fits no nested column: MLflow refuses such a model's CSV, ours says which column"
DIFFERENT = {
    "chat/3": _STREAMS,
    "chat/14": "a stream of null is none; MLflow refuses it with an error of its own code",
    "chat/24": _TABLES,
    "agent/2": _STREAMS,
    "agent/4": _STREAMS,
    "responses/2": _STREAMS,
    "responses/4": _STREAMS,
    "responses/13": _TABLES,
    "code/4": "params that are no object are refused before the data is looked at",
    "sklearn/25": "the column that is no number is named",
    "sklearn/31": "MLflow fails at a request without a content type, ours says which types there are",
}
"""Requests that are answered otherwise on purpose, by model and number, and why."""


def _different(found: dict[str, Any]) -> dict[str, str]:
    """What differs, by model and number of the request."""
    differing = differences(found["mlflow"], found["millrace"], "")
    return {"/".join(path.split("/")[1:3]): text for path, text in differing.items()}


def _run(sdk: str, folder: Path, *command: object) -> subprocess.Popen[str]:
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.Popen(
        [sys.executable, *map(str, command)],
        cwd=folder,
        env=settings_of(sdk, folder) | {"PATH": paths},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder of the models that each product saved."""
    folders = {sdk: tmp_path_factory.mktemp(sdk) for sdk in SDKS}
    running = [_run(sdk, folder, HERE / "save_models.py", folder) for sdk, folder in folders.items()]
    assert [each.communicate()[0] for each in running] == ["", ""]
    assert [each.returncode for each in running] == [0, 0]
    return folders


@pytest.fixture(scope="module")
def answers(saved: dict[str, Path]) -> dict[str, dict[str, Any]]:
    """What each product's server says, by who saved the model, then by who serves it."""
    found: dict[str, dict[str, Any]] = {saver: {} for saver in SDKS}
    for server in SDKS:
        folders = {(saver, model): saved[saver] / model for saver in SDKS for model in REQUESTS}
        with _run(server, saved[server], HERE / "serve_models.py", *folders.values()) as process:
            assert process.stdout is not None
            ports = json.loads(process.stdout.readline())
            for (saver, model), folder in folders.items():
                address = f"127.0.0.1:{ports[str(folder)]}"
                told = {str(number): _reply(address, each) for number, each in enumerate(REQUESTS[model])}
                found[saver].setdefault(server, {})[model] = told
            process.communicate()
        assert process.returncode == 0
    return found


@pytest.mark.parametrize("saver", SDKS)
def test_both_answer_the_same(saver: str, answers: dict[str, dict[str, Any]]) -> None:
    assert answers[saver].keys() == SDKS.keys()
    differing = _different(answers[saver])
    assert {key: text for key, text in differing.items() if key not in DIFFERENT} == {}
    assert differing.keys() == DIFFERENT.keys()


def test_who_saved_a_model_does_not_show(answers: dict[str, dict[str, Any]]) -> None:
    assert answers["mlflow"] == answers["millrace"]
    statuses = {each["status"] for model in answers["mlflow"]["millrace"].values() for each in model.values()}
    assert statuses == {200, 400, 404, 405, 415, 500}


@pytest.mark.parametrize("server", SDKS)
def test_the_command_serves_what_the_other_saved(
    server: str, saved: dict[str, Path], answers: dict[str, dict[str, Any]], tmp_path: Path, free_port: int
) -> None:
    saver = "mlflow" if server == "millrace" else "millrace"
    command = ["-m", "mlflow", "models", "serve", "--env-manager", "local", "-m", saved[saver] / "code"]
    with _run(server, tmp_path, *command, "-p", free_port, "-h", "127.0.0.1") as process:
        try:
            awaited(f"http://127.0.0.1:{free_port}", process, seconds=120)
            address = f"127.0.0.1:{free_port}"
            told = {str(number): _reply(address, each) for number, each in enumerate(REQUESTS["code"])}
        finally:
            os.killpg(process.pid, signal.SIGTERM)
    assert told == answers[saver][server]["code"]
