"""Datasets and sources; without postponed annotations, which MLflow does not resolve."""

from typing import Any

import pandas as pd

from mlflow.data.dataset_source import DatasetSource
from mlflow.data.pandas_dataset import PandasDataset


class Shelf(DatasetSource):
    """A source at `shelf:` URIs."""

    def __init__(self, where: str) -> None:
        self.where = where

    @staticmethod
    def _get_source_type() -> str:
        return "shelf"

    def load(self) -> str:
        return f"loaded {self.where}"

    @staticmethod
    def _can_resolve(raw_source: Any) -> bool:
        return isinstance(raw_source, str) and raw_source.startswith("shelf:")

    @classmethod
    def _resolve(cls, raw_source: Any) -> "Shelf":
        return cls(raw_source)

    def to_dict(self) -> dict[str, Any]:
        return {"where": self.where}

    @classmethod
    def from_dict(cls, source_dict: dict[Any, Any]) -> "Shelf":
        return cls(source_dict["where"])


def from_numbers(count: int, name: str | None = None, digest: str | None = None) -> PandasDataset:
    """A dataset of a plugin's own kind."""
    return PandasDataset(pd.DataFrame({"n": range(count)}), Shelf("shelf:numbers"), name=name, digest=digest)
