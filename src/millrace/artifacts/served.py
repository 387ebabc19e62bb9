"""Artifacts over HTTP: through a tracking server, or as plain files that can only be read."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import urlencode

from millrace.artifacts.parts import takes_parts, write_in_parts
from millrace.artifacts.paths import RESERVED, invalid_path, parts_of
from millrace.artifacts.port import CHUNK, Seen, Source, as_stream, chunks_of
from millrace.errors import MlflowException, NotImplementedHere, ResourceMissing, RestException, TemporarilyUnavailable
from millrace.http import Client, StrangersClient, quoted
from millrace.model import FileInfo
from millrace.settings import MLFLOW_HTTP_REQUEST_MAX_RETRIES

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

API = "/api/2.0/mlflow-artifacts/artifacts"
"""Where a tracking server serves artifacts."""

OFFSET_HEADER = "Upload-Offset"
"""The header that says how long a file is that is appended to."""


class ServedArtifacts:
    """Artifacts through a tracking server that serves them.

    Args:
        server: the server, with the credentials that it may be sent.
        folder: the folder below the server's root of artifacts that is the root here.
    """

    def __init__(self, server: Client, folder: str) -> None:
        self._client = server
        self._folder = parts_of(folder.strip("/"))

    def open(self, path: str) -> BinaryIO:
        """See `Artifacts`."""
        answer = self._client.send("GET", self._url(path), stream=True)
        return _stream(_checked(answer, path))

    def write(self, path: str, data: Source) -> None:
        """See `Artifacts`; a file is sent again after a passing fault, a stream that cannot be rewound is not.

        A large file travels in parts, which may be gone on with later: see `write_in_parts`.
        """
        parts = parts_of(path)
        if not parts:
            raise invalid_path()
        headers, body = _sized(data)
        size = int(headers.get("Content-Length", 0))
        folder = "/".join((*self._folder, *parts[:-1]))
        if folder and not isinstance(data, bytes) and takes_parts(data, size):
            progress = getattr(data, "progress", None)
            if write_in_parts(self._client, folder, parts[-1], data, size, progress.seen if progress else int):
                return
        _checked(self._client.send("PUT", self._url(path), body=body, headers=headers), path)

    def append(self, path: str, data: bytes, at: int) -> int:
        """See `Artifacts`; MLflow's server cannot do it."""
        if not parts_of(path):
            raise invalid_path()
        headers = {"Content-Type": "application/octet-stream", OFFSET_HEADER: str(at)}
        answer = self._client.send("PATCH", self._url(path), body=data, headers=headers)
        if answer.status in (404, 405, 501):
            raise NotImplementedHere(f"The server {self._client.url} cannot append to artifacts.")
        return int(json.loads(_checked(answer, path).data)["file_size"])

    def fetch(self, path: str, target: Path, seen: Seen) -> None:
        """Download a file to a local path, by way of a hidden file beside it.

        A connection that breaks off is taken up where it broke; so is a download that a killed program left behind, as
        long as the server says that the file is the same.
        """
        answer = _checked(self._client.send("GET", self._url(path), stream=True), path)
        tag = answer.headers.get("ETag") or ""
        mark = hashlib.sha256(tag.encode()).hexdigest()[:16] if tag else uuid.uuid4().hex[:16]
        partial = target.with_name(f"{RESERVED}{mark}-{target.name[-100:]}")
        there = partial.stat().st_size if tag and partial.exists() else 0
        if there:
            answer.close()
            answer, there = self._from(path, there, tag)
            seen(there)
        faults = 0
        while True:
            before = there
            try:
                with partial.open("r+b" if there else "wb") as out:
                    out.seek(there)
                    for piece in _body(answer):
                        out.write(piece)
                        there += len(piece)
                        seen(len(piece))
                    out.truncate()
                break
            except TemporarilyUnavailable:
                faults = 1 if there > before else faults + 1
                if not tag or faults > MLFLOW_HTTP_REQUEST_MAX_RETRIES.get():
                    raise
            answer, there = self._from(path, there, tag)
        os.replace(partial, target)

    def _from(self, path: str, start: int, tag: str) -> tuple[BaseHTTPResponse, int]:
        """The rest of a file, if it is still the same, else all of it; and where that begins."""
        headers = {"Range": f"bytes={start}-", "If-Range": tag}
        answer = self._client.send("GET", self._url(path), headers=headers, stream=True)
        if answer.status == 416:  # nothing is missing but the last step, or the file has become shorter
            answer.close()
            answer = self._client.send("GET", self._url(path), stream=True)
        return _checked(answer, path), start if answer.status == 206 else 0

    def list(self, path: str = "") -> list[FileInfo]:
        """See `Artifacts`."""
        parts = parts_of(path)
        query = urlencode({"path": "/".join((*self._folder, *parts))})
        answer = json.loads(_checked(self._client.send("GET", API, query=query), path).data or b"{}")
        found = [_info(one, parts) for one in answer.get("files") or []]
        return sorted(found, key=lambda one: one.path)

    def delete(self, path: str = "") -> None:
        """See `Artifacts`."""
        with contextlib.suppress(ResourceMissing):
            _checked(self._client.send("DELETE", self._url(path)), path)

    def _url(self, path: str) -> str:
        return f"{API}/{quoted('/'.join((*self._folder, *parts_of(path))))}"


class PlainFiles:
    """Files at an http(s) address, to be read only."""

    def __init__(self, url: str) -> None:
        self._client = StrangersClient(url)

    def open(self, path: str) -> BinaryIO:
        """See `Artifacts`."""
        parts = parts_of(path)
        return _stream(
            _checked(self._client.send("GET", f"/{quoted('/'.join(parts))}" if parts else "", stream=True), path)
        )

    def write(self, path: str, data: Source) -> None:
        """Refused."""
        raise self._read_only()

    def list(self, path: str = "") -> list[FileInfo]:
        """Refused: HTTP has no listing."""
        raise NotImplementedHere(f"Files at {self._client.url} can only be read one by one: HTTP has no listing.")

    def append(self, path: str, data: bytes, at: int) -> int:
        """Refused."""
        raise self._read_only()

    def delete(self, path: str = "") -> None:
        """Refused."""
        raise self._read_only()

    def _read_only(self) -> NotImplementedHere:
        return NotImplementedHere(f"Files at {self._client.url} can only be read.")


def _info(one: dict[str, Any], parts: tuple[str, ...]) -> FileInfo:
    # A server names what it lists relative to the folder that it lists; its word is checked like anyone's.
    whole = "/".join((*parts, *parts_of(str(one["path"]))))
    size = one.get("file_size")
    return FileInfo(whole, bool(one.get("is_dir")), None if size is None else int(size))


def _stream(answer: BaseHTTPResponse) -> BinaryIO:
    return as_stream(_body(answer))


def _body(answer: BaseHTTPResponse) -> Iterator[bytes]:
    """The body of an answer in pieces; a connection that breaks off is an error, not an end."""
    try:
        yield from answer.stream(CHUNK, decode_content=True)
        answer.release_conn()
    except Exception as error:
        raise TemporarilyUnavailable(f"The download broke off: {error}") from error
    finally:
        answer.close()  # a connection with an unread rest cannot be used again; a released one is not touched


def _sized(data: Source) -> tuple[dict[str, str], bytes | BinaryIO | Iterator[bytes]]:
    headers = {"Content-Type": "application/octet-stream"}
    if isinstance(data, bytes):
        return headers, data
    if data.seekable():
        start = data.tell()
        headers["Content-Length"] = str(data.seek(0, os.SEEK_END) - start)
        data.seek(start)
        return headers, data
    return headers, chunks_of(data)


def _checked(answer: BaseHTTPResponse, path: str) -> BaseHTTPResponse:
    if 200 <= answer.status < 300:
        return answer
    text = answer.read(1 << 16) if not answer.data else answer.data[: 1 << 16]
    answer.close()
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if answer.status == 404:
        raise ResourceMissing(str(told["message"]) if _is_error(told) else f"No such artifact: '{path}'")
    if _is_error(told):
        raise RestException(cast("dict[str, Any]", told))
    shown = text.decode(errors="replace").strip()[:500]
    raise MlflowException(f"The server answered {answer.status} to artifact '{path}': {shown}")


def _is_error(told: object) -> bool:
    return isinstance(told, dict) and "error_code" in told and "message" in told
