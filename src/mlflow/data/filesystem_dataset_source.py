"""Sources that are files at a URI."""

from __future__ import annotations

from abc import abstractmethod

from mlflow.data.dataset_source import DatasetSource


class FileSystemDatasetSource(DatasetSource):
    """A file or folder at a URI, which can be downloaded."""

    @property
    @abstractmethod
    def uri(self) -> str:
        """Where it is."""

    @abstractmethod
    def load(self, dst_path: str | None = None) -> str:
        """Download it.

        Args:
            dst_path: the folder to put it in; a temporary one when omitted.

        Returns:
            The local path.
        """


__all__ = ["FileSystemDatasetSource"]
