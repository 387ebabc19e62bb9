"""Bringing a model of the hub, that was saved as a reference only, into the model's own directory."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile

import mlflow
from millrace.errors import MlflowException
from mlflow.models.model import MLMODEL_FILE_NAME, Model
from mlflow.transformers.pipelines import FLAVOR, FLAVOR_NAME, kept_names, read, write_parts

_logger = logging.getLogger("mlflow.transformers")


def persist_pretrained_model(model_uri: str) -> None:
    """Fetch the weights of a model that was saved with `save_pretrained=False`, and keep them with the model.

    Args:
        model_uri: any URI of a logged model, or a local directory. A model that has its weights stays as it is.

    Raises:
        MlflowException: there is no such model, it is of another flavor, or there is nowhere to write to.
        OSError: the hub does not answer, or has no such model.
    """
    with tempfile.TemporaryDirectory() as scratch:
        directory, entry = FLAVOR.open(model_uri, None if os.path.isdir(model_uri) else scratch)
        if "model_binary" in entry:
            _logger.info("The weights of the model are kept with it already: nothing is to be done.")
            return
        content = Model.load(directory)
        if not os.path.isdir(model_uri) and content.model_id is None:
            raise MlflowException.invalid_parameter_value(
                f"The weights cannot be kept with {model_uri!r}, which is not a logged model. Log the model again."
            )
        parts = read(directory, entry)
        with tempfile.TemporaryDirectory() as written:
            write_parts(parts["model"], {name: parts[name] for name in kept_names(entry)}, written)
            content.flavors[FLAVOR_NAME] = {
                **{key: value for key, value in entry.items() if not _is_reference(key)},
                "model_binary": "model",
            }
            content.save(os.path.join(written, MLMODEL_FILE_NAME))
            if os.path.isdir(model_uri):
                shutil.copytree(written, model_uri, dirs_exist_ok=True)
            else:
                mlflow.MlflowClient().log_model_artifacts(str(content.model_id), written)


def _is_reference(key: str) -> bool:
    return key.endswith("_revision") or (key.endswith("_name") and key != "source_model_name")
