"""Models behind one interface: load any flavor and predict, or save a model of your own.

`load_model(uri).predict(data)` works for every flavor. A model of your own is a `PythonModel`, a function, or a script.
"""

from __future__ import annotations

from mlflow.environment.files import PYTHON_VERSION
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

MAIN = "loader_module"
CODE = "code"
DATA = "data"
ENV = "env"
MODEL_CONFIG = "config"
MODEL_CODE_PATH = "model_code_path"
PY_VERSION = "python_version"

__all__ = [
    "CODE",
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
    "add_to_model",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "get_model_dependencies",
    "load_model",
    "load_pyfunc",
    "log_model",
    "save_model",
    "spark_udf",
]
