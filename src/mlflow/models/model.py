"""A model's file, `MLmodel`: what the model is, how it is loaded, what it takes and gives."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import os
import tempfile
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import yaml

import mlflow
from millrace.errors import MlflowException
from mlflow.models.examples import SERVING_INPUT_FILENAME, read_example, read_example_params
from mlflow.models.info import ModelInfo
from mlflow.models.interface import ModelSignature
from mlflow.models.recording import record_model
from mlflow.models.resources import described
from mlflow.version import VERSION

if TYPE_CHECKING:
    from millrace.model.logged_models import LoggedModel
    from mlflow.types.params import ParamSchema
    from mlflow.types.schema import Schema

MLMODEL_FILE_NAME = "MLmodel"

_HOMES = {
    "set_model": "mlflow.models.code",
    "update_model_requirements": "mlflow.models.rewriting",
}
"""Names that others import from here, and the modules that they are in, which import this one."""


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class Model:
    """The content of an `MLmodel` file.

    Args:
        artifact_path: where the model's files are.
        run_id: the run that made it.
        utc_time_created: when; now by default.
        flavors: flavor name to what the flavor needs to load the model.
        signature: what it takes and gives.
        saved_input_example_info: what was written of its input example.
        model_uuid: an id, or a function that makes one.
        mlflow_version: the SDK that makes it.
        metadata: whatever the user wants to have in the file.
        model_size_bytes: the size of its files.
        resources: what it needs where it is served; see `mlflow.models.resources`.
        env_vars: names of environment variables that it reads.
        auth_policy: whose rights it uses where it is served; see `mlflow.models.auth_policy`.
        model_id: the logged model's id.
        prompts: URIs of prompts that it uses.
        **kwargs: further keys of the file; kept as they are.
    """

    signature: ModelSignature | None

    def __init__(
        self,
        artifact_path: str | None = None,
        run_id: str | None = None,
        utc_time_created: object = None,
        flavors: dict[str, Any] | None = None,
        signature: ModelSignature | None = None,
        saved_input_example_info: dict[str, Any] | None = None,
        model_uuid: str | Callable[[], str] | None = lambda: uuid.uuid4().hex,
        mlflow_version: str | None = VERSION,
        metadata: dict[str, Any] | None = None,
        model_size_bytes: int | None = None,
        resources: Any = None,
        env_vars: list[str] | None = None,
        auth_policy: Any = None,
        model_id: str | None = None,
        prompts: list[str] | None = None,
        **kwargs: Any,
    ) -> None:
        self.artifact_path = artifact_path
        self.run_id = run_id
        self.utc_time_created = str(utc_time_created or dt.datetime.now(dt.UTC).replace(tzinfo=None))
        self.flavors: dict[str, Any] = {} if flavors is None else flavors
        self.signature = signature
        self.saved_input_example_info = saved_input_example_info
        self.model_uuid = model_uuid() if callable(model_uuid) else model_uuid
        self.mlflow_version = mlflow_version
        self.metadata = metadata
        self.model_size_bytes = model_size_bytes
        self.resources: dict[str, Any] | None = None
        self.env_vars = env_vars
        self.auth_policy: dict[str, Any] | None = None
        self.note_rights(resources, auth_policy)
        self.model_id = model_id
        self.prompts = prompts
        self._extra = kwargs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Model) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]  # it may change

    def add_flavor(self, name: str, **params: Any) -> Model:
        """Say how a flavor loads the model; answers the model itself."""
        self.flavors[name] = params
        return self

    def note_rights(self, resources: Any, auth_policy: Any) -> None:
        """Note what the model needs where it is served, and whose rights it uses, where either is given."""
        if resources is not None:
            self.resources = described(resources)
        if auth_policy is not None:
            self.auth_policy = auth_policy.to_dict() if hasattr(auth_policy, "to_dict") else auth_policy

    def get_input_schema(self) -> Schema | None:
        """The schema of what it takes, or None."""
        return self.signature.inputs if self.signature else None

    def get_output_schema(self) -> Schema | None:
        """The schema of what it gives, or None."""
        return self.signature.outputs if self.signature else None

    def get_params_schema(self) -> ParamSchema | None:
        """The params of its predict, or None."""
        return self.signature.params if self.signature else None

    # -- input example --------------------------------------------------------------------------------------
    def load_input_example(self, path: str | None = None) -> Any:
        """The input example that was saved with the model, without its params; None where there is none.

        Args:
            path: the model's directory or URI; the logged model's own by default.
        """
        if self.saved_input_example_info is None:
            return None
        return read_example(self.saved_input_example_info, self._directory(path), self.get_input_schema())

    def load_input_example_params(self, path: str) -> dict[str, Any] | None:
        """The params of the input example that was saved with the model; None where there are none."""
        if self.saved_input_example_info is None:
            return None
        return read_example_params(self.saved_input_example_info, self._directory(path))

    def get_serving_input(self, path: str) -> str | None:
        """The body of a request with the input example, as JSON text; None where there is none."""
        if self.saved_input_example_info is None:
            return None
        file_name = self.saved_input_example_info.get("serving_input_path", SERVING_INPUT_FILENAME)
        with open(os.path.join(self._directory(path), file_name)) as file:
            return file.read()

    def _directory(self, path: str | None) -> str:
        if path is None:
            path = f"models:/{self.model_id}" if self.model_id else self.artifact_path
        if path is None:
            raise MlflowException.invalid_parameter_value("Pass the path of the model: it was not logged.")
        return local_directory(path)

    # -- the file -------------------------------------------------------------------------------------------
    def to_dict(self) -> dict[str, Any]:
        """The content of the file; keys without a value are left out, but `model_id` and `prompts`."""
        optional = {
            "run_id": self.run_id,
            "artifact_path": self.artifact_path,
            "utc_time_created": self.utc_time_created,
            "flavors": self.flavors,
            "model_uuid": self.model_uuid,
            "mlflow_version": self.mlflow_version,
        }
        content = {key: value for key, value in optional.items() if value is not None or key == "model_uuid"}
        content |= {"prompts": self.prompts, "model_id": self.model_id}
        if self.signature is not None:
            content["signature"] = self.signature.to_dict()
            content["is_signature_from_type_hint"] = self.signature._is_signature_from_type_hint
            content["type_hint_from_example"] = self.signature._is_type_hint_from_example
        for key in ("saved_input_example_info", "metadata", "model_size_bytes", "resources", "env_vars", "auth_policy"):
            if getattr(self, key) is not None:
                content[key] = getattr(self, key)
        return content | self._extra

    def to_yaml(self, stream: Any = None) -> Any:
        """The content of the file as YAML; written to a stream where one is given."""
        return yaml.safe_dump(self.to_dict(), stream=stream, default_flow_style=False, allow_unicode=True)

    def to_json(self) -> str:
        """The content of the file as JSON."""
        return json.dumps(self.to_dict())

    def __str__(self) -> str:
        return str(self.to_yaml())

    def get_tags_dict(self) -> dict[str, Any]:
        """The short form that older MLflow versions keep in a run's tag."""
        keys = ("run_id", "artifact_path", "utc_time_created", "model_uuid", "flavors")
        content = self.to_dict()
        return {key: content[key] for key in keys if key in content}

    def save(self, path: str) -> None:
        """Write the file to a path."""
        with open(path, "w") as file:
            self.to_yaml(file)

    @classmethod
    def load(cls, path: str) -> Model:
        """Read the file.

        Args:
            path: the file, the model's directory, or any URI of a model.

        Raises:
            MlflowException: there is no such file.
        """
        file_path = os.path.join(path, MLMODEL_FILE_NAME) if os.path.isdir(path) else os.fspath(path)
        if os.path.isfile(file_path):
            return cls._read(file_path)
        if not _is_uri(file_path):
            raise _no_mlmodel(file_path)
        uri = file_path if file_path.endswith(MLMODEL_FILE_NAME) else f"{file_path.rstrip('/')}/{MLMODEL_FILE_NAME}"
        with tempfile.TemporaryDirectory() as scratch:
            return cls._read(mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=scratch))

    @classmethod
    def _read(cls, file_path: str) -> Model:
        with open(file_path) as file:
            return cls.from_dict(yaml.safe_load(file.read()))

    @classmethod
    def from_dict(cls, model_dict: dict[str, Any]) -> Model:
        """A model from the content of its file."""
        given = dict(model_dict)
        from_hint = given.pop("is_signature_from_type_hint", False)
        from_example = given.pop("type_hint_from_example", False)
        signature = given.get("signature")
        if isinstance(signature, dict):
            signature = ModelSignature.from_dict(signature) if any(signature.values()) else None
            if signature is not None:
                signature._is_signature_from_type_hint = from_hint
                signature._is_type_hint_from_example = from_example
            given["signature"] = signature
        # A file without these keys is older than they are; the defaults would claim otherwise.
        return cls(**{"model_uuid": None, "mlflow_version": None, **given})

    # -- the logged model -----------------------------------------------------------------------------------
    def get_model_info(self, logged_model: LoggedModel | None = None) -> ModelInfo:
        """What `log_model` answers.

        Args:
            logged_model: the logged model; looked up by its id where it is not given.
        """
        if logged_model is None and self.model_id is not None:
            logged_model = mlflow.MlflowClient().get_logged_model(self.model_id)
        uri = f"models:/{self.model_id}" if self.model_id else f"runs:/{self.run_id}/{self.artifact_path}"
        return ModelInfo(
            artifact_path=self.artifact_path,
            flavors=self.flavors,
            model_uri=uri,
            model_uuid=self.model_uuid,
            run_id=self.run_id,
            saved_input_example_info=self.saved_input_example_info,
            signature=self.signature,
            utc_time_created=self.utc_time_created,
            mlflow_version=self.mlflow_version,
            metadata=self.metadata,
            prompts=self.prompts,
            env_vars=self.env_vars,
            logged_model=logged_model,
        )

    @classmethod
    def log(
        cls,
        artifact_path: str | None,
        flavor: Any,
        registered_model_name: str | None = None,
        await_registration_for: int | None = 300,
        metadata: dict[str, Any] | None = None,
        run_id: str | None = None,
        resources: object = None,
        auth_policy: object = None,
        prompts: list[str] | None = None,
        name: str | None = None,
        model_type: str | None = None,
        params: dict[str, Any] | None = None,
        tags: dict[str, Any] | None = None,
        step: int = 0,
        model_id: str | None = None,
        **kwargs: Any,
    ) -> ModelInfo:
        """Save a model with a flavor, and log it: as a logged model, and as an output of the run if there is one.

        Args:
            artifact_path: the older word for `name`.
            flavor: a module with `save_model(path=…, mlflow_model=…, **kwargs)`, e.g. `mlflow.sklearn`.
            registered_model_name: also make a version of this registered model.
            await_registration_for: seconds to wait until the version is ready; 0 or None for not waiting.
            metadata: whatever the user wants to have in the `MLmodel` file.
            run_id: the run; the active one by default. Without one the model belongs to the experiment only.
            resources: what it needs where it is served; see `mlflow.models.resources`.
            auth_policy: whose rights it uses where it is served; see `mlflow.models.auth_policy`.
            prompts: URIs of prompts that it uses.
            name: the logged model's name; made up by the store where None.
            model_type: a word of the user's, e.g. `classifier`.
            params: params of the logged model, on top of the run's.
            tags: tags of the logged model.
            step: the training step of the model.
            model_id: a logged model that exists already and gets the files.
            **kwargs: for the flavor's `save_model`.

        Returns:
            What was logged.

        Raises:
            MlflowException: both `artifact_path` and `name` were given, or the store refused.
        """
        model = cls(
            metadata=metadata,
            resources=resources,
            auth_policy=auth_policy,
            prompts=list(prompts) if prompts else None,
        )
        return record_model(
            model,
            lambda path: flavor.save_model(path=path, mlflow_model=model, **kwargs),
            artifact_path=artifact_path,
            name=name,
            run_id=run_id,
            model_type=model_type,
            params=params,
            tags=tags,
            step=step,
            model_id=model_id,
            registered_model_name=registered_model_name,
            await_registration_for=await_registration_for,
        )


def _no_mlmodel(path: str) -> MlflowException:
    return MlflowException(
        f'Could not find an "{MLMODEL_FILE_NAME}" configuration file at "{path}"',
        error_code="RESOURCE_DOES_NOT_EXIST",
    )


def _is_uri(path: str) -> bool:
    return "://" in path or path.startswith(("models:/", "runs:/", "file:"))


def local_directory(model_uri: str, dst_path: str | None = None) -> str:
    """The local directory of a model: its own where it is one, else a copy that is downloaded.

    Args:
        model_uri: a path or any URI of a model.
        dst_path: where to download to; a new temporary directory by default.

    Raises:
        OSError: there is nothing at a local path.
    """
    path = os.fspath(model_uri)
    if dst_path is None and os.path.isdir(path):
        return path
    if not _is_uri(path) and not os.path.exists(path):
        raise OSError(f"No such file or directory: '{path}'")
    directory: str = mlflow.artifacts.download_artifacts(artifact_uri=path, dst_path=dst_path)
    return directory


def get_model_info(model_uri: str) -> ModelInfo:
    """What a model is.

    Args:
        model_uri: `models:/<model id>`, `models:/<name>/<version or stage>`, `models:/<name>@<alias>`,
            `runs:/<run id>/<path>`, a path, or the URI of a directory in an object store.

    Raises:
        MlflowException: there is no such model.
    """
    return Model.load(model_uri).get_model_info()
