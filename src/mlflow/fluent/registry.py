"""Fluent functions on the model registry."""

from __future__ import annotations

import logging
from typing import Any

from millrace.errors import InvalidParameterValue, MlflowException
from millrace.model import ModelVersion, RegisteredModel
from mlflow.client.locations import model_of_run, parse_model_uri, run_id_of, run_root
from mlflow.client.paging import all_pages
from mlflow.client.repository import ArtifactRepository
from mlflow.client.stores import get_tracking_uri
from mlflow.fluent.active import client

_logger = logging.getLogger("mlflow.tracking.model_registry")
AWAIT_SECONDS = 300


def register_model(
    model_uri: str,
    name: str,
    await_registration_for: int = AWAIT_SECONDS,
    *,
    tags: dict[str, Any] | None = None,
    env_pack: object | None = None,
) -> ModelVersion:
    """Register a model as the next version of a registered model, which is created if there is none.

    Args:
        model_uri: `models:/m-<id>`, `runs:/<run id>/<name or path of a model>`, or a URI of model files.
        name: the registered model.
        await_registration_for: seconds to wait until the version is READY; 0 or None not to wait.
        tags: tags of the version; values become texts.
        env_pack: means something on Databricks only, and must be None.

    Returns:
        The version.
    """
    if env_pack is not None:
        raise InvalidParameterValue("`env_pack` packs environments for Databricks model serving only: leave it out.")
    source, run_id, model_id = _source(str(model_uri))
    try:
        client().create_registered_model(name)
        _logger.info("Successfully registered model '%s'.", name)
    except MlflowException as error:
        if error.error_code not in ("RESOURCE_ALREADY_EXISTS", "ALREADY_EXISTS"):
            raise
        _logger.info("Registered model '%s' already exists. Creating a new version of this model...", name)
    version = client().create_model_version(
        name, source, run_id, tags=tags, await_creation_for=await_registration_for, model_id=model_id
    )
    _logger.info("Created version '%s' of model '%s'.", version.version, version.name)
    return version


def _source(uri: str) -> tuple[str, str | None, str | None]:
    """Where the files of a model to register are, the run that made it, and the logged model that it is."""
    if uri.startswith("runs:"):
        run_id, path = run_id_of(uri)
        model = model_of_run(run_id, path, get_tracking_uri()) if path else None
        if model is not None:
            return model.model_uri, run_id, model.model_id
        root = run_root(get_tracking_uri(), run_id)
        if not ArtifactRepository(root, get_tracking_uri()).exists(f"{path}/MLmodel".lstrip("/")):
            raise MlflowException(f"Unable to find a logged_model with artifact_path {path} under run {run_id}")
        return f"{root.rstrip('/')}/{path}", run_id, None
    if uri.startswith("models:"):
        reference = parse_model_uri(uri)
        if reference.model_id is not None:
            model = client().get_logged_model(reference.model_id)
            return model.model_uri, model.source_run_id, model.model_id
    return uri, None, None


def search_registered_models(
    max_results: int | None = None, filter_string: str | None = None, order_by: list[str] | None = None
) -> list[RegisteredModel]:
    """Search registered models.

    Args:
        max_results: stop after so many; all when omitted.
        filter_string: e.g. `name LIKE 'churn%' AND tags.team = 'a'`.
        order_by: e.g. `["last_updated_timestamp DESC"]`; by name when omitted.
    """
    return all_pages(
        lambda size, token: client().search_registered_models(filter_string, size, order_by, token), 100, max_results
    )


def search_model_versions(
    max_results: int | None = None, filter_string: str | None = None, order_by: list[str] | None = None
) -> list[ModelVersion]:
    """Search model versions.

    Args:
        max_results: stop after so many; all when omitted.
        filter_string: e.g. `name = 'churn' AND run_id = '…'`.
        order_by: e.g. `["version_number DESC"]`; newest first when omitted.
    """
    return all_pages(
        lambda size, token: client().search_model_versions(filter_string, size, order_by, token), 10_000, max_results
    )


def set_model_version_tag(name: str, version: str | None = None, key: str | None = None, value: Any = None) -> None:
    """Set a tag of a model version; the value becomes a text."""
    client().set_model_version_tag(name, version, key, value)


__all__ = [
    "register_model",
    "search_model_versions",
    "search_registered_models",
    "set_model_version_tag",
]
