"""Parquet written row group by row group: as much of the format as a table of optional numbers, times and texts needs.

Apache Parquet is laid out as pages of values in chunks of columns in row groups, described by a footer in Thrift's
compact protocol; see https://parquet.apache.org/docs/file-format/. Pages here are plain, and packed by gzip, which all
readers know.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from millrace.series.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
else:
    np = LazyModule("numpy")

Value = float | int | str | None


class Sort(Enum):
    """What a column holds: the physical type, the converted type, and the logical type as its field and bytes."""

    DOUBLE = (5, None, b"")
    INTEGER = (2, None, b"")
    TIME = (2, 9, b"\x8c\x11\x1c\x1c\x00\x00\x00\x00")
    """Milliseconds since 1970, UTC."""
    TEXT = (6, 0, b"\x1c\x00\x00")


_MAGIC = b"PAR1"
_PLAIN, _RLE, _GZIP, _OPTIONAL = 0, 3, 2, 1
_I32, _I64, _BINARY, _LIST, _STRUCT = 5, 6, 8, 9, 12


class _Chunk(NamedTuple):
    """A column in a row group, as the footer describes it."""

    offset: int
    values: int
    plain: int
    packed: int


class ParquetWriter:
    """Makes the bytes of a file, which the caller takes away as they come.

    Args:
        columns: the name of each column, and what it holds; any value may be missing.
    """

    def __init__(self, columns: Sequence[tuple[str, Sort]]) -> None:
        self._columns = list(columns)
        self._groups: list[tuple[int, list[_Chunk]]] = []
        self._at = 0

    def group(self, rows: int, columns: Sequence[Sequence[Value]]) -> bytes:
        """The bytes of some rows; of nothing for none."""
        data = bytearray(b"" if self._at else _MAGIC)
        chunks = []
        for (_, sort), values in zip(self._columns, columns, strict=True) if rows else ():
            page = _levels(values) + _plain(sort, [value for value in values if value is not None])
            packer = zlib.compressobj(1, zlib.DEFLATED, 31)
            packed = packer.compress(page) + packer.flush()
            header = _page_header(len(values), len(page), len(packed))
            chunks.append(_Chunk(self._at + len(data), len(values), len(header) + len(page), len(header) + len(packed)))
            data += header + packed
        if rows:
            self._groups.append((rows, chunks))
        self._at += len(data)
        return bytes(data)

    def end(self) -> bytes:
        """The footer."""
        start = b"" if self._at else _MAGIC
        footer = self._footer()
        return start + footer + len(footer).to_bytes(4, "little") + _MAGIC

    def _footer(self) -> bytes:
        root = _struct((4, _BINARY, _text("runs")), (5, _I32, _number(len(self._columns))))
        groups = [self._group(rows, chunks) for rows, chunks in self._groups]
        return _struct(
            (1, _I32, _number(1)),
            (2, _LIST, _list(_STRUCT, [root, *(_element(name, sort) for name, sort in self._columns)])),
            (3, _I64, _number(sum(rows for rows, _ in self._groups))),
            (4, _LIST, _list(_STRUCT, groups)),
            (6, _BINARY, _text("millrace")),
        )

    def _group(self, rows: int, chunks: Sequence[_Chunk]) -> bytes:
        columns = []
        for (name, sort), chunk in zip(self._columns, chunks, strict=True):
            facts = _struct(
                (1, _I32, _number(sort.value[0])),
                (2, _LIST, _list(_I32, [_number(_PLAIN), _number(_RLE)])),
                (3, _LIST, _list(_BINARY, [_text(name)])),
                (4, _I32, _number(_GZIP)),
                (5, _I64, _number(chunk.values)),
                (6, _I64, _number(chunk.plain)),
                (7, _I64, _number(chunk.packed)),
                (9, _I64, _number(chunk.offset)),
            )
            columns.append(_struct((2, _I64, _number(chunk.offset)), (3, _STRUCT, facts)))
        total = sum(chunk.plain for chunk in chunks)
        return _struct((1, _LIST, _list(_STRUCT, columns)), (2, _I64, _number(total)), (3, _I64, _number(rows)))


def _levels(values: Sequence[Value]) -> bytes:
    """Which values are there, a bit each: in one run of bits, behind its length."""
    there: npt.NDArray[np.bool_] = np.fromiter((value is not None for value in values), bool, len(values))
    bits = np.packbits(there, bitorder="little").tobytes()
    run = _varint(len(bits) << 1 | 1) + bits
    return len(run).to_bytes(4, "little") + run


def _plain(sort: Sort, values: Sequence[Value]) -> bytes:
    if sort is Sort.TEXT:
        texts = [str(value).encode("utf-8", "replace") for value in values]
        return b"".join(part for text in texts for part in (len(text).to_bytes(4, "little"), text))
    if sort is Sort.DOUBLE:
        return np.array([float(value) for value in values if value is not None], "<f8").tobytes()
    return np.array(values, "<i8").tobytes()


def _page_header(values: int, plain: int, packed: int) -> bytes:
    data_page = _struct(
        (1, _I32, _number(values)), (2, _I32, _number(_PLAIN)), (3, _I32, _number(_RLE)), (4, _I32, _number(_RLE))
    )
    return _struct(
        (1, _I32, _number(0)), (2, _I32, _number(plain)), (3, _I32, _number(packed)), (5, _STRUCT, data_page)
    )


def _element(name: str, sort: Sort) -> bytes:
    physical, converted, logical = sort.value
    fields = [(1, _I32, _number(physical)), (3, _I32, _number(_OPTIONAL)), (4, _BINARY, _text(name))]
    if converted is not None:
        fields += [(6, _I32, _number(converted)), (10, _STRUCT, logical)]
    return _struct(*fields)


# -- Thrift's compact protocol ----------------------------------------------------------------------------------
def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    found.append(value)
    return bytes(found)


def _number(value: int) -> bytes:
    """An integer that is not negative, zigzag."""
    return _varint(value << 1)


def _text(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    return _varint(len(data)) + data


def _list(kind: int, items: Sequence[bytes]) -> bytes:
    head = bytes([len(items) << 4 | kind]) if len(items) < 15 else bytes([0xF0 | kind]) + _varint(len(items))
    return head + b"".join(items)


def _struct(*fields: tuple[int, int, bytes]) -> bytes:
    """Fields by number, type and bytes, each headed by what its number is beyond that of the one before."""
    found, last = bytearray(), 0
    for number, kind, data in fields:
        found.append((number - last) << 4 | kind)
        found += data
        last = number
    return bytes(found) + b"\x00"
