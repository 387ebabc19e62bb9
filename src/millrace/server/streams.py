"""The routes for bytes, written by hand: artifacts up and down, in pieces, whatever their size.

Files are read and written in threads of their own, so that slow uploads never keep calls waiting, and no more than a
few pieces of a mebibyte are in memory at once.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO, TypeVar

from msgspec import Struct

from millrace import wire
from millrace.artifacts import OFFSET_HEADER, Artifacts, LocalArtifacts, MultipartUploads, as_stream, parts_of
from millrace.calls import DownloadUri, Edit, GetModelVersionDownloadUri, GetTrace, Needs, Read, Required
from millrace.errors import BadRequest, InvalidParameterValue, NotImplementedHere
from millrace.model import FileInfo, Trace, TraceTagKey
from millrace.model.traces import SPANS_FILE
from millrace.server.files import send_file
from millrace.server.http import HTML, Disconnected, Request, Send, begin, respond
from millrace.server.kinds import disposition
from millrace.server.listing import location_of_model, location_of_run
from millrace.server.options import Options
from millrace.server.places import Places
from millrace.server.routing import PREFIXES, PUBLIC, Route
from millrace.server.zips import zipped
from millrace.store import Store

R = TypeVar("R")

THREADS = 32
"""How many files are read or written at once."""
_APPENDED = 16 << 20
"""How much may be appended at once."""
_PROXY = "2.0/mlflow-artifacts"
_READ, _EDIT = Needs("read", "artifact"), Needs("edit", "artifact")

_logger = logging.getLogger("millrace.server")


class At(Struct, frozen=True):
    """What a request for bytes asks for: a path below the root of `owner` (a run's or model's id, a model version), or
    below the server's own root."""

    path: str
    owner: str = ""
    version: str = ""
    kind: str = ""
    """What the owner is, where the route does not say it: `run`, `model` or `version`."""


class _Files(Struct, frozen=True, omit_defaults=True):
    files: list[FileInfo] = []


class _Begin(Struct, frozen=True):
    path: Required
    num_parts: int = 1


class _Part(Struct, frozen=True):
    part_number: int
    etag: str = ""


class _End(Struct, frozen=True):
    path: Required
    upload_id: Required
    parts: list[_Part] = []


class _Credential(Struct, frozen=True):
    url: str
    part_number: int
    headers: dict[str, str] = {}


class _Begun(Struct, frozen=True):
    upload_id: str
    credentials: list[_Credential]


class Streams:
    """The routes for bytes of one server."""

    def __init__(self, store: Store, places: Places, options: Options) -> None:
        self._store = store
        self._places = places
        self._options = options
        self._pool = ThreadPoolExecutor(THREADS, "millrace-bytes")

    def routes(self) -> Iterator[Route]:
        """All of them."""
        for prefix in PREFIXES:
            base = f"{prefix}/{_PROXY}"
            file = f"{base}/artifacts/{{path*}}"
            yield self._proxied(("GET",), f"{base}/artifacts", _READ, _listed, self._list)
            yield self._proxied(("GET",), file, _READ, _at, self._download)
            yield self._proxied(("PUT",), file, _EDIT, _at, self._upload)
            yield self._proxied(("DELETE",), file, _EDIT, _at, self._delete)
            yield self._proxied(("PATCH",), file, _EDIT, _at, self._append)
            for step, act in (("create", self._begin), ("complete", self._complete), ("abort", self._abort)):
                yield self._proxied(("POST",), f"{base}/mpu/{step}/{{path*}}", _EDIT, _at, act)
            # Clients send parts to these addresses as they are, without credentials: the id is the permission.
            yield self._proxied(("PUT",), f"{base}/mpu/parts/{{owner}}/{{path}}", PUBLIC, _at, self._part)
        yield self._tracked("GET", "/get-artifact", Read.run, _of_run, self._of_run)
        yield self._tracked("POST", "/ajax-api/2.0/mlflow/upload-artifact", Edit.run, _to_run, self._upload_to_run)
        yield self._tracked("GET", "/model-versions/get-artifact", Read.registered_model, _of_version, self._of_version)
        files = "/ajax-api/2.0/mlflow/logged-models/{owner}/artifacts/files"
        yield self._tracked("GET", files, Read.logged_model, _of_model, self._of_model)
        for version in ("2.0", "3.0"):
            data = f"/ajax-api/{version}/mlflow/get-trace-artifact"
            yield self._tracked("GET", data, Read.trace, _of_trace, self._of_trace)
        for prefix in PREFIXES:
            yield self._tracked("GET", f"{prefix}/millrace/1/artifacts/zip", _READ, _zip_of, self._zip)

    # -- what may be off ------------------------------------------------------------------------------------
    def _proxied(self, methods: tuple[str, ...], path: str, needs: Needs, read: Any, act: Any) -> Route:
        if self._places.served is None:
            shown = path.replace("{path*}", "<path:artifact_path>")
            act = _disabled(
                f"Endpoint: {shown} disabled due to the mlflow server running with `--no-serve-artifacts`. To enable "
                "artifacts server functionality, run `mlflow server` with `--serve-artifacts`"
            )
        return Route(methods, path, needs, read, act)

    def _tracked(self, method: str, path: str, needs: Needs, read: Any, act: Any) -> Route:
        if self._options.artifacts_only:
            act = _disabled(
                f"Endpoint: {path} disabled due to the mlflow server running in `--artifacts-only` mode. To enable "
                "tracking server functionality, run `mlflow server` without `--artifacts-only`"
            )
        return Route((method,), path, needs, read, act)

    @property
    def _served(self) -> Artifacts:
        assert self._places.served is not None  # its routes are disabled otherwise
        return self._places.served

    # -- the server's own root ------------------------------------------------------------------------------
    async def _list(self, request: Request, send: Send, at: At) -> None:
        found = await self._run(self._served.list, at.path)
        # Names relative to what was listed, unlike those that the call ListArtifacts gives.
        files = [FileInfo(one.path.rpartition("/")[2], one.is_dir, one.file_size) for one in found]
        await respond(send, 200, wire.encode(_Files(files)))

    async def _download(self, request: Request, send: Send, at: At) -> None:
        await self._send_file(request, send, self._served, at.path)

    async def _upload(self, request: Request, send: Send, at: At) -> None:
        await self._run(self._served.write, at.path, _body_of(request))
        await respond(send, 200, b"{}")

    async def _append(self, request: Request, send: Send, at: At) -> None:
        offset = request.header(OFFSET_HEADER.lower().encode())
        if not (offset.isascii() and offset.isdigit() and len(offset) < 19):
            raise InvalidParameterValue(
                f"The header {OFFSET_HEADER} must say how long the file is, got {offset[:64]!r}."
            )
        data = await request.body(min(self._options.max_body, _APPENDED))
        size = await self._run(self._served.append, at.path, data, int(offset))
        await respond(send, 200, wire.encode(FileInfo(at.path, False, size)))

    async def _delete(self, request: Request, send: Send, at: At) -> None:
        if not parts_of(at.path):
            raise InvalidParameterValue("Invalid path")
        await self._run(self._served.delete, at.path)
        await respond(send, 200, b"{}")

    # -- in parts -------------------------------------------------------------------------------------------
    @property
    def _uploads(self) -> MultipartUploads:
        if not isinstance(self._served, LocalArtifacts):
            raise NotImplementedHere("Multipart upload is not supported for the current artifact repository")
        return MultipartUploads(self._served)

    async def _begin(self, request: Request, send: Send, at: At) -> None:
        asked = wire.decode(await request.body(self._options.max_body), _Begin)
        if not 1 <= asked.num_parts <= 10_000:
            raise InvalidParameterValue(f"An upload has 1 to 10000 parts, got {asked.num_parts}.")
        upload_id = await self._run(self._uploads.begin, _target(at, asked.path))
        base = f"{request.scope.get('scheme', 'http')}://{request.header(b'host')}"
        base += f"{self._options.static_prefix.rstrip('/')}/api/{_PROXY}/mpu/parts/{upload_id}"
        credentials = [_Credential(f"{base}/{number}", number) for number in range(1, asked.num_parts + 1)]
        await respond(send, 200, wire.encode(_Begun(upload_id, credentials)))

    async def _part(self, request: Request, send: Send, at: At) -> None:
        if not (at.path.isascii() and at.path.isdigit() and len(at.path) < 6):
            raise InvalidParameterValue(f"A part's number was expected, got {at.path[:64]!r}.")
        etag = await self._run(self._uploads.part, at.owner, int(at.path), _body_of(request))
        await respond(send, 200, b"{}", headers=[(b"etag", f'"{etag}"'.encode())])

    async def _complete(self, request: Request, send: Send, at: At) -> None:
        asked = wire.decode(await request.body(self._options.max_body), _End)
        parts = [(part.part_number, part.etag) for part in asked.parts]
        await self._run(self._uploads.complete, asked.upload_id, _target(at, asked.path), parts)
        await respond(send, 200, b"{}")

    async def _abort(self, request: Request, send: Send, at: At) -> None:
        asked = wire.decode(await request.body(self._options.max_body), _End)
        await self._run(self._uploads.abort, asked.upload_id, _target(at, asked.path))
        await respond(send, 200, b"{}")

    # -- of runs and models ---------------------------------------------------------------------------------
    async def _of_run(self, request: Request, send: Send, at: At) -> None:
        location = await self._run(location_of_run, self._store, at.owner)
        await self._send_file(request, send, self._places.at(location), at.path)

    async def _of_model(self, request: Request, send: Send, at: At) -> None:
        location = await self._run(location_of_model, self._store, at.owner)
        await self._send_file(request, send, self._places.at(location), at.path)

    async def _of_version(self, request: Request, send: Send, at: At) -> None:
        await self._send_file(request, send, self._places.at(await self._location(at)), at.path)

    async def _of_trace(self, request: Request, send: Send, at: At) -> None:
        """The spans of a trace: those in the store, or else the file that a client without OTLP has written."""
        trace: Trace = (await self._run(self._store.call, GetTrace(at.owner))).trace.trace()
        if trace.data.spans:
            return await respond(send, 200, json.dumps(trace.data.to_dict()).encode())
        location = trace.info.tags[TraceTagKey.ARTIFACT_LOCATION]
        return await self._send_file(request, send, self._places.at(location), at.path)

    async def _upload_to_run(self, request: Request, send: Send, at: At) -> None:
        location = await self._run(location_of_run, self._store, at.owner)
        await self._run(self._places.at(location).write, at.path, _body_of(request))
        await respond(send, 200, b"")

    # -- pieces ---------------------------------------------------------------------------------------------
    async def _run(self, function: Callable[..., R], *arguments: Any) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)

    async def _send_file(self, request: Request, send: Send, artifacts: Artifacts, path: str) -> None:
        stream = await self._run(artifacts.open, path)
        await send_file(request, send, stream, parts_of(path)[-1], self._run)

    async def _zip(self, request: Request, send: Send, at: At) -> None:
        artifacts = self._places.at(await self._location(at))
        pieces = zipped(artifacts, at.path)
        piece: bytes = await self._run(next, pieces)
        name = (parts_of(at.path) or (f"{at.owner}-{at.version}" if at.version else at.owner,))[-1]
        headers = [(b"content-type", b"application/zip"), (b"content-disposition", disposition(f"{name}.zip"))]
        await begin(send, 200, headers)
        try:
            while piece and request.method != "HEAD":
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                piece = await self._run(next, pieces, b"")
        except Disconnected:
            raise
        except Exception:
            # The headers are sent, so only a broken connection can still tell the client.
            _logger.exception("Zipping %r broke off", at.path)
            raise Disconnected from None
        finally:
            await self._run(pieces.close)
        await send({"type": "http.response.body", "body": b""})

    async def _location(self, at: At) -> str:
        """Where the artifacts of a run, a logged model or a model version are."""
        if at.version:
            found: DownloadUri = await self._run(self._store.call, GetModelVersionDownloadUri(at.owner, at.version))
            return found.artifact_uri
        where: Callable[[Store, str], str] = location_of_model if at.kind == "model" else location_of_run
        return await self._run(where, self._store, at.owner)


def _body_of(request: Request) -> BinaryIO:
    """The body as a stream for another thread, which waits for each piece and so slows a fast client down."""
    loop = asyncio.get_running_loop()

    def pieces() -> Iterator[bytes]:
        while piece := asyncio.run_coroutine_threadsafe(request.piece(), loop).result():
            yield piece

    return as_stream(pieces())


def _target(at: At, local: str) -> str:
    """The file that an upload in parts is for: clients name a folder, and the file by its path on their machine."""
    return "/".join((*parts_of(at.path), *parts_of(local.rstrip("/").rpartition("/")[2])))


def _disabled(text: str) -> Callable[[Request, Send, Any], Awaitable[None]]:
    async def act(request: Request, send: Send, asked: object) -> None:
        await respond(send, 503, text.encode(), HTML)

    return act


async def _at(request: Request, fields: dict[str, str]) -> At:
    at = At(**fields)
    parts_of(at.path)
    return at


async def _listed(request: Request, fields: dict[str, str]) -> At:
    return await _at(request, {"path": request.param("path") or ""})


async def _of_run(request: Request, fields: dict[str, str]) -> At:
    path = request.param("path")
    if not path:
        raise BadRequest('Request must include the "path" query parameter.')
    run_id = request.param("run_id") or request.param("run_uuid")
    return await _at(request, {"path": path, "owner": run_id or "None"})


async def _to_run(request: Request, fields: dict[str, str]) -> At:
    asked = {name: request.param(name) or "" for name in ("run_uuid", "path")}
    for name, value in asked.items():
        if not value:
            raise InvalidParameterValue(f"Request must specify {name}.")
    if request.header(b"content-length") == "0":
        raise InvalidParameterValue("Request must specify data.")
    return await _at(request, {"path": asked["path"], "owner": asked["run_uuid"]})


async def _of_version(request: Request, fields: dict[str, str]) -> At:
    asked = {name: request.param(name) or "" for name in ("name", "version", "path")}
    for name, value in asked.items():
        if not value:
            raise BadRequest(f'Request must include the "{name}" query parameter.')
    at = At(asked["path"], asked["name"], asked["version"])
    parts_of(at.path)
    return at


async def _of_trace(request: Request, fields: dict[str, str]) -> At:
    trace_id = request.param("request_id")
    if not trace_id:
        raise BadRequest('Request must include the "request_id" query parameter.')
    return At(SPANS_FILE, trace_id)


async def _of_model(request: Request, fields: dict[str, str]) -> At:
    path = request.param("artifact_file_path")
    if not path:
        raise BadRequest('Request must include the "artifact_file_path" query parameter.')
    return await _at(request, {"path": path, **fields})


async def _zip_of(request: Request, fields: dict[str, str]) -> At:
    path = (request.param("path") or "").strip("/")
    parts_of(path)
    owners = {"run": "run_id", "model": "model_id", "version": "name"}
    given = [(kind, owner) for kind, name in owners.items() if (owner := request.param(name))]
    if len(given) != 1:
        raise BadRequest(
            'Request must include one of the query parameters "run_id", "model_id", or "name" and "version".'
        )
    kind, owner = given[0]
    version = request.param("version") or "" if kind == "version" else ""
    if kind == "version" and not version:
        raise BadRequest('Request must include the "version" query parameter.')
    return At(path, owner, version, kind)
