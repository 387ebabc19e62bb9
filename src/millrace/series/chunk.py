"""Chunks: up to 4,096 points of one series, sorted and compressed (docs/explanation/chunk-format.md)."""

from __future__ import annotations

import importlib.util
import struct
import zlib
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from millrace.errors import DataLoss
from millrace.series.columns import Columns
from millrace.series.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from millrace.series.columns import Floats, Ints
else:
    np = LazyModule("numpy")

CHUNK = 4096
"""How many points a chunk has at most."""

PCO = 1
ZLIB = 2

_LEVEL = 5
"""Of 0 to 12; pco's own choice, 8, takes four times as long for noisy values and saves one byte in ninety."""

_HEADER = struct.Struct("<BBxxIII")
_VERSION = 1


def encode_chunk(points: Columns, codec: int | None = None) -> bytes:
    """Sorted points as a blob; with pco where it is installed, else with zlib."""
    if codec is None:
        codec = PCO if _has_pco() else ZLIB
    encode = _encode_pco if codec == PCO else _encode_zlib
    bits = points.bits()
    values = bits.view(np.float64)
    columns = [encode(column) for column in (points.steps, points.timestamps, values)]
    return _HEADER.pack(_VERSION, codec, len(points), len(columns[0]), len(columns[1])) + b"".join(columns)


def decode_chunk(data: bytes) -> Columns:
    """The points of a blob.

    Raises:
        DataLoss: the blob is damaged, or of a version or codec that this program does not know.
    """
    version, codec, count, *_ = _HEADER.unpack_from(data)
    if version != _VERSION or codec not in (PCO, ZLIB):
        raise DataLoss(f"A chunk of points of version {version} with codec {codec} cannot be read: upgrade Millrace.")
    try:
        steps, timestamps, values = decode_steps(data), _column(data, 1), _column(data, 2)
        assert len(steps) == len(timestamps) == len(values) == count
    except Exception as error:
        raise DataLoss(f"A chunk of {count} points is damaged: {error}") from error
    return Columns(steps, timestamps, values)  # type: ignore[arg-type]


def decode_chunks(blobs: Sequence[bytes]) -> Columns:
    """The points of several blobs, one behind the other, without a copy in between.

    Raises:
        DataLoss: as `decode_chunk`.
    """
    headers = [_HEADER.unpack_from(data) for data in blobs]
    if any(version != _VERSION or codec != PCO for version, codec, *_ in headers):
        return Columns(*map(np.concatenate, zip(*map(decode_chunk, blobs), strict=True)))
    from pcodec import standalone

    total = sum(header[2] for header in headers)
    columns = Columns(np.empty(total, np.int64), np.empty(total, np.int64), np.empty(total, np.float64))
    end = 0
    for data, (_, _, count, first, second) in zip(blobs, headers, strict=True):
        start, end = end, end + count
        bounds = (_HEADER.size, _HEADER.size + first, _HEADER.size + first + second, len(data))
        try:
            for column, (begin, stop) in zip(columns, pairwise(bounds), strict=True):
                done = standalone.simple_decompress_into(data[begin:stop], column[start:end])
                assert done.n_processed == count
                assert done.finished
        except Exception as error:
            raise DataLoss(f"A chunk of {count} points is damaged: {error}") from error
    return columns


def decode_steps(data: bytes) -> Ints:
    """The steps of a blob alone."""
    return _column(data, 0)  # type: ignore[return-value]


def _column(data: bytes, index: int) -> Ints | Floats:
    _, codec, count, first, second = _HEADER.unpack_from(data)
    starts = (_HEADER.size, _HEADER.size + first, _HEADER.size + first + second, len(data))
    part = data[starts[index] : starts[index + 1]]
    dtype = np.float64 if index == 2 else np.int64
    return _decode_pco(part, count, dtype) if codec == PCO else _decode_zlib(part, dtype)


def _has_pco() -> bool:
    return importlib.util.find_spec("pcodec") is not None


def _encode_pco(column: Ints | Floats) -> bytes:
    from pcodec import ChunkConfig, standalone

    config = ChunkConfig(compression_level=_LEVEL)
    return standalone.simple_compress(np.ascontiguousarray(column), config)  # type: ignore[no-any-return]


def _decode_pco(part: bytes, count: int, dtype: type) -> Ints | Floats:
    from pcodec import standalone

    found = standalone.simple_decompress(part)
    return found if found is not None else np.empty(0, dtype)


def _encode_zlib(column: Ints | Floats) -> bytes:
    raw: npt.NDArray[Any] = np.diff(column, prepend=np.int64(0)) if column.dtype == np.int64 else column
    return zlib.compress(raw.astype(raw.dtype.newbyteorder("<")).view(np.uint8).reshape(-1, 8).T.tobytes(), 1)


def _decode_zlib(part: bytes, dtype: type) -> Ints | Floats:
    raw = np.frombuffer(zlib.decompress(part), np.uint8).reshape(8, -1).T
    column: npt.NDArray[Any] = (
        np.ascontiguousarray(raw).view(np.dtype(dtype).newbyteorder("<")).reshape(-1).astype(dtype)
    )
    return np.cumsum(column) if dtype is np.int64 else column
