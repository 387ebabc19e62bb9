"""What a logged model is, as `log_model` and `get_model_info` answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlflow.models.interface import ModelSignature

if TYPE_CHECKING:
    from millrace.model.logged_models import LoggedModel


class ModelInfo:
    """What a logged model is, as `log_model` and `get_model_info` answer.

    Attributes are read-only but `registered_model_version`; those about the logged model (`model_id`, `name`,
    `params`, `tags`, `metrics`, `creation_timestamp`) are None for a model that was only saved.
    """

    __module__ = "mlflow.models.model"  # where pickles look for it

    def __init__(
        self,
        artifact_path: str | None,
        flavors: dict[str, Any],
        model_uri: str,
        model_uuid: str | None,
        run_id: str | None,
        saved_input_example_info: dict[str, Any] | None,
        signature: ModelSignature | None,
        utc_time_created: str,
        mlflow_version: str | None,
        metadata: dict[str, Any] | None = None,
        registered_model_version: int | None = None,
        env_vars: list[str] | None = None,
        prompts: list[str] | None = None,
        logged_model: LoggedModel | None = None,
    ) -> None:
        self._artifact_path = artifact_path
        self._flavors = flavors
        self._model_uri = model_uri
        self._model_uuid = model_uuid
        self._run_id = run_id
        self._saved_input_example_info = saved_input_example_info
        self._signature = signature
        self._utc_time_created = utc_time_created
        self._mlflow_version = mlflow_version
        self._metadata = metadata
        self._prompts = prompts
        self._logged_model = logged_model
        self.registered_model_version = registered_model_version
        self.env_vars = env_vars

    @property
    def artifact_path(self) -> str | None:
        """Where the model's files are."""
        return self._artifact_path

    @property
    def flavors(self) -> dict[str, Any]:
        """Flavor name to what the flavor needs to load the model."""
        return self._flavors

    @property
    def model_uri(self) -> str:
        """The URI that loads it, `models:/<model id>`."""
        return self._model_uri

    @property
    def model_uuid(self) -> str | None:
        """The model's id, or 32 hex digits for a model that was only saved."""
        return self._model_uuid

    @property
    def run_id(self) -> str | None:
        """The run that made it."""
        return self._run_id

    @property
    def saved_input_example_info(self) -> dict[str, Any] | None:
        """What was written of its input example: type and file."""
        return self._saved_input_example_info

    @property
    def signature(self) -> ModelSignature | None:
        """What it takes and gives."""
        return self._signature

    @property
    def utc_time_created(self) -> str:
        """When it was made, `YYYY-MM-DD hh:mm:ss.ffffff`, UTC."""
        return self._utc_time_created

    @property
    def mlflow_version(self) -> str | None:
        """The version of the SDK that made it."""
        return self._mlflow_version

    @property
    def metadata(self) -> dict[str, Any] | None:
        """What the user wrote into the `MLmodel` file."""
        return self._metadata

    @property
    def prompts(self) -> list[str] | None:
        """URIs of prompts that it uses."""
        return self._prompts

    def _of_logged_model(self, name: str) -> Any:
        return None if self._logged_model is None else getattr(self._logged_model, name)

    @property
    def model_id(self) -> str | None:
        """The logged model's id, `m-` and 32 hex digits."""
        return self._of_logged_model("model_id")

    @property
    def name(self) -> str | None:
        """The logged model's name."""
        return self._of_logged_model("name")

    @property
    def params(self) -> dict[str, str] | None:
        """The logged model's params."""
        return self._of_logged_model("params")

    @property
    def tags(self) -> dict[str, str] | None:
        """The logged model's tags."""
        return self._of_logged_model("tags")

    @property
    def metrics(self) -> list[Any] | None:
        """The latest points of the metrics that are linked to the logged model."""
        return self._of_logged_model("metrics")

    @property
    def creation_timestamp(self) -> int | None:
        """When the logged model was created, in milliseconds since 1970, UTC."""
        return self._of_logged_model("creation_timestamp")
