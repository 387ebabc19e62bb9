"""Chats and agents that are served answer as MLflow's server does, and piece by piece where they are asked to."""

from __future__ import annotations

import json
import socket
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.error import HTTPError

import pytest
import uvicorn

import mlflow
from mlflow.models.serving import ScoringApp
from tests.unit.mlflow.pyfunc.chat_flow import Agent, Chat, Responses

USER = [{"role": "user", "content": "hi"}]


class Failing(Agent):
    """Fails after its first piece; a request of `bad` at once."""

    def predict_stream(self, messages, context=None, custom_inputs=None):  # type: ignore[no-untyped-def]
        if messages[0].content == "bad":
            raise ValueError("bad from the start")
        yield next(super().predict_stream(messages))
        raise ValueError("broken")


class Silent(Chat):
    """Does not stream."""

    def predict_stream(self, context, messages, params):  # type: ignore[no-untyped-def]
        raise NotImplementedError


@contextmanager
def _served(model: Any) -> Iterator[str]:
    mlflow.pyfunc.save_model("model", python_model=model, pip_requirements=[])
    app = ScoringApp(mlflow.pyfunc.load_model("model"))
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, ws="none", lifespan="off", log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/invocations"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(30)


def _asked(url: str, request: dict[str, Any]) -> tuple[str, str]:
    """The content type and the text of an answer."""
    body = json.dumps(request).encode()
    with urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "application/json"})) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def _events(text: str) -> list[Any]:
    lines = text.split("\n\n")
    assert lines.pop() == ""
    assert all(line.startswith("data: ") for line in lines)
    texts = [line.removeprefix("data: ") for line in lines]
    return [each if each == "[DONE]" else json.loads(each) for each in texts]


@pytest.mark.parametrize(
    ("model", "request_", "piece"),
    [
        (Chat(), {"messages": USER}, lambda each: each["choices"][0]["delta"]["content"]),
        (Agent(), {"messages": USER}, lambda each: each["delta"]["content"]),
        (Responses(), {"input": USER}, lambda each: each.get("delta", each["type"])),
    ],
)
def test_a_stream_is_events_and_whole_answers_are_json(model: Any, request_: dict[str, Any], piece: Any) -> None:
    with _served(model) as url:
        kind, text = _asked(url, {**request_, "stream": True})
        assert kind == "text/event-stream; charset=utf-8"
        *pieces, last = _events(text)
        assert last == "[DONE]"
        assert [piece(each) for each in pieces][:2] == ["Hel", "lo"]
        for whole in (request_, {**request_, "stream": False}):
            kind, text = _asked(url, whole)
            assert kind == "application/json"
            assert "hi" in text
            assert "predictions" not in json.loads(text)


def test_a_model_that_cannot_stream_answers_as_a_whole() -> None:
    with _served(Silent()) as url:
        kind, text = _asked(url, {"messages": USER, "stream": True})
        assert kind == "application/json"
        assert json.loads(text)["object"] == "chat.completion"


def test_a_failure_on_the_way_is_the_last_event() -> None:
    with _served(Failing()) as url:
        first, failure = _events(_asked(url, {"messages": USER, "stream": True})[1])
        assert first["delta"]["content"] == "Hel"
        assert "broken" in failure["message"]
        with pytest.raises(HTTPError) as refused:
            _asked(url, {"messages": [{"role": "user", "content": "bad"}], "stream": True})
        assert refused.value.code == 400
        refused.value.close()
