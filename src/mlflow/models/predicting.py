"""Predicting with a saved model as a server would: from text to text, to try it before it is deployed."""

from __future__ import annotations

import os
import sys
from typing import Any

import mlflow
from millrace.errors import MlflowException
from mlflow.models.environments import check_env_manager, run_in_environment
from mlflow.models.examples import convert_input_example_to_serving_input
from mlflow.models.model import local_directory
from mlflow.models.scoring import Asked, bare_json, predictions_json, read_csv, read_json

CONTENT_TYPES = ("json", "csv")


def predict(
    model_uri: str,
    input_data: Any = None,
    input_path: str | None = None,
    content_type: str = "json",
    output_path: str | None = None,
    env_manager: str = "virtualenv",
    install_mlflow: bool = False,
    pip_requirements_override: list[str] | None = None,
    extra_envs: dict[str, str] | None = None,
) -> None:
    """Predict with a model as its server would, and write what the server would answer.

    By default the model runs in an environment that is made for it from its requirements, which tells whether they
    are complete; `env_manager="local"` runs it right here.

    Args:
        model_uri: as for `mlflow.pyfunc.load_model`.
        input_data: what to predict, as for the `predict` of a loaded model; written as a request.
        input_path: a file with a request, in place of `input_data`.
        content_type: `json`, or `csv` with a header.
        output_path: the file for the answer; standard output by default.
        env_manager: `virtualenv`, `uv` or `local`.
        install_mlflow: accepted for compatibility: the requirements name mlflow.
        pip_requirements_override: requirements that are installed on top of the model's, or in their place.
        extra_envs: environment variables for the model's process.

    Raises:
        MlflowException: the arguments do not go together, the input does not fit, or the model failed.
    """
    if content_type not in CONTENT_TYPES:
        raise MlflowException.invalid_parameter_value(f"Content type must be one of {' or '.join(CONTENT_TYPES)}.")
    if input_data is not None and input_path is not None:
        raise MlflowException.invalid_parameter_value(
            "Both input_data and input_path are provided. Only one of them should be specified."
        )
    check_env_manager(env_manager)
    text = _text(input_data, input_path, content_type)
    if env_manager == "local":
        if pip_requirements_override:
            raise MlflowException.invalid_parameter_value(
                "With env_manager='local' nothing is installed: leave `pip_requirements_override` out, or install "
                f"{' '.join(pip_requirements_override)} yourself."
            )
        os.environ.update(extra_envs or {})
        answer = answered(model_uri, text, content_type)
    else:
        answer = run_in_environment(
            local_directory(model_uri),
            ["predict", "--content-type", content_type],
            env_manager=env_manager,
            text=text,
            overrides=pip_requirements_override or (),
            variables=extra_envs or {},
        )
    if output_path is None:
        sys.stdout.write(answer)
        return
    with open(output_path, "w", encoding="utf-8") as file:
        file.write(answer)


def _text(input_data: Any, input_path: str | None, content_type: str) -> str:
    """The request: a file's text, or data written in the form of a request."""
    if input_path is not None:
        with open(input_path, encoding="utf-8") as file:
            return file.read()
    if input_data is None:
        return ""
    if content_type == "csv":
        import pandas as pd

        if isinstance(input_data, str):
            return input_data
        frame = input_data if isinstance(input_data, pd.DataFrame) else pd.DataFrame(input_data)
        return frame.to_csv(index=False)
    text = convert_input_example_to_serving_input(input_data)
    return text or ""


def answered(model_uri: str, text: str, content_type: str) -> str:
    """What a model's server answers to a request, predicted right here."""
    model = mlflow.pyfunc.load_model(model_uri)
    signature = model.metadata.signature
    if content_type == "csv":
        asked = Asked(read_csv(text, signature.inputs if signature else None), None)
    else:
        asked = read_json(text, signature)
    predictions = model.predict(asked.data, params=asked.params)
    return bare_json(predictions) if asked.chat else predictions_json(predictions)


def validate_serving_input(model_uri: str, serving_input: str | dict[str, Any]) -> Any:
    """Predict a request's body with a model, as its server would; tells whether the body fits the model.

    Args:
        model_uri: as for `mlflow.pyfunc.load_model`.
        serving_input: the body, as JSON text or as the object that it stands for.

    Returns:
        What the model predicts.

    Raises:
        MlflowException: the body is no request, or does not fit the model's signature.
    """
    text = serving_input if isinstance(serving_input, str) else bare_json(serving_input)
    model = mlflow.pyfunc.load_model(model_uri)
    asked = read_json(text, model.metadata.signature)
    return model.predict(asked.data, params=asked.params)
