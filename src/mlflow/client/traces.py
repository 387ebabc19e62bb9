"""Traces, their tags and what is said about them, by id."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from millrace.calls import (
    AssessmentV3,
    BatchGetTraces,
    CreateAssessment,
    DeleteAssessment,
    DeleteTraces,
    DeleteTraceTag,
    GetAssessment,
    GetTraceInfoV3,
    LinkTracesToRun,
    SearchTracesV3,
    SetTraceTag,
    UnlinkTracesFromRun,
    UpdateAssessment,
)
from millrace.errors import InvalidParameterValue, MlflowException, ResourceMissing, lacks_the_call
from millrace.model import (
    Assessment,
    Expectation,
    Feedback,
    SpanStatus,
    SpanType,
    Trace,
    TraceData,
    TraceInfo,
    TraceLocation,
    TraceTagKey,
)
from millrace.model.traces import SPANS_FILE, SPANS_IN_STORE
from mlflow.client.base import ClientBase, as_ids
from mlflow.client.locations import repository_at
from mlflow.client.paging import PagedList
from mlflow.tracing import state
from mlflow.tracing.renamed import as_request_id

_logger = logging.getLogger("mlflow.tracing.client")

IMMUTABLE_TAGS = frozenset({"mlflow.user", "mlflow.artifactLocation"})
SEARCH_TRACES_DEFAULT_MAX_RESULTS = 100
MAX_LINKED_TRACES = 100
_BATCH = 20
"""Traces whose spans are read at once."""


class Traces(ClientBase):
    """The methods on traces."""

    @as_request_id
    def get_trace(self, trace_id: str, display: bool = True) -> Trace:
        """Get a trace with its spans.

        Args:
            trace_id: its id.
            display: accepted for compatibility: nothing is displayed.

        Raises:
            MlflowException: there is no such trace.
        """
        try:
            found = self._call(BatchGetTraces(trace_ids=[trace_id])).traces
        except MlflowException:
            found = []  # such as that of a server whose clients wrote the spans to a file
        trace = found[0].trace() if found else None
        if trace is not None and (
            trace.data.spans or trace.info.tags.get(TraceTagKey.SPANS_LOCATION) == SPANS_IN_STORE
        ):
            return trace
        info = self.get_trace_info(trace_id)  # which says what is wrong in the store's words
        return Trace(info, self._spans_of([info])[trace_id])

    def get_trace_info(self, trace_id: str) -> TraceInfo:
        """Get a trace without its spans; raises MlflowException when there is none."""
        return self._call(GetTraceInfoV3(trace_id)).trace.trace_info.info()

    def search_traces(
        self,
        experiment_ids: list[str] | None = None,
        filter_string: str | None = None,
        max_results: int = SEARCH_TRACES_DEFAULT_MAX_RESULTS,
        order_by: list[str] | None = None,
        page_token: str | None = None,
        run_id: str | None = None,
        include_spans: bool = True,
        model_id: str | None = None,
        locations: list[str] | None = None,
    ) -> PagedList[Trace]:
        """Search the traces of experiments, the newest first.

        Args:
            experiment_ids: as `locations`, by the name of MLflow 3.3 and before.
            filter_string: e.g. `status = 'OK' AND tags.stage = 'test'`.
            max_results: the size of a page.
            order_by: e.g. `["timestamp_ms DESC"]`.
            page_token: the `token` of the page before.
            run_id: only traces of this run.
            include_spans: read the spans, too.
            model_id: only traces of this logged model.
            locations: ids of experiments.
        """
        if experiment_ids and locations:
            raise ValueError("Cannot specify both 'experiment_ids' (deprecated) and 'locations'. Use 'locations' only.")
        call = SearchTracesV3(
            locations=[TraceLocation.from_experiment_id(one) for one in as_ids(locations or experiment_ids)],
            filter=_narrowed(filter_string, run_id, model_id),
            max_results=max_results,
            order_by=order_by or [],
            page_token=page_token or "",
        )
        page = self._call(call)
        infos = [one.info() for one in page.traces]
        spans = self._spans_of(infos) if include_spans else {}
        traces = [Trace(info, spans.get(info.trace_id, TraceData())) for info in infos]
        return PagedList(traces, page.next_page_token or None)

    def _spans_of(self, infos: list[TraceInfo]) -> dict[str, TraceData]:
        """The spans of traces by id: from the store, or from the files that older clients wrote them to."""
        found: dict[str, TraceData] = {}
        stored = [one for one in infos if one.tags.get(TraceTagKey.SPANS_LOCATION) == SPANS_IN_STORE]
        for start in range(0, len(stored), _BATCH):
            ids = [one.trace_id for one in stored[start : start + _BATCH]]
            for trace in self._call(BatchGetTraces(trace_ids=ids)).traces:
                found[trace.trace_info.trace_id] = trace.trace().data
        for info in infos:
            if info.trace_id not in found:
                found[info.trace_id] = self._spans_in_file(info)
        return found

    def _spans_in_file(self, info: TraceInfo) -> TraceData:
        place = info.tags.get(TraceTagKey.ARTIFACT_LOCATION)
        if place is None:
            return TraceData()
        try:
            folder = repository_at(place, self._tracking_uri)
            return TraceData.from_dict(json.loads(Path(folder.download_artifacts(SPANS_FILE)).read_bytes()))
        except (MlflowException, OSError, ValueError) as error:
            _logger.warning("The spans of trace %s cannot be read: %s", info.trace_id, error)
            return TraceData()

    @as_request_id
    def delete_traces(
        self,
        experiment_id: str,
        max_timestamp_millis: int | None = None,
        max_traces: int | None = None,
        trace_ids: list[str] | None = None,
    ) -> int:
        """Delete traces of an experiment, by their ids or up to a time; answers how many were deleted.

        Args:
            experiment_id: the experiment.
            max_timestamp_millis: those that began until then, in milliseconds since 1970, UTC.
            max_traces: at most so many of those, the oldest first.
            trace_ids: the traces, instead.

        Raises:
            MlflowException: neither or both of time and ids are given, or `max_traces` is not positive.
        """
        if max_timestamp_millis is None and not trace_ids:
            raise InvalidParameterValue("Either `max_timestamp_millis` or `trace_ids` must be specified.")
        if max_timestamp_millis is not None and trace_ids:
            raise InvalidParameterValue("Only one of `max_timestamp_millis` and `trace_ids` can be specified.")
        if trace_ids and max_traces is not None:
            raise InvalidParameterValue("`max_traces` can't be specified if `trace_ids` is specified.")
        if max_traces is not None and max_traces <= 0:
            raise InvalidParameterValue(f"`max_traces` must be a positive integer, received {max_traces}.")
        call = DeleteTraces(str(experiment_id), max_timestamp_millis, max_traces, list(trace_ids or []))
        return self._call(call).traces_deleted

    @as_request_id
    def set_trace_tag(self, trace_id: str, key: str, value: str) -> None:
        """Set a tag of a trace, which may still go on; the value becomes a text."""
        if key in IMMUTABLE_TAGS:
            _logger.warning("Tag '%s' is immutable and cannot be set on a trace.", key)
            return
        if not isinstance(value, str):
            _logger.warning(
                "Received non-string value for trace tag. Please note that non-string tag values "
                "will automatically be stringified when the trace is logged."
            )
        going = state.GOING.get(trace_id)
        if going is not None:
            going.tags[str(key)] = str(value)
        else:
            self._call(SetTraceTag(trace_id, str(key), str(value)))

    @as_request_id
    def delete_trace_tag(self, trace_id: str, key: str) -> None:
        """Delete a tag of a trace; raises MlflowException when it has none of that key."""
        if key in IMMUTABLE_TAGS:
            _logger.warning("Tag '%s' is immutable and cannot be deleted on a trace.", key)
            return
        going = state.GOING.get(trace_id)
        if going is None:
            self._call(DeleteTraceTag(trace_id, str(key)))
        elif going.tags.pop(str(key), None) is None:
            raise ResourceMissing(f"Tag with key {key} not found in trace with ID {trace_id}.")

    def link_traces_to_run(self, trace_ids: list[str], run_id: str) -> None:
        """Link up to 100 traces to a run, beside the one that they were made in."""
        if not trace_ids:
            return
        if not run_id:
            raise InvalidParameterValue("run_id cannot be empty")
        if len(trace_ids) > MAX_LINKED_TRACES:
            raise InvalidParameterValue(
                f"Cannot link more than {MAX_LINKED_TRACES} traces to a run in a single request. "
                f"Provided {len(trace_ids)} traces."
            )
        self._call(LinkTracesToRun(list(trace_ids), run_id))

    def unlink_traces_from_run(self, trace_ids: list[str], run_id: str) -> None:
        """Undo `link_traces_to_run`; raises NotImplementedError on a server of MLflow, which cannot."""
        try:
            self._call(UnlinkTracesFromRun(list(trace_ids), run_id))
        except MlflowException as error:
            if not lacks_the_call(error):
                raise
            raise NotImplementedError("Unlinking traces from runs is not implemented by this server.") from None

    # -- assessments -------------------------------------------------------------------------------------------
    def log_assessment(self, trace_id: str, assessment: Assessment) -> Assessment:
        """Log a feedback or an expectation about a trace; answers it with its id."""
        _check_json(assessment)
        assessment.trace_id = trace_id
        return self._call(CreateAssessment(trace_id, AssessmentV3.of(assessment))).assessment.assessment()

    def get_assessment(self, trace_id: str, assessment_id: str) -> Assessment:
        """Get an assessment; raises MlflowException when there is none."""
        return self._call(GetAssessment(trace_id, assessment_id)).assessment.assessment()

    def update_assessment(
        self,
        trace_id: str,
        assessment_id: str,
        name: str | None = None,
        expectation: Expectation | None = None,
        feedback: Feedback | None = None,
        rationale: str | None = None,
        metadata: dict[str, str] | None = None,
    ) -> Assessment:
        """Change what is given of an assessment.

        Raises:
            MlflowException: both kinds are given, or there is no such assessment.
        """
        if expectation is not None and feedback is not None:
            raise InvalidParameterValue("Exactly one of `expectation` or `feedback` should be specified.")
        found = feedback if feedback is not None else expectation
        if found is not None:
            _check_json(found)
        shown = found.to_dictionary() if found is not None else {}
        fields: dict[str, tuple[str, Any]] = {
            "assessmentName": ("assessment_name", name),
            "expectation": ("expectation", shown.get("expectation")),
            "feedback": ("feedback", shown.get("feedback")),
            "rationale": ("rationale", rationale),
            "metadata": ("metadata", metadata and {str(key): str(value) for key, value in metadata.items()}),
        }
        given = {mask: pair for mask, pair in fields.items() if pair[1] is not None}
        call = UpdateAssessment(trace_id, assessment_id, AssessmentV3(**dict(given.values())), ",".join(given))
        return self._call(call).assessment.assessment()

    def delete_assessment(self, trace_id: str, assessment_id: str) -> None:
        """Delete an assessment."""
        self._call(DeleteAssessment(trace_id, assessment_id))

    # -- traces by hand ----------------------------------------------------------------------------------------
    def start_trace(
        self,
        name: str,
        span_type: str = SpanType.UNKNOWN,
        inputs: Any | None = None,
        attributes: dict[str, str] | None = None,
        tags: dict[str, str] | None = None,
        experiment_id: str | None = None,
        start_time_ns: int | None = None,
    ) -> Any:
        """Begin a trace by its root span, which `end_trace` ends; it becomes nobody's active span.

        Args:
            name: of the root span and of the trace.
            span_type: of the root span, one of `mlflow.entities.SpanType` or any other text.
            inputs: what goes into it.
            attributes: attributes of the root span.
            tags: tags of the trace.
            experiment_id: the experiment that it goes to; the active one when omitted.
            start_time_ns: when it began, in nanoseconds since 1970, UTC; now when omitted.

        Raises:
            MlflowException: there is an active span, begun by `mlflow.trace` or `mlflow.start_span`.
        """
        active = state.CURRENT.get()
        if active is not None and active.trace_id in state.GOING:
            raise MlflowException(
                f"Another trace is already set in the global context with ID {active.trace_id}. It appears that you "
                "have already started a trace using fluent APIs like `@mlflow.trace()` or `with mlflow.start_span()`. "
                "However, it is not allowed to call MlflowClient.start_trace() under an active trace created by fluent "
                "APIs because it may lead to unexpected behavior. To resolve this issue, consider the following "
                "options:\n - To create a child span under the active trace, use `with mlflow.start_span()` or "
                "`MlflowClient.start_span()` instead.\n - To start multiple traces in parallel, avoid using fluent "
                "APIs and create all traces using `MlflowClient.start_trace()`.",
                "BAD_REQUEST",
            )
        return _by_hand().start_span_no_context(
            name, span_type, None, inputs, attributes, tags, experiment_id, start_time_ns
        )

    @as_request_id
    def end_trace(
        self,
        trace_id: str,
        outputs: Any | None = None,
        attributes: dict[str, Any] | None = None,
        status: SpanStatus | str = "OK",
        end_time_ns: int | None = None,
    ) -> None:
        """End a trace that was begun in this process, with its root span.

        Raises:
            MlflowException: it does not go on in this process.
        """
        if trace_id == _NO_OP:
            return
        going = state.GOING.get(trace_id)
        if going is None or going.root is None:
            # A trace that is stored has ended; of one that is not, the store says so.
            self.get_trace_info(trace_id)
            raise InvalidParameterValue(f"Trace with ID {trace_id} already finished.")
        going.root.end(outputs, attributes, status, end_time_ns)

    @as_request_id
    def start_span(
        self,
        name: str,
        trace_id: str,
        parent_id: str,
        span_type: str = SpanType.UNKNOWN,
        inputs: Any | None = None,
        attributes: dict[str, Any] | None = None,
        start_time_ns: int | None = None,
    ) -> Any:
        """Begin a span under another, which `end_span` ends; it becomes nobody's active span.

        Args:
            name: its name.
            trace_id: the trace, begun in this process.
            parent_id: the open span that it is a step of.
            span_type: one of `mlflow.entities.SpanType`, or any other text.
            inputs: what goes into it.
            attributes: attributes to begin with.
            start_time_ns: when it began, in nanoseconds since 1970, UTC; now when omitted.

        Raises:
            MlflowException: there is no such parent.
        """
        if not parent_id:
            raise InvalidParameterValue(
                "start_span() must be called with an explicit parent_id. If you haven't started any span yet, use "
                "MlflowClient().start_trace() to start a new trace and root span."
            )
        if trace_id == _NO_OP:
            return _by_hand().NoOpSpan()
        parent = _by_hand().open_span(trace_id, parent_id)
        if parent is None:
            raise ResourceMissing(f"Parent span with ID '{parent_id}' not found.")
        return _by_hand().start_span_no_context(
            name, span_type, parent, inputs, attributes, start_time_ns=start_time_ns
        )

    @as_request_id
    def end_span(
        self,
        trace_id: str,
        span_id: str,
        outputs: Any | None = None,
        attributes: dict[str, Any] | None = None,
        status: SpanStatus | str = "OK",
        end_time_ns: int | None = None,
    ) -> None:
        """End a span; raises MlflowException when it is not open in this process."""
        if trace_id == _NO_OP:
            return
        span = _by_hand().open_span(trace_id, span_id)
        if span is None:
            raise ResourceMissing(f"Span with ID {span_id} is not found or already finished.")
        span.end(outputs, attributes, status, end_time_ns)


_NO_OP = "MLFLOW_NO_OP_SPAN_TRACE_ID"


def _by_hand() -> Any:
    """What begins spans: a trace begins in the active run and experiment, which stand on this client."""
    from mlflow.tracing import starting

    return starting


def _narrowed(filter_string: str | None, run_id: str | None, model_id: str | None) -> str:
    """A filter, and the run and the model beside it."""
    parts = [
        f"({filter_string})"
        if filter_string and (run_id or model_id) and " or " in filter_string.lower()
        else filter_string or ""
    ]
    if run_id:
        parts.append(f"attributes.run_id = '{run_id}'")
    if model_id:
        parts.append(f"request_metadata.`mlflow.modelId` = '{model_id}'")
    return " AND ".join(part for part in parts if part)


def _check_json(assessment: Assessment) -> None:
    for kind in (assessment.feedback, assessment.expectation):
        if kind is not None:
            try:
                json.dumps(kind.value)
            except (TypeError, ValueError) as error:
                raise InvalidParameterValue(
                    f"The value of the assessment {assessment.name!r} cannot be stored as JSON: {error}. "
                    "Use numbers, texts, truth values, and lists and dicts of those."
                ) from None
