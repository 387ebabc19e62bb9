"""Answers that are streamed: the server-sent events of a chat or an agent that was asked with `"stream": true`.

Each piece is an event, `data: {…}`, in JSON; after the last comes `data: [DONE]`, as OpenAI's clients expect. A model
that fails on the way says so in a last event, `data: {"error_code": …, "message": …}`.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from concurrent.futures import Executor
from itertools import chain
from typing import Any

from millrace.errors import MlflowException
from mlflow.models.scoring import Asked, bare_json
from mlflow.pyfunc import PyFuncModel

_logger = logging.getLogger(__name__)

KIND = "text/event-stream; charset=utf-8"

Message = MutableMapping[str, Any]


def pieces_of(model: PyFuncModel, asked: Asked) -> Iterator[Any] | None:
    """The pieces of a model's answer; None where it is answered as a whole.

    It is where nobody asked for a stream, or the model cannot stream. The first piece is made now, so that a request
    that does not fit is refused as any other.

    Raises:
        Exception: whatever the model raises before its first piece.
    """
    if not (asked.chat and asked.data.get("stream") is True and model.streams):
        return None
    pieces = iter(model.predict_stream(asked.data, params=asked.params))
    try:
        return chain([next(pieces)], pieces)
    except StopIteration:
        return iter(())
    except NotImplementedError:  # it was saved as one that streams, and does not
        return None


def _event(text: str) -> bytes:
    return f"data: {text}\n\n".encode()


def _next_event(pieces: Iterator[Any]) -> bytes | None:
    """The next event; None after the last one."""
    try:
        return _event(bare_json(next(pieces)))
    except StopIteration:
        return None


async def send_events(
    pieces: Iterator[Any],
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
    *,
    pool: Executor,
    timeout_s: float,
) -> None:
    """Send an answer piece by piece, until it ends, fails, or the client goes away.

    Args:
        pieces: made in threads of the pool, one at a time.
        receive: of ASGI.
        send: of ASGI.
        pool: where the model predicts.
        timeout_s: seconds that each piece may take.
    """
    headers = [(b"content-type", KIND.encode()), (b"cache-control", b"no-cache")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    loop, gone = asyncio.get_running_loop(), asyncio.ensure_future(_disconnected(receive))
    try:
        while not gone.done():
            async with asyncio.timeout(timeout_s):
                event = await loop.run_in_executor(pool, _next_event, pieces)
            await send({"type": "http.response.body", "body": event or _event("[DONE]"), "more_body": True})
            if event is None:
                break
    except TimeoutError:
        text = f"A piece of the answer took longer than {timeout_s} seconds (--timeout)."
        await send(_failure("DEADLINE_EXCEEDED", text))
    except MlflowException as error:
        await send(_failure(error.error_code, error.message))
    except Exception as error:  # the model's own code may raise anything
        _logger.exception("The model failed in the middle of a stream")
        await send(_failure("BAD_REQUEST", f"The model failed in the middle of a stream: {error!r}"))
    finally:
        gone.cancel()
    await send({"type": "http.response.body", "body": b""})


def _failure(code: str, message: str) -> Message:
    body = _event(json.dumps({"error_code": code, "message": message}))
    return {"type": "http.response.body", "body": body, "more_body": True}


async def _disconnected(receive: Callable[[], Awaitable[Message]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
