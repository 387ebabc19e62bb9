"""`mlflow.utils.environment`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.environment.files import CONDA_FILE_NAME as _CONDA_ENV_FILE_NAME
from mlflow.environment.files import PYTHON_ENV_FILE_NAME as _PYTHON_ENV_FILE_NAME
from mlflow.environment.files import REQUIREMENTS_FILE_NAME as _REQUIREMENTS_FILE_NAME
from mlflow.environment.files import PythonEnv as _PythonEnv
from mlflow.environment.files import check_environment_arguments as _validate_env_arguments
from mlflow.environment.files import environment_of_conda as _process_conda_env
from mlflow.environment.files import environment_of_pip as _process_pip_requirements
from mlflow.environment.files import extended_conda_env as _mlflow_conda_env
from mlflow.environment.requirements import CONSTRAINTS_FILE_NAME as _CONSTRAINTS_FILE_NAME
