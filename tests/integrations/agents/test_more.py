"""What we record and the real MLflow does not, what is put back, and errors of ours that nobody gets to see."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import dspy
import pytest
from autogen import ConversableAgent
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.conditions import MaxMessageTermination
from autogen_agentchat.teams import RoundRobinGroupChat
from autogen_ext.models.openai import OpenAIChatCompletionClient
from dspy.teleprompt import BootstrapFewShot
from dspy.utils import DummyLM
from llama_index.core.chat_engine import SimpleChatEngine
from llama_index.core.instrumentation import get_dispatcher
from llama_index.core.llms import ChatMessage
from llama_index.llms.openai import OpenAI
from program import Program

import mlflow
import mlflow.ag2
import mlflow.autogen
import mlflow.dspy
import mlflow.llama_index
from mlflow.tracing.live import LiveSpan
from tests.sabotage import SabotageError, sabotage

FLAVORS: tuple[Any, ...] = (mlflow.llama_index, mlflow.dspy, mlflow.autogen, mlflow.ag2)


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[None]:
    """A store of the test's own, and autologging that ends with the test."""
    mlflow.set_tracking_uri(str(tmp_path / "mlruns"))
    for flavor in FLAVORS:
        flavor.autolog(silent=True)
    yield
    for flavor in FLAVORS:
        flavor.autolog(disable=True)
    mlflow.set_tracking_uri("")


def _trace() -> Any:
    (trace,) = mlflow.search_traces(locations=["0"], return_type="list")
    return trace


def _llm(port: int) -> Any:
    return OpenAI(model="gpt-4o-mini", api_key="nobody's", api_base=f"http://127.0.0.1:{port}/v1", max_retries=0)


def _asked(port: int) -> str:
    return str(_llm(port).complete("Hi"))


def _streamed(port: int) -> str:
    engine = SimpleChatEngine.from_defaults(llm=_llm(port))
    return "".join(engine.stream_chat("Hello").response_gen)


def _program(port: int) -> Any:
    with dspy.context(lm=DummyLM([{"answer": "red", "reasoning": "It is."}] * 9)):
        return Program()(question="What?").toDict()


def _agent(port: int) -> Any:
    options: Any = {"api_key": "nobody's", "base_url": f"http://127.0.0.1:{port}/v1"}
    client = OpenAIChatCompletionClient(model="gpt-4o-mini-2024-07-18", **options)
    result = asyncio.run(AssistantAgent("helper", model_client=client).run(task="Hi"))
    return [message.content for message in result.messages]  # type: ignore[union-attr]


def _team(port: int) -> Any:
    async def read() -> list[Any]:
        options: Any = {"api_key": "nobody's", "base_url": f"http://127.0.0.1:{port}/v1"}
        client = OpenAIChatCompletionClient(model="gpt-4o-mini-2024-07-18", **options)
        agent = AssistantAgent("helper", model_client=client, model_client_stream=True)
        team = RoundRobinGroupChat([agent], termination_condition=MaxMessageTermination(2))
        return [getattr(piece, "content", None) async for piece in team.run_stream(task="Hi")]

    return asyncio.run(read())


def _chat(port: int) -> Any:
    entry = {"model": "gpt-4o-mini", "api_key": "nobody's", "base_url": f"http://127.0.0.1:{port}/v1"}
    config: Any = {"config_list": [entry], "cache_seed": None}
    assistant = ConversableAgent("assistant", llm_config=config, human_input_mode="NEVER")
    user = ConversableAgent("user", llm_config=False, human_input_mode="NEVER")
    return asyncio.run(user.a_initiate_chat(assistant, message="Hi", max_turns=1)).summary


CALLS: dict[str, Callable[[int], Any]] = {
    "llama_index": _asked,
    "llama_index, streamed": _streamed,
    "dspy": _program,
    "autogen": _agent,
    "autogen, streamed": _team,
    "ag2": _chat,
}


@pytest.mark.parametrize("name", sorted(CALLS))
@pytest.mark.parametrize("broken", ["set_attribute", "set_inputs", "set_outputs"])
def test_errors_of_ours_reach_nobody(name: str, broken: str, provider: int) -> None:
    expected = CALLS[name](provider)
    assert mlflow.search_traces(locations=["0"], return_type="list")
    with mock.patch.object(LiveSpan, broken, side_effect=SabotageError("broken")) as seen:
        assert CALLS[name](provider) == expected
    assert seen.called
    assert mlflow.get_current_active_span() is None


def test_runs_of_dspy_are_safe() -> None:
    mlflow.dspy.autolog(log_evals=True, log_compiles=True, silent=True)
    examples = [dspy.Example(question="q", answer="red").with_inputs("question")]

    def matches(example: Any, prediction: Any, trace: Any = None) -> bool:
        return bool(example.answer == prediction.answer)

    def train() -> Any:
        with dspy.context(lm=DummyLM([{"answer": "red", "reasoning": "It is."}] * 9)):
            program = BootstrapFewShot(metric=matches).compile(Program(), trainset=examples)
            return dspy.Evaluate(devset=examples, metric=matches, display_progress=False)(program).score

    assert sabotage(train, 100.0) > 5


def test_a_streamed_chat_is_one_trace(provider: int) -> None:
    assert _streamed(provider) == "Hello world"
    spans = _trace().data.spans
    assert [span.name for span in spans][:1] == ["SimpleChatEngine.stream_chat"]
    asked = next(span for span in spans if span.name == "OpenAI.stream_chat")
    assert asked.outputs["message"]["blocks"][0]["text"] == "Hello world"
    assert all(span.status.status_code == "OK" for span in spans)


def test_a_stream_that_nobody_reads_ends(provider: int) -> None:
    stream = _llm(provider).stream_chat([ChatMessage(role="user", content="Hi")])
    del stream
    assert _trace().info.state == "OK"


def test_a_stream_that_is_left_ends(provider: int) -> None:
    stream = _llm(provider).stream_chat([ChatMessage(role="user", content="Hi")])
    next(stream)
    stream.close()
    assert _trace().info.state == "OK"


def test_asynchronous_chats_of_ag2(provider: int) -> None:
    _chat(provider)
    # AG2 asks models in threads that know nothing of who asks: those are traces of their own.
    traces = mlflow.search_traces(locations=["0"], return_type="list")
    assert ["a_initiate_chat", "assistant"] in [[span.name for span in trace.data.spans] for trace in traces]


def test_libraries_are_put_back(provider: int) -> None:
    for flavor in FLAVORS:
        flavor.autolog(disable=True)
    for name in CALLS:
        CALLS[name](provider)
    assert not mlflow.search_traces(locations=["0"], return_type="list")
    root = get_dispatcher()
    patched = (AssistantAgent.on_messages, AssistantAgent.on_messages_stream, dspy.Evaluate.__call__)
    ours = [*root.span_handlers, *root.event_handlers, *dspy.settings.callbacks, dspy.Evaluate.__call__]
    assert not [one for one in ours if type(one).__module__.startswith("mlflow")]
    assert not any(hasattr(one, "_mlflow_patched") for one in patched)
