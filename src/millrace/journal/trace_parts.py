"""Spans and parts of traces from a journal to a store."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import msgspec

from millrace.calls import AppendSpans, TracePart, TraceRefusal
from millrace.journal.format import Stretch
from millrace.journal.refusals import park
from millrace.journal.segments import Reading
from millrace.model import Span
from millrace.store import Store

_decoder = msgspec.json.Decoder(AppendSpans)
_logger = logging.getLogger("mlflow.journal")
_told: set[tuple[str, str]] = set()


def append(store: Store, reading: Reading, start: int, stretch: Stretch) -> int:
    """Send the spans of a stretch by AppendSpans; returns where the store is then."""
    parts, spans, unreadable = _together(stretch.spans)
    answer = store.call(AppendSpans(reading.header.writer_id, start, stretch.end, parts, spans))
    if answer.position == stretch.end:
        _keep_unreadable(reading, unreadable)
        if answer.refused:
            _keep(reading, stretch, answer.refused)
    return answer.position


def _together(frames: Sequence[bytes]) -> tuple[list[TracePart], list[Span], list[tuple[bytes, str]]]:
    """What frames hold: the parts of traces, each once, and the spans; and frames that cannot be read, with why."""
    parts: dict[str, list[TracePart]] = {}
    spans: list[Span] = []
    unreadable: list[tuple[bytes, str]] = []
    for frame in frames:
        try:
            call = _decoder.decode(frame)
        except msgspec.MsgspecError as error:
            unreadable.append((frame, str(error)))
            continue
        for part in call.traces:
            known = parts.setdefault(part.trace_id, [])
            if part not in known:
                known.append(part)
        spans += call.spans
    return [part for known in parts.values() for part in known], spans, unreadable


def _keep_unreadable(reading: Reading, unreadable: Sequence[tuple[bytes, str]]) -> None:
    """Keep frames with values that no span may have: trying them for ever would hold up all that follows."""
    if unreadable:
        lines = [
            {"call": "AppendSpans", "fields": frame.decode(errors="replace"), "reason": why}
            for frame, why in unreadable
        ]
        place = park(reading.path, lines)
        _logger.warning("Spans that no store can read are kept in %s: %s.", place, unreadable[0][1])


def refuse(reading: Reading, stretch: Stretch, code: str, reason: str) -> None:
    """Keep what the store refused as a whole."""
    if stretch.spans:
        parts, spans, _ = _together(stretch.spans)
        ids = dict.fromkeys((*(part.trace_id for part in parts), *(span.trace_id for span in spans)))
        _keep(reading, stretch, [TraceRefusal(trace_id, code, reason) for trace_id in ids])


def _keep(reading: Reading, stretch: Stretch, refused: Sequence[TraceRefusal]) -> None:
    why = {one.trace_id: one for one in refused}
    parts, spans, _ = _together(stretch.spans)
    lines = [
        {
            "call": kind,
            "fields": msgspec.json.encode(one).decode(),
            "error_code": found.error_code,
            "reason": found.message,
        }
        for kind, ones in (("TracePart", parts), ("Span", spans))
        for one in ones
        if (found := why.get(one.trace_id))
    ]
    place = park(reading.path, lines)
    for one in refused:
        if (one.trace_id, one.error_code) not in _told:
            _told.add((one.trace_id, one.error_code))
            _logger.warning(
                "The trace %s was refused and is not stored: %s It is kept in %s.", one.trace_id, one.message, place
            )


def send(store: Store, reading: Reading, stretch: Stretch) -> None:
    """Send the spans of a stretch to a server that keeps no positions, such as MLflow's: it stores the same span once.

    Raises:
        MlflowException: the server cannot say now.
    """
    parts, spans, unreadable = _together(stretch.spans)
    answer = store.call(AppendSpans(traces=parts, spans=spans))
    _keep_unreadable(reading, unreadable)
    if answer.refused:
        _keep(reading, stretch, answer.refused)
