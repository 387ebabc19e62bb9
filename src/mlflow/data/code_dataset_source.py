"""The source of data that code made: which code it was."""

from __future__ import annotations

from typing import Any

from mlflow.data.dataset_source import DatasetSource


class CodeDatasetSource(DatasetSource):
    """The code that made the data; what a dataset without another source has.

    Args:
        tags: the user, script and commit, under the keys of a run's tags.
    """

    def __init__(self, tags: dict[Any, Any]) -> None:
        self._tags = tags

    @staticmethod
    def _get_source_type() -> str:
        return "code"

    def load(self, **kwargs: Any) -> Any:
        """Refused with NotImplementedError: code is not run again."""
        raise NotImplementedError("Data that code made cannot be loaded: run the code, or log a source with the data.")

    @staticmethod
    def _can_resolve(raw_source: Any) -> bool:
        return False

    @classmethod
    def _resolve(cls, raw_source: Any) -> CodeDatasetSource:
        raise NotImplementedError("Nothing is resolved to code: make a CodeDatasetSource.")

    def to_dict(self) -> dict[str, Any]:
        """The tags."""
        return {"tags": self._tags}

    @classmethod
    def from_dict(cls, source_dict: dict[Any, Any]) -> CodeDatasetSource:
        """The source with `source_dict["tags"]`."""
        return cls(source_dict.get("tags"))  # type: ignore[arg-type]  # as MLflow writes it


__all__ = ["CodeDatasetSource"]
