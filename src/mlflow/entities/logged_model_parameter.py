"""`mlflow.entities.logged_model_parameter`: see `millrace.model`."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import LoggedModelParameter
