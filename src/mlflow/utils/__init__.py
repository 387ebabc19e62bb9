"""Deep paths that other libraries import; these are reached as attributes too."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.utils import mlflow_tags, name_utils, validation
