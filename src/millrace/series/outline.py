"""Outlines: the outstanding points of a chunk, which stand for it in charts (docs/explanation/chunk-format.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from millrace.series.columns import Columns
from millrace.series.lazy import LazyModule
from millrace.series.thin import outstanding

if TYPE_CHECKING:
    import numpy as np
else:
    np = LazyModule("numpy")

SECTION = 1024
"""How many points a section of a chunk has; each keeps its own outstanding points."""
WORTH = 512
"""A chunk with fewer points has no outline: it is read instead."""
POINT_BYTES = 24

_FIELDS = (("step", "<i8"), ("time", "<i8"), ("value", "<f8"))


def encode_outline(points: Columns) -> bytes:
    """The outstanding points of a chunk, in its order; no bytes for a short one."""
    if len(points) < WORTH:
        return b""
    starts = np.arange(0, len(points), SECTION)
    chosen = outstanding(points.values, starts)
    rises = points.steps[1:] >= points.steps[:-1]
    if rises.any() and not rises.all():
        # Where steps go to and fro, the ends of a section do not bound them.
        lowest, highest = (int(find(points.steps)) for find in (np.argmin, np.argmax))
        chosen = np.unique(np.concatenate((chosen, [lowest, highest])))
    packed = np.empty(len(chosen), np.dtype(list(_FIELDS)))
    for (name, _), column in zip(_FIELDS, points, strict=True):
        packed[name] = column[chosen]
    return packed.tobytes()


def decode_outlines(outlines: Sequence[bytes]) -> Columns:
    """The points of outlines, one behind the other."""
    packed = np.frombuffer(b"".join(outlines), np.dtype(list(_FIELDS)))
    return Columns(packed["step"].astype(np.int64), packed["time"].astype(np.int64), packed["value"].astype(np.float64))
