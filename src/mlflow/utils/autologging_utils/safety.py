"""`mlflow.utils.autologging_utils.safety`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.autologging.outside import safe_patch
