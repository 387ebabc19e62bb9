"""`mlflow.utils.model_utils`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.models.saving import add_configured_code as _add_code_from_conf_to_system_path
from mlflow.models.saving import copy_code as _validate_and_copy_code_paths
from mlflow.models.saving import flavor_configuration as _get_flavor_configuration
from mlflow.models.saving import make_directory as _validate_and_prepare_target_save_path
