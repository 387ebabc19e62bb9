"""The names of columns and tensors: all that must be there are, and those that are not known are dropped, told once."""

from __future__ import annotations

import logging
from typing import Any

from millrace.errors import MlflowException
from mlflow.types.schema import Schema

# The logger's name is the one under which MLflow's users filter these messages.
_logger = logging.getLogger("mlflow.models.utils")


def warn_of_extra(extra: list[Any]) -> None:
    """Warn of inputs that the signature does not know, which are dropped."""
    _logger.warning(
        "Found extra inputs in the model input that are not defined in the model signature: "
        f"`{extra}`. These inputs will be ignored."
    )


def check_names(given: set[Any], schema: Schema) -> None:
    """Check that all inputs that must be there are.

    Raises:
        MlflowException: some are not; its sentence is MLflow's.
    """
    missing = [name for name in schema.required_input_names() if name not in given]
    if not missing:
        return
    extra = given - set(schema.input_names())
    message = f"Model is missing inputs {missing}."
    if extra:
        message += f" Note that there were extra inputs: {sorted(extra, key=str)}."
    raise MlflowException.invalid_parameter_value(message)
