"""The nouns: experiments, runs, what they log, datasets, logged models."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import (
    Dataset,
    DatasetInput,
    Experiment,
    ExperimentTag,
    FileInfo,
    InputTag,
    LifecycleStage,
    LoggedModel,
    LoggedModelInput,
    LoggedModelOutput,
    LoggedModelParameter,
    LoggedModelTag,
    Metric,
    Param,
    Run,
    RunData,
    RunInfo,
    RunInputs,
    RunOutputs,
    RunStatus,
    RunTag,
    ViewType,
)
from millrace.model import DatasetSummary as _DatasetSummary
from millrace.model import LoggedModelState as LoggedModelStatus
from mlflow.entities.source_type import SourceType
