"""Streams and teams of AutoGen, which the real MLflow does not record: a trace for each, with all that was done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from autogen_agentchat.agents import AssistantAgent, BaseChatAgent, MessageFilterAgent, MessageFilterConfig
from autogen_agentchat.base import Response, TaskResult
from autogen_agentchat.conditions import MaxMessageTermination
from autogen_agentchat.messages import ModelClientStreamingChunkEvent, TextMessage
from autogen_agentchat.teams import RoundRobinGroupChat, SelectorGroupChat
from autogen_agentchat.tools import AgentTool
from autogen_core import CancellationToken, FunctionCall, SingleThreadedAgentRuntime
from autogen_core.models import CreateResult, RequestUsage, UserMessage
from autogen_ext.models.openai import OpenAIChatCompletionClient
from autogen_ext.models.replay import ReplayChatCompletionClient

import mlflow
import mlflow.autogen

CREATE = "ReplayChatCompletionClient.create"
STREAM = "ReplayChatCompletionClient.create_stream"
HI = [UserMessage(content="Hi", source="user")]


class Parrot(BaseChatAgent):
    """An agent that answers whole."""

    produced_message_types = (TextMessage,)

    async def on_messages(self, messages: Any, cancellation_token: CancellationToken) -> Response:
        return Response(chat_message=TextMessage(content=f"{self.name} heard", source=self.name))

    async def on_reset(self, cancellation_token: CancellationToken) -> None:
        """Forget nothing."""


class Heir(AssistantAgent):
    """An agent that does what its base class does."""

    def on_messages_stream(self, messages: Any, cancellation_token: CancellationToken) -> Any:
        return super().on_messages_stream(messages, cancellation_token)


class Failing(Parrot):
    """An agent that fails."""

    async def on_messages(self, messages: Any, cancellation_token: CancellationToken) -> Response:
        raise ValueError("no idea")


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[None]:
    """A store of the test's own, and autologging that ends with the test."""
    mlflow.set_tracking_uri(str(tmp_path / "mlruns"))
    mlflow.autogen.autolog(silent=True)
    yield
    mlflow.autogen.autolog(disable=True)
    mlflow.set_tracking_uri("")


def _client(*answers: Any) -> ReplayChatCompletionClient:
    return ReplayChatCompletionClient(list(answers) or ["One two"] * 9)


def _agent(name: str = "helper", client: Any = None, **options: Any) -> AssistantAgent:
    return AssistantAgent(name, model_client=client or _client(), **options)


def _team(*members: Any, messages: int = 3, **options: Any) -> RoundRobinGroupChat:
    members = members or (_agent("one"), _agent("two"))
    return RoundRobinGroupChat(list(members), termination_condition=MaxMessageTermination(messages), **options)


def _ran(doing: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine answers; no span of its stays active."""

    async def run() -> Any:
        found = await doing
        assert mlflow.get_current_active_span() is None
        return found

    return asyncio.run(run())


async def _read(stream: AsyncIterator[Any]) -> list[Any]:
    return [piece async for piece in stream]


def _traces() -> list[Any]:
    found: list[Any] = mlflow.search_traces(locations=["0"], return_type="list")
    return found


def _spans() -> list[Any]:
    """The spans of the only trace in the order in which they began."""
    (trace,) = _traces()
    spans = sorted(trace.data.spans, key=lambda span: span.start_time_ns)
    assert all(span.end_time_ns for span in spans)
    return spans


def _paths() -> list[str]:
    """The spans of the only trace, each as the names from the root to it."""
    spans = _spans()
    by_id = {span.span_id: span for span in spans}

    def path(span: Any) -> str:
        return span.name if span.parent_id is None else f"{path(by_id[span.parent_id])} > {span.name}"

    return [path(span) for span in spans]


def test_a_streamed_run_of_an_agent() -> None:
    pieces = _ran(_read(_agent().run_stream(task="Hi")))
    assert [type(piece) for piece in pieces] == [TextMessage, TextMessage, TaskResult]
    root = "helper.run_stream"
    assert _paths() == [root, f"{root} > helper.on_messages_stream", f"{root} > helper.on_messages_stream > {CREATE}"]
    run, answered, _ = _spans()
    assert (run.span_type, run.status.status_code) == ("AGENT", "OK")
    assert run.inputs == {"task": "Hi"}
    assert [message["content"] for message in run.outputs["messages"]] == ["Hi", "One two"]
    assert answered.outputs["chat_message"]["content"] == "One two"


def test_a_streamed_answer_of_a_model() -> None:
    pieces = _ran(_read(_client("One two").create_stream(HI)))
    assert pieces[:-1] == ["One ", "two"]
    (span,) = _spans()
    assert (span.name, span.span_type) == (STREAM, "LLM")
    assert span.inputs["messages"][0]["content"] == "Hi"
    assert span.outputs["content"] == "One two"
    assert span.attributes["mlflow.chat.tokenUsage"] == {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
    assert [event.attributes["mlflow.chunk.value"] for event in span.events][:2] == ['"One "', '"two"']


def test_tokens_of_streams_that_are_not_told_are_left_out(provider: int) -> None:
    address: Any = {"api_key": "nobody's", "base_url": f"http://127.0.0.1:{provider}/v1"}
    client = OpenAIChatCompletionClient(model="gpt-4o-mini-2024-07-18", **address)
    _ran(_read(client.create_stream(HI)))
    (span,) = _spans()
    assert span.outputs["content"] == "Hello world"
    assert "mlflow.chat.tokenUsage" not in span.attributes


@pytest.mark.parametrize("kind", [AssistantAgent, Heir])
def test_what_a_method_does_by_another_is_one_span(kind: type[AssistantAgent]) -> None:
    agent = kind("helper", model_client=_client(), model_client_stream=True)
    _ran(agent.run(task="Hi"))
    # MLflow's names, in which a stream of the model is new
    assert _paths() == [
        "helper.run",
        "helper.run > helper.on_messages",
        f"helper.run > helper.on_messages > {STREAM}",
    ]


def test_a_stream_that_hands_on_the_one_of_its_base_class_is_one_span() -> None:
    agent = Heir("helper", model_client=_client())
    _ran(_read(agent.on_messages_stream([TextMessage(content="Hi", source="user")], CancellationToken())))
    assert _paths() == ["helper.on_messages_stream", f"helper.on_messages_stream > {CREATE}"]


def test_an_agent_that_answers_whole_is_one_span() -> None:
    _ran(_read(Parrot("parrot", "A bird.").run_stream(task="Hi")))
    assert _paths() == ["parrot.run_stream", "parrot.run_stream > parrot.on_messages"]


def test_an_agent_within_another_of_its_name_is_a_span_too() -> None:
    filtered = MessageFilterAgent("helper", _agent(), MessageFilterConfig(per_source=[]))
    _ran(filtered.run(task="Hi"))
    messages = "helper.run > helper.on_messages"
    assert _paths()[:3] == ["helper.run", messages, f"{messages} > helper.on_messages"]


TEAM = "RoundRobinGroupChat.run"


@pytest.mark.parametrize("started", ["by the team", "before"])
@pytest.mark.parametrize("way", ["run", "run_stream"])
def test_what_a_teams_agents_do_is_within_the_teams_span(way: str, started: str) -> None:
    async def run() -> None:
        runtime = None
        if started == "before":
            runtime = SingleThreadedAgentRuntime()
            with mlflow.start_span("elsewhere"):
                runtime.start()
        team = _team(_agent("one", model_client_stream=True), Parrot("two", "A bird."), runtime=runtime)
        for _ in range(2):
            found = await _read(team.run_stream(task="Hi")) if way == "run_stream" else [await team.run(task="Hi")]
            assert [message.content for message in found[-1].messages] == ["Hi", "One two", "two heard"]
        if runtime is not None:
            await runtime.stop()

    _ran(run())
    teams = [trace for trace in _traces() if trace.data.spans[0].name != "elsewhere"]
    assert len(teams) == 2
    for trace in teams:
        spans = sorted(trace.data.spans, key=lambda span: span.start_time_ns)
        names = {span.span_id: span.name for span in spans}
        assert [(span.name, names.get(span.parent_id)) for span in spans] == [
            (f"RoundRobinGroupChat.{way}", None),
            ("one.on_messages_stream", f"RoundRobinGroupChat.{way}"),
            (STREAM, "one.on_messages_stream"),
            ("two.on_messages", f"RoundRobinGroupChat.{way}"),
        ]
        assert spans[0].inputs == {"task": "Hi"}
        assert [each["content"] for each in spans[0].outputs["messages"]] == ["Hi", "One two", "two heard"]
        assert all(span.status.status_code == "OK" for span in spans)


def test_two_teams_at_once_on_one_runtime() -> None:
    async def run() -> None:
        runtime = SingleThreadedAgentRuntime()
        runtime.start()
        teams = [_team(_agent(name), messages=4, runtime=runtime, name=name.upper()) for name in ("a", "b")]
        await asyncio.gather(*(team.run(task="Hi") for team in teams))
        await runtime.stop()

    _ran(run())
    found = sorted(sorted(span.name for span in trace.data.spans) for trace in _traces())
    assert found == [sorted([f"{name.upper()}.run", *[CREATE, f"{name}.on_messages_stream"] * 3]) for name in "ab"]


def test_a_team_within_a_team() -> None:
    inner = _team(_agent("one"), messages=2, name="inner")
    _ran(_team(inner, messages=2).run(task="Hi"))
    assert _paths() == [
        TEAM,
        f"{TEAM} > inner.run_stream",
        f"{TEAM} > inner.run_stream > one.on_messages_stream",
        f"{TEAM} > inner.run_stream > one.on_messages_stream > {CREATE}",
    ]


def test_a_team_that_asks_a_model_who_is_next() -> None:
    team = SelectorGroupChat(
        [_agent("one"), _agent("two")], model_client=_client("two"), termination_condition=MaxMessageTermination(2)
    )
    _ran(team.run(task="Hi"))
    root = "SelectorGroupChat.run"
    answered = f"{root} > two.on_messages_stream"
    assert _paths() == [root, f"{root} > {CREATE}", answered, f"{answered} > {CREATE}"]


def test_an_agent_as_a_tool_of_another() -> None:
    asked = [FunctionCall(id="1", name="inner", arguments='{"task": "Hi"}')]
    usage = RequestUsage(prompt_tokens=1, completion_tokens=1)
    call = CreateResult(finish_reason="function_calls", content=asked, usage=usage, cached=False)
    info: Any = {"vision": False, "function_calling": True, "json_output": False, "family": "unknown"}
    client = ReplayChatCompletionClient([call], {**info, "structured_output": False})
    _ran(_agent("outer", client, tools=[AgentTool(_agent("inner"))]).run(task="Hi"))
    answered = "outer.run > outer.on_messages"
    assert _paths()[:3] == ["outer.run", answered, f"{answered} > {CREATE}"]
    assert _paths()[3].startswith(f"{answered} > inner.run")
    assert _paths()[-1].endswith(f" > {CREATE}")


def test_an_error_of_an_agent_is_one_of_its_team() -> None:
    with pytest.raises(RuntimeError, match="no idea"):
        _ran(_read(_team(Failing("one", "A bird.")).run_stream(task="Hi")))
    team, agent = _spans()
    assert [span.status.status_code for span in (team, agent)] == ["ERROR", "ERROR"]
    assert agent.status.description == "ValueError: no idea"


@pytest.mark.parametrize("way", ["closed", "forgotten", "never read"])
def test_streams_that_are_left_end(way: str) -> None:
    async def leave(stream: Any) -> None:
        if way != "never read":
            async for piece in stream:
                if isinstance(piece, ModelClientStreamingChunkEvent):
                    break
        if way == "closed":
            await stream.aclose()

    _ran(leave(_agent(model_client_stream=True).run_stream(task="Hi")))
    trace = _ended()
    assert trace.info.state == "OK"
    root = next(span for span in trace.data.spans if span.parent_id is None)
    assert root.name == "helper.run_stream"
    assert root.outputs is None if way == "never read" else [each["content"] for each in root.outputs] == ["Hi", "One "]


def test_a_team_that_is_left_ends() -> None:
    async def leave() -> None:
        stream = _team().run_stream(task="Hi")
        async for _ in stream:
            break
        await stream.aclose()

    _ran(leave())
    assert _ended().info.state == "OK"


def test_a_task_that_is_cancelled_ends_its_spans() -> None:
    async def cancelled() -> None:
        token = CancellationToken()
        stream = _team().run_stream(task="Hi", cancellation_token=token)
        await anext(stream)
        token.cancel()
        with pytest.raises(asyncio.CancelledError):
            await _read(stream)

    _ran(cancelled())
    assert _ended().info.state == "ERROR"


def _ended() -> Any:
    """The only trace, once another thread has ended its forgotten streams."""
    for _ in range(600):
        if [trace.info.state for trace in _traces()] not in ([], ["IN_PROGRESS"]):
            break
        time.sleep(0.05)
    (trace,) = _traces()
    return trace
