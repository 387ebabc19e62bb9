"""A polars DataFrame as a dataset."""

from __future__ import annotations

import json
import logging
from functools import cached_property
from typing import TYPE_CHECKING, Any

from millrace.errors import InvalidParameterValue
from mlflow.data.dataset_source import DatasetSource
from mlflow.data.dataset_source_registry import source_of
from mlflow.data.frame_dataset import FrameDataset
from mlflow.data.pyfunc_dataset_mixin import PyFuncInputsOutputs
from mlflow.types.data_type import DataType
from mlflow.types.nested import AnyDataType, Array, Object, Property
from mlflow.types.schema import ColSpec, Schema

if TYPE_CHECKING:
    import polars as pl  # pyright: ignore[reportMissingImports]

_logger = logging.getLogger(__name__)

_SCALARS: dict[str, DataType] = {
    "Boolean": DataType.boolean,
    "Int8": DataType.integer,
    "Int16": DataType.integer,
    "Int32": DataType.integer,
    "Int64": DataType.long,
    "UInt8": DataType.integer,
    "UInt16": DataType.integer,
    "UInt32": DataType.long,
    "Float32": DataType.float,
    "Float64": DataType.double,
    "String": DataType.string,
    "Categorical": DataType.string,
    "Enum": DataType.string,
    "Binary": DataType.binary,
    "Date": DataType.datetime,
    "Datetime": DataType.datetime,
}
"""The polars types that have a type in a schema, by name; each fits into it."""


class PolarsDataset(FrameDataset["pl.DataFrame"]):
    """A polars DataFrame, for runs to log; made by `mlflow.data.from_polars`.

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

    _NO_COLUMN = "DataFrame does not contain specified {role} column: '{column}'"

    def _compute_digest(self) -> str:
        # polars' own hash: the same for the same rows in any order, under one version of polars
        return str(self._df.hash_rows().sum())

    def to_dict(self) -> dict[str, str]:
        """The name, digest, source and source type, and the schema and profile as JSON texts."""
        schema = {"mlflow_colspec": self.schema.to_dict()} if self.schema else None
        return {**super().to_dict(), "schema": json.dumps(schema), "profile": json.dumps(self.profile)}

    @property
    def profile(self) -> Any | None:
        """The number of rows, and of values in all columns."""
        return {"num_rows": self._df.height, "num_elements": self._df.height * self._df.width}

    @cached_property
    def schema(self) -> Schema | None:  # type: ignore[override]
        """The columns and their types; None when they have no schema, which is warned of."""
        try:
            # A table without rows does not say that its columns are always there.
            required = not self._df.is_empty()
            return Schema([ColSpec(_type_of(kind), name, required) for name, kind in self._df.schema.items()])
        except Exception as error:
            # A dataset without a schema is still worth logging.
            _logger.warning("Failed to infer schema for PolarsDataset. Exception: %s", error)
            return None

    def to_pyfunc(self) -> PyFuncInputsOutputs:
        """The columns but for the targets, and the targets, as lists of one pandas object each."""
        if self._targets is None:
            return PyFuncInputsOutputs([self._df.to_pandas()])
        return PyFuncInputsOutputs([self._df.drop(self._targets).to_pandas()], [self._df[self._targets].to_pandas()])


def _type_of(kind: Any) -> AnyDataType:
    name = str(kind.base_type())
    if name == "List":
        return Array(_type_of(kind.inner))
    if name == "Array":
        nested = _innermost(kind)
        for _ in kind.shape:
            nested = Array(nested)
        return nested
    if name == "Struct":
        return Object([Property(field.name, _type_of(field.dtype)) for field in kind.fields])
    if name not in _SCALARS:
        raise InvalidParameterValue(f"The polars type {kind} has no counterpart in a schema.")
    return _SCALARS[name]


def _innermost(kind: Any) -> AnyDataType:
    inner = kind.inner
    while str(inner.base_type()) == "Array":
        inner = inner.inner
    return _type_of(inner)


def from_polars(
    df: pl.DataFrame,
    source: str | DatasetSource | None = None,
    targets: str | None = None,
    name: str | None = None,
    digest: str | None = None,
    predictions: str | None = None,
) -> PolarsDataset:
    """Describe a polars DataFrame, so that a run can log it with `mlflow.log_input`; the data itself is not stored.

    Args:
        df: the data; it is not copied. A LazyFrame is collected first by the caller.
        source: where it comes from: a path, a URI, or a `DatasetSource`; the running code when omitted.
        targets: the column that a model should predict.
        name: what to call it; `"dataset"` when omitted.
        digest: a text that changes with the data; computed from all rows when omitted.
        predictions: the column that a model has predicted.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE when there is no such column; RESOURCE_DOES_NOT_EXIST when the source
            is of no known kind.
    """
    return PolarsDataset(df, source_of(source), targets, name, digest, predictions)


__all__ = ["PolarsDataset", "from_polars"]
