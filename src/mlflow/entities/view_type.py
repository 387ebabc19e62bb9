"""`mlflow.entities.view_type`: see `millrace.model`."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import ViewType
