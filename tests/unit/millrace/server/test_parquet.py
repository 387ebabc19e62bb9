"""Parquet: what is written is read back by our reader; tests/peers has it read by the real one."""

from __future__ import annotations

import math

import pytest

from millrace.server.parquet import ParquetWriter, Sort
from tests.parquet import footer, read

COLUMNS = [("größe", Sort.DOUBLE), ("n", Sort.INTEGER), ("at", Sort.TIME), ("text", Sort.TEXT)]
FIRST = [
    [1.5, None, math.inf, "NaN"],
    [1, -(2**62), None, 3],
    [None, 0, 1_700_000_000_123, None],
    ["", "é\n", None, "x" * 1000],
]
SECOND = [[None], [None], [None], [None]]


def _file(*groups: list[list[object]]) -> bytes:
    writer = ParquetWriter(COLUMNS)
    parts = [writer.group(len(group[0]), group) for group in groups]  # type: ignore[arg-type]
    return b"".join([*parts, writer.end()])


def test_what_is_written_is_read_back() -> None:
    table = read(_file(FIRST, SECOND))  # type: ignore[arg-type]
    assert str(table["größe"]) == "[1.5, None, inf, nan, None]"
    assert table["n"] == [1, -(2**62), None, 3, None]
    assert table["at"] == [None, 0, 1_700_000_000_123, None, None]
    assert table["text"] == ["", "é\n", None, "x" * 1000, None]


def test_many_rows_and_columns() -> None:
    names = [f"c{n}" for n in range(40)]
    writer = ParquetWriter([(name, Sort.INTEGER) for name in names])
    values = [[place if place % (n + 1) else None for place in range(1000)] for n in range(40)]
    table = read(writer.group(1000, values) + writer.end())
    assert list(table.values()) == values


@pytest.mark.parametrize("groups", [[], [[[], [], [], []]]])
def test_a_file_without_rows_says_what_its_columns_are(groups: list[list[list[object]]]) -> None:
    data = _file(*groups)
    assert read(data) == {name: [] for name, _ in COLUMNS}
    assert [one[4] for one in footer(data)[2]] == ["runs", *(name for name, _ in COLUMNS)]
