"""`mlflow.utils.autologging_utils`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.autologging.options import AUTOLOGGING_INTEGRATIONS, autologging_is_disabled, get_autologging_config
from mlflow.autologging.outside import autologging_integration, safe_patch
from mlflow.autologging.queueing import MlflowAutologgingQueueingClient
