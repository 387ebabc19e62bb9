"""The data that a model is trained on, or predicts, as datasets of a run."""

from __future__ import annotations

import logging
import sys
from typing import Any

from mlflow.context.providers import resolve_tags
from mlflow.data.code_dataset_source import CodeDatasetSource
from mlflow.data.numpy_dataset import from_numpy
from mlflow.data.pandas_dataset import from_pandas
from mlflow.data.tensorflow_dataset import from_tensorflow

_logger = logging.getLogger("mlflow.utils.autologging_utils")

_MAX_DENSE_BYTES = 256 * 2**20
"""Sparse matrices are described by their dense form, when that is not larger."""


def is_describable(x: Any) -> bool:
    """Whether `dataset_of` knows what to do with data of this type."""
    return hasattr(x, "dtypes" if hasattr(x, "columns") else "dtype") and hasattr(x, "shape")


def dataset_of(x: Any, y: Any = None, name: str | None = None) -> Any:
    """A dataset of `mlflow.data` for what was passed to a training; None, with a warning, for other types.

    Args:
        x: a DataFrame, an array, a sparse matrix, a tensor of TensorFlow, or a `tf.data.Dataset`, which is read once.
        y: the labels; a part of the dataset for arrays and tensors only.
        name: the dataset's name; `"dataset"` by default.
    """
    import numpy as np
    import pandas as pd

    source = CodeDatasetSource(resolve_tags())
    if isinstance(x, pd.DataFrame):
        return from_pandas(x, source=source, name=name)
    if _is_of_tensorflow(x):
        return from_tensorflow(x, source, targets=y if _is_of_tensorflow(y) else None, name=name)
    if hasattr(x, "toarray") and hasattr(x, "nnz"):
        size = int(np.prod(x.shape)) * x.dtype.itemsize
        if size > _MAX_DENSE_BYTES:
            _logger.warning("The sparse matrix would take %d bytes when dense. Dataset logging skipped.", size)
            return None
        x = x.toarray()
    if not isinstance(x, np.ndarray):
        _logger.warning("Unrecognized dataset type %s. Dataset logging skipped.", type(x))
        return None
    if y is not None and not isinstance(y, np.ndarray):
        y = np.asarray(y)
    return from_numpy(features=x, targets=y, source=source, name=name)


def _is_of_tensorflow(x: Any) -> bool:
    """Whether data is a tensor or a dataset of TensorFlow, which whoever has one has imported."""
    tensorflow = sys.modules.get("tensorflow")
    return tensorflow is not None and (isinstance(x, tensorflow.data.Dataset) or bool(tensorflow.is_tensor(x)))
