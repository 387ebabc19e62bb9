"""Answers of other people's libraries that come in pieces, as spans that go on until the last one has been read.

Whoever reads a stream may do so in another thread or context than the one that asked for it, stop early, close it, or
forget it. Its span ends in any case: OK when the stream was read, closed or forgotten, an error when reading failed.
"""

from __future__ import annotations

import inspect
import os
import threading
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from queue import SimpleQueue
from typing import Any

from millrace.model import SpanEvent
from mlflow.autologging import Call, Integration, safely
from mlflow.tracing.decorating import MAX_CHUNK_EVENTS, STREAM_CHUNK_EVENT_NAME_FORMAT, STREAM_CHUNK_EVENT_VALUE_KEY
from mlflow.tracing.live import LiveSpan
from mlflow.tracing.starting import active
from mlflow.tracing.values import as_json

Gather = Callable[[LiveSpan, list[Any]], None]
"""Sets outputs and usage of a span from all the pieces of a stream."""
Event = Callable[[int, Any], SpanEvent | None]
"""Makes an event of a piece of a stream and its number; None where it is none."""


def fail(span: LiveSpan, error: BaseException) -> None:
    """End a span with what went wrong."""
    span.record_exception(error)
    span.end()


def chunk_event(index: int, piece: Any) -> SpanEvent:
    """The event that MLflow makes of a piece of a stream."""
    name = STREAM_CHUNK_EVENT_NAME_FORMAT.format(index=index)
    return SpanEvent(name, attributes={STREAM_CHUNK_EVENT_VALUE_KEY: as_json(piece)})


class Reading:
    """The span of one stream; its first `end` counts. Dropping it ends the span, too.

    Args:
        flavor: the integration's name.
        span: the span, which is begun.
        gather: says what the pieces come to.
        event: makes an event of a piece.
    """

    def __init__(self, flavor: str, span: LiveSpan, gather: Gather, event: Event = chunk_event) -> None:
        self._open: _Open | None = _Open(flavor, span, gather, event)
        _Ender.see_to_it()

    def active(self) -> AbstractContextManager[Any]:
        """Have the span be the active one for a while, where what is read begins spans itself."""
        return nullcontext() if self._open is None else active(self._open.span)

    def add(self, piece: Any) -> None:
        """Keep a piece, and as long as there are not too many make an event of it."""
        if self._open is not None:
            self._open.add(piece)

    def end(self, error: BaseException | None = None) -> None:
        """End the span with what the pieces come to, and with what went wrong, if something did."""
        open_, self._open = self._open, None
        if open_ is not None:
            open_.end(error)

    def __del__(self) -> None:
        open_ = getattr(self, "_open", None)
        if open_ is not None:
            _forgotten[0].put(open_)


class _Open:
    """A span that is being read."""

    def __init__(self, flavor: str, span: LiveSpan, gather: Gather, event: Event) -> None:
        self.span = span
        self._flavor = flavor
        self._gather = gather
        self._event = event
        self._pieces: list[Any] = []

    def add(self, piece: Any) -> None:
        with safely(self._flavor, "keep a piece of a stream"):
            if len(self._pieces) < MAX_CHUNK_EVENTS:
                event = self._event(len(self._pieces), piece)
                if event is not None:
                    self.span.add_event(event)
            self._pieces.append(piece)

    def end(self, error: BaseException | None) -> None:
        with safely(self._flavor, "put a stream together"):
            self._gather(self.span, self._pieces)
        with safely(self._flavor, "end the span of a stream"):
            if error is not None and not isinstance(error, GeneratorExit):
                fail(self.span, error)
        self.span.end()  # at the latest


# -- streams that nobody reads any more -----------------------------------------------------------------------------
_forgotten: list[SimpleQueue[_Open]] = [SimpleQueue()]


class _Ender(threading.Thread):
    """Ends the spans of forgotten streams.

    Python tells of an object's end at any moment, also in the middle of what ending a span does; so another thread
    does it.
    """

    _one: _Ender | None = None
    _lock = threading.Lock()

    @classmethod
    def see_to_it(cls) -> None:
        """Start the thread of this process, unless it runs."""
        if cls._one is None or not cls._one.is_alive():
            with cls._lock:
                if cls._one is None or not cls._one.is_alive():
                    cls._one = cls(name="mlflow-forgotten-streams", daemon=True)
                    cls._one.start()

    def run(self) -> None:
        """End what is forgotten, for ever."""
        while True:
            _forgotten[0].get().end(None)


def _after_fork() -> None:
    _forgotten[:] = [SimpleQueue()]  # the thread that waits for the other one is the parent's


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


# -- iterators -------------------------------------------------------------------------------------------------------
class _Pieces:
    """The pieces of a stream, read through its span; whatever else the library's iterator can do, it does."""

    def __init__(self, reading: Reading, pieces: Any) -> None:
        self._reading = reading
        self._pieces = pieces

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pieces, name)


class Pieces(_Pieces):
    """Of an iterator."""

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        try:
            piece = self._next()
        except StopIteration:
            self._reading.end()
            raise
        except BaseException as error:
            self._reading.end(error)
            raise
        self._reading.add(piece)
        return piece

    def _next(self) -> Any:
        return next(self._pieces)

    def close(self) -> None:
        """Read no more."""
        try:
            close = getattr(self._pieces, "close", None)
            if close is not None:
                close()
        finally:
            self._reading.end()


class ActivePieces(Pieces):
    """Of an iterator that begins spans itself, which are steps of the stream's."""

    def _next(self) -> Any:
        with self._reading.active():
            return next(self._pieces)


class LaterPieces(_Pieces):
    """Of an asynchronous iterator."""

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        try:
            piece = await self._next()
        except StopAsyncIteration:
            self._reading.end()
            raise
        except BaseException as error:
            self._reading.end(error)
            raise
        self._reading.add(piece)
        return piece

    async def _next(self) -> Any:
        return await self._pieces.__anext__()

    async def aclose(self) -> None:
        """Read no more."""
        try:
            close = getattr(self._pieces, "aclose", None)
            if close is not None:
                await close()
        finally:
            self._reading.end()


class ActiveLaterPieces(LaterPieces):
    """Of an asynchronous iterator that begins spans itself, which are steps of the stream's."""

    async def _next(self) -> Any:
        with self._reading.active():
            return await self._pieces.__anext__()


def stream(flavor: str, span: LiveSpan, pieces: Iterator[Any], gather: Gather) -> Pieces:
    """The pieces of a stream, whose span ends with the last one, or when nobody reads on.

    What the library does to make a piece is done within the span.
    """
    return ActivePieces(Reading(flavor, span, gather), pieces)


def stream_later(flavor: str, span: LiveSpan, pieces: AsyncIterator[Any], gather: Gather) -> LaterPieces:
    """As `stream`, for an asynchronous one."""
    return ActiveLaterPieces(Reading(flavor, span, gather), pieces)


def stream_inside(flavor: str, span: LiveSpan, holder: Any, name: str, gather: Gather) -> Any:
    """Have an object whose attribute is the iterator of a stream give its pieces through the span; answers it.

    Closing the object by `close` ends the span; other ways to leave it are for `end_readings`.
    """
    reading = Reading(flavor, span, gather)
    pieces: Any = getattr(holder, name)
    setattr(holder, name, (LaterPieces if hasattr(pieces, "__anext__") else Pieces)(reading, pieces))
    setattr(holder, READING, reading)
    close: Any = getattr(holder, "close", None)
    if close is None:
        return holder

    async def close_later() -> None:
        try:
            await close()
        finally:
            reading.end()

    def close_now() -> None:
        try:
            close()
        finally:
            reading.end()

    holder.close = close_later if inspect.iscoroutinefunction(close) else close_now
    return holder


READING = "_mlflow_reading"
"""The attribute by which an object knows that it is a stream, and its span."""


def end_readings(integration: Integration, owner: Any, names: tuple[str, ...]) -> None:
    """Have the spans of streams of a class end when one of these methods has been called."""

    def hook(call: Call) -> Generator[None, None, None]:
        reading = vars(call.owner).get(READING)
        if reading is None:
            return
        try:
            yield
        finally:
            reading.end()

    for name in names:
        if owner is not None and hasattr(owner, name):
            integration.trace(owner, name, hook)
