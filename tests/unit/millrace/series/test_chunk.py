from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.errors import DataLoss
from millrace.series.batch import encode_batch, point_columns, split_batch
from millrace.series.chunk import PCO, ZLIB, decode_chunk, decode_steps, encode_chunk
from millrace.series.columns import Columns, at_common_steps, merged

_INT64 = st.integers(-(2**63), 2**63 - 1)
_POINT = st.tuples(_INT64, st.integers(0, 2**63 - 1), st.floats(allow_nan=True))


def _columns(points: list[tuple[int, int, float]]) -> Columns:
    steps, timestamps, values = zip(*points, strict=True) if points else ((), (), ())
    return Columns(np.array(steps, np.int64), np.array(timestamps, np.int64), np.array(values, np.float64))


@pytest.mark.parametrize("codec", [PCO, ZLIB])
@given(points=st.lists(_POINT, min_size=1, max_size=50))
def test_chunks_give_back_every_bit(codec: int, points: list[tuple[int, int, float]]) -> None:
    columns = _columns(points)
    data = encode_chunk(columns, codec)
    found = decode_chunk(data)
    assert found.steps.tolist() == columns.steps.tolist() == decode_steps(data).tolist()
    assert found.timestamps.tolist() == columns.timestamps.tolist()
    assert found.bits().tolist() == columns.bits().tolist()


def test_damaged_chunks_and_newer_versions_are_refused() -> None:
    data = encode_chunk(_columns([(1, 2, 3.0), (2, 3, 4.0)]))
    for damaged in (data[:-3], b"\x02" + data[1:], data[:1] + b"\x09" + data[2:], data[:4] + b"\x07" + data[5:]):
        with pytest.raises(DataLoss):
            decode_chunk(damaged)


def test_batches_are_laid_out_as_documented() -> None:
    data = encode_batch(point_columns([7, 8], [-1, 2], [3, 4], [1.0, math.inf]))
    assert data[:8] == b"\x01\0\0\0\x02\0\0\0"
    assert len(data) == 8 + 28 * 2
    count, ids, steps, timestamps, values = split_batch(data)
    assert (count, bytes(ids)) == (2, b"\x07\0\0\0\x08\0\0\0")
    assert np.frombuffer(steps, "<i8").tolist() == [-1, 2]
    assert np.frombuffer(timestamps, "<i8").tolist() == [3, 4]
    assert np.frombuffer(values, "<f8").tolist() == [1.0, math.inf]
    for damaged in (data[:-1], b"\x02" + data[1:]):
        with pytest.raises(DataLoss):
            split_batch(damaged)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from([0.0, 1.0, -1.0, math.nan])), max_size=30)
)
def test_merging_sorts_and_drops_repetitions(points: list[tuple[int, int, float]]) -> None:
    whole = merged([_columns(points[:10]), _columns(points[10:])])
    found = list(zip(whole.timestamps.tolist(), whole.steps.tolist(), whole.bits().tolist(), strict=True))
    given_points = _columns(points)
    expected = zip(
        given_points.timestamps.tolist(), given_points.steps.tolist(), given_points.bits().tolist(), strict=True
    )
    assert found == sorted(set(expected))


def test_lines_are_thinned_out_at_the_same_steps_and_drawn_to_their_ends() -> None:
    long = _columns([(step, step, 0.0) for step in range(1000)])
    short = _columns([(step, step, 0.0) for step in range(101, 200)])
    found = at_common_steps([long, short, _columns([])], 10)
    assert found[0].steps.tolist() == [0, 100, 101, 199, 200, 300, 400, 500, 600, 700, 800, 900, 999]
    assert found[1].steps.tolist() == [101, 199]
    assert found[2].steps.tolist() == []
