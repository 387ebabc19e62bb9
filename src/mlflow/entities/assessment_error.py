"""`mlflow.entities.assessment_error`: see `millrace.model`."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import AssessmentError
