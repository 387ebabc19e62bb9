"""Signatures: what a model takes and gives, as it stands in its `MLmodel` file."""

from __future__ import annotations

import logging
from dataclasses import dataclass, is_dataclass
from typing import Any

from mlflow.types.inference import infer_param_schema, infer_schema
from mlflow.types.nested import AnyType
from mlflow.types.params import ParamSchema
from mlflow.types.schema import ColSpec, Schema
from mlflow.types.type_hints import schema_of_dataclass

_logger = logging.getLogger("mlflow.models.signature")


@dataclass
class _TypeHints:
    """The type hints of a predict function; the name and place are those that MLflow's pickles refer to."""

    input: Any = None
    output: Any = None


_TypeHints.__module__ = "mlflow.models.signature"  # not in its body: making a dataclass looks the module up


class ModelSignature:
    """What a model takes and gives.

    Args:
        inputs: the schema of the input, or a dataclass that describes it.
        outputs: the schema of the output, or a dataclass that describes it.
        params: the params of its predict.

    Raises:
        ValueError: nothing was given.
        TypeError: something is of the wrong type.
    """

    __module__ = "mlflow.models.signature"  # where pickles that travel between us and MLflow look for it

    def __init__(
        self, inputs: Schema | Any = None, outputs: Schema | Any = None, params: ParamSchema | None = None
    ) -> None:
        self.inputs = _as_schema(inputs, "inputs")
        self.outputs = _as_schema(outputs, "outputs")
        if params and not isinstance(params, ParamSchema):
            raise TypeError(
                "If params are provided, they must by of type mlflow.models.signature.ParamSchema, "
                f"got '{type(params).__name__}'"
            )
        if not (self.inputs or self.outputs or params):
            raise ValueError("At least one of inputs, outputs or params must be provided")
        self.params = params
        self._is_signature_from_type_hint = False
        self._is_type_hint_from_example = False

    def to_dict(self) -> dict[str, Any]:
        """The signature as in the `MLmodel` file: JSON texts (or None) under `inputs`, `outputs` and `params`."""
        return {
            "inputs": self.inputs.to_json() if self.inputs else None,
            "outputs": self.outputs.to_json() if self.outputs else None,
            "params": self.params.to_json() if self.params else None,
        }

    @classmethod
    def from_dict(cls, signature_dict: dict[str, Any]) -> ModelSignature:
        """A signature from its form in the `MLmodel` file."""
        inputs, outputs, params = (signature_dict.get(key) for key in ("inputs", "outputs", "params"))
        return cls(
            Schema.from_json(inputs) if inputs else None,
            Schema.from_json(outputs) if outputs else None,
            ParamSchema.from_json(params) if params else None,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ModelSignature):
            return False
        return (self.inputs, self.outputs, self.params) == (other.inputs, other.outputs, other.params)

    __hash__ = None  # type: ignore[assignment]  # its schemas may change

    def __repr__(self) -> str:
        return f"inputs: \n  {self.inputs!r}\noutputs: \n  {self.outputs!r}\nparams: \n  {self.params!r}\n"


def _as_schema(value: Any, name: str) -> Schema | None:
    if value is None or isinstance(value, Schema):
        return value
    if is_dataclass(value):
        return schema_of_dataclass(value)
    raise TypeError(
        f"{name} must be either None, mlflow.models.signature.Schema, or a dataclass,got '{type(value).__name__}'"
    )


def infer_signature(
    model_input: Any = None, model_output: Any = None, params: dict[str, Any] | None = None
) -> ModelSignature:
    """Find the signature of a model by looking at data that it takes and gives.

    Args:
        model_input: a valid input, e.g. (a part of) the training data: DataFrame, array, dict, list or scalar.
        model_output: an output, e.g. the predictions for it.
        params: the params of its predict, with their defaults.

    Returns:
        The signature. Data whose schema cannot be found gets a column of any type, with a warning in the log.

    Raises:
        ValueError: nothing was given.
        MlflowException: a param is neither a scalar, a dict, nor a flat list.
    """
    inputs = _schema_or_any(model_input, "inputs") if model_input is not None else None
    outputs = _schema_or_any(model_output, "outputs") if model_output is not None else None
    return ModelSignature(inputs, outputs, infer_param_schema(params) if params else None)


def _schema_or_any(data: Any, what: str) -> Schema:
    try:
        return infer_schema(data)
    except Exception:
        # MLflow leaves the second sentence out for outputs.
        unchecked = " Note that MLflow doesn't validate data types during inference for AnyType."
        _logger.warning(
            f"Failed to infer schema for {what}. Setting schema to `Schema([ColSpec(type=AnyType())]` as default."
            f"{unchecked if what == 'inputs' else ''} To see the full traceback, set logging level to DEBUG.",
            exc_info=_logger.isEnabledFor(logging.DEBUG),
        )
        return Schema([ColSpec(AnyType())])
