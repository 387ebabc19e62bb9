"""`mlflow.utils.databricks_utils`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.environment.asking import databricks_workspace as get_databricks_runtime_version
from mlflow.environment.asking import databricks_workspace as get_workspace_url
from mlflow.environment.asking import is_on_databricks as is_in_databricks_job
from mlflow.environment.asking import is_on_databricks as is_in_databricks_notebook
from mlflow.environment.asking import is_on_databricks as is_in_databricks_runtime
