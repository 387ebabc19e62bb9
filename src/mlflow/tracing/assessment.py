"""`mlflow.tracing.assessment`: see `mlflow.fluent.assessments`."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.fluent.assessments import (
    delete_assessment,
    get_assessment,
    log_assessment,
    log_expectation,
    log_feedback,
    override_feedback,
    update_assessment,
)
