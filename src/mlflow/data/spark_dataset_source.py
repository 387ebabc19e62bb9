"""The source of data that Spark reads: a path, a table, or a query."""

from __future__ import annotations

import os
import shutil
from typing import Any

from millrace.errors import InvalidParameterValue, MlflowException
from mlflow.data.dataset_source import DatasetSource


class SparkDatasetSource(DatasetSource):
    """What Spark reads: exactly one of the three.

    Args:
        path: a file or folder, in any of Spark's formats.
        table_name: a table.
        sql: a query.
    """

    def __init__(self, path: str | None = None, table_name: str | None = None, sql: str | None = None) -> None:
        if sum(one is not None for one in (path, table_name, sql)) != 1:
            raise InvalidParameterValue('Must specify exactly one of "path", "table_name", or "sql"')
        self._path = path
        self._table_name = table_name
        self._sql = sql

    @staticmethod
    def _get_source_type() -> str:
        return "spark"

    def load(self, **kwargs: Any) -> Any:
        """Read it with the running Spark session, or a new one, as a DataFrame.

        Args:
            kwargs: options for reading a path.

        Raises:
            ImportError: pyspark is not installed.
        """
        spark = spark_session()
        if self._path:
            return spark.read.parquet(self._path, **kwargs)
        return spark.read.table(self._table_name) if self._table_name else spark.sql(self._sql)

    @staticmethod
    def _can_resolve(raw_source: Any) -> bool:
        return False

    @classmethod
    def _resolve(cls, raw_source: Any) -> SparkDatasetSource:
        raise NotImplementedError("Nothing is resolved to Spark: make a SparkDatasetSource.")

    def to_dict(self) -> dict[str, Any]:
        """The one argument that was given."""
        told = {"path": self._path, "table_name": self._table_name, "sql": self._sql}
        return {name: value for name, value in told.items() if value is not None}

    @classmethod
    def from_dict(cls, source_dict: dict[Any, Any]) -> SparkDatasetSource:
        """The source that `to_dict` described."""
        return cls(source_dict.get("path"), source_dict.get("table_name"), source_dict.get("sql"))


def spark_session() -> Any:
    """The running Spark session, or a new one.

    Raises:
        ImportError: pyspark is not installed.
        MlflowException: there is no Java to start one with.
    """
    from pyspark.sql import SparkSession  # pyright: ignore[reportMissingImports]

    session = SparkSession.getActiveSession()
    if session is None and not (shutil.which("java") or os.environ.get("JAVA_HOME") or os.environ.get("SPARK_REMOTE")):
        raise MlflowException(
            "Spark needs Java, and there is none here: install Java 17 or later, or set JAVA_HOME to where it is."
        )
    return session or SparkSession.builder.getOrCreate()


__all__ = ["SparkDatasetSource"]
