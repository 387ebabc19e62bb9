"""`mlflow.trace`: functions, coroutines, generators and classes whose calls are spans."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import AsyncGenerator, Callable, Generator
from contextvars import Token
from typing import Any

from millrace.model import SpanAttributeKey, SpanEvent, SpanType
from mlflow.tracing.live import LiveSpan, NoOpSpan
from mlflow.tracing.starting import activate, begin, deactivate, failed, place_of
from mlflow.tracing.values import Arguments, as_json, name_of

_logger = logging.getLogger("mlflow.tracing.fluent")

STREAM_CHUNK_EVENT_NAME_FORMAT = "mlflow.chunk.item.{index}"
STREAM_CHUNK_EVENT_VALUE_KEY = "mlflow.chunk.value"
MAX_CHUNK_EVENTS = 1000
"""So many items of a generator are events of its span; the outputs have them all."""


def trace(
    func: Callable[..., Any] | None = None,
    name: str | None = None,
    span_type: str = SpanType.UNKNOWN,
    attributes: dict[str, Any] | None = None,
    output_reducer: Callable[[list[Any]], Any] | None = None,
    trace_destination: Any | None = None,
) -> Callable[..., Any]:
    """Make each call of a function a span: `@mlflow.trace`, `@mlflow.trace(span_type=…)` or `mlflow.trace(function)`.

    Arguments become inputs, what is returned becomes outputs; an exception is recorded and goes on. A generator's span
    lasts from its first item to its last, with an event for each; a class's spans are those of its construction.

    Args:
        func: a function, coroutine function, generator function, method, `classmethod`, `staticmethod` or class.
        name: the name of the spans; that of the function when omitted.
        span_type: one of `mlflow.entities.SpanType`, or any other text.
        attributes: attributes of each span.
        output_reducer: makes the outputs of a generator's span from the list of its items.
        trace_destination: where traces that begin here go, `MlflowExperimentLocation(experiment_id)`.
    """
    how = _How(name, span_type, attributes, output_reducer, trace_destination)
    return how.wrap if func is None else how.wrap(func)


class _How:
    """How calls are traced."""

    def __init__(
        self,
        name: str | None,
        span_type: str,
        attributes: dict[str, Any] | None,
        output_reducer: Callable[[list[Any]], Any] | None,
        trace_destination: Any | None,
    ) -> None:
        self.name = name
        self.span_type = span_type
        self.attributes = attributes
        self.output_reducer = output_reducer
        self.place = None if trace_destination is None else place_of(trace_destination)

    def wrap(self, function: Any) -> Any:
        """The function that traces the calls of another."""
        if isinstance(function, classmethod | staticmethod):
            return type(function)(self.wrap(function.__func__))
        if inspect.isclass(function):
            return self._wrap_class(function)
        call = function if inspect.isroutine(function) or isinstance(function, functools.partial) else None
        if call is None and callable(function):
            call = type(function).__call__  # its kind is that of its method
        is_generator = inspect.isgeneratorfunction(call)
        is_async_generator = inspect.isasyncgenfunction(call)
        if self.output_reducer is not None and not (is_generator or is_async_generator):
            _logger.warning(
                "The output_reducer argument is only supported for generator functions, and %s is none.",
                name_of(function),
            )
        if is_generator:
            wrapper: Any = _traced_generator(self, function)
        elif is_async_generator:
            wrapper = _traced_async_generator(self, function)
        elif inspect.iscoroutinefunction(call):
            wrapper = _traced_coroutine(self, function)
        else:
            wrapper = _traced_function(self, function)
        functools.update_wrapper(wrapper, function)
        wrapper.__mlflow_traced__ = True
        return wrapper

    def _wrap_class(self, kind: type) -> type:
        construct: Any = kind.__init__
        arguments = Arguments(kind)

        @functools.wraps(construct)
        def __init__(self_: Any, *args: Any, **kwargs: Any) -> None:
            if type(self_) is not kind:  # a subclass, whose construction is its own
                construct(self_, *args, **kwargs)
                return
            span = self.begin(kind, arguments, args, kwargs)
            token = activate(span)
            try:
                construct(self_, *args, **kwargs)
            except BaseException as error:
                failed(span, error)
                raise
            else:
                span.set_outputs(self_)
            finally:
                deactivate(token)
                span.end()

        kind.__init__ = __init__  # type: ignore[misc]
        return kind

    def begin(
        self, function: Any, arguments: Arguments, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> LiveSpan | NoOpSpan:
        """Begin the span of one call."""
        span = begin(self.name or name_of(function), self.span_type, self.attributes, self.place)
        if isinstance(span, LiveSpan):
            if not (inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)):
                span.attribute_texts[SpanAttributeKey.FUNCTION_NAME] = as_json(name_of(function))
            span.attribute_texts[SpanAttributeKey.INPUTS] = as_json(arguments.of(args, kwargs))
        return span

    def finish(self, span: LiveSpan | NoOpSpan, items: list[Any]) -> None:
        """End the span of a generator whose items were these."""
        outputs: Any = items
        if self.output_reducer is not None:
            try:
                outputs = self.output_reducer(items)
            except Exception as error:
                _logger.warning("Failed to reduce outputs from stream: %s", error)
        span.set_outputs(outputs)
        span.end()


def _traced_function(how: _How, function: Any) -> Any:
    arguments = Arguments(function)

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        span = how.begin(function, arguments, args, kwargs)
        token = activate(span)
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            _end_failed(span, token, error)
            raise
        deactivate(token)
        span.set_outputs(result)
        span.end()
        return result

    return wrapper


def _traced_coroutine(how: _How, function: Any) -> Any:
    arguments = Arguments(function)

    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        span = how.begin(function, arguments, args, kwargs)
        token = activate(span)
        try:
            result = await function(*args, **kwargs)
        except BaseException as error:
            _end_failed(span, token, error)
            raise
        deactivate(token)
        span.set_outputs(result)
        span.end()
        return result

    return wrapper


def _traced_generator(how: _How, function: Any) -> Any:
    arguments = Arguments(function)

    def wrapper(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        span = how.begin(function, arguments, args, kwargs)
        items: list[Any] = []
        generator = function(*args, **kwargs)
        step: Callable[[], Any] = functools.partial(next, generator)
        while True:
            token = activate(span)
            try:
                item = step()
            except StopIteration as stop:
                deactivate(token)
                how.finish(span, items)
                return stop.value
            except BaseException as error:
                _end_failed(span, token, error)
                raise
            deactivate(token)
            _note(span, items, item)
            try:
                sent = yield item
            except GeneratorExit:
                # Who stops reading a stream has had what the span says.
                generator.close()
                how.finish(span, items)
                raise
            except BaseException as error:
                step = functools.partial(generator.throw, error)
            else:
                step = functools.partial(next, generator) if sent is None else functools.partial(generator.send, sent)

    return wrapper


def _traced_async_generator(how: _How, function: Any) -> Any:
    arguments = Arguments(function)

    async def wrapper(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        span = how.begin(function, arguments, args, kwargs)
        items: list[Any] = []
        generator = function(*args, **kwargs)
        step: Callable[[], Any] = generator.__anext__
        while True:
            token = activate(span)
            try:
                item = await step()
            except StopAsyncIteration:
                deactivate(token)
                how.finish(span, items)
                return
            except BaseException as error:
                _end_failed(span, token, error)
                raise
            deactivate(token)
            _note(span, items, item)
            try:
                sent = yield item
            except GeneratorExit:
                await generator.aclose()
                how.finish(span, items)
                raise
            except BaseException as error:
                step = functools.partial(generator.athrow, error)
            else:
                step = generator.__anext__ if sent is None else functools.partial(generator.asend, sent)

    return wrapper


def _end_failed(span: LiveSpan | NoOpSpan, token: Token[LiveSpan | NoOpSpan | None], error: BaseException) -> None:
    deactivate(token)
    failed(span, error)
    span.end()


def _note(span: LiveSpan | NoOpSpan, items: list[Any], item: Any) -> None:
    if len(items) < MAX_CHUNK_EVENTS:
        name = STREAM_CHUNK_EVENT_NAME_FORMAT.format(index=len(items))
        span.add_event(SpanEvent(name, attributes={STREAM_CHUNK_EVENT_VALUE_KEY: as_json(item)}))
    items.append(item)
