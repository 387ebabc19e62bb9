"""Traces: what happened inside of one call of an application, step by step."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from typing import Any, Final, Literal

from msgspec import Struct, field

from millrace.errors import InvalidParameterValue, MlflowException
from millrace.model.assessments import Assessment
from millrace.model.clock import from_rfc3339, to_rfc3339
from millrace.model.spans import Span, SpanStatus, SpanStatusCode


class TraceMetadataKey:
    """Names of a trace's metadata, which is written once."""

    INPUTS: Final = "mlflow.traceInputs"
    OUTPUTS: Final = "mlflow.traceOutputs"
    SOURCE_RUN: Final = "mlflow.sourceRun"
    MODEL_ID: Final = "mlflow.modelId"
    SIZE_BYTES: Final = "mlflow.trace.sizeBytes"
    SIZE_STATS: Final = "mlflow.trace.sizeStats"
    TOKEN_USAGE: Final = "mlflow.trace.tokenUsage"
    TRACE_USER: Final = "mlflow.trace.user"
    TRACE_SESSION: Final = "mlflow.trace.session"
    SCHEMA_VERSION: Final = "mlflow.trace_schema.version"


class TraceTagKey:
    """Names of a trace's tags, which may change."""

    TRACE_NAME: Final = "mlflow.traceName"
    ARTIFACT_LOCATION: Final = "mlflow.artifactLocation"
    SPANS_LOCATION: Final = "mlflow.trace.spansLocation"
    EVAL_REQUEST_ID: Final = "mlflow.eval.requestId"


SPANS_IN_STORE: Final = "TRACKING_STORE"
"""The value of the tag `mlflow.trace.spansLocation` of traces whose spans the store itself has."""
SPANS_FILE: Final = "traces.json"
"""The file, below a trace's artifact location, that clients without OTLP write spans to."""


class TraceState(StrEnum):
    """How a trace ended, or that it goes on."""

    STATE_UNSPECIFIED = "STATE_UNSPECIFIED"
    OK = "OK"
    ERROR = "ERROR"
    IN_PROGRESS = "IN_PROGRESS"

    @classmethod
    def from_status(cls, status: SpanStatus) -> TraceState:
        """The state of a trace whose root span ended like this."""
        codes = {SpanStatusCode.OK: cls.OK, SpanStatusCode.ERROR: cls.ERROR}
        return codes.get(status.status_code, cls.STATE_UNSPECIFIED)

    def __repr__(self) -> str:
        return f"<TraceState.{self.name}: {self.value!r}>"


class TraceStatus(StrEnum):
    """How a trace ended, by the names of MLflow 2."""

    UNSPECIFIED = "TRACE_STATUS_UNSPECIFIED"
    OK = "OK"
    ERROR = "ERROR"
    IN_PROGRESS = "IN_PROGRESS"

    def to_state(self) -> TraceState:
        """The same by today's names."""
        return TraceState.STATE_UNSPECIFIED if self is TraceStatus.UNSPECIFIED else TraceState(self.value)

    @classmethod
    def from_state(cls, state: TraceState) -> TraceStatus:
        """The status of a state."""
        return cls.UNSPECIFIED if state is TraceState.STATE_UNSPECIFIED else cls(state.value)

    def __repr__(self) -> str:
        return f"<TraceStatus.{self.name}: {self.value!r}>"


class TraceLocationType(StrEnum):
    """Kinds of places that hold traces; Millrace has experiments."""

    TRACE_LOCATION_TYPE_UNSPECIFIED = "TRACE_LOCATION_TYPE_UNSPECIFIED"
    MLFLOW_EXPERIMENT = "MLFLOW_EXPERIMENT"
    INFERENCE_TABLE = "INFERENCE_TABLE"
    UC_SCHEMA = "UC_SCHEMA"

    def __repr__(self) -> str:
        return f"<TraceLocationType.{self.name}: {self.value!r}>"


class MlflowExperimentLocation(Struct):
    """An experiment that holds traces."""

    experiment_id: str

    def to_dict(self) -> dict[str, Any]:
        """The fields as a dict."""
        return {"experiment_id": self.experiment_id}

    @classmethod
    def from_dict(cls, d: dict[str, Any]) -> MlflowExperimentLocation:
        """The location that `to_dict` made this of."""
        return cls(experiment_id=str(d["experiment_id"]))


class TraceLocation(Struct, omit_defaults=True):
    """Where a trace is kept: its type, and the one place of that type."""

    type: str
    mlflow_experiment: MlflowExperimentLocation | None = None

    def __post_init__(self) -> None:
        if self.type in TraceLocationType.__members__:
            self.type = TraceLocationType(self.type)
        if self.mlflow_experiment is not None and self.type != TraceLocationType.MLFLOW_EXPERIMENT:
            raise InvalidParameterValue(
                f"Trace location type {self.type} does not match the provided location {self.mlflow_experiment}."
            )

    def to_dict(self) -> dict[str, Any]:
        """The location as a dict of plain values."""
        place = {"mlflow_experiment": self.mlflow_experiment.to_dict()} if self.mlflow_experiment else {}
        return {"type": str(self.type), **place}

    @classmethod
    def from_dict(cls, d: dict[str, Any]) -> TraceLocation:
        """The location that `to_dict` made this of."""
        place = d.get("mlflow_experiment")
        return cls(d["type"], MlflowExperimentLocation.from_dict(place) if place else None)

    @classmethod
    def from_experiment_id(cls, experiment_id: str) -> TraceLocation:
        """The location that is this experiment."""
        return cls(TraceLocationType.MLFLOW_EXPERIMENT, MlflowExperimentLocation(experiment_id))


class TraceInfo(Struct):
    """What a trace is, without its spans.

    `request_time` is in milliseconds since 1970, UTC; `execution_duration` in milliseconds, None while the trace goes
    on. The previews are the begins of the root span's inputs and outputs.
    """

    trace_id: str
    trace_location: TraceLocation
    request_time: int
    state: TraceState
    request_preview: str | None = None
    response_preview: str | None = None
    client_request_id: str | None = None
    execution_duration: int | None = None
    trace_metadata: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    assessments: list[Assessment] = field(default_factory=list)

    @property
    def experiment_id(self) -> str | None:
        """The experiment that holds it."""
        place = self.trace_location.mlflow_experiment
        return place.experiment_id if place else None

    @property
    def request_id(self) -> str:
        """Its id, by the name of MLflow 2."""
        return self.trace_id

    @property
    def timestamp_ms(self) -> int:
        """When it began, by the name of MLflow 2."""
        return self.request_time

    @timestamp_ms.setter
    def timestamp_ms(self, value: int) -> None:
        self.request_time = value

    @property
    def execution_time_ms(self) -> int | None:
        """How long it took, by the name of MLflow 2."""
        return self.execution_duration

    @execution_time_ms.setter
    def execution_time_ms(self, value: int | None) -> None:
        self.execution_duration = value

    @property
    def request_metadata(self) -> dict[str, str]:
        """Its metadata, by the name of MLflow 2."""
        return self.trace_metadata

    @property
    def status(self) -> TraceStatus:
        """How it ended, by the names of MLflow 2."""
        return TraceStatus.from_state(self.state)

    @status.setter
    def status(self, value: TraceStatus) -> None:
        self.state = value.to_state()

    @property
    def token_usage(self) -> dict[str, int] | None:
        """The tokens of all its spans: `input_tokens`, `output_tokens`, `total_tokens`."""
        text = self.trace_metadata.get(TraceMetadataKey.TOKEN_USAGE)
        return json.loads(text) if text else None

    def to_dict(self) -> dict[str, Any]:
        """The trace's facts as a dict of plain values; what is not known is left out."""
        shown: dict[str, Any] = {
            "trace_id": self.trace_id,
            "client_request_id": self.client_request_id,
            "trace_location": self.trace_location.to_dict(),
            "request_time": to_rfc3339(self.request_time),
            "state": str(self.state),
            "trace_metadata": self.trace_metadata or None,
            "assessments": [one.to_dictionary() for one in self.assessments] or None,
            "tags": self.tags or None,
            "request_preview": self.request_preview,
            "response_preview": self.response_preview,
            "execution_duration_ms": self.execution_duration,
        }
        return {name: value for name, value in shown.items() if value is not None}

    @classmethod
    def from_dict(cls, d: dict[str, Any]) -> TraceInfo:
        """The facts that `to_dict` made this of, or that MLflow 2 wrote down."""
        if "request_id" in d:
            return cls(
                trace_id=d["request_id"],
                trace_location=TraceLocation.from_experiment_id(d["experiment_id"]),
                request_time=d["timestamp_ms"],
                execution_duration=d.get("execution_time_ms"),
                state=TraceStatus(d["status"]).to_state(),
                trace_metadata=d.get("request_metadata") or {},
                tags=d.get("tags") or {},
            )
        return cls(
            trace_id=d["trace_id"],
            trace_location=TraceLocation.from_dict(d["trace_location"]),
            request_time=from_rfc3339(d["request_time"]),
            state=TraceState(d["state"]),
            request_preview=d.get("request_preview"),
            response_preview=d.get("response_preview"),
            client_request_id=d.get("client_request_id"),
            execution_duration=d.get("execution_duration_ms"),
            trace_metadata=d.get("trace_metadata") or {},
            tags=d.get("tags") or {},
            assessments=[Assessment.from_dictionary(one) for one in d.get("assessments") or []],
        )


class TraceData:
    """The spans of a trace."""

    def __init__(self, spans: list[Span] | None = None, **kwargs: Any) -> None:
        """Hold spans; other names are those of files of MLflow 2 and are ignored."""
        self.spans = spans or []

    def __repr__(self) -> str:
        return f"TraceData(spans={self.spans})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TraceData) and self.spans == other.spans

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def from_dict(cls, d: dict[str, Any]) -> TraceData:
        """The spans that `to_dict` made this of; raises InvalidParameterValue for no dict."""
        if not isinstance(d, dict):
            raise InvalidParameterValue(f"TraceData.from_dict() expects a dictionary. Got: {type(d).__name__}")
        return cls([Span.from_dict(span) for span in d.get("spans") or []])

    def to_dict(self) -> dict[str, Any]:
        """The spans as plain values, as in a file `traces.json`."""
        return {"spans": [span.to_dict() for span in self.spans]}

    def _get_root_span(self) -> Span | None:
        return next((span for span in self.spans if span.parent_id is None), None)

    @property
    def request(self) -> str | None:
        """The inputs of the root span as JSON text."""
        root = self._get_root_span()
        return root.attribute_texts.get("mlflow.spanInputs") if root else None

    @property
    def response(self) -> str | None:
        """The outputs of the root span as JSON text."""
        root = self._get_root_span()
        return root.attribute_texts.get("mlflow.spanOutputs") if root else None

    @property
    def intermediate_outputs(self) -> dict[str, Any] | None:
        """The outputs of the spans below the root by name, of several of one name by name and number."""
        found: dict[str, Any] = {}
        names = [span.name for span in self.spans if span.parent_id]
        counts: dict[str, int] = {}
        for span in self.spans:
            if not span.parent_id or span.outputs is None:
                continue
            counts[span.name] = counts.get(span.name, 0) + 1
            found[f"{span.name}_{counts[span.name]}" if names.count(span.name) > 1 else span.name] = span.outputs
        return found or None


class Trace(Struct):
    """A trace, whole: its facts and its spans."""

    info: TraceInfo
    data: TraceData

    def __repr__(self) -> str:
        return f"Trace(trace_id={self.info.trace_id})"

    def to_dict(self) -> dict[str, Any]:
        """The trace as a dict of plain values."""
        return {"info": self.info.to_dict(), "data": self.data.to_dict()}

    def to_json(self, pretty: bool = False) -> str:
        """The trace as JSON text."""
        return json.dumps(self.to_dict(), default=str, indent=2 if pretty else None)

    @classmethod
    def from_dict(cls, trace_dict: dict[str, Any]) -> Trace:
        """The trace that `to_dict` made this of.

        Raises:
            InvalidParameterValue: its keys are not `info` and `data`.
        """
        if trace_dict.get("info") is None or trace_dict.get("data") is None:
            raise InvalidParameterValue(
                "Unable to parse Trace from dictionary. Expected keys: 'info' and 'data'. "
                f"Received keys: {list(trace_dict)}"
            )
        return cls(TraceInfo.from_dict(trace_dict["info"]), TraceData.from_dict(trace_dict["data"]))

    @classmethod
    def from_json(cls, trace_json: str) -> Trace:
        """The trace that `to_json` made this of; raises InvalidParameterValue for no JSON."""
        try:
            found = json.loads(trace_json)
        except ValueError as error:
            raise InvalidParameterValue(f"Unable to parse trace JSON: {trace_json}. Error: {error}") from error
        return cls.from_dict(found)

    def to_pandas_dataframe_row(self) -> dict[str, Any]:
        """The trace as a row of `mlflow.search_traces`, by column."""
        return {
            "trace_id": self.info.trace_id,
            "trace": self.to_json(),
            "client_request_id": self.info.client_request_id,
            "state": self.info.state,
            "request_time": self.info.request_time,
            "execution_duration": self.info.execution_duration,
            "request": _decoded(self.data.request),
            "response": _decoded(self.data.response),
            "trace_metadata": self.info.trace_metadata,
            "tags": self.info.tags,
            "spans": [span.to_dict() for span in self.data.spans],
            "assessments": [one.to_dictionary() for one in self.info.assessments],
        }

    @staticmethod
    def pandas_dataframe_columns() -> list[str]:
        """The columns of `mlflow.search_traces`."""
        return (
            "trace_id trace client_request_id state request_time execution_duration request response "
            "trace_metadata tags spans assessments"
        ).split()

    def search_spans(
        self, span_type: str | None = None, name: str | re.Pattern[str] | None = None, span_id: str | None = None
    ) -> list[Span]:
        """The spans of a type, of a name (a text, or a pattern found in it), and with an id, as far as given."""

        def fits(span: Span) -> bool:
            if span_type is not None and span.span_type != span_type:
                return False
            if isinstance(name, str) and span.name != name:
                return False
            if isinstance(name, re.Pattern) and not name.search(span.name):
                return False
            return span_id is None or span.span_id == span_id

        return [span for span in self.data.spans if fits(span)]

    def search_assessments(
        self,
        name: str | None = None,
        *,
        span_id: str | None = None,
        all: bool = False,
        type: Literal["expectation", "feedback"] | None = None,
    ) -> list[Assessment]:
        """The assessments of a name, a span and a type, as far as given; overridden ones only with `all`."""

        def fits(one: Assessment) -> bool:
            if not all and one.valid is False:
                return False
            if name is not None and one.name != name:
                return False
            if span_id is not None and one.span_id != span_id:
                return False
            return type is None or getattr(one, type) is not None

        if type not in (None, "expectation", "feedback"):
            raise MlflowException.invalid_parameter_value("type must be one of ['expectation', 'feedback']")
        return [one for one in self.info.assessments if fits(one)]


def _decoded(text: str | None) -> Any:
    return None if text is None else json.loads(text)
