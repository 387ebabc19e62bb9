"""The bytes of a segment, as docs/explanation/journal-format.md describes them: pure functions, no files."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zlib import crc32

from millrace.calls import SeriesName

MAGIC = b"MRJRNL\r\n"
VERSION = 1
POINT, SERIES, POINTS, CALL, SPANS = 1, 2, 3, 4, 5
MAX_FRAME = 1 << 20
"""The greatest length of a frame's type and payload."""
SPAN_BYTES = 512 * 1024
"""So many bytes of frames with spans, or a few more, are sent at once."""
MAX_POINTS_PER_FRAME = 32_768
"""So many points fit into a frame."""
POINT_FRAME = 37
"""The bytes of a frame with one point."""

_HEAD = struct.Struct("<8sHH16sqI")
_FRAME = struct.Struct("<II")
_POINT_BODY = struct.Struct("<BIqqd")
_POINT_FRAME = struct.Struct("<IIBIqqd")
_RECORD = struct.Struct("<Iqqd")
_U16 = struct.Struct("<H")

_pack_body, _pack_frame = _POINT_BODY.pack, _FRAME.pack


class NewerVersion(Exception):
    """The segment was written by a newer Millrace."""


class Damaged(Exception):
    """The bytes are not what the format says."""


class Header(NamedTuple):
    """What a segment says about itself."""

    writer_id: str
    """32 hex digits."""
    created_ms: int
    pid: int
    host: str
    length: int = 0
    """Where the first frame is; not looked at by `encode_header`."""


class Columns(NamedTuple):
    """Points of a stretch of a segment, in columns of equal length."""

    which: list[int]
    """The series of each point, counted from the start of the segment."""
    steps: list[int]
    timestamps: list[int]
    values: list[float]


def encode_header(header: Header) -> bytes:
    """The first bytes of a segment."""
    host = _text(header.host[:200])
    length = _HEAD.size + len(host) + 4
    head = _HEAD.pack(MAGIC, VERSION, length, bytes.fromhex(header.writer_id), header.created_ms, header.pid) + host
    return head + crc32(head).to_bytes(4, "little")


def decode_header(data: bytes) -> Header:
    """What the first bytes of a segment say; `data` holds at least 1 KiB of them, or all that there are.

    Raises:
        NewerVersion: it is of a version that this code does not know.
        Damaged: it is no header.
    """
    if len(data) < 12 or data[:8] != MAGIC:
        raise Damaged("it does not begin like a journal")
    version, length = struct.unpack_from("<HH", data, 8)
    if version != VERSION:
        raise NewerVersion(f"its format has version {version}, and this Millrace knows version {VERSION} only")
    if length < _HEAD.size + 6 or len(data) < length:
        raise Damaged("its header is cut off")
    if crc32(data[: length - 4]) != int.from_bytes(data[length - 4 : length], "little"):
        raise Damaged("the check sum of its header is wrong")
    _, _, _, writer_id, created_ms, pid = _HEAD.unpack_from(data)
    host, _ = _read_text(data, _HEAD.size)
    return Header(writer_id.hex(), created_ms, pid, host, length)


def encode_point(series: int, step: int, timestamp: int, value: float) -> bytes:
    """A frame with one point.

    Raises:
        struct.error: a number is no number or does not fit.
    """
    body = _pack_body(POINT, series, step, timestamp, value)
    return _pack_frame(29, crc32(body)) + body


def encode_points(records: Sequence[int | float]) -> bytes:
    """A frame with points: series, step, timestamp, value of the first, of the second, and so on, all in one row."""
    count = len(records) // 4
    body = b"\x03" + (_packer(count) if count <= _KEPT else struct.Struct("<" + "Iqqd" * count)).pack(*records)
    return _pack_frame(len(body), crc32(body)) + body


_KEPT = 64
_packers: dict[int, struct.Struct] = {}


def _packer(count: int) -> struct.Struct:
    found = _packers.get(count)
    if found is None:
        found = _packers[count] = struct.Struct("<" + "Iqqd" * count)
    return found


def encode_series(name: SeriesName) -> bytes:
    """A frame that gives a series the next number."""
    texts = (name.run_id, name.key, name.model_id, name.dataset_name, name.dataset_digest)
    return _framed(b"\x02" + b"".join(map(_text, texts)))


def encode_call(name: str, fields: bytes) -> bytes:
    """A frame with a call: its name, and its fields as JSON."""
    return _framed(b"\x04" + _text(name) + fields)


def encode_spans(fields: bytes) -> bytes:
    """A frame with spans and parts of traces: the fields of an AppendSpans as JSON.

    Raises:
        ValueError: they are too long for a frame.
    """
    return _framed(b"\x05" + fields)


def _framed(body: bytes) -> bytes:
    if len(body) > MAX_FRAME:
        raise ValueError(f"{len(body)} bytes do not fit into a frame of the journal")
    return _pack_frame(len(body), crc32(body)) + body


def _text(text: str) -> bytes:
    encoded = text.encode()
    return _U16.pack(len(encoded)) + encoded


def _read_text(data: bytes, offset: int) -> tuple[str, int]:
    try:
        (length,) = _U16.unpack_from(data, offset)
        end = offset + 2 + length
        if end > len(data):
            raise Damaged("a text is cut off")
        return data[offset + 2 : end].decode(), end
    except (struct.error, UnicodeDecodeError) as error:
        raise Damaged(f"a text cannot be read: {error}") from None


class Stretch:
    """What was read of a segment: points in columns, up to `end`, and what stopped there.

    Args:
        series: the series of the segment that were read before; new ones are added to it.
        end: the position of the first frame.
    """

    def __init__(self, series: list[SeriesName], end: int) -> None:
        self.series = series
        self.start = self.end = end
        self.points = Columns([], [], [], [])
        self.calls: list[tuple[str, bytes]] = []
        """A call, which stands alone in its stretch: name and JSON."""
        self.spans: list[bytes] = []
        """Frames with spans, JSON; a stretch that has any has no points."""
        self._span_bytes = 0
        self.damage = ""
        """What is wrong with the bytes at `end`, if anything is."""
        self.newer = False
        """Whether a frame of a newer version stands at `end`."""

    @property
    def count(self) -> int:
        """How many points there are, or frames with spans."""
        return len(self.points.which) or len(self.spans)

    def takes_more(self, limit: int) -> bool:
        """Whether there is room for more frames."""
        return self.count < limit and not self.calls and self._span_bytes < SPAN_BYTES

    def read(self, data: bytes, limit: int) -> None:
        """Take frames from bytes that begin at `end`, until there are `limit` points or frames with spans, or a call,
        or no whole frame."""
        offset, which = 0, self.points.which
        base = self.end
        while self.takes_more(limit):
            if not self.spans:
                offset = self._read_single_points(data, offset, limit)
            if len(which) >= limit or offset + 9 > len(data):
                break
            length, check = _FRAME.unpack_from(data, offset)
            if not 1 <= length <= MAX_FRAME:
                self.damage = f"the length of a frame is {length}"
                break
            begin, end = offset + 8, offset + 8 + length
            if end > len(data):
                break
            body = data[begin:end]
            if crc32(body) != check:
                self.damage = "a check sum is wrong"
                break
            if (body[0] in (CALL, SPANS) and which) or (body[0] != SPANS and self.spans):
                break  # each kind is sent by itself, in the order of the frames
            try:
                self._take(body)
            except Damaged as error:
                self.damage = str(error)
                break
            if self.newer:
                break
            offset = end
        self.end = base + offset

    def _read_single_points(self, data: bytes, offset: int, limit: int) -> int:
        """The common case, fast: frames with one point, as many as stand one after another from here."""
        which, steps, timestamps, values = self.points
        count = min((len(data) - offset) // POINT_FRAME, limit - len(which))
        known = len(self.series)
        view = memoryview(data)[offset : offset + count * POINT_FRAME]
        for length, check, kind, series, step, timestamp, value in _POINT_FRAME.iter_unpack(view):
            body = data[offset + 8 : offset + POINT_FRAME]
            if length != 29 or kind != POINT or series >= known or crc32(body) != check:
                break
            which.append(series)
            steps.append(step)
            timestamps.append(timestamp)
            values.append(value)
            offset += POINT_FRAME
        return offset

    def _take(self, body: bytes) -> None:
        kind = body[0]
        if kind in (POINT, POINTS):
            self._take_points(_RECORD.iter_unpack(_whole_records(body)))
        elif kind == SERIES:
            texts, offset = [], 1
            for _ in range(5):
                text, offset = _read_text(body, offset)
                texts.append(text)
            self.series.append(SeriesName(*texts))
        elif kind == CALL:
            name, offset = _read_text(body, 1)
            self.calls.append((name, body[offset:]))
        elif kind == SPANS:
            self.spans.append(body[1:])
            self._span_bytes += len(body)
        else:
            self.newer = True

    def _take_points(self, records: Iterable[tuple[int, int, int, float]]) -> None:
        taken = list(records)
        known = len(self.series)
        for series, _, _, _ in taken:
            if series >= known:
                raise Damaged(f"a point belongs to series {series}, and there are {known}")
        which, steps, timestamps, values = zip(*taken, strict=True)
        self.points.which.extend(which)
        self.points.steps.extend(steps)
        self.points.timestamps.extend(timestamps)
        self.points.values.extend(values)


def _whole_records(body: bytes) -> bytes:
    if len(body) == 1 or (len(body) - 1) % _RECORD.size:
        raise Damaged("points are cut off")
    return body[1:]
