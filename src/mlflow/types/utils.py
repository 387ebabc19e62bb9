"""A name that others import from here; its home is `mlflow.types.inference`."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.types.inference import infer_schema as _infer_schema
