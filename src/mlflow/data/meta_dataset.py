"""A dataset of which only the description is known."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from mlflow.data.dataset import Dataset
from mlflow.data.dataset_source import DatasetSource
from mlflow.types.schema import Schema


class MetaDataset(Dataset):
    """A dataset by its source, for data that is too large, or elsewhere, to be looked at.

    Args:
        source: where the data is.
        name: what to call it; `"dataset"` when omitted.
        digest: a short text that changes with the data; computed from the description when omitted.
        schema: its columns or tensors.
    """

    def __init__(
        self,
        source: DatasetSource,
        name: str | None = None,
        digest: str | None = None,
        schema: Schema | None = None,
    ) -> None:
        self._schema = schema
        super().__init__(source, name, digest)

    def _compute_digest(self) -> str:
        told = {
            "name": self.name,
            "source": self.source.to_json(),
            "source_type": self._get_source_type(),
            "schema": self._schema.to_dict() if self._schema else "",
        }
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:8]

    @property
    def schema(self) -> Schema | None:
        """The schema as given."""
        return self._schema

    @property
    def profile(self) -> Any | None:
        """Nothing: the data is not looked at."""
        return None

    def to_dict(self) -> dict[str, str]:
        """The description, with the schema as JSON text if it is known."""
        told = super().to_dict()
        if self._schema:
            told["schema"] = json.dumps({"mlflow_colspec": self._schema.to_dict()})
        return told


__all__ = ["MetaDataset"]
