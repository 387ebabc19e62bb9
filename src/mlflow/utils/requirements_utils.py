"""`mlflow.utils.requirements_utils`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.environment.requirements import pinned_or_error as _get_pinned_requirement
