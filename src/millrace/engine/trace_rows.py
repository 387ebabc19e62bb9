"""Traces read back: from rows of the table `trace` to whole traces, a page at a time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from millrace.calls import AssessmentV3
from millrace.engine.db import Row
from millrace.engine.locations import trace_root
from millrace.engine.tx import Tx
from millrace.errors import ResourceMissing
from millrace.model import (
    Span,
    SpanEvent,
    SpanStatus,
    SpanStatusCode,
    Trace,
    TraceData,
    TraceInfo,
    TraceLocation,
    TraceMetadataKey,
    TraceState,
    TraceTagKey,
    trace_facts,
)
from millrace.model.traces import SPANS_IN_STORE

COLUMNS = (
    "trace.id, trace.uuid, trace.experiment_id, trace.start_ms, trace.duration_ms, trace.state,"
    " trace.client_request_id, trace.request_preview, trace.response_preview, trace.first_ns, trace.last_ns, trace.told"
)
"""The columns of a trace, in the order that `infos` takes."""


class Content(msgspec.Struct, omit_defaults=True):
    """What a span has beside the columns of its row."""

    attributes: dict[str, str] = {}
    events: list[SpanEvent] = []
    description: str = ""


_contents = msgspec.json.Decoder(Content)


def number(span_id: str) -> int:
    """The id of a span as the database has it."""
    return int.from_bytes(bytes.fromhex(span_id), "big", signed=True)


def digits(number: int) -> str:
    """The id of a span as everybody else has it."""
    return number.to_bytes(8, "big", signed=True).hex()


def find(tx: Tx, trace_id: str, lock: str = "") -> Row:
    """The row (`COLUMNS`) of a trace; raises ResourceMissing."""
    row = tx.db.row(f"SELECT {COLUMNS} FROM trace WHERE uuid = ?{lock}", (trace_id,))
    if row is None:
        raise ResourceMissing(f"Trace with ID '{trace_id}' not found.")
    return row


def infos(tx: Tx, rows: Sequence[Row]) -> list[TraceInfo]:
    """The facts of traces, in the order of their rows (`COLUMNS`)."""
    ids = [row[0] for row in rows]
    tags, metadata, assessments = _pairs(tx, "trace_tag", ids), _pairs(tx, "trace_metadata", ids), _assessments(tx, ids)
    _derive(tx, rows, metadata)
    locations: dict[int, str] = dict(
        tx.select_in("SELECT id, location FROM experiment WHERE id IN (*)", list({row[2] for row in rows}))
    )
    found = []
    for row in rows:
        root = trace_root(tx.locations.shown(locations.get(row[2], "")), row[1])
        own = tags[row[0]]
        if row[9] is not None:
            own[TraceTagKey.SPANS_LOCATION] = SPANS_IN_STORE
        own[TraceTagKey.ARTIFACT_LOCATION] = root  # never what a client says: files are read there
        found.append(
            TraceInfo(
                trace_id=row[1],
                trace_location=TraceLocation.from_experiment_id(str(row[2])),
                request_time=row[3],
                execution_duration=row[4],
                state=TraceState(row[5]),
                client_request_id=row[6],
                request_preview=row[7],
                response_preview=row[8],
                trace_metadata=metadata[row[0]],
                tags=own,
                assessments=assessments[row[0]],
            )
        )
    return found


def _pairs(tx: Tx, table: str, ids: list[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {id_: {} for id_ in ids}
    for id_, key, value in tx.select_in(
        f"SELECT trace_id, key, value FROM {table} WHERE trace_id IN (*) ORDER BY key", ids
    ):
        found[id_][key] = value
    return found


def _assessments(tx: Tx, ids: list[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for id_, data in tx.select_in(
        "SELECT trace_id, data FROM assessment WHERE trace_id IN (*) ORDER BY created_ms, id", ids
    ):
        found[id_].append(msgspec.json.decode(data, type=AssessmentV3).assessment())
    return found


def _derive(tx: Tx, rows: Sequence[Row], metadata: dict[int, dict[str, str]]) -> None:
    """Add sizes and tokens of the spans to the metadata, where nobody told them."""
    ids = [row[0] for row in rows if row[9] is not None and TraceMetadataKey.SIZE_STATS not in metadata[row[0]]]
    spans: dict[int, list[Row]] = defaultdict(list)
    for row in tx.select_in("SELECT trace_id, span_id, parent_id, size, tokens FROM span WHERE trace_id IN (*)", ids):
        spans[row[0]].append(row)
    for id_, found in spans.items():
        total, stats = trace_facts.size_stats(row[3] for row in found)
        metadata[id_].setdefault(TraceMetadataKey.SIZE_BYTES, str(total))
        metadata[id_][TraceMetadataKey.SIZE_STATS] = stats
        usages = {row[1]: json.loads(row[4]) for row in found if row[4]}
        usage = trace_facts.total_usage({row[1]: row[2] for row in found}, usages)
        if usage is not None:
            metadata[id_].setdefault(TraceMetadataKey.TOKEN_USAGE, json.dumps(usage))


def whole(tx: Tx, rows: Sequence[Row]) -> list[Trace]:
    """Whole traces, in the order of their rows (`COLUMNS`)."""
    uuids = {row[0]: row[1] for row in rows}
    spans: dict[int, list[Span]] = defaultdict(list)
    for row in tx.select_in(
        "SELECT span.trace_id, span.span_id, parent_id, name, status, start_ns, end_ns, data FROM span"
        " JOIN span_content ON span_content.trace_id = span.trace_id AND span_content.span_id = span.span_id"
        " WHERE span.trace_id IN (*) ORDER BY start_ns, span.span_id",
        list(uuids),
    ):
        spans[row[0]].append(_span(tx, uuids[row[0]], row))
    return [
        Trace(info, TraceData(_parents_first(spans[row[0]]))) for info, row in zip(infos(tx, rows), rows, strict=True)
    ]


def _span(tx: Tx, uuid: str, row: Row) -> Span:
    content = _contents.decode(tx.db.unpacked(row[7]))
    return Span(
        trace_id=uuid,
        span_id=digits(row[1]),
        name=row[3],
        start_time_ns=row[5],
        end_time_ns=row[6],
        parent_id=None if row[2] is None else digits(row[2]),
        status=SpanStatus(SpanStatusCode(row[4]), content.description),
        attribute_texts=content.attributes,
        events=content.events,
    )


def _parents_first(spans: list[Span]) -> list[Span]:
    """Spans by their begin; the root first, even where a clock puts it behind its child."""
    return sorted(spans, key=lambda span: span.parent_id is not None) if spans and spans[0].parent_id else spans


def rows_of(tx: Tx, trace_ids: Iterable[str]) -> list[Row]:
    """The rows (`COLUMNS`) of those traces that are there, in the order asked for."""
    wanted = list(dict.fromkeys(trace_ids))
    rows = {row[1]: row for row in tx.select_in(f"SELECT {COLUMNS} FROM trace WHERE uuid IN (*)", wanted)}
    return [rows[trace_id] for trace_id in wanted if trace_id in rows]
