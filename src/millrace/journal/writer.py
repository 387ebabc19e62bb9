"""Who appends: one process's own segments in one folder."""

from __future__ import annotations

import contextlib
import logging
import os
import struct
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from zlib import crc32

from millrace.calls import SeriesName
from millrace.journal.format import (
    MAX_POINTS_PER_FRAME,
    Header,
    encode_call,
    encode_header,
    encode_point,
    encode_points,
    encode_series,
    encode_spans,
)
from millrace.journal.segments import SUFFIX, close_file, lock, open_file
from millrace.model import Metric
from millrace.settings import MILLRACE_JOURNAL_MAX_BYTES

SEGMENT_BYTES = 8 << 20
"""A segment that is longer is not appended to any more."""
_WAKE_BYTES = 1 << 20
"""So many more bytes wake the drain before its time."""
_RELEASE_PATIENCE_S = 0.05

_logger = logging.getLogger("mlflow.journal")
_WRITERS: weakref.WeakSet[Writer] = weakref.WeakSet()
_write = os.write
_pack_body, _pack_frame = struct.Struct("<BIqqd").pack, struct.Struct("<II").pack


class Segment:
    """A file that this process appends to, or did."""

    def __init__(self, folder: Path) -> None:
        self.writer_id = f"{time.time_ns():016x}{os.urandom(8).hex()}"
        self.path = folder / (self.writer_id + SUFFIX)
        self.plain: dict[str, dict[str, int]] = {}
        """Run id to key to number, of the series without a model and a dataset."""
        self.others: dict[SeriesName, int] = {}
        self.count = 0
        self.doubtful = False
        """Whether an interrupt may have left these tables behind what the file says."""
        header = Header(self.writer_id, time.time_ns() // 1_000_000, os.getpid(), os.uname().nodename)
        folder.mkdir(parents=True, exist_ok=True)
        making = self.path.with_name(self.path.name + ".new")
        self.file = open_file(making, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL)
        self.fd = self.file.fileno()
        try:
            lock(self.fd)
            data = encode_header(header)
            if os.write(self.fd, data) != len(data):
                raise OSError(28, "no room for the header of a journal")
            os.rename(making, self.path)
        except BaseException:
            close_file(self.file)
            with contextlib.suppress(OSError):
                making.unlink()
            raise
        self.size = len(data)
        self.mark = min(self.size + _WAKE_BYTES, SEGMENT_BYTES)

    def __del__(self) -> None:
        # Of a writer that nobody has any more: its values are left to whoever opens the folder next.
        if "file" in vars(self):
            close_file(self.file)


class Writer:
    """Appends values to the segments of this process; safe from any thread, in signal handlers, and after a fork.

    Args:
        folder: where the segments are; it is made with the first value.
        wake: called when values begin to wait, and again when many wait.
        name: what is written to the file `store`, beside the segments of a store that is elsewhere.
    """

    def __init__(self, folder: Path, wake: Callable[[], None], *, name: str = "") -> None:
        self.folder = folder
        self._name = name
        self.waiting = False
        """Whether values were appended since this was last set to False."""
        self._wake = wake
        self._complained = False
        self._start()
        _WRITERS.add(self)

    def _start(self) -> None:
        # Reentrant, because a signal handler may log in the middle of a log call.
        self._lock = threading.RLock()
        self._appending = False
        self._segment: Segment | None = None
        self._retired: list[Segment] = []
        self.own: dict[str, Segment] = {}
        """The segments of this process that are still locked, by writer id."""

    def append_known(self, run_id: str, key: str, value: float, step: int, timestamp: int) -> bool:
        """Append a point to a series that the current segment has; False when it was not appended.

        Raises:
            struct.error: a number is no number or does not fit.
        """
        with self._lock:
            segment = self._segment
            if segment is None:
                return False
            try:
                number = segment.plain[run_id][key]
            except KeyError:
                return False
            body = _pack_body(1, number, step, timestamp, value)
            return self._append(segment, _pack_frame(29, crc32(body)) + body)

    def append_many_known(self, run_id: str, metrics: dict[str, float], step: int, timestamp: int) -> bool:
        """Append a point to each of several series that the current segment has; False when none was appended.

        Raises:
            struct.error: a number is no number or does not fit.
        """
        with self._lock:
            segment = self._segment
            if segment is None or not 0 < len(metrics) <= MAX_POINTS_PER_FRAME:
                return False
            records: list[int | float] = []
            try:
                plain = segment.plain[run_id]
                for key, value in metrics.items():
                    records += (plain[key], step, timestamp, value)
            except KeyError:
                return False
            return self._append(segment, encode_points(records))

    def append(self, run_id: str, metrics: Sequence[Metric]) -> bool:
        """Append points of one call, and the series that are new; False when they could not be written.

        Raises:
            struct.error: a number does not fit.
        """
        with self._lock:
            nested, self._appending = self._appending, True
            try:
                return self._append_any(run_id, metrics, nested)
            finally:
                self._appending = nested

    def _append_any(self, run_id: str, metrics: Sequence[Metric], nested: bool) -> bool:
        """Append points; `nested` in a signal handler that came in the middle of another append."""
        if not nested and self._segment is not None and self._segment.doubtful:
            self._retire(self._segment)
        segment = self._current()
        if segment is None:
            return False
        fresh: dict[SeriesName, int] = {}
        records: list[int | float] = []
        for metric in metrics:
            number = _number(segment, fresh, run_id, metric)
            records += (number, metric.step, metric.timestamp, float(metric.value))
        if fresh and nested:
            # The append in whose middle this is may be about to give the same numbers away: leave it its segment.
            self._retire(segment)
            return self._append_any(run_id, metrics, False)
        data = b"".join(map(encode_series, fresh))
        if len(metrics) == 1:
            data += encode_point(*records)  # type: ignore[arg-type]
        else:
            for start in range(0, len(records), 4 * MAX_POINTS_PER_FRAME):
                data += encode_points(records[start : start + 4 * MAX_POINTS_PER_FRAME])
        # An interrupt (Ctrl-C) between here and the end leaves open which numbers are taken.
        segment.doubtful = bool(fresh)
        written = self._append(segment, data)
        if written:
            segment.count += len(fresh)
            for name, number in fresh.items():
                if name.model_id or name.dataset_name or name.dataset_digest:
                    segment.others[name] = number
                else:
                    segment.plain.setdefault(name.run_id, {})[name.key] = number
        segment.doubtful = False
        return written

    def append_call(self, name: str, fields: bytes) -> bool:
        """Append a call, which is carried out after everything before it; False when it could not be written."""
        with self._lock:
            segment = self._current()
            return segment is not None and self._append(segment, encode_call(name, fields))

    def append_spans(self, fields: bytes) -> bool:
        """Append spans and parts of traces, the fields of an AppendSpans as JSON; False when they could not be written.

        Raises:
            ValueError: they are too long for a frame.
        """
        data = encode_spans(fields)
        with self._lock:
            segment = self._segment or self._current()
            return segment is not None and self._append(segment, data)

    def forget(self, run_id: str) -> None:
        """Have the next point of a run take the way that checks the run."""
        with self._lock:
            if self._segment is not None:
                self._segment.plain.pop(run_id, None)

    def retire(self) -> None:
        """Append no more to the current segment: the next value begins another."""
        with self._lock:
            if self._segment is not None:
                self._retire(self._segment)

    def release(self) -> None:
        """Give up the locks of segments that are not appended to any more.

        Never in a thread that may be inside of an append: its file would be closed under it.
        """
        # Who logs is not waited for: a signal handler in the middle of an append may wait for the caller.
        if not self._lock.acquire(timeout=_RELEASE_PATIENCE_S):
            return
        try:
            while self._retired:
                segment = self._retired.pop()
                close_file(segment.file)
                self.own.pop(segment.writer_id, None)
        finally:
            self._lock.release()

    def _append(self, segment: Segment, data: bytes) -> bool:
        try:
            written = _write(segment.fd, data)
        except OSError as error:
            self._complain(error.strerror)
            return False
        if written != len(data):
            self._take_back(segment, written)
            return False
        segment.size += written
        if not self.waiting:
            self.waiting = True
            self._wake()
        if segment.size >= segment.mark:
            segment.mark = min(segment.size + _WAKE_BYTES, SEGMENT_BYTES)
            self._wake()
            if segment.size >= SEGMENT_BYTES:
                self._retire(segment)
        return True

    def _take_back(self, segment: Segment, written: int) -> None:
        """Remove the part of a frame that still found room."""
        self._complain("no room is left")
        with contextlib.suppress(OSError):
            if os.fstat(segment.fd).st_size == segment.size + written:
                os.ftruncate(segment.fd, segment.size)
                return
        self._retire(segment)

    def _retire(self, segment: Segment) -> None:
        if self._segment is segment:
            self._segment = None
        if segment not in self._retired:
            self._retired.append(segment)

    def _current(self) -> Segment | None:
        if self._segment is None:
            if _length(self.folder) >= MILLRACE_JOURNAL_MAX_BYTES.get():
                self._complain("it is as long as MILLRACE_JOURNAL_MAX_BYTES allows")
                return None
            try:
                self._segment = Segment(self.folder)
                if self._name and not (self.folder / "store").exists():
                    (self.folder / "store").write_text(self._name + "\n", "utf-8")
            except OSError as error:
                self._complain(error.strerror)
                return None
            self.own[self._segment.writer_id] = self._segment
            self._complained = False
        return self._segment

    def _complain(self, reason: str | None) -> None:
        if not self._complained:
            self._complained = True
            _logger.warning(
                "The journal in %s cannot be written (%s): values go straight to the store, which is slower. "
                "MILLRACE_JOURNAL_DIR moves the journals of stores that are no folders.",
                self.folder,
                reason,
            )

    def _forget_parent(self) -> None:
        """In a forked child: the segments are the parent's, and so is what they hold."""
        self.waiting = False
        self._start()


def _number(segment: Segment, fresh: dict[SeriesName, int], run_id: str, metric: Metric) -> int:
    """The number of a series; one that is new is put to `fresh`."""
    plain = not (metric.model_id or metric.dataset_name or metric.dataset_digest)
    if plain:
        number = segment.plain.get(run_id, {}).get(metric.key)
        if number is not None:
            return number
    name = SeriesName(run_id, metric.key, metric.model_id or "", metric.dataset_name or "", metric.dataset_digest or "")
    known = segment.others.get(name) if not plain else None
    return known if known is not None else fresh.setdefault(name, segment.count + len(fresh))


def _length(folder: Path) -> int:
    """Bytes of all segments in a folder."""
    try:
        with os.scandir(folder) as entries:
            return sum(entry.stat().st_size for entry in entries if entry.name.endswith(SUFFIX))
    except OSError:
        return 0


def _after_fork() -> None:
    for writer in list(_WRITERS):
        writer._forget_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
