"""Models behind one interface: load any flavor and predict, or save a model of your own.

`load_model(uri).predict(data)` works for every flavor. A model of your own is a `PythonModel`, a function, or a script.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from mlflow.environment.files import PYTHON_VERSION
from mlflow.pyfunc.context import Context, set_prediction_context
from mlflow.pyfunc.loaded import FLAVOR_NAME, PyFuncModel
from mlflow.pyfunc.loading import get_model_dependencies, load_model, load_pyfunc
from mlflow.pyfunc.model import PythonModel, PythonModelContext
from mlflow.pyfunc.saving import (
    add_to_model,
    get_default_conda_env,
    get_default_pip_requirements,
    log_model,
    save_model,
)
from mlflow.pyfunc.udf import spark_udf

if TYPE_CHECKING:
    from mlflow.pyfunc.chat_agent import ChatAgent
    from mlflow.pyfunc.chat_model import ChatModel
    from mlflow.pyfunc.responses_agent import ResponsesAgent
    from mlflow.types.agent import ChatAgentRequest, ChatAgentResponse
    from mlflow.types.llm import ChatCompletionResponse, ChatMessage, ChatParams

_HOMES = {
    "mlflow.pyfunc.chat_model": "ChatModel",
    "mlflow.pyfunc.chat_agent": "ChatAgent",
    "mlflow.pyfunc.responses_agent": "ResponsesAgent",
    "mlflow.types.llm": "ChatCompletionResponse ChatMessage ChatParams",
    "mlflow.types.agent": "ChatAgentRequest ChatAgentResponse",
}
"""Names that are imported when they are used: agents need pydantic."""


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names.split():
            return getattr(importlib.import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


MAIN = "loader_module"
CODE = "code"
DATA = "data"
ENV = "env"
MODEL_CONFIG = "config"
MODEL_CODE_PATH = "model_code_path"
PY_VERSION = "python_version"

__all__ = [
    "CODE",
    "ChatAgent",
    "ChatAgentRequest",
    "ChatAgentResponse",
    "ChatCompletionResponse",
    "ChatMessage",
    "ChatModel",
    "ChatParams",
    "Context",
    "DATA",
    "ENV",
    "FLAVOR_NAME",
    "MAIN",
    "MODEL_CODE_PATH",
    "MODEL_CONFIG",
    "PYTHON_VERSION",
    "PY_VERSION",
    "PyFuncModel",
    "PythonModel",
    "PythonModelContext",
    "ResponsesAgent",
    "add_to_model",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "get_model_dependencies",
    "load_model",
    "load_pyfunc",
    "log_model",
    "save_model",
    "set_prediction_context",
    "spark_udf",
]
