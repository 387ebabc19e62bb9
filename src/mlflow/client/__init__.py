"""`MlflowClient`: everything that can be done with experiments, runs, artifacts, models and the registry, by id."""

from __future__ import annotations

from mlflow.client.artifacts import Artifacts
from mlflow.client.experiments import Experiments
from mlflow.client.logging import Logging
from mlflow.client.models import LoggedModels
from mlflow.client.registry import Registry
from mlflow.client.runs import Runs
from mlflow.client.traces import Traces

__all__ = ["MlflowClient"]


class MlflowClient(Experiments, Runs, Logging, Artifacts, LoggedModels, Registry, Traces):
    """A client of a tracking store and a model registry.

    It has no state but its two URIs: it may be made often, and used from any number of threads and after a fork.
    The module-level functions of `mlflow` add to it the active run and the experiment that runs start in.
    """
