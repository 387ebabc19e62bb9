"""What a file is sent as: its content type, and the name that a browser saves it under."""

from __future__ import annotations

import mimetypes
from pathlib import PurePosixPath
from urllib.parse import quote

_TEXT = frozenset(
    "txt log out err cfg conf cnf ini properties toml yaml yml xml json jsonl js ts py ipynb r sh sql csv tsv md rst"
    " mlmodel mlproject".split()
)
_TOKEN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&+-.^_`|~")


def kind_of(name: str) -> bytes:
    """The content type of a file by its name: plain text for what people read as text, `MLmodel` included."""
    suffix = PurePosixPath(name).suffix.lstrip(".") or name
    if suffix.lower() in _TEXT:
        return b"text/plain"
    return (mimetypes.guess_type(name)[0] or "application/octet-stream").encode()


_SHOWN = {
    "htm": "text/html; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "svg": "image/svg+xml",
    "webp": "image/webp",
    "avif": "image/avif",
    "flac": "audio/flac",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "wav": "audio/wav",
    "webm": "video/webm",
    "pdf": "application/pdf",
}


def shown_kind_of(name: str) -> bytes:
    """The content type of a file that a browser is to show: as `kind_of`, with the encoding of texts."""
    known = _SHOWN.get(PurePosixPath(name).suffix.lstrip(".").lower())
    kind = known.encode() if known else kind_of(name)
    return kind + b"; charset=utf-8" if kind.startswith(b"text/") and b"charset" not in kind else kind


def disposition(name: str) -> bytes:
    """The Content-Disposition header (RFC 6266) that saves a file under its name."""
    if name and set(name) <= _TOKEN:
        return f"attachment; filename={name}".encode()
    plain = name.encode("ascii", "ignore").decode().replace("\\", "\\\\").replace('"', '\\"')
    if name.isascii():
        return f'attachment; filename="{plain}"'.encode()
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}".encode()
