"""Places for traces that only Databricks has."""

from __future__ import annotations

from typing import Any, NoReturn

from millrace.errors import NotImplementedHere


def _refuse(what: str) -> NoReturn:
    raise NotImplementedHere(
        f"{what} is a service of Databricks that Millrace does not have; traces go to experiments: see "
        "`mlflow.tracing.set_destination`."
    )


def set_experiment_trace_location(
    location: Any, experiment_id: str | None = None, sql_warehouse_id: str | None = None
) -> NoReturn:
    """Raise MlflowException: traces in a Unity Catalog schema are a service of Databricks."""
    _refuse("A Unity Catalog schema")


def unset_experiment_trace_location(location: Any, experiment_id: str | None = None) -> NoReturn:
    """Raise MlflowException: traces in a Unity Catalog schema are a service of Databricks."""
    _refuse("A Unity Catalog schema")


def set_databricks_monitoring_sql_warehouse_id(sql_warehouse_id: str, experiment_id: str | None = None) -> NoReturn:
    """Raise MlflowException: SQL warehouses are a service of Databricks."""
    _refuse("A SQL warehouse")
