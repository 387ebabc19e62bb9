"""`mlflow.tracking.default_experiment.abstract_context`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.context.default_experiment import DefaultExperimentProvider
