"""Models from code: a script that makes the model and says so with `set_model`."""

from __future__ import annotations

import importlib.util
import os
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import yaml

from millrace.errors import MlflowException

_NOTHING = object()
_model: ContextVar[Any] = ContextVar("mlflow_model_from_code", default=_NOTHING)
_config: ContextVar[Any] = ContextVar("mlflow_model_config", default=None)

_ASKED_BY = ("predict", "invoke", "as_query_engine", "query", "chat", "retrieve", "run")
"""Of models that are no functions the methods that flavors ask them by."""


def set_model(model: Any) -> None:
    """Say which model a script makes; call it in a file that is passed as `python_model=`.

    Args:
        model: a `PythonModel`, a function that predicts, or a model of a flavor that is logged from code.

    Raises:
        MlflowException: it is none of these.
    """
    if not (callable(model) or any(hasattr(model, name) for name in _ASKED_BY)):
        raise MlflowException("Model should either be an instance of PyFuncModel, Langchain type, or LlamaIndex index.")
    _model.set(model)


class ModelConfig:
    """Settings that a model from code reads: those it was logged with, or those for development.

    Args:
        development_config: a dict, or the path of a YAML file, for running the script outside of a model.

    Raises:
        FileNotFoundError: there is no such file.
    """

    def __init__(self, *, development_config: str | dict[str, Any] | None = None) -> None:
        config = _config.get()
        config = development_config if config is None else config
        if config is None:
            raise FileNotFoundError(
                "Config file is None. Please provide a valid path: pass `development_config`, or log the model with "
                "`model_config`."
            )
        self._values = config if isinstance(config, dict) else _read_yaml(config)

    def get(self, key: str) -> Any:
        """The value of a key.

        Raises:
            MlflowException: there is no such key.
        """
        if key not in self._values:
            raise MlflowException(f"Key {key} not found in configuration: {self._values}.")
        return self._values[key]

    def to_dict(self) -> dict[str, Any]:
        """All settings."""
        return dict(self._values)


def _read_yaml(path: str) -> dict[str, Any]:
    if not os.path.isfile(path):
        raise FileNotFoundError(f"Config file '{path}' does not exist.")
    with open(path) as file:
        return yaml.safe_load(file) or {}


@contextmanager
def _configured(config: Any) -> Iterator[None]:
    token = _config.set(config)
    try:
        yield
    finally:
        _config.reset(token)


def load_model_from_code(path: str, config: Any = None) -> Any:
    """Run a script; answers the model that it sets.

    Args:
        path: the script.
        config: settings for `ModelConfig`.

    Raises:
        MlflowException: the script fails, or sets no model.
    """
    path = os.path.abspath(path)
    if not os.path.isfile(path):
        raise MlflowException.invalid_parameter_value(
            f"The provided model path '{path}' does not exist. Ensure the file path is valid and try again."
        )
    # A name of its own each time: two models from one script must not share a module.
    name = f"code_model_{uuid.uuid4().hex}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise MlflowException.invalid_parameter_value(f"The model script '{path}' is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    token = _model.set(_NOTHING)
    try:
        with _configured(config):
            spec.loader.exec_module(module)
        model = _model.get()
    except Exception as error:
        raise MlflowException(
            f"Failed to run user code from {path}. Error: {error}. Review the stack trace for more information."
        ) from error
    finally:
        _model.reset(token)
    if model is _NOTHING:
        raise MlflowException(
            "If the model is logged as code, ensure the model is set using mlflow.models.set_model() within the code "
            "file code file."
        )
    return model
