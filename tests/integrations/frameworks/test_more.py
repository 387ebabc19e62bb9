"""What we record and the real MLflow does not, what is put back, and errors of ours that nobody gets to see."""

import asyncio
import contextlib
import gc
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import semantic_kernel_calls as sk
from haystack import AsyncPipeline, Pipeline, component, tracing
from haystack.dataclasses import ChatMessage
from haystack_calls import agent, asking
from openai import AsyncOpenAI
from semantic_kernel import Kernel
from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase
from semantic_kernel.connectors.ai.function_choice_behavior import FunctionChoiceBehavior
from semantic_kernel.contents import ChatMessageContent, StreamingChatMessageContent

import mlflow
import mlflow.haystack
import mlflow.semantic_kernel
from mlflow.tracing.live import LiveSpan
from tests.sabotage import SabotageError

FLAVORS: tuple[Any, ...] = (mlflow.haystack, mlflow.semantic_kernel)
ANN = {"prompt": {"name": "Ann"}}


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


@pytest.fixture
def address(provider: int) -> str:
    """Where the server is that stands for the providers."""
    return f"http://127.0.0.1:{provider}"


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine, and close the clients that it has made."""

    async def closing() -> Any:
        try:
            return await work
        finally:
            for client in [each for each in gc.get_objects() if type(each) is AsyncOpenAI]:
                await client.close()

    return asyncio.run(closing())


def _traces() -> Any:
    return mlflow.search_traces(locations=["0"], return_type="list")


def _names() -> list[str]:
    """The spans of the one trace that there is, each after the one that it is a step of."""
    (trace,) = _traces()
    names = {span.span_id: span.name for span in trace.data.spans}
    return [f"{names.get(span.parent_id, '')} > {span.name}" for span in trace.data.spans]


def _pipeline(address: str) -> Any:
    return asking(address).run(ANN)


def _pipeline_later(address: str) -> Any:
    return _run(asking(address, AsyncPipeline).run_async(ANN))


def _agent(address: str) -> Any:
    return agent(address).run(messages=[ChatMessage.from_user("Weather?")])["last_message"].text


def _prompt(address: str) -> str:
    async def asked() -> str:
        arguments = sk.KernelArguments(settings=sk.settings(), name="Ann")
        return str(await sk.kernel(address).invoke_prompt("Hi {{$name}}", arguments=arguments))

    return _run(asked())


def _tools(address: str) -> list[str]:
    async def asked() -> list[str]:
        options = sk.settings(function_choice_behavior=FunctionChoiceBehavior.Auto())
        stream = sk.service(address).get_streaming_chat_message_contents(
            sk.said("Weather?"), options, kernel=sk.kernel(address)
        )
        return [str(piece) async for pieces in stream for piece in pieces]

    return _run(asked())


def _replied(address: str) -> list[str]:
    async def asked() -> list[str]:
        helper = sk.ChatCompletionAgent(service=sk.service(address), name="helper", plugins=[sk.Weather()])
        return [str(await helper.get_response("Hi"))] + [str(each) async for each in helper.invoke_stream("Hi")]

    return _run(asked())


CALLS: dict[str, Callable[[str], Any]] = {
    "haystack": _pipeline,
    "haystack, asynchronous": _pipeline_later,
    "haystack, agent": _agent,
    "semantic_kernel": _prompt,
    "semantic_kernel, streamed": _tools,
    "semantic_kernel, agent": _replied,
}


@pytest.mark.parametrize("name", sorted(CALLS))
@pytest.mark.parametrize("broken", ["set_attribute", "set_inputs", "set_outputs"])
def test_errors_of_ours_reach_nobody(name: str, broken: str, address: str) -> None:
    expected = CALLS[name](address)
    assert _traces()
    with mock.patch.object(LiveSpan, broken, side_effect=SabotageError("broken")) as seen:
        assert CALLS[name](address) == expected
    assert seen.called
    assert mlflow.get_current_active_span() is None


def test_libraries_are_put_back(address: str) -> None:
    kinds = (tracing.tracer.__class__, Kernel, ChatCompletionClientBase, sk.OpenAIChatCompletion.__mro__[2])
    ours = [value for kind in kinds for value in vars(kind).values() if hasattr(value, "_mlflow_patched")]
    assert len(ours) >= 6
    for flavor in FLAVORS:
        flavor.autolog(disable=True)
    for call in CALLS.values():
        call(address)
    assert not _traces()
    assert not [value for kind in kinds for value in vars(kind).values() if hasattr(value, "_mlflow_patched")]


# -- Haystack --------------------------------------------------------------------------------------------------------
class _TheirSpan(tracing.Span):
    """A span of the user's tracer."""

    def __init__(self, name: str, tags: Any, parent: Any) -> None:
        self.name, self.tags, self.parent = name, dict(tags or {}), parent

    def set_tag(self, key: str, value: Any) -> None:
        """Set a tag."""
        self.tags[key] = value


class _Theirs(tracing.Tracer):
    """A tracer of the user's."""

    def __init__(self) -> None:
        self.spans: list[_TheirSpan] = []

    @contextlib.contextmanager
    def trace(self, operation_name: str, tags: Any = None, parent_span: Any = None) -> Iterator[Any]:
        """Trace an operation."""
        self.spans.append(_TheirSpan(operation_name, tags, parent_span))
        yield self.spans[-1]

    def current_span(self) -> Any:
        """The newest span."""
        return self.spans[-1] if self.spans else None


def test_a_tracer_of_the_users_goes_on(address: str) -> None:
    theirs = _Theirs()
    tracing.enable_tracing(theirs)
    try:
        _pipeline(address)
    finally:
        tracing.disable_tracing()
    assert len(theirs.spans) == len(_names()) == 4
    assert all(type(span.parent) in (_TheirSpan, type(None)) for span in theirs.spans)
    assert theirs.spans[1].parent is theirs.spans[0]
    assert "haystack.component.visits" in theirs.spans[1].tags
    # What goes into components is for those only who asked Haystack for it.
    assert "haystack.component.input" not in theirs.spans[1].tags


def test_operations_of_the_users_own_are_spans() -> None:
    @tracing.tracer.trace("decorated")
    def work() -> int:
        with tracing.tracer.trace("inner", tags={"a": 1}) as span:
            span.set_content_tag("said", {"x": object})
            assert isinstance(span.raw_span(), tracing.Span)
        return 1

    assert work() == 1
    assert _names() == [" > decorated", "decorated > inner"]
    (trace,) = _traces()
    assert trace.data.spans[1].attributes["a"] == 1
    assert work() == 1  # as often as one likes
    assert len(_traces()) == 2


def test_threads_are_told_what_they_are_steps_of() -> None:
    def work(above: Any) -> None:
        with tracing.tracer.trace("inner", parent_span=above):
            pass

    with tracing.tracer.trace("outer"):
        current = tracing.tracer.current_span()
        assert current is not None
        current.set_tag("a", 1)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(work, current).result()
    assert _names() == [" > outer", "outer > inner"]
    (trace,) = _traces()
    assert trace.data.spans[0].attributes["a"] == 1


def test_spans_of_components_are_steps_of_theirs() -> None:
    @component
    class Inside:
        """A component that has a span of its own."""

        @component.output_types(answer=int)
        def run(self, number: int) -> dict[str, int]:
            """Add one."""
            with mlflow.start_span("mine"):
                return {"answer": number + 1}

    pipeline, later = Pipeline(), AsyncPipeline()
    pipeline.add_component("one", Inside())
    assert pipeline.run({"one": {"number": 1}}) == {"one": {"answer": 2}}
    assert _names() == [" > haystack.pipeline.run", "haystack.pipeline.run > Inside", "Inside > mine"]
    for name in ("one", "two", "three"):
        later.add_component(name, Inside())
    _run(later.run_async({name: {"number": 1} for name in ("one", "two", "three")}))
    trace = next(each for each in _traces() if "async" in each.data.spans[0].name)
    names = {span.span_id: span.name for span in trace.data.spans}
    assert [names[span.parent_id] for span in trace.data.spans if span.name == "mine"] == ["Inside"] * 3
    assert trace.data.spans[0].outputs == {name: {"answer": 2} for name in ("one", "two", "three")}


def test_texts_can_be_searched_for(address: str) -> None:
    asking(address).run({"prompt": {"name": "Zoë"}})
    (trace,) = _traces()
    assert trace.data.spans[1].inputs["name"] == "Zoë"
    assert "Zoë" in trace.data.spans[1].attribute_texts["mlflow.spanInputs"]
    assert "Zoë" in trace.info.request_preview


def test_a_run_that_nobody_reads_to_its_end(address: str) -> None:
    async def left() -> None:
        async for _ in asking(address, AsyncPipeline).run_async_generator(ANN):
            break
        gc.collect()

    _run(left())
    assert mlflow.get_current_active_span() is None
    assert _traces()[0].info.state == "OK"


# -- Semantic Kernel -------------------------------------------------------------------------------------------------
LATER = """
import asyncio, mlflow
mlflow.semantic_kernel.autolog()
from semantic_kernel.agents import ChatCompletionAgent
from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion
from openai import AsyncOpenAI
model = OpenAIChatCompletion(ai_model_id="m", async_client=AsyncOpenAI(api_key="x", base_url="{address}/v1"))
asyncio.run(ChatCompletionAgent(service=model, name="helper").get_response("Hi"))
(trace,) = mlflow.search_traces(locations=["0"], return_type="list")
print([span.name for span in trace.data.spans])
"""


def test_agents_that_are_imported_later_are_recorded(address: str, tmp_path: Path) -> None:
    code = LATER.replace("{address}", address)
    home = str(Path(mlflow.__file__).parents[1])
    settings = {**os.environ, "MLFLOW_TRACKING_URI": str(tmp_path / "mlruns"), "PYTHONPATH": home}
    done = subprocess.run([sys.executable, "-c", code], env=settings, capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines()[-1:] == [
        "['invoke_agent helper', 'AutoFunctionInvocationLoop', 'chat m']",
    ], done.stderr[-3000:]


class Mine(ChatCompletionClientBase):
    """A model of the user's own."""

    fails: bool = False

    async def _inner_get_chat_message_contents(self, chat_history: Any, settings: Any) -> list[ChatMessageContent]:
        return [ChatMessageContent(role="assistant", content="mine")]

    async def _inner_get_streaming_chat_message_contents(
        self, chat_history: Any, settings: Any, function_invoke_attempt: int = 0
    ) -> AsyncGenerator[list[StreamingChatMessageContent], Any]:
        for text in ("mi", "ne"):
            yield [StreamingChatMessageContent(role="assistant", content=text, choice_index=0)]
            if self.fails:
                raise ValueError("broken off")


def _read(model: Any, read: Callable[[Any], Awaitable[Any]]) -> Any:
    async def reading() -> Any:
        settings = sk.settings().__class__.__mro__[2]()
        stream = model.get_streaming_chat_message_contents(sk.said("Hi"), settings)
        return await read(stream)

    return _run(reading())


def test_models_of_the_users_own_are_recorded() -> None:
    async def asked() -> Any:
        return await Mine(ai_model_id="own").get_chat_message_content(sk.said("Hi"), sk.settings())

    assert str(_run(asked())) == "mine"
    assert _names() == [" > chat own"]
    (trace,) = _traces()
    assert trace.data.spans[0].outputs == {"messages": [{"role": "assistant", "content": "mine"}]}


def test_a_stream_is_put_together() -> None:
    async def read(stream: Any) -> list[str]:
        return [str(piece) async for pieces in stream for piece in pieces]

    assert _read(Mine(ai_model_id="own"), read) == ["mi", "ne"]
    (trace,) = _traces()
    (span,) = trace.data.spans
    assert span.outputs == {"messages": [{"role": "assistant", "content": "mine"}]}
    assert len(span.events) == 2


def test_a_stream_that_breaks_off_is_an_error() -> None:
    async def read(stream: Any) -> None:
        async for _ in stream:
            pass

    with pytest.raises(ValueError, match="broken off"):
        _read(Mine(ai_model_id="own", fails=True), read)
    (trace,) = _traces()
    assert trace.info.state == "ERROR"
    assert trace.data.spans[0].outputs == {"messages": [{"role": "assistant", "content": "mi"}]}


@pytest.mark.parametrize("how", ["closed", "left", "never read"])
def test_a_stream_that_is_left_ends(how: str) -> None:
    async def read(stream: Any) -> None:
        if how == "never read":
            return
        async for _ in stream:
            assert mlflow.get_current_active_span() is None  # reading changes nobody's active span
            break
        if how == "closed":
            await stream.aclose()

    _read(Mine(ai_model_id="own"), read)
    gc.collect()
    found = _traces()
    assert [trace.info.state for trace in found] == ([] if how == "never read" else ["OK"])


def test_streams_of_kernels_are_one_trace(address: str) -> None:
    async def asked() -> list[str]:
        arguments = sk.KernelArguments(settings=sk.settings(), name="Ann")
        stream = sk.kernel(address).invoke_prompt_stream("Hi {{$name}}", "greet", "Prompts", arguments=arguments)
        return await sk.read(stream)

    assert _run(asked())
    assert _names() == [
        " > Kernel.invoke_prompt_stream",
        "Kernel.invoke_prompt_stream > Kernel.invoke_stream",
        "Kernel.invoke_stream > execute_tool Prompts-greet",
        "execute_tool Prompts-greet > chat gpt-4o-mini",
    ]
    (trace,) = _traces()
    said = [{"role": "assistant", "content": "Hello world"}]
    assert [span.outputs for span in trace.data.spans] == [said, said, said, {"messages": said}]
    assert trace.info.token_usage["total_tokens"] == 11


def test_calls_at_the_same_time_are_traces_of_their_own(address: str) -> None:
    async def asked() -> None:
        kernel = sk.kernel(address)
        calls = [kernel.invoke(plugin_name="Weather", function_name="get_weather", city=str(one)) for one in range(5)]
        await asyncio.gather(*calls)

    _run(asked())
    found = _traces()
    assert len(found) == 5
    assert {len(trace.data.spans) for trace in found} == {2}
    assert {trace.data.spans[1].outputs for trace in found} == {f"Rain in {one}" for one in range(5)}
