"""Frames: many series as one piece of bytes, for charts (docs/explanation/series-frame.md)."""

from __future__ import annotations

import json
import struct
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from millrace.series.columns import Columns
from millrace.series.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np

    from millrace.series.columns import Ints
else:
    np = LazyModule("numpy")

MAGIC = b"MSF1"
COLUMNS = ("step", "time", "value")
_ALIGNED = 8
_START = struct.Struct("<4sI")


class Framed(Struct, frozen=True):
    """One series of a frame."""

    run_id: str
    key: str
    count: int
    """How many points there are, before they were thinned out."""
    points: Columns


def encode_frame(series: Sequence[Framed], columns: Collection[str]) -> bytes:
    """Series as a frame, with some of the columns in `COLUMNS`."""
    told, data = [], []
    for one in series:
        steps, times, values = one.points
        step0, time0 = (int(numbers.min()) if len(numbers) else 0 for numbers in (steps, times))
        head: dict[str, object] = {"run_id": one.run_id, "key": one.key, "count": one.count, "n": len(steps)}
        head |= {"step0": step0, "time0": time0}
        for name, start, numbers in (("step", step0, steps), ("time", time0, times)):
            if name in columns:
                head[name], packed = _offsets(numbers, start)
                data.append(packed)
        if "value" in columns:
            head["value"] = "f64"
            data.append(values.astype("<f8", copy=False).tobytes())
        told.append(head)
    header = json.dumps({"series": told}, ensure_ascii=False, separators=(",", ":")).encode()
    header += b" " * (-len(header) % _ALIGNED)
    return b"".join((_START.pack(MAGIC, len(header)), header, *data))


def _offsets(numbers: Ints, start: int) -> tuple[str, bytes]:
    """The distances of numbers from the lowest of them: as u32 where they fit, else as f64; and which of these."""
    offsets = np.subtract(numbers.astype(np.uint64), np.uint64(start % (1 << 64)))  # no distance overflows these
    if len(offsets) and int(offsets.max()) >= 1 << 32:
        return "f64", offsets.astype("<f8").tobytes()
    packed = offsets.astype("<u4").tobytes()
    return "u32", packed + b"\0" * (-len(packed) % _ALIGNED)
