"""`mlflow.store.tracking.sqlalchemy_store`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.plugins.tracking import SqlAlchemyStore
