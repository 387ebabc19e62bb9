"""Datasets as inputs of runs: name, digest and where the data came from, never the data itself."""

from __future__ import annotations

from typing import Any

from msgspec import field

from millrace.model.entity import Entity, Pair


class InputTag(Pair, frozen=True, gc=False):
    """A tag of a dataset input; `mlflow.data.context` says what it was used for."""


class Dataset(Entity, frozen=True):
    """A dataset by name and digest; `source`, `schema` and `profile` are JSON texts."""

    name: str
    digest: str
    source_type: str
    source: str
    schema: str | None = None
    profile: str | None = None

    def to_dictionary(self) -> dict[str, Any]:
        """The fields as a dict."""
        return {name: getattr(self, name) for name in self.__struct_fields__}


class DatasetInput(Entity, frozen=True):
    """A dataset that a run used, with tags."""

    dataset: Dataset
    tags: list[InputTag] = field(default_factory=list)

    def to_dictionary(self) -> dict[str, Any]:
        """The dataset and its tags as a dict."""
        return {
            "dataset": self.dataset.to_dictionary(),
            "tags": {tag.key: tag.value for tag in self.tags},
        }


class DatasetSummary(Entity, frozen=True):
    """A dataset that some run of an experiment used."""

    experiment_id: str
    name: str
    digest: str
    context: str | None = None
