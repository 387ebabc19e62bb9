"""`mlflow.tracking.context.default_context`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.context.providers import DefaultRunContext
from mlflow.context.providers import main_file as _get_main_file
from mlflow.context.providers import main_file as _get_source_name
from mlflow.context.providers import user_name as _get_user
