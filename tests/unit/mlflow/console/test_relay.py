"""Lines out of bytes: progress bars folded, partial lines shown, size bounded."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlflow.console import relay
from mlflow.console.relay import Fold, Sink


def _terminal(data: bytes) -> list[bytes]:
    """What is seen of lines whose every redrawing replaces all before it."""
    return [line.removesuffix(b"\r").rpartition(b"\r")[2] for line in data.split(b"\n")]


@given(st.lists(st.text("ab\r\n", max_size=8)))
def test_however_the_bytes_arrive_the_lines_are_those_that_are_seen(pieces: list[str]) -> None:
    fold = Fold()
    found = b"".join(fold.lines(piece.encode()) for piece in pieces) + fold.end()
    seen = _terminal("".join(pieces).encode())
    *whole, last = seen
    assert found == b"".join(line + b"\n" for line in whole) + (last + b"\n" if last else b"")


def test_a_bar_of_a_million_steps_takes_one_line() -> None:
    fold = Fold()
    kept = b"".join(fold.lines(b"\rstep %d" % number) for number in range(100_000))
    assert kept == b""
    assert fold.lines(b"\n") == b"step 99999\n"


def test_a_snapshot_is_replaced_by_what_follows() -> None:
    fold = Fold()
    written = fold.lines(b"\r10 %") + fold.snapshot() + fold.snapshot() + fold.lines(b"\r20 %") + fold.snapshot()
    written += fold.lines(b"\r30 %\n")
    assert written == b"10 %\r20 %\r30 %\n"
    assert _terminal(written) == [b"30 %", b""]


def test_a_line_without_an_end_is_broken() -> None:
    fold = Fold()
    assert fold.lines(b"x" * (relay._LONGEST_LINE + 1)).endswith(b"x\n")
    assert fold.end() == b""


def test_of_too_much_the_beginning_and_the_end_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "_TAIL", 20)
    sink = Sink(str(tmp_path / "log"), 30)
    for number in range(100):
        sink.write(b"line %02d\n" % number)
    sink.close()
    lines = (tmp_path / "log").read_text().splitlines()
    assert lines[:3] == ["line 00", "line 01", "line 02"]
    assert lines[-1] == "line 99"
    assert any("bytes are left out here" in line for line in lines)
    assert len(lines) < 10
