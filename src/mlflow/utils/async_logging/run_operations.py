"""`mlflow.utils.async_logging.run_operations`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.client.queue import RunOperations
