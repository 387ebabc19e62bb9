"""`mlflow.utils.name_utils`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model.names import random_run_name as _generate_random_name
