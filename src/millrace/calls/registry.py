"""Calls on the model registry."""

from __future__ import annotations

from millrace.calls.base import Answer, Call, Create, Edit, Empty, Manage, Read, Required, endpoint
from millrace.model import ModelVersion, ModelVersionTag, RegisteredModel, RegisteredModelTag


class RegisteredModelAnswer(Answer, frozen=True):
    """One registered model."""

    registered_model: RegisteredModel


class RegisteredModelPage(Answer, frozen=True):
    """A page of registered models, and the token of the next page if there is one."""

    registered_models: list[RegisteredModel] = []
    next_page_token: str | None = None


class ModelVersionAnswer(Answer, frozen=True):
    """One version of a registered model."""

    model_version: ModelVersion


class ModelVersions(Answer, frozen=True):
    """Versions of a registered model."""

    model_versions: list[ModelVersion] = []


class ModelVersionPage(Answer, frozen=True):
    """A page of model versions, and the token of the next page if there is one."""

    model_versions: list[ModelVersion] = []
    next_page_token: str | None = None


class DownloadUri(Answer, frozen=True):
    """Where the files of a model version are."""

    artifact_uri: str


@endpoint("POST", "mlflow/registered-models/create", needs=Create.registered_model)
class CreateRegisteredModel(Call[RegisteredModelAnswer], frozen=True):
    """Create a registered model with a name that no other has."""

    name: Required
    tags: list[RegisteredModelTag] = []
    description: str = ""


@endpoint("POST", "mlflow/registered-models/rename", needs=Manage.registered_model)
class RenameRegisteredModel(Call[RegisteredModelAnswer], frozen=True):
    """Rename a registered model; its versions, tags and aliases go along."""

    name: Required
    new_name: str = ""


@endpoint("PATCH", "mlflow/registered-models/update", needs=Edit.registered_model)
class UpdateRegisteredModel(Call[RegisteredModelAnswer], frozen=True):
    """Change the description of a registered model."""

    name: Required
    description: str = ""


@endpoint("DELETE", "mlflow/registered-models/delete", needs=Manage.registered_model)
class DeleteRegisteredModel(Call[Empty], frozen=True):
    """Delete a registered model and its versions."""

    name: Required


@endpoint("GET", "mlflow/registered-models/get", needs=Read.registered_model)
class GetRegisteredModel(Call[RegisteredModelAnswer], frozen=True):
    """Get a registered model with the latest version of each stage."""

    name: Required


@endpoint("GET", "mlflow/registered-models/search", needs=Read.registered_model)
class SearchRegisteredModels(Call[RegisteredModelPage], frozen=True):
    """Search registered models by name and tags, in the order of their names unless ordered otherwise."""

    filter: str = ""
    max_results: int = 100
    order_by: list[str] = []
    page_token: str = ""


@endpoint("GET POST", "mlflow/registered-models/get-latest-versions", needs=Read.registered_model)
class GetLatestVersions(Call[ModelVersions], frozen=True):
    """Get the latest version of each stage, or of the given stages."""

    name: Required
    stages: list[str] = []


@endpoint("POST", "mlflow/registered-models/set-tag", needs=Edit.registered_model)
class SetRegisteredModelTag(Call[Empty], frozen=True):
    """Set a tag of a registered model."""

    name: Required
    key: Required
    value: str = ""


@endpoint("DELETE", "mlflow/registered-models/delete-tag", needs=Edit.registered_model)
class DeleteRegisteredModelTag(Call[Empty], frozen=True):
    """Delete a tag of a registered model."""

    name: Required
    key: Required


@endpoint("POST", "mlflow/registered-models/alias", needs=Edit.registered_model)
class SetRegisteredModelAlias(Call[Empty], frozen=True):
    """Point an alias to a version of a registered model."""

    name: Required
    alias: Required
    version: Required


@endpoint("DELETE", "mlflow/registered-models/alias", needs=Edit.registered_model)
class DeleteRegisteredModelAlias(Call[Empty], frozen=True):
    """Delete an alias of a registered model."""

    name: Required
    alias: Required


@endpoint("GET", "mlflow/registered-models/alias", needs=Read.registered_model)
class GetModelVersionByAlias(Call[ModelVersionAnswer], frozen=True):
    """Get the version that an alias points to."""

    name: Required
    alias: Required


@endpoint("POST", "mlflow/model-versions/create", needs=Edit.registered_model)
class CreateModelVersion(Call[ModelVersionAnswer], frozen=True):
    """Create the next version of a registered model from a source: a URI of model files or of a logged model."""

    name: Required
    source: Required
    run_id: str = ""
    tags: list[ModelVersionTag] = []
    run_link: str = ""
    description: str = ""
    model_id: str = ""


@endpoint("PATCH", "mlflow/model-versions/update", needs=Edit.registered_model)
class UpdateModelVersion(Call[ModelVersionAnswer], frozen=True):
    """Change the description of a model version."""

    name: Required
    version: Required
    description: str = ""


@endpoint("POST", "mlflow/model-versions/transition-stage", needs=Edit.registered_model)
class TransitionModelVersionStage(Call[ModelVersionAnswer], frozen=True):
    """Move a model version to another stage, and on wish archive those that were there."""

    name: Required
    version: Required
    stage: Required
    archive_existing_versions: bool = False


@endpoint("DELETE", "mlflow/model-versions/delete", needs=Manage.registered_model)
class DeleteModelVersion(Call[Empty], frozen=True):
    """Delete a model version."""

    name: Required
    version: Required


@endpoint("GET", "mlflow/model-versions/get", needs=Read.registered_model)
class GetModelVersion(Call[ModelVersionAnswer], frozen=True):
    """Get a model version."""

    name: Required
    version: Required


@endpoint("GET", "mlflow/model-versions/search", needs=Read.registered_model)
class SearchModelVersions(Call[ModelVersionPage], frozen=True):
    """Search model versions by name, run, source and tags, newest first unless ordered otherwise."""

    filter: str = ""
    max_results: int = 200_000
    order_by: list[str] = []
    page_token: str = ""


@endpoint("GET", "mlflow/model-versions/get-download-uri", needs=Read.registered_model)
class GetModelVersionDownloadUri(Call[DownloadUri], frozen=True):
    """Get where the files of a model version are."""

    name: Required
    version: Required


@endpoint("POST", "mlflow/model-versions/set-tag", needs=Edit.registered_model)
class SetModelVersionTag(Call[Empty], frozen=True):
    """Set a tag of a model version."""

    name: Required
    version: Required
    key: Required
    value: str = ""


@endpoint("DELETE", "mlflow/model-versions/delete-tag", needs=Edit.registered_model)
class DeleteModelVersionTag(Call[Empty], frozen=True):
    """Delete a tag of a model version."""

    name: Required
    version: Required
    key: Required
