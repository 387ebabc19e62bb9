"""What datasets share that are tables of one library: which columns have a role, and what is told of them."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from millrace.errors import InvalidParameterValue
from mlflow.data.dataset import Dataset
from mlflow.data.dataset_source import DatasetSource
from mlflow.data.pyfunc_dataset_mixin import PyFuncConvertibleDatasetMixin

Frame = TypeVar("Frame")


class FrameDataset(Dataset, PyFuncConvertibleDatasetMixin, Generic[Frame]):
    """A table with columns, some of which a model should predict or has predicted.

    Args:
        df: the data.
        source: where it comes from.
        targets: the column that a model should predict.
        name: what to call it; `"dataset"` when omitted.
        digest: a text that changes with the data; computed when omitted.
        predictions: the column that a model has predicted.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE when there is no such column.
    """

    _NO_COLUMN: str
    """What is said of a column that is not there, with its `role` and name (`column`)."""

    def __init__(
        self,
        df: Frame,
        source: DatasetSource,
        targets: str | None = None,
        name: str | None = None,
        digest: str | None = None,
        predictions: str | None = None,
    ) -> None:
        columns: Any = df.columns  # type: ignore[attr-defined]
        for role, column in (("targets", targets), ("predictions", predictions)):
            if column is not None and column not in columns:
                raise InvalidParameterValue(self._NO_COLUMN.format(role=role, column=column))
        self._df = df
        self._targets = targets
        self._predictions = predictions
        super().__init__(source, name, digest)

    @property
    def df(self) -> Frame:
        """The data."""
        return self._df

    @property
    def targets(self) -> str | None:
        """The column that a model should predict, or None."""
        return self._targets

    @property
    def predictions(self) -> str | None:
        """The column that a model has predicted, or None."""
        return self._predictions
