"""The source of data in a Delta table."""

from __future__ import annotations

from typing import Any

from millrace.errors import InvalidParameterValue
from mlflow.data.dataset_source import DatasetSource
from mlflow.data.spark_dataset_source import spark_session

_OUTSIDE_OF_UNITY = ("hive_metastore", "spark_catalog", "samples")


class DeltaDatasetSource(DatasetSource):
    """A Delta table, by its path or its name.

    Args:
        path: the table's folder.
        delta_table_name: its name instead.
        delta_table_version: which version of it; the present one when omitted.
        delta_table_id: its id in Unity Catalog.
    """

    def __init__(
        self,
        path: str | None = None,
        delta_table_name: str | None = None,
        delta_table_version: int | None = None,
        delta_table_id: str | None = None,
    ) -> None:
        if (path is None) == (delta_table_name is None):
            raise InvalidParameterValue('Must specify exactly one of "path" or "table_name"')
        self._path = path
        self._delta_table_name = delta_table_name
        self._delta_table_version = delta_table_version
        self._delta_table_id = delta_table_id

    @staticmethod
    def _get_source_type() -> str:
        return "delta_table"

    def load(self, **kwargs: Any) -> Any:
        """Read it with Spark, which needs the Delta package, as a DataFrame.

        Args:
            kwargs: options for reading.

        Raises:
            ImportError: pyspark is not installed.
        """
        reader = spark_session().read.format("delta")
        if self._delta_table_version is not None:
            reader = reader.option("versionAsOf", self._delta_table_version)
        if self._path:
            return reader.load(self._path, **kwargs)
        return reader.options(**kwargs).table(self._delta_table_name)

    @property
    def path(self) -> str | None:
        """The table's folder."""
        return self._path

    @property
    def delta_table_name(self) -> str | None:
        """The table's name."""
        return self._delta_table_name

    @property
    def delta_table_version(self) -> int | None:
        """Which version of the table."""
        return self._delta_table_version

    @property
    def delta_table_id(self) -> str | None:
        """The table's id in Unity Catalog."""
        return self._delta_table_id

    @staticmethod
    def _can_resolve(raw_source: Any) -> bool:
        return False

    @classmethod
    def _resolve(cls, raw_source: Any) -> DeltaDatasetSource:
        raise NotImplementedError("Nothing is resolved to a Delta table: make a DeltaDatasetSource.")

    def to_dict(self) -> dict[str, Any]:
        """The path or the name, and the version, as MLflow writes them."""
        told: dict[str, Any] = {}
        if self._path is not None:
            told["path"] = self._path
        if self._delta_table_name is not None:
            told["delta_table_name"] = self._delta_table_name
        if self._delta_table_version is not None:
            told["delta_table_version"] = self._delta_table_version
        name = self._delta_table_name
        if name is not None and name.partition(".")[0] not in _OUTSIDE_OF_UNITY:
            told |= {"is_databricks_uc_table": True, "delta_table_id": self._delta_table_id}
        return told

    @classmethod
    def from_dict(cls, source_dict: dict[Any, Any]) -> DeltaDatasetSource:
        """The source that `to_dict` described."""
        known = ("path", "delta_table_name", "delta_table_version", "delta_table_id")
        return cls(**{name: source_dict.get(name) for name in known})


__all__ = ["DeltaDatasetSource"]
