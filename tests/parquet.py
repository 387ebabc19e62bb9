"""A reader of Parquet for tests, by the format's own description: plain pages of optional values, packed by gzip."""

from __future__ import annotations

import gzip
import struct
from typing import Any

Fields = dict[int, Any]


class _Thrift:
    """Values in Thrift's compact protocol."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    def value(self, kind: int) -> Any:
        if kind in (1, 2):
            return kind == 1
        if kind in (5, 6):
            number = self.varint()
            return number >> 1 ^ -(number & 1)
        if kind == 8:
            size = self.varint()
            self.at += size
            return self.data[self.at - size : self.at].decode()
        if kind == 9:
            head = self.data[self.at]
            self.at += 1
            size = head >> 4 if head >> 4 < 15 else self.varint()
            return [self.value(head & 15) for _ in range(size)]
        assert kind == 12, kind
        return self.struct()

    def struct(self) -> Fields:
        fields: Fields = {}
        number = 0
        while head := self.data[self.at]:
            self.at += 1
            number += head >> 4
            fields[number] = self.value(head & 15)
        self.at += 1
        return fields


def footer(data: bytes) -> Fields:
    """The description of a file."""
    assert data[:4] == data[-4:] == b"PAR1"
    size = int.from_bytes(data[-8:-4], "little")
    return _Thrift(data[-8 - size : -8]).struct()


def read(data: bytes) -> dict[str, list[Any]]:
    """The columns of a file."""
    facts = footer(data)
    columns: dict[str, list[Any]] = {one[4]: [] for one in facts[2][1:]}
    for group in facts.get(4, []):
        for chunk in group[1]:
            meta = chunk[3]
            values = _page(data, meta)
            assert len(values) == group[3]
            columns[meta[3][0]] += values
    assert all(len(values) == facts[3] for values in columns.values())
    return columns


def _page(data: bytes, meta: Fields) -> list[Any]:
    thrift = _Thrift(data, meta[9])
    header = thrift.struct()
    assert meta[7] == thrift.at - meta[9] + header[3]
    page = gzip.decompress(data[thrift.at : thrift.at + header[3]])
    assert len(page) == header[2]
    size = int.from_bytes(page[:4], "little")
    levels = _Thrift(page[4 : 4 + size])
    assert levels.varint() == (len(levels.data) - levels.at) * 2 + 1  # one run of bits
    bits = levels.data[levels.at :]
    there = [bits[place // 8] >> place % 8 & 1 for place in range(header[5][1])]
    found = iter(_plain(meta[1], page[4 + size :]))
    values = [next(found) if one else None for one in there]
    assert next(found, None) is None
    return values


def _plain(kind: int, data: bytes) -> list[Any]:
    if kind in (2, 5):
        return [value for (value,) in struct.iter_unpack("<q" if kind == 2 else "<d", data)]
    found, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "little")
        found.append(data[at + 4 : at + 4 + size].decode())
        at += 4 + size
    return found
