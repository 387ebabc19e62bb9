"""`mlflow.entities.assessment`: see `millrace.model`."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import Assessment, Expectation, ExpectationValue, Feedback, FeedbackValue
from millrace.model.assessments import DEFAULT_FEEDBACK_NAME
from mlflow.tracing.types import FeedbackValueType
