"""The one resolver: which texts are paths below an artifact root, and which would lead out of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from millrace.errors import InvalidParameterValue

RESERVED = ".millrace-"
"""What our own files inside an artifact root begin with: uploads that are not finished yet."""

# A drive letter, or the scheme of a URI. A colon elsewhere is part of a name ("12:30.png").
_ELSEWHERE = re.compile(r"[A-Za-z]:|[A-Za-z][A-Za-z0-9+.\-]*:/|file:", re.ASCII | re.IGNORECASE)
_MOST_DECODINGS = 8


def parts_of(path: str) -> tuple[str, ...]:
    """The names along a relative path, without empty ones and dots; none for the root itself.

    A path is refused when it has a control character, or when it, or what it becomes after percent-decoding however
    often, is absolute, is a URI, starts with a drive letter, has a `..`, a backslash or a NUL. The names are those of
    the path as it was given, so that a `%` in a name stays one: MLflow names images `key#a%step%17%timestamp%…`.

    Raises:
        InvalidParameterValue: "Invalid path", MLflow's sentence for all of these.
    """
    if any(character < " " or character == "\x7f" for character in path):
        raise invalid_path()
    if not all(map(_stays_inside, spellings(path))):
        raise invalid_path()
    return tuple(name for name in path.split("/") if name not in ("", "."))


def spellings(text: str) -> Iterator[str]:
    """A text, and what it becomes after percent-decoding, as often as that changes it; `..` for one without an end."""
    for _ in range(_MOST_DECODINGS):
        yield text
        decoded = unquote(text)
        if decoded == text:
            return
        text = decoded
    yield ".."


def _stays_inside(path: str) -> bool:
    if path.startswith("/") or _ELSEWHERE.match(path):
        return False
    if "\\" in path or "\0" in path:
        return False
    try:
        encoded = [name.encode() for name in path.split("/")]
    except UnicodeEncodeError:  # a lone surrogate, which is no text
        return False
    return not any(name == b".." or len(name) > 255 or name.startswith(RESERVED.encode()) for name in encoded)


def invalid_path() -> InvalidParameterValue:
    """MLflow's error for a path that may not be used."""
    return InvalidParameterValue("Invalid path")
