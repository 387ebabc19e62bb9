"""What a model needs beside its files, noted in its `MLmodel` file for whoever serves it.

Nothing here is looked at when a model is loaded or served here: it is for Databricks, whose servers read it.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import Any, Self

import yaml

from millrace.errors import MlflowException

DEFAULT_API_VERSION = "1"
_TARGET = "databricks"

Resources = dict[str, Any]
"""`{"api_version": "1", "databricks": {type: [{"name": …}, …]}}`, as in the `MLmodel` file."""


class ResourceType(Enum):
    """Kinds of resources."""

    UC_CONNECTION = "uc_connection"
    VECTOR_SEARCH_INDEX = "vector_search_index"
    SERVING_ENDPOINT = "serving_endpoint"
    SQL_WAREHOUSE = "sql_warehouse"
    FUNCTION = "function"
    GENIE_SPACE = "genie_space"
    TABLE = "table"
    APP = "app"
    LAKEBASE = "lakebase"


class Resource(ABC):
    """Something that a model needs."""

    @property
    @abstractmethod
    def type(self) -> ResourceType:
        """Its kind."""

    @property
    @abstractmethod
    def target_uri(self) -> str:
        """Where it is."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """The resource as in the `MLmodel` file: `{type: [{"name": …}]}`."""

    @classmethod
    @abstractmethod
    def from_dict(cls, data: dict[str, str]) -> Resource:
        """A resource from one of the dicts in the `MLmodel` file."""


class DatabricksResource(Resource):
    """Something on Databricks that a model needs.

    Args:
        name: its name or id there.
        on_behalf_of_user: whether the model uses it with the rights of whoever asks.
    """

    _kind: ResourceType | None = None

    def __init__(self, name: str, on_behalf_of_user: bool | None = None) -> None:
        self.name = name
        self.on_behalf_of_user = on_behalf_of_user

    @property
    def type(self) -> ResourceType:
        """Its kind."""
        if self._kind is None:
            raise NotImplementedError("Subclasses must implement the 'type' property.")
        return self._kind

    @property
    def target_uri(self) -> str:
        """`databricks`."""
        return _TARGET

    def to_dict(self) -> dict[str, Any]:
        """The resource as in the `MLmodel` file: `{type: [{"name": …}]}`."""
        told: dict[str, Any] = {"name": self.name}
        if self.on_behalf_of_user is not None:
            told["on_behalf_of_user"] = self.on_behalf_of_user
        return {self.type.value: [told]}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """A resource from one of the dicts in the `MLmodel` file."""
        return cls(data["name"], data.get("on_behalf_of_user"))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DatabricksResource) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]  # its fields may change


class DatabricksUCConnection(DatabricksResource):
    """A connection of Unity Catalog."""

    _kind = ResourceType.UC_CONNECTION

    def __init__(self, connection_name: str, on_behalf_of_user: bool | None = None) -> None:
        super().__init__(connection_name, on_behalf_of_user)


class DatabricksServingEndpoint(DatabricksResource):
    """An endpoint that serves a model."""

    _kind = ResourceType.SERVING_ENDPOINT

    def __init__(self, endpoint_name: str, on_behalf_of_user: bool | None = None) -> None:
        super().__init__(endpoint_name, on_behalf_of_user)


class DatabricksVectorSearchIndex(DatabricksResource):
    """An index of vectors."""

    _kind = ResourceType.VECTOR_SEARCH_INDEX

    def __init__(self, index_name: str, on_behalf_of_user: bool | None = None) -> None:
        super().__init__(index_name, on_behalf_of_user)


class DatabricksSQLWarehouse(DatabricksResource):
    """A SQL warehouse."""

    _kind = ResourceType.SQL_WAREHOUSE

    def __init__(self, warehouse_id: str, on_behalf_of_user: bool | None = None) -> None:
        super().__init__(warehouse_id, on_behalf_of_user)


class DatabricksFunction(DatabricksResource):
    """A function of Unity Catalog."""

    _kind = ResourceType.FUNCTION

    def __init__(self, function_name: str, on_behalf_of_user: bool | None = None) -> None:
        super().__init__(function_name, on_behalf_of_user)


class DatabricksGenieSpace(DatabricksResource):
    """A Genie space."""

    _kind = ResourceType.GENIE_SPACE

    def __init__(self, genie_space_id: str, on_behalf_of_user: bool | None = None) -> None:
        super().__init__(genie_space_id, on_behalf_of_user)


class DatabricksTable(DatabricksResource):
    """A table."""

    _kind = ResourceType.TABLE

    def __init__(self, table_name: str, on_behalf_of_user: bool | None = None) -> None:
        super().__init__(table_name, on_behalf_of_user)


class DatabricksApp(DatabricksResource):
    """An app."""

    _kind = ResourceType.APP

    def __init__(self, app_name: str, on_behalf_of_user: bool | None = None) -> None:
        super().__init__(app_name, on_behalf_of_user)


class DatabricksLakebase(DatabricksResource):
    """An instance of Lakebase."""

    _kind = ResourceType.LAKEBASE

    def __init__(self, database_instance_name: str, on_behalf_of_user: bool | None = None) -> None:
        super().__init__(database_instance_name, on_behalf_of_user)


class _ResourceBuilder:
    """Resources in the form of the `MLmodel` file."""

    @staticmethod
    def from_resources(resources: Iterable[Resource], api_version: str = DEFAULT_API_VERSION) -> Resources:
        """From objects.

        Raises:
            MlflowException: one of them is no `Resource`.
        """
        told: Resources = {}
        for each in resources:
            if not isinstance(each, Resource):
                raise MlflowException.invalid_parameter_value(
                    f"A resource is an object of `mlflow.models.resources`, got {each!r}."
                )
            kinds = told.setdefault(each.target_uri, {})
            for kind, listed in each.to_dict().items():
                kinds.setdefault(kind, []).extend(listed)
        return {**told, "api_version": api_version}

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Resources:
        """From the same form, checked.

        Raises:
            ValueError: it is of another version, place or kind.
        """
        given = dict(data)
        version = str(given.pop("api_version"))
        if version != DEFAULT_API_VERSION:
            raise ValueError(f"Unsupported API version: {version}")
        resources = []
        for target, kinds in given.items():
            if target != _TARGET:
                raise ValueError(f"Unsupported target URI: {target}")
            for kind, listed in kinds.items():
                if kind not in {each.value for each in ResourceType}:
                    raise ValueError(f"Unsupported resource type: {kind}")
                made = next(each for each in DatabricksResource.__subclasses__() if each._kind is ResourceType(kind))
                resources += [made.from_dict(one) for one in listed]
        return _ResourceBuilder.from_resources(resources, version)

    @staticmethod
    def from_yaml_file(path: str | os.PathLike[str]) -> Resources:
        """From a YAML file of that form.

        Raises:
            OSError: there is no such file.
            ValueError: it is of another version, place or kind.
        """
        if not os.path.exists(path):
            raise OSError(f"No such file or directory: '{path}'")
        return _ResourceBuilder.from_dict(yaml.safe_load(Path(path).read_text()))


def described(resources: Any) -> Resources | None:
    """Resources as the `MLmodel` file has them, from objects, from a YAML file's path, or from that form itself."""
    if isinstance(resources, str | Path):
        return _ResourceBuilder.from_yaml_file(resources)
    if isinstance(resources, list):
        return _ResourceBuilder.from_resources(resources)
    return resources
