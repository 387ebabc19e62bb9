"""A model of any flavor, loaded behind one `predict`."""

from __future__ import annotations

import copy
import inspect
import logging
from collections.abc import Iterator
from typing import Any

from millrace.errors import MlflowException
from mlflow.models.dependencies_schemas import schemas_of
from mlflow.models.enforcement import enforce_input, enforce_params
from mlflow.models.interface import ModelSignature
from mlflow.models.model import Model
from mlflow.pyfunc.context import Context, get_prediction_context, set_prediction_context
from mlflow.pyfunc.utils.data_validation import as_rows, validated

FLAVOR_NAME = "python_function"

_logger = logging.getLogger("mlflow.pyfunc")


class PyFuncModel:
    """A loaded model.

    Args:
        model_meta: its `MLmodel` file.
        model_impl: what the flavor's loader made of it.
        predict_fn: the name of its predict function.
        predict_stream_fn: the name of the function that predicts piece by piece, or None.
        model_id: the logged model's id.

    Raises:
        MlflowException: something is missing.
    """

    def __init__(
        self,
        model_meta: Model,
        model_impl: Any,
        predict_fn: str = "predict",
        predict_stream_fn: str | None = None,
        model_id: str | None = None,
    ) -> None:
        if not hasattr(model_impl, predict_fn):
            raise MlflowException(f"Model implementation is missing required {predict_fn} method.")
        if not model_meta:
            raise MlflowException("Model is missing metadata.")
        self._model_meta = model_meta
        self._model_impl = model_impl
        self._predict_fn = getattr(model_impl, predict_fn)
        self._predict_stream_fn = getattr(model_impl, predict_stream_fn, None) if predict_stream_fn else None
        self._model_id = model_id or model_meta.model_id
        self._directory: str | None = None
        self._input_example: Any = None

    @property
    def metadata(self) -> Model:
        """Its `MLmodel` file."""
        return self._model_meta

    @property
    def model_id(self) -> str | None:
        """The logged model's id."""
        return self._model_id

    @property
    def streams(self) -> bool:
        """Whether it was saved as one that predicts piece by piece."""
        return self._predict_stream_fn is not None

    @property
    def loader_module(self) -> str:
        """The module that loaded it."""
        return self._flavor()["loader_module"]

    @property
    def model_config(self) -> dict[str, Any]:
        """Settings that it was loaded with."""
        return self._flavor().get("config") or {}

    def _flavor(self) -> dict[str, Any]:
        config: dict[str, Any] = self.metadata.flavors.get(FLAVOR_NAME) or {}
        if not config:
            raise MlflowException('Model does not have the "python_function" flavor')
        return config

    @property
    def input_example(self) -> Any:
        """The input example that was saved with it, without params; None where there is none."""
        if self._input_example is None and self.metadata.saved_input_example_info is not None:
            self._input_example = self.metadata.load_input_example(self._directory)
        return self._input_example

    @input_example.setter
    def input_example(self, value: Any) -> None:
        self._input_example = value

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        """Predict.

        Args:
            data: the input: DataFrame, Series, array, scipy matrix, dict, list or scalar. Where the model has a
                signature, the data is made to fit it first (see `mlflow.models.validate_schema`).
            params: params of this prediction, as the signature describes them.

        Returns:
            What the model gives: DataFrame, Series, array, list or text.

        Raises:
            MlflowException: the data or the params do not fit the signature.
        """
        data, params = self._checked(data, params)
        with set_prediction_context(self._context()):
            return self._predict_fn(data, **self._named(self._predict_fn, params))

    def predict_stream(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        """Predict piece by piece; an iterator of dicts or texts.

        Raises:
            MlflowException: the model does not stream, or the data does not fit the signature.
        """
        if self._predict_stream_fn is None:
            raise MlflowException("This model does not support predict_stream method.")
        data, params = self._checked(data, params)
        pieces = self._predict_stream_fn(data, **self._named(self._predict_stream_fn, params))
        return self._in_context(iter(pieces))

    def _in_context(self, pieces: Iterator[Any]) -> Iterator[Any]:
        """What is streamed; each piece is made within the prediction's context, whoever asks for it."""
        context = self._context()
        while True:
            with set_prediction_context(context):
                try:
                    piece = next(pieces)
                except StopIteration:
                    return
            yield piece

    def _context(self) -> Context | None:
        """What is known of a prediction of this model: whatever is known already, and which model it is."""
        schemas = schemas_of(self.metadata)
        if self._model_id is None and schemas is None:
            return None
        context = copy.copy(get_prediction_context() or Context())
        context.model_id = context.model_id or self._model_id
        context.dependencies_schemas = context.dependencies_schemas or schemas
        return context

    def _checked(self, data: Any, params: dict[str, Any] | None) -> tuple[Any, dict[str, Any] | None]:
        schema = self.metadata.get_params_schema()
        if params is not None or schema is not None:
            params = enforce_params(params, schema)
        signature = self.metadata.signature
        inputs = self.metadata.get_input_schema()
        if signature is not None and signature._is_signature_from_type_hint:
            return self._fitting_hint(data), params
        enforced = data if inputs is None else enforce_input(data, inputs)
        if signature is not None and signature._is_type_hint_from_example:
            enforced = self._like_example(enforced)
        return enforced, params

    def _like_example(self, data: Any) -> Any:
        """A DataFrame as the input example was: a list or a Series of the only column's values, or as it is."""
        import pandas as pd

        if not isinstance(data, pd.DataFrame) or isinstance(self.input_example, pd.DataFrame):
            return data
        column = data.iloc[:, 0]
        return column if isinstance(self.input_example, pd.Series) else column.tolist()

    def _fitting_hint(self, data: Any) -> Any:
        hints = getattr(getattr(self._model_impl, "python_model", None), "predict_type_hints", None)
        return as_rows(data) if hints is None else validated(data, hints.input)

    def _named(self, function: Any, params: dict[str, Any] | None) -> dict[str, Any]:
        """Params by keyword, where the flavor's function takes them."""
        takes = inspect.signature(function).parameters
        if "params" in takes or any(each.kind is each.VAR_KEYWORD for each in takes.values()):
            return {"params": params}
        if params:
            _logger.warning(f"This model's predict takes no params; ignoring {list(params)}.")
        return {}

    def unwrap_python_model(self) -> Any:
        """The user's `PythonModel`.

        Raises:
            MlflowException: the model is of another flavor.
        """
        python_model = getattr(self._model_impl, "python_model", None)
        if python_model is None:
            raise MlflowException("Unable to retrieve base model object from pyfunc.")
        return python_model

    def get_raw_model(self) -> Any:
        """The library's own model object.

        Raises:
            MlflowException: the flavor does not give it out.
        """
        if hasattr(self._model_impl, "get_raw_model"):
            return self._model_impl.get_raw_model()
        raise MlflowException("`get_raw_model` is not implemented by the underlying model")

    @property
    def signature(self) -> ModelSignature | None:
        """What it takes and gives."""
        return self.metadata.signature

    def __repr__(self) -> str:
        lines = ["mlflow.pyfunc.loaded_model:"]
        if self.metadata.artifact_path:
            lines.append(f"  artifact_path: {self.metadata.artifact_path}")
        lines.append(f"  flavor: {self.loader_module}")
        if self.metadata.run_id:
            lines.append(f"  run_id: {self.metadata.run_id}")
        return "\n".join(lines) + "\n"
