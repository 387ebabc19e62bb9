"""Types of a model's inputs, outputs and params."""

from __future__ import annotations

from mlflow.types.data_type import DataType
from mlflow.types.params import ParamSchema, ParamSpec
from mlflow.types.schema import ColSpec, Schema, TensorSpec

__all__ = ["Schema", "ColSpec", "DataType", "TensorSpec", "ParamSchema", "ParamSpec"]
