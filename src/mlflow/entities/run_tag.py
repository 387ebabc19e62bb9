"""`mlflow.entities.run_tag`: see `millrace.model`."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import RunTag
