"""Content codings: which one a client takes, and what is worth packing."""

from __future__ import annotations

import zlib
from collections.abc import Collection

_PREFERRED = (b"br", b"gzip")


def chosen(accepted: str, available: Collection[bytes]) -> bytes:
    """The best available coding that an Accept-Encoding header takes; empty for none."""
    if not accepted:
        return b""
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, _, parameters = part.partition(";")
        weights[name.strip()] = _weight(parameters)
    for coding in _PREFERRED:
        if coding in available and weights.get(coding.decode(), weights.get("*", 0.0)) > 0:
            return coding
    return b""


def _weight(parameters: str) -> float:
    for part in parameters.split(";"):
        name, _, value = part.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def gzipped(data: bytes, level: int) -> bytes:
    """Bytes in gzip's format; without a time, so that the same bytes give the same."""
    packer = zlib.compressobj(level, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()
