"""A Spark DataFrame as a dataset."""

from __future__ import annotations

import json
import logging
from functools import cached_property
from typing import TYPE_CHECKING, Any

from millrace.errors import InvalidParameterValue
from mlflow.data.dataset_source import DatasetSource
from mlflow.data.dataset_source_registry import source_of
from mlflow.data.delta_dataset_source import DeltaDatasetSource
from mlflow.data.digest_utils import get_normalized_md5_digest
from mlflow.data.frame_dataset import FrameDataset
from mlflow.data.pyfunc_dataset_mixin import PyFuncInputsOutputs
from mlflow.data.spark_dataset_source import SparkDatasetSource, spark_session
from mlflow.types.inference import find_schema
from mlflow.types.schema import Schema

if TYPE_CHECKING:
    from pyspark.sql import DataFrame  # pyright: ignore[reportMissingImports]

_logger = logging.getLogger(__name__)

_COUNTED_FOR_MS = 5
"""How long Spark may count rows before it answers with what it has."""
_PYFUNC_ROWS = 10_000


class SparkDataset(FrameDataset["DataFrame"]):
    """A Spark DataFrame, for runs to log; made by `mlflow.data.from_spark`.

    Args:
        df: the data.
        source: where it comes from.
        targets: the column that a model should predict.
        name: what to call it; `"dataset"` when omitted.
        digest: a short text that changes with the plan of the data; computed when omitted.
        predictions: the column that a model has predicted.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE when there is no such column.
    """

    _NO_COLUMN = "The specified Spark dataset does not contain the specified {role} column '{column}'."

    def _compute_digest(self) -> str:
        import numpy as np

        # Spark's hash of the plan, not of the data: nothing is read.
        return get_normalized_md5_digest([np.int64(self._df.semanticHash())])

    def to_dict(self) -> dict[str, str]:
        """The name, digest, source and source type, and the schema and profile as JSON texts."""
        schema = json.dumps({"mlflow_colspec": self.schema.to_dict()}) if self.schema else None
        return {**super().to_dict(), "schema": schema, "profile": json.dumps(self.profile)}  # type: ignore[dict-item]

    @property
    def profile(self) -> Any | None:
        """About how many rows there are; `"unknown"` when Spark has not counted any yet."""
        try:
            count = self._df.rdd.countApprox(timeout=_COUNTED_FOR_MS)
        except Exception as error:
            _logger.warning("Encountered an unexpected exception while computing Spark dataset profile: %s", error)
            return {"approx_count": "unknown"}
        return {"approx_count": count or "unknown"}

    @cached_property
    def schema(self) -> Schema | None:  # type: ignore[override]
        """The columns and their types; None when they have no schema, which is warned of."""
        try:
            return find_schema(self._df)
        except Exception as error:
            # A dataset without a schema is still worth logging.
            _logger.warning("Failed to infer schema for Spark dataset. Exception: %s", error)
            return None

    def to_pyfunc(self) -> PyFuncInputsOutputs:
        """The first 10,000 rows in pandas: the columns but for the targets, and the targets."""
        df = self._df.limit(_PYFUNC_ROWS).toPandas()
        if self._targets is None:
            return PyFuncInputsOutputs(df)
        return PyFuncInputsOutputs(df.drop(columns=[self._targets]), df[self._targets])


def from_spark(
    df: DataFrame,
    path: str | None = None,
    table_name: str | None = None,
    version: str | None = None,
    sql: str | None = None,
    targets: str | None = None,
    name: str | None = None,
    digest: str | None = None,
    predictions: str | None = None,
) -> SparkDataset:
    """Describe a Spark DataFrame, so that a run can log it with `mlflow.log_input`; the data itself is not stored.

    Args:
        df: the data.
        path: the file or folder that it was read from.
        table_name: the table that it was read from, instead.
        version: which version of it, of a Delta table.
        sql: the query that it came from, instead.
        targets: the column that a model should predict.
        name: what to call it; `"dataset"` when omitted.
        digest: a short text; computed from Spark's plan when omitted, which may differ in another session.
        predictions: the column that a model has predicted.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE when more than one origin is given, the version is not one of a Delta
            table, or there is no such column.
    """
    if sum(one is not None for one in (path, table_name, sql)) > 1:
        raise InvalidParameterValue("Must specify at most one of `path`, `table_name`, or `sql`.")
    if sql is not None and version is not None:
        raise InvalidParameterValue(
            "`version` may not be specified when `sql` is specified. `version` may only be specified when "
            "`table_name` or `path` is specified."
        )
    source: DatasetSource
    if _is_delta(path, table_name):
        source = DeltaDatasetSource(path, table_name, int(version) if version is not None else None)
    elif version is not None and path is not None:
        raise InvalidParameterValue(
            f"Version '{version}' was specified, but the path '{path}' does not refer to a Delta table."
        )
    elif version is not None and table_name is not None:
        raise InvalidParameterValue(
            f"Version '{version}' was specified, but could not find a Delta table with name '{table_name}'."
        )
    elif (path, table_name, sql) == (None, None, None):
        source = source_of(None)
    else:
        source = SparkDatasetSource(path, table_name, sql)
    return SparkDataset(df, source, targets, name, digest, predictions)


def _is_delta(path: str | None, table_name: str | None) -> bool:
    """Whether Spark, if it has the Delta package, knows a Delta table there."""
    try:
        spark = spark_session()
        delta = spark._jvm.io.delta.tables.DeltaTable
        if path is not None:
            return bool(delta.isDeltaTable(spark._jsparkSession, path))
        if table_name is not None:
            delta.forName(spark._jsparkSession, table_name)
            return True
    except Exception:  # no Delta package, or no such table
        return False
    return False


def load_delta(
    path: str | None = None,
    table_name: str | None = None,
    version: str | None = None,
    targets: str | None = None,
    name: str | None = None,
    digest: str | None = None,
) -> SparkDataset:
    """Read a Delta table with Spark and describe it, so that a run can log it with `mlflow.log_input`.

    Args:
        path: the table's folder.
        table_name: its name instead.
        version: which version of it; the present one when omitted.
        targets: the column that a model should predict.
        name: what to call it; the table's name, else `"dataset"`, when omitted.
        digest: a short text; computed from Spark's plan when omitted.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE when both or none of path and name are given.
    """
    if (path, table_name).count(None) != 1:
        raise InvalidParameterValue("Must specify exactly one of `table_name` or `path`.")
    source = DeltaDatasetSource(path, table_name, int(version) if version is not None else None)
    return SparkDataset(source.load(), source, targets, name or table_name, digest)


__all__ = ["SparkDataset", "from_spark", "load_delta"]
