"""Batches: the points of one run in one request, packed as they came (docs/explanation/chunk-format.md).

Only the standard library is used: a script that logs a few points must not wait for numpy.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from millrace.errors import DataLoss

_HEADER = struct.Struct("<B3xI")
_VERSION = 1
_SWAPPED = sys.byteorder == "big"


class PointColumns(NamedTuple):
    """Points of one run, column by column: the ids of their keys, steps, timestamps, values."""

    key_ids: array[int]
    steps: array[int]
    timestamps: array[int]
    values: array[float]


def point_columns(
    key_ids: Iterable[int], steps: Iterable[int], timestamps: Iterable[int], values: Iterable[float]
) -> PointColumns:
    """Points from columns of any kind.

    Raises:
        OverflowError: a step or timestamp has more than 64 bits.
    """
    return PointColumns(array("I", key_ids), array("q", steps), array("q", timestamps), array("d", values))


def encode_batch(columns: PointColumns) -> bytes:
    """Columns of equal length as one blob."""
    if _SWAPPED:
        columns = point_columns(*columns)  # a copy, to be turned round
        for column in columns:
            column.byteswap()
    return b"".join((_HEADER.pack(_VERSION, len(columns.key_ids)), *(column.tobytes() for column in columns)))


def split_batch(data: bytes) -> tuple[int, memoryview, memoryview, memoryview, memoryview]:
    """The number of points of a blob, and its columns as little-endian bytes: key ids, steps, timestamps, values.

    Raises:
        DataLoss: the blob is damaged, or of a version that this program does not know.
    """
    version, count = _HEADER.unpack_from(data)
    if version != _VERSION or len(data) != _HEADER.size + 28 * count:
        raise DataLoss(f"A batch of points cannot be read: version {version}, {count} points, {len(data)} bytes.")
    view = memoryview(data)
    bounds = [_HEADER.size + width * count for width in (0, 4, 12, 20, 28)]
    ids, steps, timestamps, values = (view[start:end] for start, end in pairwise(bounds))
    return count, ids, steps, timestamps, values
