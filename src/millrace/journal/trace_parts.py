"""Spans and parts of traces from a journal to a store."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import msgspec

from millrace.calls import (
    AppendSpans,
    CreateAssessment,
    StartTraceV3,
    TraceInfoV3,
    TracePart,
    TraceRefusal,
    TraceV3,
)
from millrace.errors import MlflowException
from millrace.journal.format import Stretch
from millrace.journal.refusals import park
from millrace.journal.segments import Reading
from millrace.model import Span, TraceLocation
from millrace.model.clock import to_rfc3339, to_seconds
from millrace.store import Store

_decoder = msgspec.json.Decoder(AppendSpans)
_logger = logging.getLogger("mlflow.journal")
_told: set[tuple[str, str]] = set()
_REFUSALS = frozenset({"INVALID_PARAMETER_VALUE", "BAD_REQUEST", "MALFORMED_REQUEST", "RESOURCE_DOES_NOT_EXIST"})


def append(store: Store, reading: Reading, start: int, stretch: Stretch) -> int:
    """Send the spans of a stretch by AppendSpans; returns where the store is then."""
    parts, spans = _together(stretch.spans)
    answer = store.call(AppendSpans(reading.header.writer_id, start, stretch.end, parts, spans))
    if answer.refused and answer.position == stretch.end:
        _keep(reading, stretch, answer.refused)
    return answer.position


def _together(frames: Sequence[bytes]) -> tuple[list[TracePart], list[Span]]:
    """What frames hold: the parts of traces, each once, and the spans."""
    parts: dict[str, list[TracePart]] = {}
    spans: list[Span] = []
    for frame in frames:
        call = _decoder.decode(frame)
        for part in call.traces:
            known = parts.setdefault(part.trace_id, [])
            if part not in known:
                known.append(part)
        spans += call.spans
    return [part for known in parts.values() for part in known], spans


def refuse(reading: Reading, stretch: Stretch, code: str, reason: str) -> None:
    """Keep what the store refused as a whole."""
    if stretch.spans:
        parts, spans = _together(stretch.spans)
        ids = dict.fromkeys((*(part.trace_id for part in parts), *(span.trace_id for span in spans)))
        _keep(reading, stretch, [TraceRefusal(trace_id, code, reason) for trace_id in ids])


def _keep(reading: Reading, stretch: Stretch, refused: Sequence[TraceRefusal]) -> None:
    why = {one.trace_id: one for one in refused}
    parts, spans = _together(stretch.spans)
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
    """Send the traces of a stretch to a server that knows no AppendSpans, such as MLflow's; spans stay behind.

    Raises:
        MlflowException: the server cannot say now.
    """
    parts, _ = _together(stretch.spans)
    for part in parts:
        if part.request_time is None and not part.state:
            continue  # it only names the trace of some spans
        try:
            store.call(StartTraceV3(TraceV3(_info(part))))
            for one in part.assessments:
                store.call(CreateAssessment(part.trace_id, one))
        except MlflowException as error:
            if error.error_code not in _REFUSALS:
                raise
            _keep(reading, stretch, [TraceRefusal(part.trace_id, error.error_code, error.message)])


def _info(part: TracePart) -> TraceInfoV3:
    return TraceInfoV3(
        trace_id=part.trace_id,
        client_request_id=part.client_request_id,
        trace_location=TraceLocation.from_experiment_id(part.experiment_id),
        request_time=to_rfc3339(part.request_time or 0),
        execution_duration=None if part.execution_duration is None else to_seconds(part.execution_duration),
        state=part.state,
        trace_metadata=part.trace_metadata,
        tags=part.tags,
        request_preview=part.request_preview,
        response_preview=part.response_preview,
    )
