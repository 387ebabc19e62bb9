"""Calls on traces, their spans and assessments: MLflow's, and our own by which spans are written exactly once."""

from __future__ import annotations

from msgspec import Struct, field

from millrace.calls.base import Answer, Call, Edit, Empty, Manage, Read, Required, endpoint
from millrace.calls.trace_wire import AssessmentV3, TraceInfoV2, TraceInfoV3, TracePair, TraceV3
from millrace.model import Span, TraceLocation


class TraceAnswer(Answer, frozen=True):
    """One trace."""

    trace: TraceV3


class TracesAnswer(Answer, frozen=True):
    """Traces with their spans."""

    traces: list[TraceV3] = []


class TracePage(Answer, frozen=True):
    """A page of traces without their spans, and the token of the next page if there is one."""

    traces: list[TraceInfoV3] = []
    next_page_token: str | None = None


class DeletedTraces(Answer, frozen=True):
    """How many traces were deleted."""

    traces_deleted: int = field(default_factory=int)


class AssessmentAnswer(Answer, frozen=True):
    """One assessment."""

    assessment: AssessmentV3


class TraceInfoAnswer(Answer, frozen=True):
    """One trace's facts, in version 2."""

    trace_info: TraceInfoV2


class TracePageV2(Answer, frozen=True):
    """A page of traces, in version 2."""

    traces: list[TraceInfoV2] = []
    next_page_token: str | None = None


@endpoint("POST", "mlflow/traces", needs=Edit.trace, version="3.0")
class StartTraceV3(Call[TraceAnswer], frozen=True):
    """Store the facts of a trace, which has begun or ended; its spans come by OTLP, by AppendSpans or in a file."""

    trace: TraceV3


@endpoint("GET", "mlflow/traces/{trace_id}", needs=Read.trace, version="3.0")
class GetTraceInfoV3(Call[TraceAnswer], frozen=True):
    """Get the facts of a trace, without its spans."""

    trace_id: Required


@endpoint("GET", "mlflow/traces/get", needs=Read.trace, version="3.0")
class GetTrace(Call[TraceAnswer], frozen=True):
    """Get a trace with the spans that have arrived; `allow_partial` is MLflow's and changes nothing."""

    trace_id: Required
    allow_partial: bool = True


@endpoint("GET", "mlflow/traces/batchGet", needs=Read.trace, version="3.0")
class BatchGetTraces(Call[TracesAnswer], frozen=True):
    """Get traces with their spans; ids that nobody knows are left out."""

    trace_ids: list[str] = []


@endpoint("POST", "mlflow/traces/search", needs=Read.experiment, version="3.0")
class SearchTracesV3(Call[TracePage], frozen=True):
    """Search the traces of experiments."""

    locations: list[TraceLocation] = []
    filter: str = ""
    max_results: int = 100
    order_by: list[str] = []
    page_token: str = ""


@endpoint("POST", "mlflow/traces/delete-traces", needs=Manage.trace, version="3.0")
class DeleteTracesV3(Call[DeletedTraces], frozen=True):
    """Delete traces of an experiment: by their ids, or the oldest up to a time."""

    experiment_id: Required
    max_timestamp_millis: int | None = None
    max_traces: int | None = None
    request_ids: list[str] = []


@endpoint("PATCH", "mlflow/traces/{trace_id}/tags", needs=Edit.trace, version="3.0")
class SetTraceTagV3(Call[Empty], frozen=True):
    """Set a tag of a trace."""

    trace_id: Required
    key: Required
    value: str = ""


@endpoint("DELETE", "mlflow/traces/{trace_id}/tags", needs=Edit.trace, version="3.0")
class DeleteTraceTagV3(Call[Empty], frozen=True):
    """Delete a tag of a trace."""

    trace_id: Required
    key: Required


@endpoint("POST", "mlflow/traces/{trace_id}/assessments", needs=Edit.trace, version="3.0")
class CreateAssessment(Call[AssessmentAnswer], frozen=True):
    """Log an assessment of a trace; one that `overrides` another makes that one invalid."""

    trace_id: Required
    assessment: AssessmentV3


@endpoint("GET", "mlflow/traces/{trace_id}/assessments/{assessment_id}", needs=Read.trace, version="3.0")
class GetAssessment(Call[AssessmentAnswer], frozen=True):
    """Get an assessment."""

    trace_id: Required
    assessment_id: Required


@endpoint("PATCH", "mlflow/traces/{trace_id}/assessments/{assessment_id}", needs=Edit.trace, version="3.0")
class UpdateAssessment(Call[AssessmentAnswer], frozen=True):
    """Change the fields of an assessment that `update_mask` names, in camelCase with commas between them."""

    trace_id: Required
    assessment_id: Required
    assessment: AssessmentV3
    update_mask: str = ""


@endpoint("DELETE", "mlflow/traces/{trace_id}/assessments/{assessment_id}", needs=Edit.trace, version="3.0")
class DeleteAssessment(Call[Empty], frozen=True):
    """Delete an assessment; one that it overrode becomes valid again."""

    trace_id: Required
    assessment_id: Required


@endpoint("POST", "mlflow/traces/link-to-run", needs=Edit.run)
class LinkTracesToRun(Call[Empty], frozen=True):
    """Link up to 100 traces to a run."""

    trace_ids: list[str] = []
    run_id: str = ""


@endpoint("POST", "traces/unlink-from-run", needs=Edit.run, version="millrace/1")
class UnlinkTracesFromRun(Call[Empty], frozen=True):
    """Undo LinkTracesToRun; a trace that was made in the run stays its trace."""

    trace_ids: list[str] = []
    run_id: str = ""


# Version 2, which clients of MLflow 2 and some functions of 3 use.


@endpoint("POST", "mlflow/traces", needs=Edit.trace)
class StartTrace(Call[TraceInfoAnswer], frozen=True):
    """Begin a trace (version 2): the server chooses its id."""

    experiment_id: Required
    timestamp_ms: int = 0
    request_metadata: list[TracePair] = []
    tags: list[TracePair] = []


@endpoint("PATCH", "mlflow/traces/{request_id}", needs=Edit.trace)
class EndTrace(Call[TraceInfoAnswer], frozen=True):
    """End a trace (version 2)."""

    request_id: Required
    timestamp_ms: int = 0
    status: str | int = ""
    request_metadata: list[TracePair] = []
    tags: list[TracePair] = []


@endpoint("GET", "mlflow/traces/{request_id}/info", needs=Read.trace)
class GetTraceInfo(Call[TraceInfoAnswer], frozen=True):
    """Get the facts of a trace (version 2)."""

    request_id: Required


@endpoint("GET", "mlflow/traces", needs=Read.experiment)
class SearchTraces(Call[TracePageV2], frozen=True):
    """Search the traces of experiments (version 2)."""

    experiment_ids: list[str] = []
    filter: str = ""
    max_results: int = 100
    order_by: list[str] = []
    page_token: str = ""


@endpoint("POST", "mlflow/traces/delete-traces", needs=Manage.trace)
class DeleteTraces(Call[DeletedTraces], frozen=True):
    """Delete traces of an experiment (version 2): by their ids, or the oldest up to a time."""

    experiment_id: Required
    max_timestamp_millis: int | None = None
    max_traces: int | None = None
    request_ids: list[str] = []


@endpoint("PATCH", "mlflow/traces/{request_id}/tags", needs=Edit.trace)
class SetTraceTag(Call[Empty], frozen=True):
    """Set a tag of a trace (version 2)."""

    request_id: Required
    key: Required
    value: str = ""


@endpoint("DELETE", "mlflow/traces/{request_id}/tags", needs=Edit.trace)
class DeleteTraceTag(Call[Empty], frozen=True):
    """Delete a tag of a trace (version 2)."""

    request_id: Required
    key: Required


class TracePart(Struct, frozen=True, omit_defaults=True):
    """What a writer knows of a trace; parts of several writers are put together.

    Only `trace_id` and `experiment_id` must be given. What is not told is taken from the spans: begin, duration, state,
    name, previews and token usage from the root span and its descendants, as they arrive. What is told wins over that.
    Times are milliseconds. Tags and metadata are added to what is there, key by key.
    """

    trace_id: str
    experiment_id: str
    request_time: int | None = None
    execution_duration: int | None = None
    state: str | None = None
    request_preview: str | None = None
    response_preview: str | None = None
    client_request_id: str | None = None
    trace_metadata: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    assessments: list[AssessmentV3] = field(default_factory=list)
    """Assessments with ids of the writer's choice (`a-` and 32 hex digits), so that a replay stores them once."""


class TraceRefusal(Struct, frozen=True, omit_defaults=True):
    """Why the spans and the part of one trace were not stored; they never will be."""

    trace_id: str
    error_code: str
    message: str


class Appended(Answer, frozen=True):
    """How far the store has a writer's journal, and which traces of this call it refused."""

    position: int = 0
    refused: list[TraceRefusal] = []


@endpoint("POST", "traces/append", needs=Edit.trace, version="millrace/1")
class AppendSpans(Call[Appended], frozen=True):
    """Store spans and parts of traces, unless they are stored already.

    With a `writer_id`, they are what a writer journalled between two positions of its journal, and are stored exactly
    once, as by Ingest. Without one, they are stored now; a span that is there already (by its trace and its id) is
    replaced, so a replay changes nothing. Spans come in any order and in parts: a span that has not ended may come
    again when it has. Every span's trace must be among `traces` or be known; traces that cannot be stored (an unknown
    or deleted experiment) are refused one by one, the others are stored.
    """

    writer_id: str = ""
    start: int = 0
    end: int = 0
    traces: list[TracePart] = []
    spans: list[Span] = []
