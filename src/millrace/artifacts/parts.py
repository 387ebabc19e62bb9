"""Large files to a server in parts: several at once, and gone on with when the program was killed in between."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from millrace.artifacts.several import several
from millrace.errors import MlflowException, ResourceMissing
from millrace.http import Client, StrangersClient, quoted
from millrace.settings import (
    MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD,
    MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE,
    MLFLOW_PROXY_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE,
    state_folder,
)

_API = "/api/2.0/mlflow-artifacts/mpu"
_OWN_PARTS = f"{_API}/parts/"
_MOST_PARTS = 10_000
_AT_ONCE = 8


def takes_parts(data: object, size: int) -> bool:
    """Whether a file of that size is to be sent in parts, if the server takes them."""
    wanted = MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD
    return (
        size >= max(1, MLFLOW_PROXY_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE.get())
        and (wanted.get() or not wanted.defined)
        and hasattr(os, "pread")
        and _descriptor(data) is not None
    )


def _descriptor(data: Any) -> int | None:
    try:
        return int(data.fileno())
    except (AttributeError, OSError):
        return None


def write_in_parts(
    client: Client, folder: str, name: str, data: BinaryIO, size: int, seen: Callable[[int], object]
) -> bool:
    """Send a file in parts.

    Which parts have arrived is noted in a file of this machine, so that sending the same unchanged file to the same
    place again goes on where a killed program stopped. At most eight parts travel at once, each read in pieces.

    Args:
        client: the server.
        folder: the folder that the file goes into, below the server's root of artifacts.
        name: the name that it gets.
        data: an open file.
        size: its bytes.
        seen: told how many bytes have arrived more.

    Returns:
        False when the server takes no parts; nothing was sent then.
    """
    upload = _Upload(client, folder, name, data, size)
    try:
        return upload.send(seen)
    except ResourceMissing:
        if not upload.is_resumed:
            raise
        # The server has forgotten what was begun; so do we.
        upload.forget()
        return _Upload(client, folder, name, data, size).send(seen)


class _Upload:
    def __init__(self, client: Client, folder: str, name: str, data: BinaryIO, size: int) -> None:
        self._client = client
        self._folder = folder
        self._name = name
        self._file = _descriptor(data)
        self._size = size
        self._part_size = max(MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE.get(), -(-size // _MOST_PARTS))
        status = os.fstat(self._file or 0)
        facts = (client.url, folder, name, status.st_dev, status.st_ino, size, status.st_mtime_ns, self._part_size)
        digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]
        self._notes = Path(state_folder(), "millrace", "uploads", digest)
        self._etags: dict[int, str] = {}
        self._upload_id = ""
        self._addresses: dict[int, dict[str, Any]] = {}
        self._read_notes()
        self.is_resumed = bool(self._upload_id)

    # -- what was sent already ------------------------------------------------------------------------------
    def _read_notes(self) -> None:
        try:
            lines = self._notes.read_text().splitlines()
        except OSError:
            return
        for line in lines:
            try:
                note = json.loads(line)
            except ValueError:  # the last line of a killed program
                continue
            self._upload_id = note.get("upload_id", self._upload_id)
            if "part" in note:
                self._etags[note["part"]] = note["etag"]

    def _note(self, **note: object) -> None:
        try:
            self._notes.parent.mkdir(parents=True, exist_ok=True)
            with self._notes.open("a") as file:
                file.write(json.dumps(note) + "\n")
        except OSError:
            pass  # without notes the upload works, too; it cannot be gone on with

    def forget(self) -> None:
        """Forget what was sent."""
        self._notes.unlink(missing_ok=True)

    # -- sending --------------------------------------------------------------------------------------------
    def send(self, seen: Callable[[int], object]) -> bool:
        """Send what is missing; False when the server takes no parts."""
        count = -(-self._size // self._part_size)
        if not self._upload_id and not self._begin(count):
            return False
        missing = [number for number in range(1, count + 1) if number not in self._etags]
        seen(sum(self._length(number) for number in self._etags))
        for number, etag in several(self._send_part, missing, at_once=_AT_ONCE, name="millrace-parts"):
            self._etags[number] = etag
            self._note(part=number, etag=etag)
            seen(self._length(number))
        parts = [{"part_number": number, "etag": self._etags[number]} for number in sorted(self._etags)]
        self._ask("complete", {"path": self._name, "upload_id": self._upload_id, "parts": parts})
        self.forget()
        return True

    def _begin(self, count: int) -> bool:
        answer = self._client.send(
            "POST",
            f"{_API}/create/{quoted(self._folder)}",
            body=json.dumps({"path": self._name, "num_parts": count}).encode(),
            headers={"Content-Type": "application/json"},
        )
        if answer.status != 200:  # an object store behind the server, an older server, or none at all
            return False
        told = json.loads(answer.data)
        addresses = told.get("credentials") or []
        if not all(_OWN_PARTS in one["url"] for one in addresses):
            if not MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD.get():
                # Parts would go to an object store, which this machine may not reach: only when asked for.
                self._ask("abort", {"path": self._name, "upload_id": told["upload_id"]})
                return False
            self._addresses = {int(one["part_number"]): one for one in addresses}
        self._upload_id = told["upload_id"]
        if not self._addresses:
            self._note(upload_id=self._upload_id)
        return True

    def _length(self, number: int) -> int:
        return min(self._part_size, self._size - (number - 1) * self._part_size)

    def _send_part(self, number: int) -> tuple[int, str]:
        start = (number - 1) * self._part_size
        body = io.BufferedReader(_Slice(self._file or 0, start, self._length(number)), 1 << 16)
        headers = {"Content-Length": str(self._length(number))}
        elsewhere = self._addresses.get(number)
        if elsewhere is None:
            answer = self._client.send("PUT", f"{_OWN_PARTS}{self._upload_id}/{number}", body=body, headers=headers)
        else:
            address = urlsplit(elsewhere["url"])
            stranger = StrangersClient(f"{address.scheme}://{address.netloc}")
            more = {**headers, **(elsewhere.get("headers") or {})}
            answer = stranger.send("PUT", address.path, query=address.query, body=body, headers=more)
        if answer.status == 404:
            raise ResourceMissing(f"The server has forgotten the upload of {self._name!r}.")
        if not 200 <= answer.status < 300:
            shown = answer.data[:500].decode(errors="replace")
            raise MlflowException(f"The server answered {answer.status} to part {number} of {self._name!r}: {shown}")
        return number, str(answer.headers.get("ETag") or "")

    def _ask(self, step: str, told: dict[str, object]) -> None:
        answer = self._client.send(
            "POST",
            f"{_API}/{step}/{quoted(self._folder)}",
            body=json.dumps(told).encode(),
            headers={"Content-Type": "application/json"},
        )
        if answer.status == 404:
            raise ResourceMissing(f"The server has forgotten the upload of {self._name!r}.")
        if answer.status != 200:
            shown = answer.data[:500].decode(errors="replace")
            raise MlflowException(f"The server answered {answer.status} to the upload of {self._name!r}: {shown}")


class _Slice(io.RawIOBase):
    """A part of an open file, read without moving the file's own place: for several threads at once."""

    def __init__(self, descriptor: int, start: int, length: int) -> None:
        self._descriptor = descriptor
        self._start = start
        self._length = length
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._length}[whence]
        self._place = max(0, base + offset)
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self._length - self._place)
        if wanted <= 0:
            return 0
        data = os.pread(self._descriptor, wanted, self._start + self._place)
        if not data:
            raise MlflowException("The file became shorter while it was uploaded.")
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)
