"""Destinations of traces by the names of MLflow 3.2 and before."""

from __future__ import annotations

from dataclasses import dataclass


class TraceDestination:
    """A place that traces go to."""


@dataclass
class MlflowExperiment(TraceDestination):
    """An experiment that traces go to; `mlflow.entities.trace_location.MlflowExperimentLocation` is its newer name."""

    experiment_id: str | None = None
