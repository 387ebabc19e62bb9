"""Numpy arrays as a dataset."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mlflow.data.dataset import Dataset
from mlflow.data.dataset_source import DatasetSource
from mlflow.data.dataset_source_registry import source_of
from mlflow.data.digest_utils import compute_numpy_digest
from mlflow.data.pyfunc_dataset_mixin import PyFuncConvertibleDatasetMixin, PyFuncInputsOutputs
from mlflow.data.schema import TensorDatasetSchema
from mlflow.types.inference import find_schema

if TYPE_CHECKING:
    import numpy as np

_logger = logging.getLogger(__name__)


class NumpyDataset(Dataset, PyFuncConvertibleDatasetMixin):
    """Arrays, for runs to log; made by `mlflow.data.from_numpy`.

    Args:
        features: an array, or arrays by name.
        source: where they come from.
        targets: an array, or arrays by name, that a model should predict.
        name: what to call it; `"dataset"` when omitted.
        digest: a short text that changes with the data; computed when omitted.
    """

    def __init__(
        self,
        features: np.ndarray | dict[str, np.ndarray],
        source: DatasetSource,
        targets: np.ndarray | dict[str, np.ndarray] | None = None,
        name: str | None = None,
        digest: str | None = None,
    ) -> None:
        self._features = features
        self._targets = targets
        super().__init__(source, name, digest)

    def _compute_digest(self) -> str:
        return compute_numpy_digest(self._features, self._targets)

    def to_dict(self) -> dict[str, str]:
        """The name, digest, source and source type, and the schema and profile as JSON texts."""
        schema = json.dumps(self.schema.to_dict()) if self.schema else None
        return {**super().to_dict(), "schema": schema, "profile": json.dumps(self.profile)}  # type: ignore[dict-item]

    @property
    def features(self) -> np.ndarray | dict[str, np.ndarray]:
        """The features."""
        return self._features

    @property
    def targets(self) -> np.ndarray | dict[str, np.ndarray] | None:
        """What a model should predict, or None."""
        return self._targets

    @property
    def profile(self) -> Any | None:
        """The shape, the number of elements and the bytes of each array."""
        told: dict[str, Any] = {}
        for role, arrays in (("features", self._features), ("targets", self._targets)):
            if arrays is not None:
                told[f"{role}_shape"] = _each(arrays, lambda array: array.shape)
                told[f"{role}_size"] = _each(arrays, lambda array: int(array.size))
                told[f"{role}_nbytes"] = _each(arrays, lambda array: int(array.nbytes))
        return told

    @cached_property
    def schema(self) -> TensorDatasetSchema | None:  # type: ignore[override]
        """The tensors; None when they have no schema, which is warned of."""
        try:
            targets = None if self._targets is None else find_schema(self._targets)
            return TensorDatasetSchema(find_schema(self._features), targets)
        except Exception as error:
            # A dataset without a schema is still worth logging.
            _logger.warning("Failed to infer schema for NumPy dataset. Exception: %s", error)
            return None

    def to_pyfunc(self) -> PyFuncInputsOutputs:
        """The features and the targets."""
        return PyFuncInputsOutputs(self._features, self._targets)


def _each(arrays: np.ndarray | dict[str, np.ndarray], measure: Callable[[np.ndarray], Any]) -> Any:
    if isinstance(arrays, dict):
        return {name: measure(array) for name, array in arrays.items()}
    return measure(arrays)


def from_numpy(
    features: np.ndarray | dict[str, np.ndarray],
    source: str | DatasetSource | None = None,
    targets: np.ndarray | dict[str, np.ndarray] | None = None,
    name: str | None = None,
    digest: str | None = None,
) -> NumpyDataset:
    """Describe arrays, so that a run can log them with `mlflow.log_input`; the arrays themselves are not stored.

    Args:
        features: an array, or arrays by name; they are not copied.
        source: where they come from: a path, a URI, or a `DatasetSource`; the running code when omitted.
        targets: an array, or arrays by name, that a model should predict.
        name: what to call it; `"dataset"` when omitted.
        digest: a short text that changes with the data; computed from the first 10,000 elements of each array when
            omitted.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST when the source is of no known kind.
    """
    return NumpyDataset(features, source_of(source), targets, name, digest)


__all__ = ["NumpyDataset", "from_numpy"]
