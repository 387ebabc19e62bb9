"""The kinds of sources, and the one that a path, a URI or a stored text means."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from millrace.errors import ResourceMissing
from mlflow.context.providers import resolve_tags
from mlflow.data import artifact_dataset_sources
from mlflow.data.code_dataset_source import CodeDatasetSource
from mlflow.data.dataset_source import DatasetSource
from mlflow.data.delta_dataset_source import DeltaDatasetSource
from mlflow.data.http_dataset_source import HTTPDatasetSource
from mlflow.data.huggingface_dataset_source import HuggingFaceDatasetSource
from mlflow.data.spark_dataset_source import SparkDatasetSource

PLUGIN_GROUP = "mlflow.dataset_source"


class DatasetSourceRegistry:
    """Kinds of sources, in the order in which they were registered; of two that fit, the later wins."""

    def __init__(self) -> None:
        self.sources: list[type[DatasetSource]] = []

    def register(self, source: type[DatasetSource]) -> None:
        """Add a kind of source by its class."""
        self.sources.append(source)

    def register_entrypoints(self) -> None:
        """Add the kinds that installed plugins declare; a plugin that cannot be loaded is warned of."""
        for plugin in entry_points(group=PLUGIN_GROUP):
            try:
                self.register(plugin.load())
            except (AttributeError, ImportError) as error:
                warnings.warn(f'Failure attempting to register dataset source "{plugin.name}": {error}', stacklevel=2)

    def resolve(self, raw_source: Any, candidate_sources: Sequence[type[DatasetSource]] | None = None) -> DatasetSource:
        """The source that an object means.

        Args:
            raw_source: a path, a URI, or whatever a registered kind understands.
            candidate_sources: only these kinds and their subclasses; all when omitted or empty.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST when no kind understands it.
        """
        allowed = tuple(candidate_sources or ())
        fitting = [
            kind for kind in self.sources if (not allowed or issubclass(kind, allowed)) and _fits(kind, raw_source)
        ]
        if len(fitting) > 1:
            names = ", ".join(kind.__name__ for kind in fitting)
            warnings.warn(
                f"The specified dataset source can be interpreted in multiple ways: {names}. MLflow will assume that "
                f"this is a {fitting[-1].__name__} source.",
                stacklevel=3,
            )
        for kind in reversed(fitting):
            try:
                return kind._resolve(raw_source)
            except Exception as error:
                warnings.warn(
                    f"Encountered an unexpected error while using {kind.__name__} to resolve source information for "
                    f"'{raw_source}'. Exception: {error}",
                    stacklevel=3,
                )
        raise ResourceMissing(
            f"Could not find a source information resolver for the specified dataset source: {raw_source}."
        )

    def get_source_from_json(self, source_json: str, source_type: str) -> DatasetSource:
        """The source that a stored dataset names.

        Args:
            source_json: the dataset's `source`.
            source_type: the dataset's `source_type`.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST when there is no such kind of source.
        """
        for kind in reversed(self.sources):
            if kind._get_source_type() == source_type:
                return kind.from_json(source_json)
        raise ResourceMissing(
            f"Could not parse dataset source from JSON due to unrecognized source type: {source_type}."
        )


def _fits(kind: type[DatasetSource], raw_source: Any) -> bool:
    try:
        return bool(kind._can_resolve(raw_source))
    except Exception as error:
        # A faulty kind must not stop the others.
        warnings.warn(
            f"Failed to determine whether {kind.__name__} can resolve source information for '{raw_source}'. "
            f"Exception: {error}",
            stacklevel=4,
        )
        return False


@cache
def _registry() -> DatasetSourceRegistry:
    """The kinds of this process: ours, then those of plugins, then what is registered later."""
    found = DatasetSourceRegistry()
    others = (HTTPDatasetSource, HuggingFaceDatasetSource, SparkDatasetSource, DeltaDatasetSource, CodeDatasetSource)
    for kind in (*artifact_dataset_sources.ALL, *others):
        found.register(kind)
    found.register_entrypoints()
    return found


def register_dataset_source(source: type[DatasetSource]) -> None:
    """Add a kind of source to those of this process; it wins over the ones before.

    Args:
        source: a subclass of `DatasetSource`.
    """
    _registry().register(source)


def resolve_dataset_source(
    raw_source: Any, candidate_sources: Sequence[type[DatasetSource]] | None = None
) -> DatasetSource:
    """The source that a path, a URI or another object means: see `DatasetSourceRegistry.resolve`."""
    return _registry().resolve(raw_source, candidate_sources)


def source_of(source: Any) -> DatasetSource:
    """The source that an argument means: itself, what it resolves to, or the running code when it is None."""
    if isinstance(source, DatasetSource):
        return source
    return CodeDatasetSource(resolve_tags()) if source is None else resolve_dataset_source(source)


def get_dataset_source_from_json(source_json: str, source_type: str) -> DatasetSource:
    """The source that a stored dataset names: see `DatasetSourceRegistry.get_source_from_json`."""
    return _registry().get_source_from_json(source_json, source_type)


def get_registered_sources() -> list[type[DatasetSource]]:
    """The kinds of sources of this process, in the order in which they were registered."""
    return list(_registry().sources)


__all__ = [
    "DatasetSourceRegistry",
    "get_dataset_source_from_json",
    "get_registered_sources",
    "register_dataset_source",
    "resolve_dataset_source",
    "source_of",
]
