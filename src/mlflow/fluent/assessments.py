"""Fluent functions on assessments: what people, judges and code say about traces."""

from __future__ import annotations

from typing import Any

from millrace.errors import InvalidParameterValue
from millrace.model import Assessment, AssessmentError, AssessmentSource, Expectation, Feedback
from mlflow.fluent.active import client
from mlflow.tracing.types import FeedbackValueType


def log_feedback(
    *,
    trace_id: str,
    name: str = "feedback",
    value: FeedbackValueType | None = None,
    source: AssessmentSource | None = None,
    error: Exception | AssessmentError | None = None,
    rationale: str | None = None,
    metadata: dict[str, Any] | None = None,
    span_id: str | None = None,
) -> Assessment:
    """Log how good a trace, or one of its spans, was.

    Args:
        trace_id: the trace.
        name: what was looked at, e.g. `faithfulness`.
        value: a number, a text, a truth value, or a list or dict of those.
        source: who says so; code when omitted.
        error: why there is no value.
        rationale: why it is what it is.
        metadata: more about it.
        span_id: the span that it is about, instead of the whole trace.

    Raises:
        MlflowException: neither value nor error is given, or there is no such trace.
    """
    _check_source(source)
    return log_assessment(
        trace_id,
        Feedback(
            name=name,
            value=value,
            error=error,
            source=source,
            rationale=rationale,
            metadata=metadata,
            span_id=span_id,
        ),
    )


def log_expectation(
    *,
    trace_id: str,
    name: str,
    value: Any,
    source: AssessmentSource | None = None,
    metadata: dict[str, Any] | None = None,
    span_id: str | None = None,
) -> Assessment:
    """Log what a trace, or one of its spans, should have come to.

    Args:
        trace_id: the trace.
        name: what is expected, e.g. `expected_answer`.
        value: anything that JSON has.
        source: who says so; a human when omitted.
        metadata: more about it.
        span_id: the span that it is about, instead of the whole trace.

    Raises:
        MlflowException: the value is None, or there is no such trace.
    """
    _check_source(source)
    return log_assessment(
        trace_id, Expectation(name=name, value=value, source=source, metadata=metadata, span_id=span_id)
    )


def log_assessment(trace_id: str, assessment: Assessment) -> Assessment:
    """Log a feedback or an expectation about a trace; answers it with its id."""
    return client().log_assessment(trace_id, assessment)


def get_assessment(trace_id: str, assessment_id: str) -> Assessment:
    """Get an assessment; raises MlflowException when there is none."""
    return client().get_assessment(trace_id, assessment_id)


def update_assessment(trace_id: str, assessment_id: str, assessment: Assessment) -> Assessment:
    """Give an assessment the name, value, rationale and metadata of another of its kind; answers it as it is then."""
    return client().update_assessment(
        trace_id,
        assessment_id,
        name=assessment.name,
        expectation=assessment if isinstance(assessment, Expectation) else None,
        feedback=assessment if isinstance(assessment, Feedback) else None,
        rationale=assessment.rationale,
        metadata=assessment.metadata,
    )


def delete_assessment(trace_id: str, assessment_id: str) -> None:
    """Delete an assessment; a feedback that it overrode is valid again."""
    client().delete_assessment(trace_id, assessment_id)


def override_feedback(
    *,
    trace_id: str,
    assessment_id: str,
    value: FeedbackValueType,
    rationale: str | None = None,
    source: AssessmentSource | None = None,
    metadata: dict[str, Any] | None = None,
) -> Assessment:
    """Log a feedback that takes the place of another, which stays, as invalid.

    Args:
        trace_id: the trace.
        assessment_id: the feedback to override.
        value: the new value.
        rationale: why it is what it is.
        source: who says so; code when omitted.
        metadata: more about it.

    Raises:
        MlflowException: there is no such assessment, or it is no feedback.
    """
    old = client().get_assessment(trace_id, assessment_id)
    if not isinstance(old, Feedback):
        raise InvalidParameterValue(f"The assessment with ID {assessment_id} is not a feedback assessment.")
    _check_source(source)
    new = Feedback(
        name=old.name,
        value=value,
        source=source,
        rationale=rationale,
        metadata=metadata,
        span_id=old.span_id,
        overrides=old.assessment_id,
    )
    return log_assessment(trace_id, new)


def _check_source(source: Any) -> None:
    if source is not None and not isinstance(source, AssessmentSource):
        raise InvalidParameterValue(f"`source` must be an instance of `AssessmentSource`. Got {type(source)} instead.")
