"""`mlflow.entities.dataset_summary`: see `millrace.model`."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import DatasetSummary as _DatasetSummary
