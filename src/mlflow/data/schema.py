"""The schema of arrays with targets."""

from __future__ import annotations

from typing import Any

from millrace.errors import InvalidParameterValue
from mlflow.types.schema import Schema

_KEY = "mlflow_tensorspec"


class TensorDatasetSchema:
    """The tensors of a dataset.

    Args:
        features: the schema of the features.
        targets: the schema of the targets, if there are any.
    """

    def __init__(self, features: Schema, targets: Schema | None = None) -> None:
        if not isinstance(features, Schema):
            raise InvalidParameterValue(f"features must be mlflow.types.Schema, got '{type(features)}'")
        if targets is not None and not isinstance(targets, Schema):
            raise InvalidParameterValue(f"targets must be either None or mlflow.types.Schema, got '{type(targets)}'")
        self.features = features
        self.targets = targets

    def to_dict(self) -> dict[str, Any]:
        """What `from_dict` needs, as JSON has it."""
        return {
            _KEY: {
                "features": self.features.to_json(),
                "targets": self.targets.to_json() if self.targets is not None else None,
            }
        }

    @classmethod
    def from_dict(cls, schema_dict: dict[str, Any]) -> TensorDatasetSchema:
        """The schema that `to_dict` described.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE when it describes something else.
        """
        if _KEY not in schema_dict:
            raise InvalidParameterValue(f"TensorDatasetSchema dictionary is missing expected key '{_KEY}'")
        told = schema_dict[_KEY]
        targets = told.get("targets")
        return cls(Schema.from_json(told["features"]), Schema.from_json(targets) if targets else None)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TensorDatasetSchema):
            return NotImplemented
        return self.features == other.features and self.targets == other.targets

    __hash__ = None  # type: ignore[assignment]  # schemas can be changed

    def __repr__(self) -> str:
        return f"features:\n  {self.features!r}\ntargets:\n  {self.targets!r}\n"


__all__ = ["TensorDatasetSchema"]
