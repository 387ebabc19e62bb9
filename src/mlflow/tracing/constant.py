"""Names and bounds of tracing, where other libraries import them from."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import SpanAttributeKey, TraceMetadataKey, TraceTagKey
from mlflow.tracing.decorating import STREAM_CHUNK_EVENT_NAME_FORMAT, STREAM_CHUNK_EVENT_VALUE_KEY

TRACE_REQUEST_ID_PREFIX = "tr-"
TRACE_SCHEMA_VERSION = 3
TRACE_SCHEMA_VERSION_KEY = "mlflow.trace_schema.version"
ASSESSMENT_ID_PREFIX = "a-"
MAX_CHARS_IN_TRACE_INFO_METADATA = 250
MAX_CHARS_IN_TRACE_INFO_TAGS_KEY = 250
MAX_CHARS_IN_TRACE_INFO_TAGS_VALUE = 4096
TRUNCATION_SUFFIX = "..."


class TokenUsageKey:
    """Keys of the token usage of a span and of a trace."""

    INPUT_TOKENS = "input_tokens"
    OUTPUT_TOKENS = "output_tokens"
    TOTAL_TOKENS = "total_tokens"


class AssessmentMetadataKey:
    """Names of metadata of assessments."""

    SOURCE_RUN_ID = "mlflow.assessment.sourceRunId"
    JUDGE_COST = "mlflow.assessment.judgeCost"
    SCORER_TRACE_ID = "mlflow.assessment.scorerTraceId"
