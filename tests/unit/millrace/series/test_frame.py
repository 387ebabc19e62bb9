"""Frames; the one in `ui/tests/data/frame.txt` is what the reader in TypeScript is tested with."""

from __future__ import annotations

import base64
import json
import math
import struct
from pathlib import Path

import numpy as np

from millrace.series.columns import Columns
from millrace.series.frame import Framed, encode_frame

SHARED = Path(__file__).parents[4] / "ui" / "tests" / "data" / "frame.txt"


def _columns(steps: list[int], times: list[int], values: list[float]) -> Columns:
    return Columns(np.array(steps, np.int64), np.array(times, np.int64), np.array(values, np.float64))


SERIES = [
    Framed(
        "a" * 32,
        "loss/é",
        1_000_000,
        _columns([5, 7, 9], [1_700_000_000_000, 1_700_000_000_001, 1_700_000_000_500], [0.5, math.nan, -math.inf]),
    ),
    Framed("b" * 32, "far", 2, _columns([-(2**62), 2**62], [2**41, 0], [math.inf, 1e-300])),
    Framed("b" * 32, "one", 1, _columns([0], [3], [2.0])),
]


def test_a_frame_is_what_the_reader_in_typescript_is_tested_with() -> None:
    lines = base64.encodebytes(encode_frame(SERIES, ("step", "time", "value"))).decode()
    assert SHARED.read_text() == lines, f"write this to {SHARED}:\n{lines}"


def test_columns_begin_at_multiples_of_eight_and_hold_distances() -> None:
    data = encode_frame(SERIES, ("step", "value"))
    magic, length = struct.unpack_from("<4sI", data)
    header = json.loads(data[8 : 8 + length])["series"]
    assert magic == b"MSF1"
    assert length % 8 == 0
    assert [(one["step"], one["n"], one["count"], "time" in one) for one in header] == [
        ("u32", 3, 1_000_000, False),
        ("f64", 2, 2, False),
        ("u32", 1, 1, False),
    ]
    start = 8 + length
    assert struct.unpack_from("<3I4x3d", data, start)[:4] == (0, 2, 4, 0.5)
    assert struct.unpack_from("<4d", data, start + 40) == (0, 2.0**63, math.inf, 1e-300)
    assert struct.unpack_from("<I4xd", data, start + 72) == (0, 2.0)
    assert len(data) == start + 88
