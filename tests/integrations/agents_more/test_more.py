"""What we record and the real MLflow does not, what is put back, and errors of ours that nobody gets to see."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import agno_calls
import openai
import opentelemetry.trace
import pytest
import strands.agent.agent
import strands.telemetry.tracer
import strands_calls
from agno.agent import Agent as AgnoAgent
from agno.models.base import Model
from agno.models.metrics import Metrics
from agno.models.response import ModelResponse
from agno.team import Team
from agno.tools.function import FunctionCall
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from strands import Agent

import mlflow
import mlflow.agno
import mlflow.openai
import mlflow.strands
from mlflow.tracing.live import LiveSpan
from tests.sabotage import SabotageError

pytestmark = pytest.mark.filterwarnings("ignore:Agent.structured_output:DeprecationWarning")

FLAVORS: tuple[Any, ...] = (mlflow.strands, mlflow.agno)
LOOP = asyncio.new_event_loop()
"""Agno keeps one client for all asynchronous calls, which belongs to the loop of the first."""


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


def _traces() -> list[Any]:
    return mlflow.search_traces(locations=["0"], return_type="list")  # type: ignore[return-value]


def _trace() -> Any:
    (trace,) = _traces()
    return trace


def _names(trace: Any) -> dict[str, str | None]:
    """The names of spans, and of those that they are under."""
    by_id = {span.span_id: span.name for span in trace.data.spans}
    return {span.name: by_id.get(span.parent_id) for span in trace.data.spans}


def _agent(port: int, path: str = "v1", **options: Any) -> Any:
    return Agent(model=strands_calls.model_at(f"http://127.0.0.1:{port}/{path}"), callback_handler=None, **options)


def _of_agno(port: int, **options: Any) -> Any:
    return AgnoAgent(model=agno_calls.model_at(f"http://127.0.0.1:{port}/v1"), telemetry=False, **options)


def _asked(port: int) -> Any:
    return str(_agent(port, tools=[strands_calls.get_weather])("Weather?"))


def _structured(port: int) -> Any:
    return _agent(port).structured_output(strands_calls.City, "Which city?").name


def _run(port: int) -> Any:
    return _of_agno(port, tools=[agno_calls.get_weather]).run("Weather?").content


def _run_later(port: int) -> Any:
    return LOOP.run_until_complete(_of_agno(port, tools=[agno_calls.later_weather]).arun("Weather?")).content


def _streamed(port: int) -> Any:
    return [event.content for event in _of_agno(port, tools=[agno_calls.get_weather]).run("Weather?", stream=True)]


CALLS: dict[str, Callable[[int], Any]] = {
    "strands": _asked,
    "strands, structured": _structured,
    "agno": _run,
    "agno, later": _run_later,
    "agno, streamed": _streamed,
}


@pytest.mark.parametrize("name", sorted(CALLS))
@pytest.mark.parametrize("broken", ["set_attribute", "set_attributes", "set_inputs", "set_outputs", "add_event"])
def test_errors_of_ours_reach_nobody(name: str, broken: str, provider: int) -> None:
    expected = CALLS[name](provider)
    assert _traces()
    with mock.patch.object(LiveSpan, broken, side_effect=SabotageError("broken")):
        assert CALLS[name](provider) == expected
    assert mlflow.get_current_active_span() is None


def test_libraries_are_put_back(provider: int) -> None:
    for flavor in FLAVORS:
        flavor.autolog(disable=True)
    for name in CALLS:
        CALLS[name](provider)
    assert {span.name for trace in _traces() for span in trace.data.spans} <= {"inside"}
    ours = [strands.telemetry.tracer.Tracer._start_span, Agent.stream_async, opentelemetry.trace.use_span]
    ours += [AgnoAgent.run, AgnoAgent.arun, FunctionCall.execute, type(agno_calls.model_at("")).invoke]
    assert not any(hasattr(one, "_mlflow_patched") for one in ours)
    assert "__init_subclass__" not in vars(Model)


# -- Strands ---------------------------------------------------------------------------------------------------------
def test_an_agent_that_fails_is_a_trace(provider: int) -> None:
    with pytest.raises(openai.NotFoundError):
        _agent(provider, "no-such-model")("Hi")
    trace = _trace()
    assert trace.info.state == "ERROR"
    assert [span.status.status_code for span in trace.data.spans] == ["ERROR"] * 3


def test_what_a_provider_is_asked_is_below_the_model(provider: int) -> None:
    mlflow.openai.autolog()
    try:
        _agent(provider)("Hi")
    finally:
        mlflow.openai.autolog(disable=True)
    assert "chat" in _names(_trace()).values()


def test_opentelemetry_has_its_spans_as_before(provider: int, monkeypatch: pytest.MonkeyPatch) -> None:
    exporter, spans = InMemorySpanExporter(), TracerProvider()
    spans.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(strands.telemetry.tracer.get_tracer(), "tracer", spans.get_tracer("strands"))
    seen = []
    for _ in range(2):
        _agent(provider, tools=[strands_calls.get_weather])("Weather?")
        told = exporter.get_finished_spans()
        ids = {span.context.span_id: span.name for span in told if span.context}
        seen.append([(span.name, ids.get(span.parent.span_id) if span.parent else None) for span in told])
        exporter.clear()
        mlflow.strands.autolog(disable=True)
    assert seen[0] == seen[1]
    names = _names(next(trace for trace in _traces() if len(trace.data.spans) > 1))
    assert [each for each in names.items() if each[0] != "inside"]
    assert dict(seen[0]).items() <= names.items()


def test_the_users_spans_in_between_are_not_the_agents(provider: int) -> None:
    async def read() -> None:
        with mlflow.start_span("outer"):
            async for _ in _agent(provider).stream_async("Hi"):
                with mlflow.start_span("mine"):
                    pass

    asyncio.run(read())
    names = _names(_trace())
    assert names["mine"] == names["invoke_agent Strands Agents"] == "outer"


@pytest.mark.parametrize("name", ["strands", "strands, structured"])
def test_threads_that_know_opentelemetry_only(name: str, provider: int) -> None:
    def run_async(function: Any) -> Any:
        """As Strands before it copied contexts."""
        with ThreadPoolExecutor() as pool:
            return pool.submit(lambda: asyncio.run(function())).result()

    with mock.patch.object(strands.agent.agent, "run_async", run_async), mlflow.start_span("outer"):
        CALLS[name](provider)
    assert [span.name for span in _trace().data.spans if span.parent_id is None] == ["outer"]


@pytest.mark.parametrize("how", ["closed", "forgotten"])
def test_a_stream_that_is_left_ends(how: str, provider: int) -> None:
    async def read() -> None:
        stream = _agent(provider).stream_async("Hi")
        async for event in stream:
            if "data" in event:
                break
        if how == "closed":
            await stream.aclose()
        del stream

    asyncio.run(read())
    gc.collect()
    trace = _settled()
    assert trace.info.state == "OK"
    assert len(trace.data.spans) == 3
    assert all(span.end_time_ns for span in trace.data.spans)


def _settled() -> Any:
    """The trace, once its root has ended: another thread ends what is forgotten."""
    for _ in range(200):
        traces = _traces()
        if traces and traces[0].info.state != "IN_PROGRESS":
            break
        time.sleep(0.05)
    return _trace()


def test_a_run_that_is_cancelled_ends(provider: int) -> None:
    async def run() -> None:
        agent, reached = _agent(provider), asyncio.Event()

        async def never(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            reached.set()
            await asyncio.sleep(600)
            yield {}

        with mock.patch.object(type(agent.model), "stream", never):
            task = asyncio.create_task(agent.invoke_async("Hi"))
            await reached.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(run())
    assert _trace().info.state == "ERROR"
    assert mlflow.get_current_active_span() is None


# -- Agno ------------------------------------------------------------------------------------------------------------
def test_members_of_a_team_are_below_it_whatever_their_model() -> None:
    @dataclass
    class Own(Model):
        """A model that is defined when autologging is on; it asks the member, then says what that said."""

        def invoke(self, messages: Any = None, **kwargs: Any) -> Any:
            usage = Metrics(input_tokens=1, output_tokens=2, total_tokens=3)
            call = {"name": "delegate_task_to_member", "arguments": '{"member_id": "member", "task": "Say it."}'}
            if kwargs.get("tools") and messages[-1].role != "tool":
                calls = [{"id": "call_1", "type": "function", "function": call}]
                return ModelResponse(role="assistant", tool_calls=calls, response_usage=usage)
            return ModelResponse(role="assistant", content="Said.", response_usage=usage)

        ainvoke = invoke_stream = ainvoke_stream = invoke  # type: ignore[assignment]
        _parse_provider_response = _parse_provider_response_delta = invoke  # type: ignore[assignment]

    member = AgnoAgent(name="member", model=Own(id="own"), telemetry=False)
    Team(name="team", members=[member], model=Own(id="own"), telemetry=False).run("Hi")
    trace = _trace()
    names = _names(trace)
    assert names["member.run"] == "delegate_task_to_member"
    assert names["delegate_task_to_member"] == "team.run"
    assert trace.info.token_usage == {"input_tokens": 3, "output_tokens": 6, "total_tokens": 9}


def test_a_tool_that_fails_is_an_error(provider: int) -> None:
    _of_agno(provider, tools=[agno_calls.failing_weather]).run("Weather?")
    (tool,) = [span for span in _trace().data.spans if span.span_type == "TOOL"]
    assert tool.status.status_code == "ERROR"
    assert "no weather" in tool.status.description


@pytest.mark.parametrize("how", ["closed", "forgotten"])
def test_a_stream_of_agno_that_is_left_ends(how: str, provider: int) -> None:
    stream = _of_agno(provider).run("Hi", stream=True)
    next(stream)
    if how == "closed":
        stream.close()
    del stream
    gc.collect()
    assert _settled().info.state == "OK"


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
def test_a_run_that_nobody_awaits_is_no_trace(provider: int) -> None:
    _of_agno(provider).arun("Hi").close()
    assert not _traces()
