"""The bytes of the journal: what was written is what is read, and nothing else is taken for it."""

from __future__ import annotations

import math
import struct

import pytest

from millrace.calls import SeriesName
from millrace.journal import format as f

HEADER = f.Header("00" * 8 + "ab" * 8, 1_700_000_000_000, 4711, "höst")
NAME = SeriesName("1" * 32, "loss", "m-1", "data", "digest")
POINT = f.encode_point(0, -5, 1_700_000_000_000, 0.25)


def _read(data: bytes, limit: int = 1000) -> f.Stretch:
    stretch = f.Stretch([], 0)
    stretch.read(data, limit)
    return stretch


def test_the_bytes_are_those_of_the_format_page() -> None:
    assert f.encode_header(HEADER)[:12] == b"MRJRNL\r\n" + struct.pack("<HH", 1, 40 + 2 + 5 + 4)
    assert len(POINT) == 37
    assert POINT[8:] == struct.pack("<BIqqd", 1, 0, -5, 1_700_000_000_000, 0.25)
    texts = b"".join(struct.pack("<H", len(text)) + text for text in (b"1" * 32, b"loss", b"m-1", b"data", b"digest"))
    assert f.encode_series(NAME)[8:] == b"\x02" + texts
    assert f.encode_points([0, 1, 2, 3.0, 0, 4, 5, 6.0])[8:] == b"\x03" + struct.pack(
        "<IqqdIqqd", 0, 1, 2, 3, 0, 4, 5, 6
    )
    assert f.encode_call("UpdateRun", b"{}")[8:] == b"\x04\x09\x00UpdateRun{}"


def test_a_header_says_what_was_written() -> None:
    data = f.encode_header(HEADER)
    assert f.decode_header(data + b"more") == HEADER._replace(length=len(data))


@pytest.mark.parametrize("at", range(51))
def test_a_header_with_a_wrong_bit_is_noticed(at: int) -> None:
    data = bytearray(f.encode_header(HEADER))
    data[at] ^= 4
    with pytest.raises((f.Damaged, f.NewerVersion)):
        f.decode_header(bytes(data))


def test_a_newer_version_is_told_apart_from_damage() -> None:
    data = bytearray(f.encode_header(HEADER))
    data[8] = 2
    with pytest.raises(f.NewerVersion, match="version 2"):
        f.decode_header(bytes(data))


def test_frames_of_all_types_are_read_in_order() -> None:
    many = f.encode_points([0, 7, 8, math.inf, 0, 9, 10, -math.inf])
    stretch = _read(f.encode_series(NAME) + POINT + many + POINT + POINT)
    assert stretch.series == [NAME]
    assert stretch.points.steps == [-5, 7, 9, -5, -5]
    assert stretch.points.values == [0.25, math.inf, -math.inf, 0.25, 0.25]
    assert stretch.end == len(f.encode_series(NAME)) + 3 * 37 + len(many)
    assert not stretch.damage


def test_reading_stops_at_the_limit_and_goes_on_from_there() -> None:
    data = f.encode_series(NAME) + POINT * 10
    first = _read(data, 4)
    assert len(first.points.which) == 4
    second = f.Stretch(first.series, first.end)
    second.read(data[first.end :], 1000)
    assert len(second.points.which) == 6
    assert second.end == len(data)


def test_a_call_waits_for_the_points_before_it() -> None:
    data = f.encode_series(NAME) + POINT + f.encode_call("UpdateRun", b'{"run_id":"x"}') + POINT
    first = _read(data)
    assert (len(first.points.which), first.calls) == (1, [])
    second = f.Stretch(first.series, first.end)
    second.read(data[first.end :], 1000)
    assert (second.calls, second.points.which) == ([("UpdateRun", b'{"run_id":"x"}')], [])
    assert second.end == len(data) - 37


@pytest.mark.parametrize("cut", range(1, 37))
def test_a_frame_that_is_not_whole_waits(cut: int) -> None:
    data = f.encode_series(NAME) + POINT + POINT[:-cut]
    stretch = _read(data)
    assert (len(stretch.points.which), stretch.end, stretch.damage) == (1, len(data) - 37 + cut, "")


def test_every_wrong_bit_of_a_frame_is_noticed() -> None:
    begin = f.encode_series(NAME) + POINT
    for at in range(37):
        for bit in range(8):
            wrong = bytearray(POINT)
            wrong[at] ^= 1 << bit
            stretch = _read(begin + bytes(wrong) + POINT * 3)
            # A longer length may look like a frame that is not whole yet; nothing of it is read either.
            assert (len(stretch.points.which), stretch.end) == (1, len(begin)), (at, bit)
            assert stretch.damage or at < 4


def test_a_point_of_a_series_that_is_not_there_is_damage() -> None:
    assert "series 0" in _read(POINT).damage
    assert "series 9" in _read(f.encode_series(NAME) + f.encode_points([0, 1, 1, 1.0, 9, 1, 1, 1.0])).damage


def test_a_frame_of_an_unknown_type_is_left_alone() -> None:
    body = b"\x63new"
    data = f._framed(body)
    stretch = _read(f.encode_series(NAME) + POINT + data)
    assert (stretch.newer, stretch.end, stretch.damage) == (True, len(f.encode_series(NAME)) + 37, "")
