"""From the journal to the store: every value once, whoever drains, and whatever dies in between."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from millrace.calls import Ingest, SeriesName, UpdateRun
from millrace.errors import DataLoss, MlflowException, TemporarilyUnavailable, lacks_the_call
from millrace.journal import batches, trace_parts
from millrace.journal.format import Damaged, NewerVersion, Stretch
from millrace.journal.refusals import Refused, park, report
from millrace.journal.segments import (
    SUFFIX,
    Reading,
    is_abandoned,
    open_file,
    open_reading,
    remove_unborn,
    writer_ids,
)
from millrace.journal.writer import Segment
from millrace.store import Store

FINAL = frozenset({"INVALID_PARAMETER_VALUE", "BAD_REQUEST", "MALFORMED_REQUEST"})
"""Codes of refusals that another try will not change."""
_CALLS = {"UpdateRun": UpdateRun}
"""The calls that a journal may hold."""

_OLD_S = 86_400

_logger = logging.getLogger("mlflow.journal")


class Drain:
    """Hands what the segments of a folder hold to a store, for one process; one thread at a time may use it.

    Args:
        folder: where the segments are.
        store: the store that they belong to.
        own: the segments that this process still has locked, by writer id.
    """

    def __init__(self, folder: Path, store: Store, own: Callable[[], Mapping[str, Segment]]) -> None:
        self.folder = folder
        self._store = store
        self._own = own
        self._readings: dict[str, Reading] = {}
        self._met: set[str] = set()
        self._told: set[tuple[str, str]] = set()
        self._takes_positions = True

    def has_work(self, whose: frozenset[str] | None = None) -> bool:
        """Whether there is anything that this process has not seen in the store; asks nobody.

        Args:
            whose: the writer ids to look at; None for all.
        """
        own = self._own()
        for writer_id in writer_ids(self.folder) if whose is None else whose:
            reading, segment = self._readings.get(writer_id), own.get(writer_id)
            if reading is None or segment is None or reading.offset != segment.size:
                return True
        return False

    def run(
        self, limit: int, *, whose: frozenset[str] | None = None, after: Callable[[int], None] = lambda size: None
    ) -> int:
        """Send what there is; returns the number of points, and of records of spans, that were sent.

        Args:
            limit: about so many points are sent at once.
            whose: the writer ids to send, beside those that nobody appends to any more; None for all.
            after: called with the number of bytes of the journal that the store has taken, each time that it has.

        Raises:
            MlflowException: the store did not take it; everything stays where it is, and may be tried again.
        """
        sent = 0
        ids = writer_ids(self.folder)
        remove_unborn(self.folder)
        for gone in self._readings.keys() - ids:
            del self._readings[gone]
        own = self._own()
        # What others left may be unreadable here; it must not stand before what this process logged.
        for writer_id in sorted(ids, key=lambda writer_id: (writer_id not in own, writer_id)):
            try:
                sent += self._run_one(writer_id, limit, whose, after)
            except FileNotFoundError:  # another process was quicker
                self._readings.pop(writer_id, None)
            except OSError as error:
                raise TemporarilyUnavailable(
                    f"The journal {self.folder / writer_id}{SUFFIX} cannot be worked on: {error.strerror}."
                ) from error
        return sent

    def _run_one(self, writer_id: str, limit: int, whose: frozenset[str] | None, after: Callable[[int], None]) -> int:
        path = self.folder / (writer_id + SUFFIX)
        segment = self._own().get(writer_id)
        reading = self._readings.get(writer_id)
        if segment is not None and reading is not None and reading.offset == segment.size:
            return 0
        with open_file(path, os.O_RDWR) as file:
            fd = file.fileno()
            abandoned = segment is None and is_abandoned(fd)
            if not abandoned and whose is not None and writer_id not in whose:
                return 0
            if reading is None:
                try:
                    reading = self._readings[writer_id] = open_reading(path, fd)
                except NewerVersion as error:
                    self._tell_newer(path, str(error))
                    return 0
                except Damaged as error:
                    self._set_aside(path, 0, str(error), abandoned)
                    return 0
                if segment is not None and writer_id not in self._met:
                    reading.position = 0  # begun here, and sent by nobody
                self._met.add(writer_id)
            try:
                return self._send_all(reading, fd, limit, abandoned, after)
            except DataLoss as error:
                self._set_aside(path, reading.offset, error.message, abandoned)
                return 0
            except MlflowException:
                raise
            except BaseException:
                # An interrupt (Ctrl-C): what is remembered of the segment may be half a step ahead. Read it anew.
                self._readings.pop(writer_id, None)
                raise

    def _send_all(self, reading: Reading, fd: int, limit: int, abandoned: bool, after: Callable[[int], None]) -> int:
        sent, most, astray, before = 0, limit, 0, -1
        while True:
            if reading.position is None:
                self._find_position(reading, fd)
            known = len(reading.series)
            stretch = reading.next(fd, most)
            count = stretch.count
            if not count and not stretch.calls:
                reading.offset = stretch.end
                break
            try:
                arrived = self._send(reading, stretch)
            except MlflowException as error:
                if error.error_code in FINAL and (count <= 1 or count == before):
                    self._skip(reading, stretch, error)
                    most, before = limit, -1
                    continue
                del reading.series[known:]
                if error.error_code not in FINAL:
                    raise
                # Something in it cannot be stored, and the rest can: it is found by halves.
                most, before = count // 2, count
            else:
                if arrived == stretch.end:
                    reading.position, reading.offset = arrived, stretch.end
                    sent += count
                    after(stretch.end - stretch.start)
                    most, before = limit, -1
                    continue
                astray += 1
                if astray > 3:
                    raise DataLoss(f"How far the store has {reading.path} changes without a reason.")
                del reading.series[known:]
                reading.move_to(fd, arrived)
        self._finish(reading, fd, stretch, abandoned)
        return sent

    def _find_position(self, reading: Reading, fd: int) -> None:
        marked = batches.position(reading.path)
        position = marked
        if self._takes_positions:
            try:
                position = self._store.call(Ingest(reading.header.writer_id)).position
                if marked > position:  # the server was replaced by one that keeps positions
                    position = self._store.call(Ingest(reading.header.writer_id, position, marked)).position
            except MlflowException as error:
                if not lacks_the_call(error):
                    raise
                self._takes_positions = False
        reading.move_to(fd, position)

    def _send(self, reading: Reading, stretch: Stretch) -> int:
        """Send a stretch; returns where the store is then."""
        start = reading.position or 0
        if self._takes_positions:
            try:
                if stretch.calls:
                    self._carry_out(reading, stretch)
                    return self._advance(reading, start, stretch.end)
                if stretch.spans:
                    return trace_parts.append(self._store, reading, start, stretch)
                return self._ingest(reading, start, stretch)
            except MlflowException as error:
                if not lacks_the_call(error):
                    raise
                self._takes_positions = False
        if stretch.calls:
            self._carry_out(reading, stretch)
        elif stretch.spans:
            trace_parts.send(self._store, reading, stretch)
        else:
            self._refused(reading, stretch, batches.send(self._store, reading.series, stretch.points))
        batches.set_position(reading.path, stretch.end)
        return stretch.end

    def _advance(self, reading: Reading, start: int, end: int) -> int:
        return self._store.call(Ingest(reading.header.writer_id, start, end)).position

    def _ingest(self, reading: Reading, start: int, stretch: Stretch) -> int:
        numbers: dict[int, int] = {}
        points = stretch.points
        which = [numbers.setdefault(number, len(numbers)) for number in points.which]
        series = [reading.series[number] for number in numbers]
        answer = self._store.call(
            Ingest(
                reading.header.writer_id,
                start,
                stretch.end,
                series,
                which,
                points.steps,
                points.timestamps,
                points.values,
            )
        )
        if answer.refused and answer.position == stretch.end:
            back = list(numbers)
            why = {back[one.series]: (one.error_code, one.message) for one in answer.refused}
            self._refused(reading, stretch, why)
        return answer.position

    def _carry_out(self, reading: Reading, stretch: Stretch) -> None:
        for name, fields in stretch.calls:
            kind = _CALLS.get(name)
            try:
                if kind is None:
                    raise MlflowException(f"A journal holds no {name}.", "INVALID_PARAMETER_VALUE")
                self._store.call(msgspec.json.decode(fields, type=kind))
            except (MlflowException, msgspec.MsgspecError) as error:
                code = getattr(error, "error_code", "MALFORMED_REQUEST")
                if code not in FINAL | {"RESOURCE_DOES_NOT_EXIST"}:
                    raise
                park(
                    reading.path, [{"call": name, "fields": fields.decode(), "error_code": code, "reason": str(error)}]
                )
                _logger.error("%s %s was refused: %s", name, fields.decode(), error)

    def _skip(self, reading: Reading, stretch: Stretch, error: MlflowException) -> None:
        why = (error.error_code, error.message)
        trace_parts.refuse(reading, stretch, *why)
        self._refused(reading, stretch, dict.fromkeys(stretch.points.which, why))
        if self._takes_positions:
            self._advance(reading, reading.position or 0, stretch.end)
        else:
            batches.set_position(reading.path, stretch.end)
        reading.position = reading.offset = stretch.end

    def _refused(self, reading: Reading, stretch: Stretch, why: Mapping[int, tuple[str, str]]) -> None:
        if not why:
            return
        refused: list[Refused] = []
        names: dict[SeriesName, tuple[str, str]] = {}
        for number, step, timestamp, value in zip(*stretch.points, strict=True):
            if number in why:
                names[reading.series[number]] = why[number]
                refused.append(Refused(reading.series[number], step, timestamp, value, *why[number]))
        place = park(reading.path, [one.as_json() for one in refused])
        for name, (code, message) in names.items():
            report(name, code, message, place)

    def _finish(self, reading: Reading, fd: int, stretch: Stretch, abandoned: bool) -> None:
        path = reading.path
        rest = os.fstat(fd).st_size - reading.offset
        if stretch.newer:
            self._tell_newer(path, f"it holds a record at byte {reading.offset} that this Millrace does not know")
        elif stretch.damage:
            self._set_aside(path, reading.offset, stretch.damage, abandoned)
        elif abandoned:
            if rest:
                _logger.warning(
                    "The writer of %s (process %d on %s) died in the middle of a write: the value that it was writing "
                    "is not there; everything before it is.",
                    path,
                    reading.header.pid,
                    reading.header.host,
                )
            self._remove(reading, fd)

    def _remove(self, reading: Reading, fd: int) -> None:
        # On a network file system locks may be known to one machine only, and a writer live on another: its segment
        # is sent as well, and removed when it is old.
        here = reading.header.host == os.uname().nodename
        if not here and time.time() - os.fstat(fd).st_mtime < _OLD_S:
            return
        with contextlib.suppress(PermissionError):  # another user's, who removes it
            reading.path.unlink()
        batches.forget_position(reading.path)
        self._readings.pop(reading.header.writer_id, None)

    def _set_aside(self, path: Path, at: int, reason: str, abandoned: bool) -> None:
        aside = path.with_suffix(".damaged")
        if abandoned:
            os.rename(path, aside)
            self._readings.pop(path.stem, None)
        if (str(path), "damaged") not in self._told:
            self._told.add((str(path), "damaged"))
            _logger.error(
                "The journal %s is damaged at byte %d: %s. Everything before is stored; the rest is kept in %s, "
                "where nothing touches it.",
                path,
                at,
                reason,
                aside if abandoned else path,
            )

    def _tell_newer(self, path: Path, reason: str) -> None:
        if (str(path), "newer") not in self._told:
            self._told.add((str(path), "newer"))
            _logger.error(
                "The journal %s was written by a newer Millrace: %s. It is left as it is; open the store with that "
                "version to have its values stored.",
                path,
                reason,
            )
