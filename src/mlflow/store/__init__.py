"""`mlflow.store`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.store import Store, open_store
