"""Traces for servers that know no AppendSpans, such as MLflow's own: spans by OpenTelemetry's protocol, facts by REST.

Such a server takes a trace's facts as they are told, so what our own engine finds out from the spans is found out here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from millrace.calls import (
    Appended,
    AppendSpans,
    Call,
    CreateAssessment,
    StartTraceV3,
    TraceInfoV3,
    TracePart,
    TraceRefusal,
    TraceV3,
)
from millrace.errors import MlflowException
from millrace.model import Span, SpanAttributeKey, SpanStatusCode, TraceLocation, TraceMetadataKey, trace_facts
from millrace.model.clock import to_rfc3339, to_seconds
from millrace.remote.otlp import request_of

FINAL = frozenset({"INVALID_PARAMETER_VALUE", "BAD_REQUEST", "MALFORMED_REQUEST", "RESOURCE_DOES_NOT_EXIST"})
"""Codes of refusals that another try will not change."""
MANY = 10_000
"""Of so many traces that go on, spans are remembered."""

Send = Callable[[str, bytes], None]
"""Sends an OTLP request to an experiment, by its id; raises MlflowException."""


class _Seen(NamedTuple):
    """What is remembered of a span until its trace ends."""

    parent_id: str | None
    size: int
    usage: trace_facts.Usage | None


class Elsewhere:
    """Sends traces to such a server, and remembers what the facts of those that go on will need."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, _Seen]] = {}

    def append(self, call: AppendSpans, ask: Callable[[Call[Any]], Any], send: Send) -> Appended:
        """Send spans that have ended, and the facts of traces whose root is among them.

        Raises:
            MlflowException: the server cannot say now; everything may be sent again.
        """
        places = {part.trace_id: part.experiment_id for part in call.traces}
        refused: dict[str, TraceRefusal] = {}
        groups: dict[str, list[Span]] = {}
        roots: dict[str, Span] = {}
        for span in call.spans:
            if span.end_time_ns is None or span.trace_id not in places:
                continue
            groups.setdefault(places[span.trace_id], []).append(span)
            self._remember(span)
            if span.parent_id is None:
                roots[span.trace_id] = span
        for experiment_id, spans in groups.items():
            try:
                send(experiment_id, request_of(spans))
            except MlflowException as error:
                _refuse(refused, [span.trace_id for span in spans], error)
        for part in _merged(call.traces):
            if part.trace_id in refused:
                continue
            try:
                if part.trace_id in roots or part.request_time is not None:
                    ask(StartTraceV3(TraceV3(self._info(part, roots.get(part.trace_id)))))
                for one in part.assessments:
                    ask(CreateAssessment(part.trace_id, one))
            except MlflowException as error:
                _refuse(refused, [part.trace_id], error)
        return Appended(call.end, list(refused.values()))

    def _remember(self, span: Span) -> None:
        if span.trace_id not in self._seen and len(self._seen) >= MANY:
            self._seen.pop(next(iter(self._seen)))
        usage = trace_facts.usage_of(span.attribute_texts.get(SpanAttributeKey.CHAT_USAGE, ""))
        size = len(msgspec.json.encode(span))
        self._seen.setdefault(span.trace_id, {})[span.span_id] = _Seen(span.parent_id, size, usage)

    def _info(self, part: TracePart, root: Span | None) -> TraceInfoV3:
        metadata, start_ms, duration_ms = dict(part.trace_metadata), part.request_time, part.execution_duration
        state, request, response = part.state, part.request_preview, part.response_preview
        tags = dict(part.tags)
        if root is not None:
            inputs = root.attribute_texts.get(SpanAttributeKey.INPUTS)
            outputs = root.attribute_texts.get(SpanAttributeKey.OUTPUTS)
            if inputs is not None:
                request = trace_facts.request_preview(inputs) if request is None else request
                metadata.setdefault(TraceMetadataKey.INPUTS, trace_facts.cut(inputs, trace_facts.SHORT_PREVIEW))
            if outputs is not None:
                response = trace_facts.response_preview(outputs) if response is None else response
                metadata.setdefault(TraceMetadataKey.OUTPUTS, trace_facts.cut(outputs, trace_facts.SHORT_PREVIEW))
            ended_ns = root.end_time_ns or root.start_time_ns
            start_ms = root.start_time_ns // 1_000_000 if start_ms is None else start_ms
            duration_ms = ended_ns // 1_000_000 - start_ms if duration_ms is None else duration_ms
            state = state or ("ERROR" if root.status.status_code is SpanStatusCode.ERROR else "OK")
            tags.setdefault("mlflow.traceName", root.name)
            self._add_sums(part.trace_id, metadata)
        return TraceInfoV3(
            trace_id=part.trace_id,
            client_request_id=part.client_request_id,
            trace_location=TraceLocation.from_experiment_id(part.experiment_id),
            request_time=to_rfc3339(start_ms or 0),
            execution_duration=None if duration_ms is None else to_seconds(duration_ms),
            state=state,
            trace_metadata=metadata,
            tags=tags,
            request_preview=request,
            response_preview=response,
        )

    def _add_sums(self, trace_id: str, metadata: dict[str, str]) -> None:
        seen = self._seen.pop(trace_id, {})
        if not seen:
            return
        numbers = {span_id: number for number, span_id in enumerate(seen)}
        total, stats = trace_facts.size_stats(one.size for one in seen.values())
        metadata.setdefault(TraceMetadataKey.SIZE_BYTES, str(total))
        metadata.setdefault(TraceMetadataKey.SIZE_STATS, stats)
        parents = {numbers[span_id]: numbers.get(one.parent_id or "") for span_id, one in seen.items()}
        usage = trace_facts.total_usage(
            parents, {numbers[span_id]: one.usage for span_id, one in seen.items() if one.usage}
        )
        if usage is not None:
            metadata.setdefault(TraceMetadataKey.TOKEN_USAGE, json.dumps(usage))


def _merged(parts: list[TracePart]) -> list[TracePart]:
    """The parts of each trace in one: what was told last counts."""
    found: dict[str, TracePart] = {}
    for part in parts:
        known = found.get(part.trace_id)
        if known is None:
            found[part.trace_id] = part
            continue
        told = {name: value for name, value in msgspec.structs.asdict(part).items() if value not in (None, {}, [])}
        told["tags"], told["trace_metadata"] = known.tags | part.tags, known.trace_metadata | part.trace_metadata
        told["assessments"] = known.assessments + part.assessments
        found[part.trace_id] = msgspec.structs.replace(known, **told)
    return list(found.values())


def _refuse(refused: dict[str, TraceRefusal], trace_ids: list[str], error: MlflowException) -> None:
    if error.error_code not in FINAL:
        raise error
    for trace_id in trace_ids:
        refused[trace_id] = TraceRefusal(trace_id, error.error_code, error.message)
