"""Chat models and agents: save them, or load and ask them; runs under MLflow and under Millrace alike.

Usage: python chat_flow.py ACTION FOLDER [ACTION FOLDER ...], with the actions save and load. Prints what came of it as
JSON, by action and folder.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

import mlflow
from mlflow.models.auth_policy import AuthPolicy, SystemAuthPolicy, UserAuthPolicy
from mlflow.models.resources import DatabricksServingEndpoint, DatabricksTable
from mlflow.pyfunc import ChatAgent, ChatModel, ResponsesAgent
from mlflow.types.agent import ChatAgentChunk, ChatAgentMessage, ChatAgentRequest, ChatAgentResponse
from mlflow.types.llm import ChatCompletionChunk, ChatCompletionResponse
from mlflow.types.responses import ResponsesAgentRequest, ResponsesAgentResponse, ResponsesAgentStreamEvent

USER = [{"role": "user", "content": "hi"}]
SCRIPT = """
import mlflow
from mlflow.models import set_model, set_retriever_schema

class Found(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input):
        with mlflow.start_span("search"):
            return "x"

set_retriever_schema(primary_key="id", text_column="text", doc_uri="uri", other_columns=["page"])
set_retriever_schema(primary_key="id", text_column="text", name="second")
set_model(Found())
"""


class Chat(ChatModel):
    """Says what it was told."""

    def load_context(self, context: Any) -> None:
        self.loaded = "loaded"

    def predict(self, context, messages, params):  # type: ignore[no-untyped-def]
        told = f"{messages[-1].content} {params.temperature} {params.custom_inputs} {params.stop} {params.tools}"
        message = {"role": "assistant", "content": f"{told} {self.loaded}"}
        return ChatCompletionResponse.from_dict({"choices": [{"index": 0, "message": message}], "created": 1})

    def predict_stream(self, context, messages, params):  # type: ignore[no-untyped-def]
        for word in ("Hel", "lo"):
            yield ChatCompletionChunk.from_dict({"choices": [{"delta": {"content": word}}], "created": 1})


class Agent(ChatAgent):
    """Says what it was told."""

    def predict(self, messages, context=None, custom_inputs=None):  # type: ignore[no-untyped-def]
        if messages[-1].content == "break":
            return {"x": 1}
        told = f"{messages[-1].content} {context} {custom_inputs}"
        return ChatAgentResponse(messages=[ChatAgentMessage(role="assistant", content=told, id="1")])

    def predict_stream(self, messages, context=None, custom_inputs=None):  # type: ignore[no-untyped-def]
        for word in ("Hel", "lo"):
            yield ChatAgentChunk(delta=ChatAgentMessage(role="assistant", content=word, id="1"))


class Responses(ResponsesAgent):
    """Says what it was told."""

    def predict(self, request):  # type: ignore[no-untyped-def]
        if request.input[-1].content == "break":
            raise RuntimeError("broken")
        item = self.create_text_output_item(text=f"{request.input[-1].content} {request.context}", id="1")
        return ResponsesAgentResponse(output=[item], custom_outputs=request.custom_inputs)

    def predict_stream(self, request):  # type: ignore[no-untyped-def]
        for word in ("Hel", "lo"):
            yield ResponsesAgentStreamEvent(**self.create_text_delta(delta=word, item_id="1"))
        item = self.create_text_output_item(text="Hello", id="1")
        yield ResponsesAgentStreamEvent(type="response.output_item.done", item=item)


class Traced(ResponsesAgent):
    """Is traced by its writer already."""

    @mlflow.trace(name="own", span_type="CHAIN")
    def predict(self, request):  # type: ignore[no-untyped-def]
        return ResponsesAgentResponse(output=[])


class Text(ChatModel):
    """Gives what it should not."""

    def predict(self, context, messages, params):  # type: ignore[no-untyped-def]
        return "text"


def _told(make: Callable[[], Any]) -> Any:
    try:
        made = make()
        made = list(made) if isinstance(made, Iterator) else made
        return made.model_dump(exclude_none=True) if hasattr(made, "model_dump") else made
    except Exception as error:
        return f"{type(error).__name__}: " + re.sub(r"pydantic\.dev/[0-9.]+/", "pydantic.dev/…/", str(error))


def _saved(name: str, model: Any, **arguments: Any) -> Any:
    def save() -> dict[str, Any]:
        mlflow.pyfunc.save_model(name, python_model=model, pip_requirements=[], **arguments)
        content = yaml.safe_load(Path(name, "MLmodel").read_text())
        own = ("model_uuid", "utc_time_created", "model_size_bytes")
        described = {key: value for key, value in content.items() if key not in own}
        files = {each.name: json.loads(each.read_text()) for each in sorted(Path(name).glob("*.json"))}
        return described | files

    return _told(save)


def save() -> dict[str, Any]:
    """Save models into the current folder; what each has in its files."""
    Path("script.py").write_text(SCRIPT)
    for_script = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\nimport mlflow, chat_flow\n"
    Path("agent.py").write_text(for_script + "mlflow.models.set_model(chat_flow.Agent())\n")
    resources = [DatabricksServingEndpoint("e"), DatabricksTable("t", True), DatabricksServingEndpoint("f")]
    Path("resources.yaml").write_text("api_version: '1'\ndatabricks:\n  function:\n  - name: f\n")
    policy = AuthPolicy(UserAuthPolicy(["a"]), SystemAuthPolicy(resources))
    request = {"messages": USER, "temperature": 0.2, "unknown": 1}
    message = ChatAgentMessage(role="user", content="hi")
    return {
        "chat": _saved("chat", Chat(), resources=resources, auth_policy=policy),
        "agent": _saved("agent", Agent(), resources="resources.yaml"),
        "responses": _saved("responses", Responses()),
        "script": _saved("script", "agent.py"),
        "signature": _saved("signature", Chat(), signature=mlflow.models.infer_signature(["x"])),
        "no-request": _saved("no-request", Agent(), input_example={"x": 1}),
        "text": _saved("text", Text()),
        "noted": _saved("noted", Chat(), input_example=(request, {"n": 2}), metadata={"a": 1}, streamable=False),
        "pydantic": _saved("pydantic", Agent(), input_example=ChatAgentRequest(messages=[message])),
        "retrievers": _saved("retrievers", "script.py"),
        "retrievers are forgotten": _saved("forgotten", Chat()),
    }


def _asked(name: str, requests: list[Any]) -> list[Any]:
    model = mlflow.pyfunc.load_model(name)
    answers = [_told(lambda r=each: model.predict(r)) for each in requests]  # type: ignore[misc]
    streams = [_told(lambda: list(model.predict_stream(requests[0]))), _told(lambda: model.predict_stream({"x": 1}))]
    raw = type(model.get_raw_model()).__name__
    return [*answers, *streams, raw, type(model._model_impl).__name__, model.loader_module]


def load() -> dict[str, Any]:
    """Load the models of the current folder and ask them; what they answer, and the traces that this leaves."""
    mlflow.set_tracking_uri(f"sqlite:///{Path.cwd()}/{Path(sys.prefix).name.strip('.')}.db")
    more = {"messages": USER, "custom_inputs": {"a": [1, None]}}
    answers = {
        "chat": _asked(
            "chat",
            [
                {"messages": USER},
                {**more, "temperature": 0.5, "stop": ["."], "n": 2},
                [{"messages": USER}, {"messages": []}],
                {"messages": [{"role": "user"}]},
                {"messages": USER, "temperature": 7},
                "text",
            ],
        ),
        "agent": _asked(
            "agent",
            [
                {**more, "context": {"user_id": "u"}},
                {"messages": [{"role": "tool", "content": "x"}]},
                {"messages": [{"role": "user", "content": "break"}]},
            ],
        ),
        "script": _asked("script", [{"messages": USER}]),
        "responses": _asked(
            "responses",
            [
                {"input": USER, "custom_inputs": {"a": 1}, "context": {"user_id": "u"}},
                {"input": [{"role": "user", "content": "break"}]},
                {"input": "hi"},
                {"input": [{"role": "user"}]},
            ],
        ),
        "direct": [
            _told(lambda: Agent().predict({"messages": USER, "context": {"user_id": "u"}})),
            _told(lambda: Agent().predict({"x": 1})),
            _told(lambda: [each.model_dump() for each in Agent().predict_stream({"messages": USER})]),
            _told(lambda: Responses().predict({"input": USER})),
            _told(lambda: Responses().predict(ResponsesAgentRequest(input=USER))),
            _told(lambda: Responses().predict({"x": 1})),
            _told(lambda: Traced().predict({"input": USER})),
        ],
    }
    mlflow.pyfunc.load_model("retrievers").predict("x")
    traces = mlflow.search_traces(return_type="list")
    answers["traces"] = [  # type: ignore[assignment]
        [
            [[each.name, each.span_type, each.status.status_code.value, each.inputs, each.outputs] for each in spans],
            [[event.name for event in each.events] for each in spans],
            json.loads(trace.info.tags.get("retrievers", "null")),
        ]
        for trace in traces
        for spans in [trace.data.spans]
    ]
    answers["traces"].sort(key=json.dumps)  # some begin in the same millisecond
    return answers


def main() -> None:
    """Do what the arguments say."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    told = {}
    for action, folder in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        os.chdir(folder)
        told[f"{action} {Path(folder).name}"] = {"save": save, "load": load}[action]()
    print(json.dumps(told))  # noqa: T201


if __name__ == "__main__":
    main()
