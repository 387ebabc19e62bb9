"""Uploads in parts into a folder of this machine: parts wait in a hidden folder until the last one is there."""

from __future__ import annotations

import contextlib
import hashlib
import re
import time
import uuid
from collections.abc import Callable, Iterator

from millrace.artifacts.local import LocalArtifacts
from millrace.artifacts.paths import RESERVED, parts_of
from millrace.artifacts.port import Source, as_stream, chunks_of
from millrace.errors import InvalidParameterValue, ResourceMissing

MAX_PARTS = 10_000
_FORGOTTEN_AFTER_S = 7 * 24 * 3600.0
_UPLOAD_ID = re.compile("[0-9a-f]{32}")


class MultipartUploads:
    """Uploads in parts into one root of artifacts; any process of a server may go on with what another began.

    An upload's id cannot be guessed: whoever knows it may send its parts.
    """

    def __init__(self, artifacts: LocalArtifacts) -> None:
        self._artifacts = artifacts
        self._waiting = LocalArtifacts(artifacts.root / f"{RESERVED}uploads")

    def begin(self, path: str) -> str:
        """Begin the upload of a file, and give its id."""
        self._forget_old()
        upload_id = uuid.uuid4().hex
        self._waiting.write(f"{upload_id}/target", "/".join(parts_of(path)).encode())
        return upload_id

    def part(self, upload_id: str, number: int, data: Source) -> str:
        """Take one part (numbered from 1; a later one with the same number replaces it), and give its ETag."""
        self._target(upload_id)
        if not 1 <= number <= MAX_PARTS:
            raise InvalidParameterValue(f"Part numbers go from 1 to {MAX_PARTS}, got {number}.")
        digest = hashlib.md5(usedforsecurity=False)
        self._waiting.write(f"{upload_id}/{number}", as_stream(_seen(chunks_of(data), digest.update)))
        self._waiting.write(f"{upload_id}/{number}.etag", digest.hexdigest().encode())
        return digest.hexdigest()

    def complete(self, upload_id: str, path: str, parts: list[tuple[int, str]]) -> None:
        """Put the parts (numbers and ETags) together, in the order of their numbers, as the file at the path.

        Raises:
            InvalidParameterValue: a part is missing or has another ETag, or the upload is another file's.
        """
        self._check_target(upload_id, path)
        numbers = [number for number, _ in sorted(parts)]
        if not numbers or numbers != list(range(1, len(numbers) + 1)):
            raise InvalidParameterValue("The parts of an upload are numbered from 1 without gaps.")
        for number, etag in parts:
            if self._etag(upload_id, number) != etag.strip('"'):
                raise InvalidParameterValue(f"Part {number} of the upload is missing or has another ETag.")
        names = [f"{upload_id}/{number}" for number in numbers]
        pieces = (piece for name in names for piece in self._pieces(name))
        self._artifacts.write(path, as_stream(pieces))
        self._waiting.delete(upload_id)

    def abort(self, upload_id: str, path: str) -> None:
        """Forget an upload and its parts."""
        self._check_target(upload_id, path)
        self._waiting.delete(upload_id)

    def _target(self, upload_id: str) -> str:
        if not _UPLOAD_ID.fullmatch(upload_id):
            raise ResourceMissing(f"No multipart upload has the id '{upload_id[:64]}'")
        try:
            with self._waiting.open(f"{upload_id}/target") as stream:
                return stream.read().decode()
        except ResourceMissing:
            raise ResourceMissing(f"No multipart upload has the id '{upload_id}'") from None

    def _check_target(self, upload_id: str, path: str) -> None:
        if self._target(upload_id) != "/".join(parts_of(path)):
            raise InvalidParameterValue(f"The multipart upload '{upload_id}' is not one of '{path}'.")

    def _etag(self, upload_id: str, number: int) -> str:
        with contextlib.suppress(ResourceMissing), self._waiting.open(f"{upload_id}/{number}.etag") as stream:
            return stream.read().decode()
        return ""

    def _pieces(self, name: str) -> Iterator[bytes]:
        with self._waiting.open(name) as stream:
            yield from chunks_of(stream)

    def _forget_old(self) -> None:
        oldest = time.time() - _FORGOTTEN_AFTER_S
        for upload in self._waiting.list():
            with contextlib.suppress(FileNotFoundError):  # another process forgot it first
                if (self._waiting.root / upload.path).stat().st_mtime < oldest:
                    self._waiting.delete(upload.path)


def _seen(pieces: Iterator[bytes], see: Callable[[bytes], object]) -> Iterator[bytes]:
    for piece in pieces:
        see(piece)
        yield piece
