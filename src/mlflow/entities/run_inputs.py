"""`mlflow.entities.run_inputs`: see `millrace.model`."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import RunInputs
