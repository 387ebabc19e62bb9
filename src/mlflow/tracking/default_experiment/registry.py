"""`mlflow.tracking.default_experiment.registry`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.context.default_experiment import default_experiment_id as get_experiment_id
