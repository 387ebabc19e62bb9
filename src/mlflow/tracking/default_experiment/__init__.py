"""`mlflow.tracking.default_experiment`, where other libraries import it from."""

from __future__ import annotations

DEFAULT_EXPERIMENT_ID = "0"
