"""The ASGI app: every call at its route, derived from its declaration, and the few routes for bytes beside them.

A request is read into a value, the value is authorised, and then acted on, in one place (`_App.__call__`) for all of
them.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote

from millrace import wire
from millrace.calls import ENDPOINTS, Binary, Call, Endpoint, Needs
from millrace.errors import EndpointNotFound, InvalidParameterValue, MlflowException
from millrace.server import answering, export, listing, removing, sources, streams
from millrace.server.counts import Counts
from millrace.server.feed import STATE, Feed
from millrace.server.http import (
    BYTES,
    HTML,
    JSON,
    TEXT,
    App,
    Disconnected,
    Receive,
    Request,
    Scope,
    Send,
    error_body,
    respond,
)
from millrace.server.options import Options
from millrace.server.otlp import Otlp
from millrace.server.places import Places
from millrace.server.routing import PREFIXES, PUBLIC, Route, Router
from millrace.server.security import guarded
from millrace.server.ui import Ui
from millrace.server.writes import Writes
from millrace.store import GroupingStore, Store

MLFLOW_VERSION = "3.8.1"
"""The version of MLflow whose API this server speaks: clients ask."""

THREADS = 16
"""How many calls that only read are answered at once; a store may answer fewer."""

Authorize = Callable[[Scope, Needs, object], Awaitable[None]]
"""Raises Unauthenticated or PermissionDenied when a request may not do what it asks for."""

_OWN_ANSWERS = listing.ANSWERS | sources.ANSWERS | removing.ANSWERS
"""The calls that concern files on this machine, which the server answers itself."""

_logger = logging.getLogger("millrace.server")

_HTML_ERROR = "<!doctype html>\n<html lang=en>\n<title>{0}</title>\n<h1>{0}</h1>\n<p>{1}</p>\n"


async def everybody(scope: Scope, needs: Needs, asked: object) -> None:
    """Allow everything: whoever reaches the server may use it."""


def never() -> bool:
    """No server is to stop."""
    return False


def make_app(
    store: Store,
    places: Places,
    options: Options,
    authorize: Authorize = everybody,
    stopping: Callable[[], bool] = never,
) -> App:
    """The server as an ASGI app.

    Args:
        store: what answers the calls; the caller closes it.
        places: the artifacts that the server reaches.
        options: what the server was told; only those that concern single requests are read.
        authorize: asked once for every request that has a route, after it was read and before anything is done.
        stopping: whether the server is to stop; connections that would stay open for ever are ended then.
    """
    return guarded(_App(store, places, options, authorize, stopping), options)


class _App:
    def __init__(
        self, store: Store, places: Places, options: Options, authorize: Authorize, stopping: Callable[[], bool]
    ) -> None:
        self._store = store
        self._places = places
        self._options = options
        self._authorize = authorize
        self._pool = ThreadPoolExecutor(THREADS, "millrace-call")
        self._writes = Writes(store) if isinstance(store, GroupingStore) and store.gains_by_groups else None
        self._counts = Counts() if options.expose_prometheus else None
        self._feed = Feed(store, self._in_thread, stopping)
        self._router = Router(self._routes())
        self._prefix = options.static_prefix.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return None
        request = Request(scope, receive, self._options.body_timeout)
        if self._counts:
            send = self._counts.counting(request, send)
        path, raw_path = self._local_paths(scope)
        routes, fields = self._router.find(path, raw_path)
        method = "GET" if request.method == "HEAD" else request.method
        route = routes.get(method)
        try:
            if route is None:
                return await self._no_route(request, send, routes, raw_path)
            asked = await route.read(request, fields)
            await self._authorize(scope, route.needs, asked)
            if request.header(STATE):
                send = await self._feed.naming_state(send)
            await route.act(request, send, asked)
        except MlflowException as error:
            await respond(send, error.get_http_status_code(), error_body(error))
        except Disconnected:
            _logger.debug("The client of %s %r went away.", request.method, path)
        except Exception:
            _logger.exception("%s %r failed", request.method, path)
            message = "Internal error: the server's log says what happened."
            await respond(send, 500, error_body(MlflowException(message)))

    def _local_paths(self, scope: Scope) -> tuple[str, str]:
        path = scope["path"]
        raw_path = scope.get("raw_path", path.encode()).partition(b"?")[0].decode("latin-1")
        if self._prefix and path.startswith(self._prefix + "/"):
            return path[len(self._prefix) :], raw_path[len(self._prefix) :]
        return path, raw_path

    def _routes(self) -> Iterator[Route]:
        for endpoint in ENDPOINTS.values():
            act = self._disabled(endpoint) if self._options.artifacts_only else self._answer
            for prefix in PREFIXES:
                path = f"{prefix}/{endpoint.version}/{endpoint.path}"
                yield Route(endpoint.methods, path, endpoint.needs, self._reader(endpoint), act)
        yield from streams.Streams(self._store, self._places, self._options).routes()
        for path, text in (("/health", b"OK"), ("/version", MLFLOW_VERSION.encode())):
            yield Route(("GET",), path, PUBLIC, _nothing, _says(text))
        if not self._options.artifacts_only:
            yield from export.Exports(self._store).routes()
            yield from Ui(self._store, self._options).routes()
            yield from self._feed.routes()
            yield from Otlp(self._from_store, self._in_thread, self._options).routes()
        if self._counts:
            yield Route(("GET",), "/metrics", PUBLIC, _nothing, self._counts.show)

    def _reader(self, endpoint: Endpoint) -> Callable[[Request, dict[str, str]], Awaitable[Any]]:
        """What reads a request into a call: fields of the path first, then the query of a GET, else the JSON body."""

        async def read(request: Request, fields: dict[str, str]) -> Any:
            if self._options.artifacts_only:
                return None
            query = request.method in ("GET", "HEAD")
            if query and not request.scope.get("query_string") and request.header(b"content-length").strip("0"):
                query = False  # some tools send the fields of a GET as JSON, which MLflow reads too
            body = b"" if query else await request.body(self._options.max_body)
            if query or (request.method == "DELETE" and not body):
                return wire.from_query([*fields.items(), *request.query], endpoint.call)
            _check_content_type(request)
            if not fields:
                return wire.decode(body or b"{}", endpoint.call)
            return wire.convert(wire.decode(body or b"{}", dict) | fields, endpoint.call)

        return read

    async def _answer(self, request: Request, send: Send, call: Call[Any]) -> None:
        own = _OWN_ANSWERS.get(type(call))
        if own is not None:
            answer = await self._in_thread(own, self._store, self._places, call)
        else:
            answer = await self._from_store(call, request.size)
        if isinstance(answer, Binary):
            return await respond(send, 200, answer.data, BYTES)
        return await answering.answer(request, send, wire.encode(answer), self._in_thread)

    async def _from_store(self, call: Call[Any], size: int) -> Any:
        if self._writes is not None and ENDPOINTS[type(call)].writes:
            return await self._writes.answer(call, size)
        return await self._in_thread(self._store.call, call)

    async def _in_thread(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)

    def _disabled(self, endpoint: Endpoint) -> Callable[[Request, Send, Any], Awaitable[None]]:
        async def act(request: Request, send: Send, asked: object) -> None:
            text = (
                f"Endpoint: {request.path} disabled due to the mlflow server running in `--artifacts-only` mode. "
                "To enable tracking server functionality, run `mlflow server` without `--artifacts-only`"
            )
            await respond(send, 503, text.encode(), HTML)

        return act

    async def _no_route(self, request: Request, send: Send, routes: dict[str, Route], raw_path: str) -> None:
        allowed = ", ".join(sorted({"OPTIONS", *routes})).encode()
        merged = "/" + re.sub(r"//+", "/", raw_path).lstrip("/")
        if not routes and merged != raw_path and self._router.find(unquote(merged), merged)[0]:
            # As MLflow does; 308, unlike 301, keeps the method and the body.
            query = request.scope.get("query_string", b"")
            target = (self._prefix + merged).encode("latin-1") + (b"?" + query if query else b"")
            await respond(send, 308, b"", HTML, [(b"location", target)])
        elif not routes and request.path.startswith(tuple(f"{prefix}/" for prefix in PREFIXES)):
            error = EndpointNotFound(f"There is no endpoint {request.path} on this server.")
            await respond(send, 404, error_body(error), JSON)
        elif not routes:
            text = "The requested URL was not found on the server."
            await respond(send, 404, _HTML_ERROR.format("404 Not Found", text).encode(), HTML)
        elif request.method == "OPTIONS":
            await respond(send, 204, b"", HTML, [(b"allow", allowed)])
        else:
            text = "The method is not allowed for the requested URL."
            body = _HTML_ERROR.format("405 Method Not Allowed", text).encode()
            await respond(send, 405, body, HTML, [(b"allow", allowed)])


def _check_content_type(request: Request) -> None:
    """Only JSON is taken as JSON: a form of a foreign page can be sent without asking the browser, JSON cannot."""
    kind = request.header(b"content-type")
    if not kind:
        raise InvalidParameterValue("Bad Request. Content-Type header is missing.")
    if kind.partition(";")[0].strip().lower() != "application/json":
        raise InvalidParameterValue("Bad Request. Content-Type must be one of ['application/json'].")


async def _nothing(request: Request, fields: dict[str, str]) -> None:
    """Read nothing."""


def _says(text: bytes) -> Callable[[Request, Send, Any], Awaitable[None]]:
    async def act(request: Request, send: Send, asked: object) -> None:
        await respond(send, 200, text, TEXT)

    return act
