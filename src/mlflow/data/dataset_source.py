"""Where a dataset comes from: what every kind of source can do."""

from __future__ import annotations

import json
from abc import abstractmethod
from typing import Any


class DatasetSource:
    """Where a dataset comes from; subclass it for a kind of source of your own, and register the subclass.

    See `mlflow.data.dataset_source_registry.register_dataset_source`.
    """

    @staticmethod
    @abstractmethod
    def _get_source_type() -> str:
        """The name of this kind of source, which is stored with each dataset, e.g. `"s3"`."""

    @abstractmethod
    def load(self) -> Any:
        """The data, as a local path or an object; subclasses may take arguments."""

    @staticmethod
    @abstractmethod
    def _can_resolve(raw_source: Any) -> bool:
        """Whether `_resolve` can make a source of this, e.g. of a path or a URI."""

    @classmethod
    @abstractmethod
    def _resolve(cls, raw_source: Any) -> DatasetSource:
        """The source that a path, a URI or another object means."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """What `from_dict` needs, in types that JSON has."""

    def to_json(self) -> str:
        """`to_dict` as JSON text: the `source` of a logged dataset."""
        return json.dumps(self.to_dict())

    @classmethod
    @abstractmethod
    def from_dict(cls, source_dict: dict[Any, Any]) -> DatasetSource:
        """The source that `to_dict` described."""

    @classmethod
    def from_json(cls, source_json: str) -> DatasetSource:
        """The source that `to_json` described."""
        return cls.from_dict(json.loads(source_json))


__all__ = ["DatasetSource"]
