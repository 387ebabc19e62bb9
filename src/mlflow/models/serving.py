"""A model behind HTTP: `mlflow models serve`.

`POST /invocations` predicts, in the form that `mlflow.models.scoring` describes; `GET /ping` and `GET /health` answer
once the model is loaded, `GET /version` says which MLflow this is. Predictions run in threads, so the server answers
the small questions while a model thinks.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import mmap
import os
import signal
import socket
import tempfile
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple, NoReturn

import uvicorn

from millrace.errors import BadRequest, MlflowException
from millrace.settings import MILLRACE_SCORING_MAX_REQUEST_BYTES, MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT
from mlflow.models.model import local_directory
from mlflow.models.scoring import Asked, bare_json, predictions_json, read_csv, read_json
from mlflow.models.streaming import pieces_of, send_events
from mlflow.pyfunc import PyFuncModel, load_model
from mlflow.version import MLFLOW_COMPATIBLE_VERSION

_logger = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

JSON = "application/json"
CSV = "text/csv"
_TEXT = "text/plain; charset=utf-8"
_ROUTES = {"/ping": "GET", "/health": "GET", "/version": "GET", "/invocations": "POST"}
_MAX_HEAD = 64 * 1024
"""Bytes that a request's first line and headers may have."""
_GRACE_S = 30
"""Seconds that requests under way may take after the server was told to stop."""
_MODEL_FAILED = (
    "Encountered an unexpected error while evaluating the model. Verify that the serialized input Dataframe is "
    "compatible with the model for inference."
)


class Answer(NamedTuple):
    """A response: status, body, content type."""

    status: int
    body: str
    kind: str = JSON


class _Refused(Exception):
    """A request that is answered with something else than a prediction."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body)
        self.answer = answer


class _Gone(Exception):
    """The client went away in the middle of its request."""


class ScoringApp:
    """The ASGI application that serves one model; state is the model and the threads that it predicts in.

    Args:
        model: it is called from several threads at once.
    """

    def __init__(self, model: PyFuncModel) -> None:
        self._model = model
        self._pool = ThreadPoolExecutor(thread_name_prefix="predict")
        self._timeout = MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT.get()
        self._limit = MILLRACE_SCORING_MAX_REQUEST_BYTES.get()
        self._running: set[Future[Answer | Iterator[Any]]] = set()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            answer = await self._answer(scope, receive)
        except _Gone:
            return
        except _Refused as refused:
            answer = refused.answer
        if not isinstance(answer, Answer):
            await send_events(answer, receive, send, pool=self._pool, timeout_s=self._timeout)
            return
        body = answer.body.encode()
        headers = [(b"content-type", answer.kind.encode()), (b"content-length", b"%d" % len(body))]
        if answer.status in (408, 504):
            headers.append((b"connection", b"close"))  # the rest of the request may be under way
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    @property
    def busy(self) -> bool:
        """Whether a prediction is under way."""
        return bool(self._running)

    async def _answer(self, scope: MutableMapping[str, Any], receive: Receive) -> Answer | Iterator[Any]:
        path, method = scope["path"], scope["method"]
        if path not in _ROUTES:
            return Answer(404, '{"detail":"Not Found"}')
        if method != _ROUTES[path] and not (method == "HEAD" and _ROUTES[path] == "GET"):
            return Answer(405, '{"detail":"Method Not Allowed"}')
        if path == "/version":
            return Answer(200, MLFLOW_COMPATIBLE_VERSION)
        if path != "/invocations":
            return Answer(200, "\n")
        try:
            kind = content_type_of(dict(scope["headers"]).get(b"content-type", b"").decode("latin-1"))
        except _Refused:
            await self._body(receive)  # a client that is still sending would not see the answer
            raise
        try:
            async with asyncio.timeout(self._timeout):
                body = await self._body(receive)
                running = self._pool.submit(predicted, self._model, body, kind=kind)
                self._running.add(running)
                running.add_done_callback(self._running.discard)
                return await asyncio.wrap_future(running)
        except TimeoutError:
            text = f"Request processing time exceeded limit: it has {self._timeout} seconds (--timeout)."
            return _error(504, "DEADLINE_EXCEEDED", text)

    async def _body(self, receive: Receive) -> bytes:
        pieces, size, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Gone
            piece, more = message.get("body", b""), message.get("more_body", False)
            size += len(piece)
            if size <= self._limit:
                pieces.append(piece)
            else:
                pieces.clear()  # the rest is read and dropped, so that the client comes to read the answer
        if size > self._limit:
            raise _Refused(
                _error(
                    413,
                    "BAD_REQUEST",
                    f"The request has {size} bytes, and may have {self._limit}. Send fewer rows at a time, or raise "
                    "MILLRACE_SCORING_MAX_REQUEST_BYTES on the server.",
                )
            )
        return b"".join(pieces)


def content_type_of(header: str) -> str:
    """`application/json` or `text/csv`, from a Content-Type header.

    Raises:
        _Refused: it is neither, or not in UTF-8.
    """
    kind, *parameters = (part.strip() for part in header.split(";"))
    if kind.lower() not in (CSV, JSON):
        text = f"This predictor only supports the following content types: Types: ['{CSV}', '{JSON}']. Got '{kind}'."
        raise _Refused(Answer(415, text, _TEXT))
    for parameter in filter(None, parameters):
        name, _, value = parameter.partition("=")
        if name.lower() != "charset":
            text = (
                f"Unrecognized content type parameters: {name}. Since MLflow 2.0 the form of the input is said by the "
                "body's own fields: dataframe_split, dataframe_records, instances or inputs."
            )
            raise _Refused(Answer(415, text, _TEXT))
        if value.strip('"').lower() not in ("utf-8", "utf8"):
            raise _Refused(Answer(415, "The scoring server only supports UTF-8", _TEXT))
    return kind.lower()


def predicted(model: PyFuncModel, body: bytes, *, kind: str) -> Answer | Iterator[Any]:
    """What a model answers to the body of a request; the pieces of it where it is to be streamed.

    Args:
        model: the model.
        body: JSON or CSV in UTF-8.
        kind: which of them, as a content type.
    """
    try:
        asked = _asked(model, body, kind)
    except MlflowException as error:
        return _error(error.get_http_status_code(), error.error_code, error.message)
    try:
        pieces = pieces_of(model, asked)
        if pieces is not None:
            return pieces
        predictions = model.predict(asked.data, params=asked.params)
    except MlflowException as error:
        text = f"Failed to predict data '{_shown(asked.data)}'. \nError: {error.message}"
        return _error(error.get_http_status_code(), error.error_code, text)
    except (Exception, SystemExit) as error:  # the model's own code may raise anything, and must not end the server
        # What the model's code looks like is for the log, not for clients.
        _logger.exception("The model failed")
        return _error(400, "BAD_REQUEST", f"{_MODEL_FAILED} Error: {error!r}")
    try:
        return Answer(200, bare_json(predictions) if asked.chat else predictions_json(predictions))
    except Exception as error:  # so may what the model gave, when it is looked at
        _logger.exception("The model's answer cannot be written")
        return _error(500, "INTERNAL_ERROR", f"The model's answer cannot be written as JSON: {error}.")


def _asked(model: PyFuncModel, body: bytes, kind: str) -> Asked:
    signature = model.metadata.signature
    if kind == JSON:
        return read_json(body, signature)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRequest(f"Invalid input. It is not in UTF-8: {error}.") from None
    return Asked(read_csv(text, signature.inputs if signature else None), None)


def _shown(data: Any) -> str:
    text = str(data)
    return text if len(text) <= 1000 else f"{text[:1000]}…"


def _error(status: int, code: str, message: str) -> Answer:
    return Answer(status, json.dumps({"error_code": code, "message": message}))


def serve_model(model_uri: str, *, host: str, port: int, workers: int) -> None:
    """Serve a model until SIGTERM or SIGINT: then no new connections are taken, and requests under way are finished.

    Nobody can connect before the model is loaded.

    Args:
        model_uri: as for `mlflow.pyfunc.load_model`.
        host: the address to listen on.
        port: 0 for any free one.
        workers: processes, each with the model in its own memory.

    Raises:
        MlflowException: there is no such model, or the address is not free.
        OSError: there is nothing at a local path.
    """
    listener = _bound(host, port)
    still_busy = False
    with listener, _downloaded(model_uri) as directory:
        if workers > 1:
            _serve_with_workers(directory, listener, workers)
        else:
            still_busy = _serve_here(load_model(directory), listener)
    if still_busy:  # threads cannot be stopped, and Python would wait for them
        logging.shutdown()
        os._exit(0)


@contextlib.contextmanager
def _downloaded(model_uri: str) -> Iterator[str]:
    """The model's folder, which is there for as long as it is served: a model may read its files late."""
    if os.path.isdir(model_uri):
        yield model_uri
        return
    with tempfile.TemporaryDirectory(prefix="millrace-model-") as folder:
        yield local_directory(model_uri, folder)


def _bound(host: str, port: int) -> socket.socket:
    """A socket that has its address and does not listen yet."""
    listener = None
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family)
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        if listener is not None:
            listener.close()
        raise MlflowException.invalid_parameter_value(
            f"Cannot listen on {host}:{port}: {error.strerror or error}. Choose another --port or --host."
        ) from None
    return listener


def _serve_here(model: PyFuncModel, listener: socket.socket) -> bool:
    """Serve until told to stop; whether a prediction is still under way then."""
    host, port = listener.getsockname()[:2]
    _logger.info("Serving the model on http://%s:%s", f"[{host}]" if ":" in host else host, port)
    app = ScoringApp(model)
    config = uvicorn.Config(
        app,
        http="h11",  # unlike httptools it bounds the size of a request's head
        h11_max_incomplete_event_size=_MAX_HEAD,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    # Once uvicorn has finished its work it passes the signal on, which must end us in the usual way.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        pass
    _logger.info("Stopped.")
    return app.busy


def _serve_with_workers(directory: str, listener: socket.socket, workers: int) -> None:
    """Processes that accept from one socket; one that dies is replaced, unless none could ever load the model."""
    if not hasattr(os, "fork"):
        raise MlflowException.invalid_parameter_value("--workers above 1 needs fork, which this system lacks.")
    children: set[int] = set()
    once_ready = mmap.mmap(-1, 1)  # shared with the children: they write that the model can be loaded
    stopping, failed = False, False

    def stop(number: int = 0, frame: object = None) -> None:
        nonlocal stopping
        stopping = True
        for child in children:
            os.kill(child, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    for _ in range(workers):
        _fork(directory, listener, children=children, once_ready=once_ready)
    while children:
        child, status = os.wait()
        children.discard(child)
        if stopping:
            continue
        if not once_ready[0]:
            failed = True
            stop()
        elif status:
            _logger.error("A worker ended with status %s and is replaced.", os.waitstatus_to_exitcode(status))
            _fork(directory, listener, children=children, once_ready=once_ready)
    if failed:
        raise MlflowException("The model cannot be served; the workers' messages above say why.")


def _fork(directory: str, listener: socket.socket, *, children: set[int], once_ready: mmap.mmap) -> None:
    # A signal in the middle would find a child that is not among the children yet, or still has its parent's handlers.
    signals = (signal.SIGTERM, signal.SIGINT)
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    child = os.fork()
    if child:
        children.add(child)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
        return
    for number in signals:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
    _work(directory, listener, once_ready=once_ready)


def _work(directory: str, listener: socket.socket, *, once_ready: mmap.mmap) -> NoReturn:
    status = 1
    try:
        model = load_model(directory)
        once_ready[0] = 1
        _serve_here(model, listener)
        status = 0
    except BaseException:
        _logger.exception("A worker failed")
    logging.shutdown()
    os._exit(status)
