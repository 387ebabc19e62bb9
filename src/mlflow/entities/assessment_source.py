"""`mlflow.entities.assessment_source`: see `millrace.model`."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import AssessmentSource, AssessmentSourceType
