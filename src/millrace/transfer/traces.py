"""Copying traces: their facts, spans and assessments, under their own ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from millrace.calls import AppendSpans, BatchGetTraces, SearchTracesV3, TraceInfoV3, TracePart, TraceV3
from millrace.model import TraceLocation, TraceMetadataKey, TraceTagKey
from millrace.model.clock import from_rfc3339, from_seconds
from millrace.store import Store, pages

_PAGE = 100
_OF_THE_STORE = (TraceTagKey.ARTIFACT_LOCATION, TraceTagKey.SPANS_LOCATION)
_DERIVED = (TraceMetadataKey.SIZE_BYTES, TraceMetadataKey.SIZE_STATS, TraceMetadataKey.TOKEN_USAGE)


def copy_traces(
    source: Store, target: Store, experiment_id: str, there: str, problem: Callable[[str, str], None]
) -> Iterator[tuple[TraceInfoV3, TraceInfoV3]]:
    """Copy the traces of an experiment to another one; what is there already is stored again as it is.

    Args:
        source: where they are.
        target: where they are copied to.
        experiment_id: their experiment.
        there: the experiment in the target.
        problem: told the id of a trace that the target does not take, and why.

    Returns:
        The facts of each trace that has no spans in the store, here and there: they may be in a file.
    """
    call = SearchTracesV3([TraceLocation.from_experiment_id(experiment_id)], "", _PAGE, ["timestamp_ms ASC"])
    for page in pages(source, call):
        if not page.traces:
            continue
        ids = [info.trace_id for info in page.traces]
        with_spans = {one.trace_info.trace_id: one for one in source.call(BatchGetTraces(ids)).traces if one.spans}
        refused: set[str] = set()
        for info in page.traces:
            trace = with_spans.get(info.trace_id, TraceV3(info))
            spans = [one.span() for one in trace.spans]
            for one in target.call(AppendSpans(traces=[_part(info, there, bool(spans))], spans=spans)).refused:
                refused.add(one.trace_id)
                problem(one.trace_id, one.message)
        left = [info for info in page.traces if info.trace_id not in with_spans and info.trace_id not in refused]
        if left:
            found = target.call(BatchGetTraces([info.trace_id for info in left])).traces
            known = {one.trace_info.trace_id: one.trace_info for one in found}
            yield from ((info, known[info.trace_id]) for info in left if info.trace_id in known)


def _part(info: TraceInfoV3, there: str, has_spans: bool) -> TracePart:
    """The facts of a trace as a writer tells them; what follows from its spans is left to the target."""
    return TracePart(
        trace_id=info.trace_id,
        experiment_id=there,
        request_time=from_rfc3339(info.request_time) if info.request_time else None,
        execution_duration=from_seconds(info.execution_duration) if info.execution_duration else None,
        state=info.state,
        request_preview=info.request_preview,
        response_preview=info.response_preview,
        client_request_id=info.client_request_id,
        trace_metadata={
            key: value for key, value in info.trace_metadata.items() if not (has_spans and key in _DERIVED)
        },
        tags={key: value for key, value in info.tags.items() if key not in _OF_THE_STORE},
        assessments=info.assessments,
    )
