"""The client's part on the model registry."""

from __future__ import annotations

import logging
import time
from typing import Any

from millrace.calls import (
    CreateModelVersion,
    CreateRegisteredModel,
    DeleteModelVersion,
    DeleteModelVersionTag,
    DeleteRegisteredModel,
    DeleteRegisteredModelAlias,
    DeleteRegisteredModelTag,
    GetLatestVersions,
    GetModelVersion,
    GetModelVersionByAlias,
    GetModelVersionDownloadUri,
    GetRegisteredModel,
    RenameRegisteredModel,
    SearchModelVersions,
    SearchRegisteredModels,
    SetModelVersionTag,
    SetRegisteredModelAlias,
    SetRegisteredModelTag,
    TransitionModelVersionStage,
    UpdateModelVersion,
    UpdateRegisteredModel,
)
from millrace.errors import InvalidParameterValue, MlflowException
from millrace.model import STAGES, ModelVersion, ModelVersionTag, RegisteredModel, RegisteredModelTag
from mlflow.client.base import ClientBase, as_pairs
from mlflow.client.paging import PagedList

_logger = logging.getLogger("mlflow.tracking.model_registry")
_WAIT_BETWEEN_S = 3.0


class Registry(ClientBase):
    """Create, find, change and delete registered models, their versions, aliases and tags."""

    def create_registered_model(
        self,
        name: str,
        tags: dict[str, Any] | None = None,
        description: str | None = None,
        deployment_job_id: str | None = None,
    ) -> RegisteredModel:
        """Create a registered model.

        Args:
            name: a name that no other registered model has.
            tags: its tags; values become texts.
            description: a text for its page.
            deployment_job_id: means something on Databricks only, and is ignored.

        Raises:
            MlflowException: RESOURCE_ALREADY_EXISTS when the name is taken, INVALID_PARAMETER_VALUE when it is empty.
        """
        call = CreateRegisteredModel(name, as_pairs(RegisteredModelTag, tags), description or "")
        return self._registry_call(call).registered_model

    def get_registered_model(self, name: str) -> RegisteredModel:
        """Get a registered model with the latest version of each stage."""
        return self._registry_call(GetRegisteredModel(name)).registered_model

    def rename_registered_model(self, name: str, new_name: str) -> RegisteredModel:
        """Give a registered model another name; its versions, tags and aliases go along."""
        if not new_name or not new_name.strip():
            raise InvalidParameterValue("The name must not be an empty string.")
        return self._registry_call(RenameRegisteredModel(name, new_name)).registered_model

    def update_registered_model(
        self, name: str, description: str | None = None, deployment_job_id: str | None = None
    ) -> RegisteredModel:
        """Change the description of a registered model; `deployment_job_id` is ignored."""
        if description is None:
            raise InvalidParameterValue("Attempting to update registered model with no new field values.")
        return self._registry_call(UpdateRegisteredModel(name, description)).registered_model

    def delete_registered_model(self, name: str) -> None:
        """Delete a registered model and all its versions."""
        self._registry_call(DeleteRegisteredModel(name))

    def search_registered_models(
        self,
        filter_string: str | None = None,
        max_results: int = 100,
        order_by: list[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[RegisteredModel]:
        """Search registered models.

        Args:
            filter_string: e.g. `name LIKE 'churn%' AND tags.team = 'a'`.
            max_results: the size of a page.
            order_by: e.g. `["last_updated_timestamp DESC"]`; by name when omitted.
            page_token: the `token` of the previous page.
        """
        call = SearchRegisteredModels(filter_string or "", max_results, list(order_by or ()), page_token or "")
        page = self._registry_call(call)
        return PagedList(page.registered_models, page.next_page_token or None)

    def get_latest_versions(self, name: str, stages: list[str] | None = None) -> list[ModelVersion]:
        """Get the latest version of each stage, or of the given stages."""
        return self._registry_call(GetLatestVersions(name, list(stages or ()))).model_versions

    def set_registered_model_tag(self, name: str, key: str, value: Any) -> None:
        """Set a tag of a registered model; the value becomes a text."""
        self._registry_call(SetRegisteredModelTag(name, key, str(value)))

    def delete_registered_model_tag(self, name: str, key: str) -> None:
        """Delete a tag of a registered model."""
        self._registry_call(DeleteRegisteredModelTag(name, key))

    def set_registered_model_alias(self, name: str, alias: str, version: str) -> None:
        """Point an alias to a version of a registered model, wherever it pointed before."""
        self._registry_call(SetRegisteredModelAlias(name, alias, str(version)))

    def delete_registered_model_alias(self, name: str, alias: str) -> None:
        """Delete an alias of a registered model."""
        self._registry_call(DeleteRegisteredModelAlias(name, alias))

    def get_model_version_by_alias(self, name: str, alias: str) -> ModelVersion:
        """Get the version that an alias points to."""
        return self._registry_call(GetModelVersionByAlias(name, alias)).model_version

    def create_model_version(
        self,
        name: str,
        source: str,
        run_id: str | None = None,
        tags: dict[str, Any] | None = None,
        run_link: str | None = None,
        description: str | None = None,
        await_creation_for: int = 300,
        model_id: str | None = None,
    ) -> ModelVersion:
        """Create the next version of a registered model.

        Args:
            name: the registered model, which must exist.
            source: a URI of model files: `runs:/…`, `models:/…`, a path, or one in an artifact store.
            run_id: the run that made it.
            tags: its tags; values become texts.
            run_link: a link to a run on another server.
            description: a text for its page.
            await_creation_for: seconds to wait until it is READY; 0 or None not to wait.
            model_id: the logged model that it is.
        """
        call = CreateModelVersion(
            name=name,
            source=source,
            run_id=run_id or "",
            tags=as_pairs(ModelVersionTag, tags),
            run_link=run_link or "",
            description=description or "",
            model_id=model_id or "",
        )
        version = self._registry_call(call).model_version
        return self._await_version(version, await_creation_for) if await_creation_for else version

    def _await_version(self, version: ModelVersion, seconds: float) -> ModelVersion:
        deadline = time.monotonic() + seconds
        while version.status == "PENDING_REGISTRATION":
            if time.monotonic() > deadline:
                raise MlflowException(
                    f"Exceeded max wait time for model name: {version.name} version: {version.version} to become "
                    f"READY. Status: {version.status} Wait Time: {seconds}"
                )
            _logger.info("Waiting up to %s seconds for version %s of model %s.", seconds, version.version, version.name)
            time.sleep(_WAIT_BETWEEN_S)
            version = self.get_model_version(version.name, version.version)
        if version.status not in (None, "READY"):
            raise MlflowException(
                f"Model version creation failed for model name: {version.name} version: {version.version} with "
                f"status: {version.status} and message: {version.status_message}"
            )
        return version

    def get_model_version(self, name: str, version: str) -> ModelVersion:
        """Get a version of a registered model."""
        return self._registry_call(GetModelVersion(name, str(version))).model_version

    def get_model_version_download_uri(self, name: str, version: str) -> str:
        """Get where the files of a model version are."""
        return self._registry_call(GetModelVersionDownloadUri(name, str(version))).artifact_uri

    def get_model_version_stages(self, name: str, version: str) -> list[str]:
        """The stages that a model version may be in."""
        return list(STAGES)

    def update_model_version(self, name: str, version: str, description: str | None = None) -> ModelVersion:
        """Change the description of a model version."""
        if description is None:
            raise InvalidParameterValue("Attempting to update model version with no new field values.")
        return self._registry_call(UpdateModelVersion(name, str(version), description)).model_version

    def transition_model_version_stage(
        self, name: str, version: str, stage: str, archive_existing_versions: bool = False
    ) -> ModelVersion:
        """Move a model version to a stage: `Staging`, `Production`, `Archived` or `None`.

        Args:
            name: the registered model.
            version: the version.
            stage: the stage, in any case.
            archive_existing_versions: whether the versions that are in that stage become Archived.
        """
        call = TransitionModelVersionStage(name, str(version), stage, archive_existing_versions)
        return self._registry_call(call).model_version

    def delete_model_version(self, name: str, version: str) -> None:
        """Delete a model version."""
        self._registry_call(DeleteModelVersion(name, str(version)))

    def search_model_versions(
        self,
        filter_string: str | None = None,
        max_results: int = 10_000,
        order_by: list[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[ModelVersion]:
        """Search model versions.

        Args:
            filter_string: e.g. `name = 'churn' AND run_id = '…'`.
            max_results: the size of a page.
            order_by: e.g. `["version_number DESC"]`; newest first when omitted.
            page_token: the `token` of the previous page.
        """
        call = SearchModelVersions(filter_string or "", max_results, list(order_by or ()), page_token or "")
        page = self._registry_call(call)
        return PagedList(page.model_versions, page.next_page_token or None)

    def set_model_version_tag(
        self,
        name: str,
        version: str | None = None,
        key: str | None = None,
        value: Any = None,
        stage: str | None = None,
    ) -> None:
        """Set a tag of a model version, given by number or as the latest of a stage; the value becomes a text."""
        self._registry_call(SetModelVersionTag(name, self._version(name, version, stage), str(key), str(value)))

    def delete_model_version_tag(
        self, name: str, version: str | None = None, key: str | None = None, stage: str | None = None
    ) -> None:
        """Delete a tag of a model version, given by number or as the latest of a stage."""
        self._registry_call(DeleteModelVersionTag(name, self._version(name, version, stage), str(key)))

    def _version(self, name: str, version: str | None, stage: str | None) -> str:
        if (version is None) == (stage is None):
            raise InvalidParameterValue("Either version or stage must be set (but not both).")
        if version is not None:
            return str(version)
        latest = self.get_latest_versions(name, [str(stage)])
        if not latest:
            raise InvalidParameterValue(f"Could not find any model version for {stage} stage")
        return latest[0].version

    def copy_model_version(self, src_model_uri: str, dst_name: str) -> ModelVersion:
        """Register a model version under another name, which is created if needed.

        Args:
            src_model_uri: `models:/name/version` or `models:/name@alias`.
            dst_name: the registered model that gets the new version.
        """
        source = self._version_at(src_model_uri)
        try:
            self.create_registered_model(dst_name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        return self.create_model_version(
            dst_name,
            f"models:/{source.name}/{source.version}",
            run_id=source.run_id,
            tags=source.tags,
            run_link=source.run_link,
            description=source.description,
            model_id=source.model_id,
        )

    def _version_at(self, uri: str) -> ModelVersion:
        name, slash, version = uri.removeprefix("models:/").rpartition("/")
        if uri.startswith("models:/") and slash and version.isdigit():
            return self.get_model_version(name, version)
        name, at, alias = uri.removeprefix("models:/").rpartition("@")
        if uri.startswith("models:/") and at and name:
            return self.get_model_version_by_alias(name, alias)
        raise InvalidParameterValue(
            f"Unsupported source model URI: '{uri}'. The `src_model_uri` must be of the form "
            "`models:/<name>/<version>` or `models:/<name>@<alias>`."
        )
