"""Tensors and `tf.data.Dataset`s of TensorFlow as a dataset."""

from __future__ import annotations

import json
import logging
from functools import cached_property
from typing import TYPE_CHECKING, Any

from millrace.errors import InvalidParameterValue, MlflowException
from mlflow.data.dataset import Dataset
from mlflow.data.dataset_source import DatasetSource
from mlflow.data.dataset_source_registry import source_of
from mlflow.data.digest_utils import compute_numpy_digest, get_normalized_md5_digest
from mlflow.data.pyfunc_dataset_mixin import PyFuncConvertibleDatasetMixin, PyFuncInputsOutputs
from mlflow.data.schema import TensorDatasetSchema
from mlflow.types.inference import find_schema
from mlflow.types.schema import Schema, TensorSpec

if TYPE_CHECKING:
    import tensorflow as tf  # pyright: ignore[reportMissingImports]

_logger = logging.getLogger(__name__)


class TensorFlowDataset(Dataset, PyFuncConvertibleDatasetMixin):
    """Tensors, for runs to log; made by `mlflow.data.from_tensorflow`.

    Args:
        features: a tensor, or a `tf.data.Dataset`.
        source: where they come from.
        targets: what a model should predict, of the same kind as the features.
        name: what to call it; `"dataset"` when omitted.
        digest: a short text that changes with the data; computed when omitted.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE when features and targets are not both tensors or both datasets.
    """

    def __init__(
        self,
        features: Any,
        source: DatasetSource,
        targets: Any = None,
        name: str | None = None,
        digest: str | None = None,
    ) -> None:
        import tensorflow as tf  # pyright: ignore[reportMissingImports]

        is_dataset = isinstance(features, tf.data.Dataset)
        if not is_dataset and not tf.is_tensor(features):
            raise InvalidParameterValue(
                f"'features' must be an instance of tf.data.Dataset or a TensorFlow Tensor. Found: {type(features)}."
            )
        if targets is not None and is_dataset and not isinstance(targets, tf.data.Dataset):
            raise InvalidParameterValue(
                "If 'features' is an instance of tf.data.Dataset, then 'targets' must also be an instance of "
                f"tf.data.Dataset. Found: {type(targets)}."
            )
        if targets is not None and not is_dataset and not tf.is_tensor(targets):
            raise InvalidParameterValue(
                "If 'features' is a TensorFlow Tensor, then 'targets' must also be a TensorFlow Tensor. Found: "
                f"{type(targets)}."
            )
        self._is_dataset = is_dataset
        self._features = features
        self._targets = targets
        super().__init__(source, name, digest)

    def _compute_digest(self) -> str:
        if not self._is_dataset:
            return compute_numpy_digest(*(one.numpy() for one in self._parts()))
        return get_normalized_md5_digest([piece for part in self._parts() for piece in _hashes(part)])

    def _parts(self) -> list[Any]:
        return [self._features] if self._targets is None else [self._features, self._targets]

    def to_dict(self) -> dict[str, str]:
        """The name, digest, source and source type, and the schema and profile as JSON texts."""
        schema = json.dumps(self.schema.to_dict()) if self.schema else None
        return {**super().to_dict(), "schema": schema, "profile": json.dumps(self.profile)}  # type: ignore[dict-item]

    @property
    def data(self) -> Any:
        """The features."""
        return self._features

    @property
    def targets(self) -> Any | None:
        """What a model should predict, or None."""
        return self._targets

    @property
    def profile(self) -> Any | None:
        """How many elements a dataset has (negative: unknown or without end), or numbers a tensor."""
        names = ("features_cardinality", "targets_cardinality")
        return {name: self._count(part) for name, part in zip(names, self._parts(), strict=False)}

    def _count(self, part: Any) -> int:
        import tensorflow as tf  # pyright: ignore[reportMissingImports]

        return int(part.cardinality().numpy()) if self._is_dataset else int(tf.size(part).numpy())

    @cached_property
    def schema(self) -> TensorDatasetSchema | None:  # type: ignore[override]
        """The tensors; None when they have no schema, which is warned of."""
        try:
            found = [_schema_of(part) if self._is_dataset else find_schema(part.numpy()) for part in self._parts()]
            return TensorDatasetSchema(*found)
        except Exception as error:
            # A dataset without a schema is still worth logging.
            _logger.warning("Failed to infer schema for TensorFlow dataset. Exception: %s", error)
            return None

    def to_pyfunc(self) -> PyFuncInputsOutputs:
        """The features and the targets."""
        return PyFuncInputsOutputs(self._features, self._targets)


def _hashes(dataset: Any) -> list[Any]:
    """The hash of each element, whose parts are put into one row."""
    import numpy as np
    import pandas as pd
    import tensorflow as tf  # pyright: ignore[reportMissingImports]

    return [
        pd.util.hash_array(np.concatenate([np.asarray(part).flatten() for part in tf.nest.flatten(element)]))
        for element in dataset.as_numpy_iterator()
    ]


def _schema_of(dataset: Any) -> Schema:
    spec = dataset.element_spec
    if isinstance(spec, tuple | list):
        spec = {str(place): one for place, one in enumerate(spec)}
    named = spec if isinstance(spec, dict) else {None: spec}
    if not all(getattr(getattr(one, "shape", None), "rank", None) for one in named.values()):
        raise MlflowException(
            "Failed to infer schema for tf.data.Dataset. Schemas can only be inferred if the dataset consists of "
            "tensors. Ragged tensors, tensor arrays, and other types are not supported. Additionally, datasets with "
            "nested tensors are not supported."
        )
    return Schema([_tensor(name, one) for name, one in named.items()])


def _tensor(name: str | None, spec: Any) -> TensorSpec:
    import numpy as np

    # The first axis counts the examples of a batch.
    shape = (-1, *(-1 if length is None else length for length in spec.shape[1:]))
    return TensorSpec(np.dtype(spec.dtype.as_numpy_dtype), shape, name)


def from_tensorflow(
    features: tf.Tensor | tf.data.Dataset,
    source: str | DatasetSource | None = None,
    targets: tf.Tensor | tf.data.Dataset | None = None,
    name: str | None = None,
    digest: str | None = None,
) -> TensorFlowDataset:
    """Describe tensors or a `tf.data.Dataset`, so that a run can log them with `mlflow.log_input`; nothing is stored.

    Args:
        features: a tensor, or a `tf.data.Dataset`.
        source: where they come from: a path, a URI, or a `DatasetSource`; the running code when omitted.
        targets: what a model should predict, of the same kind as the features.
        name: what to call it; `"dataset"` when omitted.
        digest: a short text that changes with the data; computed when omitted. A `tf.data.Dataset` is read for it, so
            give one for a dataset that has no end.

    Raises:
        ImportError: TensorFlow is not installed.
        MlflowException: INVALID_PARAMETER_VALUE when features and targets are not both tensors or both datasets.
    """
    return TensorFlowDataset(features, source_of(source), targets, name, digest)


__all__ = ["TensorFlowDataset", "from_tensorflow"]
