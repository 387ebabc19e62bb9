"""`mlflow.tracking.context.abstract_context`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.context.providers import RunContextProvider
