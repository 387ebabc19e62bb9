"""`mlflow.trace` on everything that it can stand before, and what leaves a traced call."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

import mlflow
from mlflow.entities import SpanStatusCode


def test_a_function(told: Any) -> None:
    @mlflow.trace
    def add(x: int, *more: int, y: int = 2) -> int:
        "Adds."
        return x + y

    assert add(1, 5) == 3
    assert (add.__name__, add.__doc__, add.__mlflow_traced__) == ("add", "Adds.", True)
    span = told.span
    assert span.attribute_texts == {
        "mlflow.traceRequestId": f'"{span.trace_id}"',
        "mlflow.spanType": '"UNKNOWN"',
        "mlflow.spanFunctionName": '"add"',
        "mlflow.spanInputs": '{"x": 1, "more": [5], "y": 2}',
        "mlflow.spanOutputs": "3",
    }
    assert (span.name, span.parent_id, span.status.status_code) == ("add", None, SpanStatusCode.OK)
    assert span.end_time_ns >= span.start_time_ns
    assert told.part.tags == {"mlflow.traceName": "add"}
    assert told.part.trace_metadata["mlflow.trace_schema.version"] == "3"


def test_inputs_are_as_they_were_when_it_was_called(told: Any) -> None:
    @mlflow.trace
    def grow(items: list[int]) -> list[int]:
        items.append(2)
        return items

    grow([1])
    assert (told.span.inputs, told.span.outputs) == ({"items": [1]}, [1, 2])


def test_options(told: Any) -> None:
    @mlflow.trace(name="other", span_type="TOOL", attributes={"a": 1, "b": [1, 2]})
    def function() -> None: ...

    function()
    assert told.span.name == "other"
    assert told.span.span_type == "TOOL"
    assert {key: told.span.attributes[key] for key in ("a", "b")} == {"a": 1, "b": [1, 2]}


def test_methods_and_a_property_and_what_they_are_bound_to(told: Any) -> None:
    class Owner:
        @mlflow.trace
        def method(self, q: int) -> int:
            return q

        @mlflow.trace
        @classmethod
        def of_class(cls, q: int) -> str:
            return f"{cls.__name__}{q}"

        @classmethod
        @mlflow.trace
        def of_class_too(cls, q: int) -> int:
            return q

        @mlflow.trace
        @staticmethod
        def static(q: int) -> int:
            return q

        @property
        @mlflow.trace
        def shown(self) -> int:
            return 3

    owner = Owner()
    assert (owner.method(1), owner.of_class(2), Owner.of_class_too(3), Owner.static(4), owner.shown) == (
        1,
        "Owner2",
        3,
        4,
        3,
    )
    assert {name: span.inputs for name, span in told.spans.items()} == {
        "method": {"q": 1},
        "of_class": {"q": 2},
        "of_class_too": {"q": 3},
        "static": {"q": 4},
        "shown": {},
    }


def test_a_class_stays_a_class(told: Any) -> None:
    @mlflow.trace
    class Tool:
        def __init__(self, a: int) -> None:
            self.a = a

    class Better(Tool):
        pass

    tool = Tool(3)
    assert isinstance(tool, Tool)
    assert tool.a == 3
    assert told.span.inputs == {"a": 3}
    assert told.span.outputs == str(tool)
    Better(4)
    assert len(told.records) == 1


def test_partials_builtins_and_objects_that_can_be_called(told: Any) -> None:
    class Callable_:
        def __call__(self, x: int) -> int:
            return x

    assert mlflow.trace(functools.partial(divmod, 7))(2) == (3, 1)
    assert mlflow.trace(len)([1]) == 1
    assert mlflow.trace(Callable_())(5) == 5
    assert list(told.spans) == ["divmod", "len", "Callable_"]
    assert told.spans["Callable_"].inputs == {"x": 5}


def test_a_coroutine_keeps_its_kind_and_tasks_do_not_mix(told: Any) -> None:
    @mlflow.trace
    async def inner(n: int) -> int:
        await asyncio.sleep(0.002 * (3 - n))
        return n

    @mlflow.trace
    async def outer(n: int) -> int:
        await asyncio.sleep(0)
        return await inner(n)

    assert inspect.iscoroutinefunction(outer)

    async def all_at_once() -> None:
        await asyncio.gather(*(outer(n) for n in range(3)))

    asyncio.run(all_at_once())
    ended = [span for _, span in told.records if span.end_time_ns]
    outers = {span.trace_id: span for span in ended if span.name == "outer"}
    inners = {span.trace_id: span for span in ended if span.name == "inner"}
    assert len(outers) == 3
    assert {key: span.span_id for key, span in outers.items()} == {key: span.parent_id for key, span in inners.items()}
    assert {key: span.inputs for key, span in outers.items()} == {key: span.inputs for key, span in inners.items()}


def test_a_generator(told: Any) -> None:
    @mlflow.trace
    def count(n: int) -> Iterator[dict[str, int]]:
        for i in range(n):
            with mlflow.start_span(f"in{i}"):
                pass
            yield {"i": i}

    assert inspect.isgeneratorfunction(count)
    unread = count(2)
    assert told.records == []
    assert list(unread) == [{"i": 0}, {"i": 1}]
    span = told.spans["count"]
    assert span.inputs == {"n": 2}
    assert span.outputs == [{"i": 0}, {"i": 1}]
    assert "mlflow.spanFunctionName" not in span.attributes
    assert [(event.name, event.attributes) for event in span.events] == [
        ("mlflow.chunk.item.0", {"mlflow.chunk.value": '{"i": 0}'}),
        ("mlflow.chunk.item.1", {"mlflow.chunk.value": '{"i": 1}'}),
    ]
    assert told.spans["in1"].parent_id == span.span_id


def test_who_reads_a_generator_is_not_under_its_span(told: Any) -> None:
    @mlflow.trace
    def count() -> Iterator[int]:
        yield 1
        yield 2

    for _ in count():
        assert mlflow.get_current_active_span() is None


def test_a_generator_is_sent_to_thrown_into_and_returns(told: Any) -> None:
    @mlflow.trace
    def echo() -> Any:
        got: Any = None
        while True:
            try:
                got = yield got
            except KeyError as error:
                got = repr(error)
            if got == "end":
                return "returned"

    def delegate() -> Any:
        answer = yield from echo()
        yield answer

    generator = delegate()
    assert (next(generator), generator.send(1), generator.throw(KeyError("k"))) == (None, 1, "KeyError('k')")
    assert generator.send("end") == "returned"
    assert told.span.outputs == [None, 1, "KeyError('k')"]


def test_a_generator_that_is_left_early_ends_with_what_it_gave(told: Any) -> None:
    closed = []

    @mlflow.trace(output_reducer=sum)
    def count() -> Iterator[int]:
        try:
            yield from range(10)
        finally:
            closed.append(True)

    generator = count()
    assert next(generator) + next(generator) == 1
    generator.close()
    assert closed == [True]
    assert told.span.outputs == 1
    assert told.span.status.status_code == SpanStatusCode.OK


def test_a_reducer_that_fails_leaves_the_items(told: Any, caplog: pytest.LogCaptureFixture) -> None:
    @mlflow.trace(output_reducer=lambda items: 1 / 0)
    def count() -> Iterator[int]:
        yield 1

    assert list(count()) == [1]
    assert told.span.outputs == [1]
    assert "Failed to reduce outputs" in caplog.text


def test_an_asynchronous_generator(told: Any) -> None:
    @mlflow.trace(output_reducer=lambda items: "".join(items))
    async def words() -> AsyncIterator[str]:
        for word in "ab":
            with mlflow.start_span(word):
                await asyncio.sleep(0)
            yield word

    async def read(count: int) -> list[str]:
        found = []
        generator = words()
        async for word in generator:
            found.append(word)
            if len(found) == count:
                await generator.aclose()  # type: ignore[attr-defined]
                break
        return found

    assert asyncio.run(read(2)) == ["a", "b"]
    assert told.spans["words"].outputs == "ab"
    assert told.spans["b"].parent_id == told.spans["words"].span_id
    assert asyncio.run(read(1)) == ["a"]
    assert told.spans["words"].outputs == "a"


def _fails() -> None:
    raise ValueError("no")


async def _fails_later() -> None:
    raise ValueError("no")


def _fails_in_between() -> Iterator[int]:
    yield 1
    raise ValueError("no")


async def _fails_in_between_later() -> AsyncIterator[int]:
    yield 1
    raise ValueError("no")


async def _all_of(items: AsyncIterator[int]) -> list[int]:
    return [item async for item in items]


@pytest.mark.parametrize(
    ("function", "call"),
    [
        (_fails, lambda traced: traced()),
        (_fails_later, lambda traced: asyncio.run(traced())),
        (_fails_in_between, lambda traced: list(traced())),
        (_fails_in_between_later, lambda traced: asyncio.run(_all_of(traced()))),
    ],
)
def test_an_exception_is_recorded_and_goes_on(told: Any, function: Any, call: Callable[[Any], Any]) -> None:
    with pytest.raises(ValueError, match="no"):
        call(mlflow.trace(function))
    span = told.span
    assert span.status.status_code == SpanStatusCode.ERROR
    assert span.status.description == "ValueError: no"
    event = span.events[-1]
    assert (event.name, event.attributes["exception.type"], event.attributes["exception.message"]) == (
        "exception",
        "ValueError",
        "no",
    )
    assert function.__name__ in event.attributes["exception.stacktrace"]
    assert mlflow.get_current_active_span() is None


def test_arguments_that_do_not_fit_are_the_functions_to_refuse(told: Any) -> None:
    with pytest.raises(TypeError, match="takes 0 positional arguments"):
        mlflow.trace(_fails)(1)
    assert told.span.inputs is None
    assert told.span.status.status_code == SpanStatusCode.ERROR


def test_what_was_interrupted_is_no_success(told: Any) -> None:
    @mlflow.trace
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert told.span.status.description == "KeyboardInterrupt: "
