"""A dataset by name, digest and source: what every kind of dataset can do."""

from __future__ import annotations

import json
from abc import abstractmethod
from typing import Any

from millrace.model import Dataset as DatasetEntity
from mlflow.data.dataset_source import DatasetSource


class Dataset:
    """A dataset that runs can log with `mlflow.log_input`; subclass it for data of a kind of your own.

    Args:
        source: where the data comes from.
        name: what to call it; `"dataset"` when omitted.
        digest: a short text that changes with the data, at most 36 characters; computed when omitted. A subclass sets
            what its `_compute_digest` needs before it calls this constructor.
    """

    def __init__(self, source: DatasetSource, name: str | None = None, digest: str | None = None) -> None:
        self._name = name
        self._source = source
        # A digest may be dear, so it is computed once, when the data is as the caller has it.
        self._digest = digest or self._compute_digest()

    @abstractmethod
    def _compute_digest(self) -> str:
        """A short text that is the same for the same data."""

    def to_dict(self) -> dict[str, str]:
        """The name, digest, source and source type; subclasses add `schema` and `profile` as JSON texts."""
        return {
            "name": self.name,
            "digest": self.digest,
            "source": self.source.to_json(),
            "source_type": self._get_source_type(),
        }

    def to_json(self) -> str:
        """`to_dict` as JSON text."""
        return json.dumps(self.to_dict())

    def _get_source_type(self) -> str:
        return self.source._get_source_type()

    @property
    def name(self) -> str:
        """The name, e.g. `"iris"`."""
        return self._name if self._name is not None else "dataset"

    @property
    def digest(self) -> str:
        """A short text that changes with the data."""
        return self._digest

    @property
    def source(self) -> DatasetSource:
        """Where the data comes from."""
        return self._source

    @property
    @abstractmethod
    def profile(self) -> Any | None:
        """Numbers on the data, such as its rows, as JSON has them; None when there are none."""

    @property
    @abstractmethod
    def schema(self) -> Any | None:
        """The columns or tensors, e.g. a `mlflow.types.Schema`; None when they are not known."""

    def _to_mlflow_entity(self) -> DatasetEntity:
        """What a run stores of this dataset."""
        told: dict[str, Any] = self.to_dict()
        return DatasetEntity(
            name=told["name"],
            digest=told["digest"],
            source_type=told["source_type"],
            source=told["source"],
            schema=told.get("schema"),
            profile=told.get("profile"),
        )


__all__ = ["Dataset"]
