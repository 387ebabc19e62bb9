"""Fluent functions on traces: reading them, changing them, and adding those that were made elsewhere."""

from __future__ import annotations

import logging
import time
import warnings
from typing import TYPE_CHECKING, Any, Literal

from millrace.errors import InvalidParameterValue, MlflowException
from millrace.model import Span, SpanStatusCode, SpanType, Trace, TraceMetadataKey, TraceState, TraceTagKey
from mlflow.client.paging import all_pages
from mlflow.fluent import trace_frames
from mlflow.fluent.active import client, experiment_id
from mlflow.tracing.going import start_trace
from mlflow.tracing.live import LiveSpan
from mlflow.tracing.renamed import as_request_id
from mlflow.tracing.starting import get_current_active_span, start_span_no_context

if TYPE_CHECKING:
    import pandas

_logger = logging.getLogger("mlflow.tracing.fluent")
SEARCH_TRACES_DEFAULT_MAX_RESULTS = 100
_PAGE = 100


@as_request_id
def get_trace(trace_id: str, silent: bool = False) -> Trace | None:
    """Get a trace with its spans; None, and a warning, when there is none.

    Args:
        trace_id: its id.
        silent: no warning.
    """
    try:
        return client().get_trace(trace_id)
    except MlflowException as error:
        if not silent:
            _logger.warning("Failed to get trace from the tracking store: %s", error)
        return None


def search_traces(
    experiment_ids: list[str] | None = None,
    filter_string: str | None = None,
    max_results: int | None = None,
    order_by: list[str] | None = None,
    extract_fields: list[str] | None = None,
    run_id: str | None = None,
    return_type: Literal["pandas", "list"] | None = None,
    model_id: str | None = None,
    sql_warehouse_id: str | None = None,
    include_spans: bool = True,
    locations: list[str] | None = None,
) -> pandas.DataFrame | list[Trace]:
    """Search traces, the newest first, as a table or as a list.

    Args:
        experiment_ids: as `locations`, by the name of MLflow 3.3 and before.
        filter_string: e.g. `status = 'ERROR' AND tags.stage = 'test'`.
        max_results: stop after so many; all when omitted.
        order_by: e.g. `["timestamp_ms DESC"]`.
        extract_fields: more columns of the table, e.g. `["agent.inputs.question"]`: the name of a span, `inputs` or
            `outputs`, and a key of them; a name with dots between backticks.
        run_id: only traces of this run.
        return_type: `"pandas"` for a DataFrame, `"list"` for a list.
        model_id: only traces of this logged model.
        sql_warehouse_id: accepted for compatibility with Databricks.
        include_spans: read the spans, too.
        locations: ids of experiments; the active one when omitted.

    Raises:
        MlflowException: an argument is not one of these.
        ValueError: `experiment_ids` and `locations` are both given.
    """
    kind = return_type or "pandas"
    if kind not in ("pandas", "list"):
        raise InvalidParameterValue(f"Invalid return type: {kind}. Return type must be either 'pandas' or 'list'.")
    if kind == "list" and extract_fields:
        raise InvalidParameterValue(
            "The `extract_fields` parameter is only supported when return type is set to 'pandas'."
        )
    fields = [trace_frames.parsed_field(each) for each in extract_fields or []]
    if experiment_ids and locations:
        raise ValueError("Cannot specify both 'experiment_ids' (deprecated) and 'locations'. Use 'locations' only.")
    where = locations or experiment_ids or [experiment_id()]
    traces = all_pages(
        lambda size, token: client().search_traces(
            locations=where,
            filter_string=filter_string,
            max_results=size,
            order_by=order_by,
            page_token=token,
            run_id=run_id,
            include_spans=include_spans,
            model_id=model_id,
        ),
        _PAGE,
        max_results,
    )
    return traces if kind == "list" else trace_frames.traces_frame(traces, fields)


@as_request_id
def set_trace_tag(trace_id: str, key: str, value: str) -> None:
    """Set a tag of a trace, which may still go on; the value becomes a text."""
    client().set_trace_tag(trace_id, key, value)


@as_request_id
def delete_trace_tag(trace_id: str, key: str) -> None:
    """Delete a tag of a trace; raises MlflowException when it has none of that key."""
    client().delete_trace_tag(trace_id, key)


def update_current_trace(
    tags: dict[str, str] | None = None,
    metadata: dict[str, str] | None = None,
    client_request_id: str | None = None,
    request_preview: str | None = None,
    response_preview: str | None = None,
    state: TraceState | str | None = None,
    model_id: str | None = None,
) -> None:
    """Say more about the trace of the active span; without one it warns and does nothing.

    Args:
        tags: tags, which can be changed later, too.
        metadata: facts, which cannot; `mlflow.trace.user` and `mlflow.trace.session` name whom it was for.
        client_request_id: an id that the caller's system has for it.
        request_preview: a short text of what went in, instead of the beginning of the inputs.
        response_preview: a short text of what came out, instead of the beginning of the outputs.
        state: `"OK"` or `"ERROR"`, whatever the root span says.
        model_id: the logged model that it is of.

    Raises:
        MlflowException: a preview is no text, or the state is neither OK nor ERROR.
    """
    span = get_current_active_span()
    if span is None:
        _logger.warning(
            "No active trace found. Please create a span using `mlflow.start_span` or `@mlflow.trace` before calling "
            "`mlflow.update_current_trace`."
        )
        return
    for name, preview in (("request_preview", request_preview), ("response_preview", response_preview)):
        if preview is not None and not isinstance(preview, str):
            raise InvalidParameterValue(f"The `{name}` parameter must be a string.")
    if state is not None and str(state) not in ("OK", "ERROR"):
        raise InvalidParameterValue(f"State must be either 'OK' or 'ERROR', but got '{state}'.")
    trace = span._trace
    _warn_of_others("tags", tags)
    _warn_of_others("metadata", metadata)
    trace.tags.update(_texts(tags))
    trace.metadata.update(_texts(metadata))
    if model_id is not None:
        trace.metadata[TraceMetadataKey.MODEL_ID] = model_id
    if client_request_id is not None:
        trace.client_request_id = str(client_request_id)
    trace.request_preview = request_preview if request_preview is not None else trace.request_preview
    trace.response_preview = response_preview if response_preview is not None else trace.response_preview
    trace.state = str(state) if state is not None else trace.state


def _texts(values: dict[str, Any] | None) -> dict[str, str]:
    return {str(key): str(value) for key, value in (values or {}).items()}


def _warn_of_others(what: str, values: dict[str, Any] | None) -> None:
    others = {key: value for key, value in (values or {}).items() if not isinstance(value, str)}
    if others:
        _logger.warning(
            "Found non-string values in %s. Non-string values in %s will automatically be stringified when the trace "
            "is logged. Non-string items: %s",
            what,
            what,
            others,
        )


def add_trace(trace: Trace | dict[str, Any], target: LiveSpan | None = None) -> None:
    """Add a trace that was made elsewhere, e.g. by a remote service, to the active trace.

    Its spans become steps of the target, with ids of their own. Where nothing is active, it becomes a trace of its
    own, under a root span `Remote Trace <…>`.

    Args:
        trace: the trace, or what its `to_dict` gave.
        target: the open span that it goes under; the active one when omitted.

    Raises:
        MlflowException: it is no trace.
    """
    found = _as_trace(trace)
    root = found.data._get_root_span()
    if root is None:
        return
    parent = target or get_current_active_span()
    if parent is not None:
        parent._trace.tags.update(
            (key, value) for key, value in found.info.tags.items() if key not in _OWN_TAGS | parent._trace.tags.keys()
        )
        _merge(found, parent)
        return
    new = start_trace(f"Remote Trace <{root.name}>", None, start_time_ns=root.start_time_ns - 1)
    if new is None:
        return
    new._trace.tags.update((key, value) for key, value in found.info.tags.items() if key not in _OWN_TAGS)
    own = {"mlflow.traceRequestId"}
    new.attribute_texts.update((key, text) for key, text in root.attribute_texts.items() if key not in own)
    _merge(found, new)
    new.end(status=root.status, end_time_ns=root.end_time_ns)


_OWN_TAGS = {TraceTagKey.TRACE_NAME, TraceTagKey.ARTIFACT_LOCATION, TraceTagKey.SPANS_LOCATION}


def _as_trace(trace: Trace | dict[str, Any]) -> Trace:
    if isinstance(trace, Trace):
        return trace
    if not isinstance(trace, dict):
        raise InvalidParameterValue(
            f"Invalid trace object: {type(trace)}. Please provide a valid MLflow Trace object to use it as a remote "
            "trace. You can create a Trace object from its json format by using the Trace.from_dict() method."
        )
    try:
        return Trace.from_dict(trace)
    except MlflowException as error:
        raise InvalidParameterValue(
            "Failed to load a trace object from the given dictionary. Please ensure the dictionary is in the correct "
            f"MLflow Trace format. Error: {error}"
        ) from error


def _merge(trace: Trace, parent: LiveSpan) -> None:
    """Copy the spans of a trace under a span, parents before their children."""
    new_ids: dict[str, str] = {}
    waiting: list[Span] = sorted(trace.data.spans, key=lambda span: span.start_time_ns)
    known = {span.span_id for span in waiting}
    copies: list[tuple[LiveSpan, int | None]] = []
    while waiting:
        left = []
        for span in waiting:
            if span.parent_id in known and span.parent_id not in new_ids:
                left.append(span)
                continue
            above = new_ids.get(span.parent_id or "", parent.span_id)
            new = parent._trace.copy_of(span, above)
            new_ids[span.span_id] = new.span_id
            copies.append((new, span.end_time_ns))
        if len(left) == len(waiting):  # a circle of parents, which no program makes
            known.clear()
        waiting = left
    for new, end_ns in reversed(copies):
        new.end(end_time_ns=end_ns)


def log_trace(
    name: str = "Task",
    request: Any | None = None,
    response: Any | None = None,
    intermediate_outputs: dict[str, Any] | None = None,
    attributes: dict[str, Any] | None = None,
    tags: dict[str, str] | None = None,
    start_time_ms: int | None = None,
    execution_time_ms: int | None = None,
) -> str:
    """Log a trace of one span that has ended already; answers its id. Use `mlflow.start_span_no_context` instead.

    Args:
        name: of the trace and its span.
        request: what went in.
        response: what came out.
        intermediate_outputs: what was computed on the way, by name.
        attributes: of the span.
        tags: of the trace.
        start_time_ms: when it began, in milliseconds since 1970, UTC; now when omitted.
        execution_time_ms: how long it took; until now when omitted.
    """
    warnings.warn(
        "``mlflow.tracing.fluent.log_trace`` is deprecated since 3.6.0. This method will be removed in a future "
        "release.",
        FutureWarning,
        stacklevel=2,
    )
    told = dict(attributes or {})
    if intermediate_outputs:
        told["mlflow.trace.intermediate_outputs"] = intermediate_outputs
    start_ns = start_time_ms * 1_000_000 if start_time_ms is not None else time.time_ns()
    if start_time_ms is not None:
        told["mlflow.spanStartTimeNs"] = start_ns
    span = start_span_no_context(name, SpanType.UNKNOWN, None, request, told, tags, None, start_ns)
    end_ns = None
    if execution_time_ms is not None:
        end_ns = start_ns + execution_time_ms * 1_000_000
    span.end(outputs=response, status=SpanStatusCode.OK.value, end_time_ns=end_ns)
    return span.trace_id
