"""Names that others import from here; their homes are `mlflow.models.examples` and `.enforcement`."""

from __future__ import annotations

from mlflow.models.enforcement import enforce_input as _enforce_schema
from mlflow.models.enforcement import enforce_params as _enforce_params_schema
from mlflow.models.enforcement import validate_schema
from mlflow.models.examples import InputExample as _Example
from mlflow.models.examples import ModelInputExample, NumpyEncoder, convert_input_example_to_serving_input
from mlflow.models.model import Model
from mlflow.models.saving import save_example as _save_example

_read_example = Model.load_input_example

__all__ = [
    "ModelInputExample",
    "NumpyEncoder",
    "_Example",
    "_enforce_params_schema",
    "_enforce_schema",
    "_read_example",
    "_save_example",
    "convert_input_example_to_serving_input",
    "validate_schema",
]
