"""A pandas DataFrame as a dataset."""

from __future__ import annotations

import json
import logging
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mlflow.data.dataset_source import DatasetSource
from mlflow.data.dataset_source_registry import source_of
from mlflow.data.digest_utils import compute_pandas_digest
from mlflow.data.frame_dataset import FrameDataset
from mlflow.data.pyfunc_dataset_mixin import PyFuncInputsOutputs
from mlflow.types.inference import find_schema
from mlflow.types.schema import Schema

if TYPE_CHECKING:
    import pandas as pd

_logger = logging.getLogger(__name__)


class PandasDataset(FrameDataset["pd.DataFrame"]):
    """A DataFrame, for runs to log; made by `mlflow.data.from_pandas`.

    Args:
        df: the data.
        source: where it comes from.
        targets: the column that a model should predict.
        name: what to call it; `"dataset"` when omitted.
        digest: a short text that changes with the data; computed when omitted.
        predictions: the column that a model has predicted.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE when there is no such column.
    """

    _NO_COLUMN = "The specified pandas DataFrame does not contain the specified {role} column '{column}'."

    def _compute_digest(self) -> str:
        return compute_pandas_digest(self._df)

    def to_dict(self) -> dict[str, str]:
        """The name, digest, source and source type, and the schema and profile as JSON texts."""
        schema = json.dumps({"mlflow_colspec": self.schema.to_dict()}) if self.schema else None
        return {**super().to_dict(), "schema": schema, "profile": json.dumps(self.profile)}  # type: ignore[dict-item]

    @property
    def profile(self) -> Any | None:
        """The number of rows, and of values in all columns."""
        return {"num_rows": len(self._df), "num_elements": int(self._df.size)}

    @cached_property
    def schema(self) -> Schema | None:  # type: ignore[override]
        """The columns and their types; None when they have no schema."""
        try:
            return find_schema(self._df)
        except Exception as error:
            # A dataset without a schema is still worth logging.
            _logger.debug("The DataFrame has no schema: %s", error)
            return None

    def to_pyfunc(self) -> PyFuncInputsOutputs:
        """The columns but for the targets, and the targets; all columns when there are no targets."""
        if self._targets is None:
            return PyFuncInputsOutputs(self._df)
        return PyFuncInputsOutputs(self._df.drop(columns=[self._targets]), self._df[self._targets])


def from_pandas(
    df: pd.DataFrame,
    source: str | DatasetSource | None = None,
    targets: str | None = None,
    name: str | None = None,
    digest: str | None = None,
    predictions: str | None = None,
) -> PandasDataset:
    """Describe a DataFrame, so that a run can log it with `mlflow.log_input`; the data itself is not stored.

    Args:
        df: the data; it is not copied.
        source: where it comes from: a path, a URI, or a `DatasetSource`; the running code when omitted.
        targets: the column that a model should predict.
        name: what to call it; `"dataset"` when omitted.
        digest: a short text that changes with the data; computed from the first 10,000 rows when omitted.
        predictions: the column that a model has predicted.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE when there is no such column; RESOURCE_DOES_NOT_EXIST when the source
            is of no known kind.
    """
    return PandasDataset(df, source_of(source), targets, name, digest, predictions)


__all__ = ["PandasDataset", "from_pandas"]
