"""Models of the user's own: `PythonModel`, functions, and how they are loaded.

Pickles refer to the names in this module, and MLflow's pickles to the same names: keep them.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from millrace.errors import MlflowException
from mlflow.models.interface import ModelSignature, _TypeHints
from mlflow.models.model import Model
from mlflow.pyfunc.fixed import FixedInterface
from mlflow.pyfunc.hints import parameters_of, type_hints_of
from mlflow.pyfunc.utils.data_validation import pyfunc

if TYPE_CHECKING:
    pass

CONFIG_KEY_ARTIFACTS = "artifacts"
CONFIG_KEY_ARTIFACT_RELATIVE_PATH = "path"
CONFIG_KEY_ARTIFACT_URI = "uri"
CONFIG_KEY_PYTHON_MODEL = "python_model"
CONFIG_KEY_CLOUDPICKLE_VERSION = "cloudpickle_version"

_HOMES = {
    "ChatModel": "mlflow.pyfunc.chat_model",
    "ChatAgent": "mlflow.pyfunc.chat_agent",
    "ResponsesAgent": "mlflow.pyfunc.responses_agent",
}
"""Classes that pickles look for here, and the modules that they are in: those of agents need pydantic."""


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class PythonModelContext:
    """What a `PythonModel` gets beside its input.

    Args:
        artifacts: name to the absolute path of the file or folder that was saved with the model.
        model_config: settings that the model was saved, or loaded, with.
    """

    def __init__(self, artifacts: dict[str, str], model_config: dict[str, Any] | None) -> None:
        self._artifacts = artifacts
        self._model_config = model_config

    @property
    def artifacts(self) -> dict[str, str]:
        """Name to the absolute path of the file or folder that was saved with the model."""
        return self._artifacts

    @property
    def model_config(self) -> dict[str, Any] | None:
        """Settings that the model was saved, or loaded, with."""
        return self._model_config


class PythonModel:
    """A model of the user's own: derive a class, write `predict`, pass an instance as `python_model=`.

    Type hints on `predict`, as in `model_input: list[str]`, become the model's signature and are checked.
    """

    _fixed: ClassVar[FixedInterface | None] = None
    """What all models of a kind take and give; None where each has a signature of its own."""
    _skip_type_hint_validation: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls._skip_type_hint_validation and "predict" in cls.__dict__:
            cls.predict = pyfunc(cls.predict)  # type: ignore[method-assign]

    def load_context(self, context: PythonModelContext) -> None:
        """Called once when the model is loaded: read the artifacts that predicting needs, into attributes."""

    def predict(self, context: Any, model_input: Any, params: dict[str, Any] | None = None) -> Any:
        """Predict; an own `predict` may leave out `context` and `params`.

        Args:
            context: a `PythonModelContext`.
            model_input: the input, as the signature describes it.
            params: params of this prediction.
        """
        # Not abstract: MLflow's pickles make the class first, and give it its methods afterwards.
        raise MlflowException(f"{type(self).__name__} cannot predict: define `predict`.", error_code="NOT_IMPLEMENTED")

    def predict_stream(self, context: Any, model_input: Any, params: dict[str, Any] | None = None) -> Iterator[Any]:
        """Predict piece by piece; models that stream define it."""
        raise NotImplementedError(f"{type(self).__name__} does not stream: define `predict_stream`.")

    @property
    def predict_type_hints(self) -> _TypeHints:
        """The type hints of `predict`'s input and output; None for each that has none."""
        return type_hints_of(self.predict)


class _FunctionPythonModel(PythonModel):
    """A function as a model."""

    def __init__(self, func: Callable[..., Any], signature: ModelSignature | None = None) -> None:
        self.signature = signature
        self.func = func

    @property
    def predict_type_hints(self) -> _TypeHints:
        """The type hints of the function's input and output."""
        return type_hints_of(self.func)

    def predict(self, context: Any, model_input: Any, params: dict[str, Any] | None = None) -> Any:
        """Call the function, with params where it takes them."""
        if "params" in parameters_of(self.func):
            return self.func(model_input, params=params)
        return self.func(model_input)


class _PythonModelPyfuncWrapper:
    """A loaded `PythonModel`, with its context, behind the interface that every flavor gives pyfunc."""

    def __init__(
        self, python_model: PythonModel, context: PythonModelContext, signature: ModelSignature | None
    ) -> None:
        self.python_model = python_model
        self.context = context
        self.signature = signature

    def get_raw_model(self) -> PythonModel:
        """The user's object."""
        return self.python_model

    def predict(self, model_input: Any, params: dict[str, Any] | None = None) -> Any:
        """Predict with the user's object."""
        return call_predict(self.python_model.predict, self.context, model_input, params)

    def predict_stream(self, model_input: Any, params: dict[str, Any] | None = None) -> Any:
        """Predict piece by piece with the user's object."""
        return call_predict(self.python_model.predict_stream, self.context, model_input, params)


def call_predict(
    function: Callable[..., Any], context: PythonModelContext, model_input: Any, params: dict[str, Any] | None
) -> Any:
    """Call a user's predict with what it takes: `context` and `params` only where they are its parameters."""
    names = parameters_of(function)
    named = {"params": params} if "params" in names else {}
    if names and (names[0] == "context" or len([name for name in names if name != "params"]) > 1):
        return function(context, model_input, **named)
    return function(model_input, **named)


def _load_context_model_and_signature(
    model_path: str, model_config: dict[str, Any] | None = None
) -> tuple[PythonModelContext, PythonModel, ModelSignature | None]:
    import cloudpickle

    meta = Model.load(model_path)
    config = meta.flavors["python_function"]
    name = config.get(CONFIG_KEY_PYTHON_MODEL)
    if name is None:
        raise MlflowException("Python model path was not specified in the model configuration")
    with open(os.path.join(model_path, name), "rb") as file:
        python_model = cloudpickle.load(file)
    return prepared(python_model, meta, model_path, model_config), python_model, meta.signature


def wrapped(python_model: PythonModel, context: PythonModelContext, signature: ModelSignature | None) -> Any:
    """A loaded model behind the interface that every flavor gives pyfunc."""
    if python_model._fixed is not None:
        return python_model._fixed.wrap(python_model, context)
    return _PythonModelPyfuncWrapper(python_model, context, signature)


def prepared(
    python_model: PythonModel, meta: Model, model_path: str, model_config: dict[str, Any] | None
) -> PythonModelContext:
    """The context of a model, after its `load_context` has seen it."""
    saved = meta.flavors["python_function"].get(CONFIG_KEY_ARTIFACTS) or {}
    artifacts = {
        name: os.path.abspath(os.path.join(model_path, each[CONFIG_KEY_ARTIFACT_RELATIVE_PATH]))
        for name, each in saved.items()
    }
    context = PythonModelContext(artifacts, model_config)
    python_model.load_context(context)
    return context


def as_python_model(value: Any, signature: ModelSignature | None = None) -> PythonModel:
    """A `PythonModel` from one, or from a function of one argument.

    Raises:
        MlflowException: it is neither.
    """
    if isinstance(value, PythonModel):
        return value
    if not callable(value) or hasattr(value, "predict"):
        raise MlflowException.invalid_parameter_value(
            "`python_model` must be a PythonModel instance, callable object, or path to a script that uses "
            "set_model() to set a PythonModel instance or callable object."
        )
    count = len([name for name in parameters_of(value) if name != "params"])
    if count != 1:
        raise MlflowException.invalid_parameter_value(
            "When `python_model` is a callable object, it must accept exactly one argument. "
            f"Found {len(parameters_of(value))} arguments."
        )
    return _FunctionPythonModel(value, signature)


def _load_pyfunc(model_path: str, model_config: dict[str, Any] | None = None) -> Any:
    """Load a model that `mlflow.pyfunc.save_model` pickled; pyfunc finds this function by its name."""
    context, python_model, signature = _load_context_model_and_signature(model_path, model_config)
    return wrapped(python_model, context, signature)
