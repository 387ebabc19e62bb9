"""Datasets: describe data by name, digest, source, schema and profile, for runs to log with `mlflow.log_input`."""

from __future__ import annotations

from typing import Any

from millrace.errors import InvalidParameterValue
from millrace.model import Dataset as DatasetEntity
from millrace.model import DatasetInput
from mlflow.data import meta_dataset, sources  # noqa: F401  # attributes of the package
from mlflow.data.dataset import Dataset
from mlflow.data.dataset_registry import get_registered_constructors
from mlflow.data.dataset_source import DatasetSource
from mlflow.data.dataset_source_registry import get_dataset_source_from_json
from mlflow.data.huggingface_dataset import from_huggingface
from mlflow.data.numpy_dataset import from_numpy
from mlflow.data.pandas_dataset import from_pandas
from mlflow.data.polars_dataset import from_polars
from mlflow.data.spark_dataset import from_spark, load_delta
from mlflow.data.tensorflow_dataset import from_tensorflow

__all__ = [
    "get_source",
    "from_pandas",
    "from_numpy",
    "from_polars",
    "from_huggingface",
    "from_tensorflow",
    "from_spark",
    "load_delta",
]


def get_source(dataset: DatasetEntity | DatasetInput | Dataset) -> DatasetSource:
    """Where a dataset comes from, e.g. to load the data that a run has used.

    Args:
        dataset: one of `run.inputs.dataset_inputs`, its `dataset`, or what a function of `mlflow.data` made.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST when its source is of no known kind.
    """
    if isinstance(dataset, Dataset):
        return dataset.source
    entity = dataset.dataset if isinstance(dataset, DatasetInput) else dataset
    if not isinstance(entity, DatasetEntity):
        raise InvalidParameterValue(
            f"Unrecognized dataset type {type(dataset)}. Expected one of: `mlflow.data.dataset.Dataset`, "
            "`mlflow.entities.Dataset`, `mlflow.entities.DatasetInput`."
        )
    return get_dataset_source_from_json(entity.source, entity.source_type)


def __getattr__(name: str) -> Any:
    if name.startswith(("load_", "from_")):
        found = get_registered_constructors().get(name)
        if found is not None:
            return found
    raise AttributeError(f"module 'mlflow.data' has no attribute {name!r}")
