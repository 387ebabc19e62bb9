"""Models: their file, signature, input example and environment."""

from __future__ import annotations

from mlflow.environment.inference import infer_pip_requirements
from mlflow.models.code import ModelConfig, set_model
from mlflow.models.dependencies_schemas import set_retriever_schema
from mlflow.models.enforcement import validate_schema
from mlflow.models.examples import ModelInputExample, convert_input_example_to_serving_input
from mlflow.models.images import build_docker
from mlflow.models.interface import ModelSignature, infer_signature
from mlflow.models.model import Model, ModelInfo, get_model_info
from mlflow.models.predicting import predict, validate_serving_input
from mlflow.models.resources import Resource, ResourceType
from mlflow.models.rewriting import set_signature, update_model_requirements
from mlflow.models.wheels import add_libraries_to_model

__all__ = [
    "Model",
    "ModelConfig",
    "ModelInfo",
    "ModelInputExample",
    "ModelSignature",
    "Resource",
    "ResourceType",
    "add_libraries_to_model",
    "build_docker",
    "convert_input_example_to_serving_input",
    "get_model_info",
    "infer_pip_requirements",
    "infer_signature",
    "predict",
    "set_model",
    "set_retriever_schema",
    "set_signature",
    "update_model_requirements",
    "validate_schema",
    "validate_serving_input",
]
