"""`mlflow.entities.logged_model`: see `millrace.model`."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import LoggedModel
