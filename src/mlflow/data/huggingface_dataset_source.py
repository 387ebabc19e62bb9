"""The source of data in the Hugging Face hub, or in files that its `datasets` library reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mlflow.data.dataset_source import DatasetSource

if TYPE_CHECKING:
    import datasets  # pyright: ignore[reportMissingImports]


class HuggingFaceDatasetSource(DatasetSource):
    """A dataset as `datasets.load_dataset` finds it.

    Args:
        path: its name in the hub, or the kind of its files.
        config_name: which of its configurations.
        data_dir: the folder of its files.
        data_files: its files, by split or not.
        split: which of its splits.
        revision: which version of it.
        trust_remote_code: let it run code of its own; not part of what is stored.
    """

    def __init__(
        self,
        path: str,
        config_name: str | None = None,
        data_dir: str | None = None,
        data_files: str | Sequence[str] | Mapping[str, str | Sequence[str]] | None = None,
        split: str | datasets.Split | None = None,
        revision: str | datasets.Version | None = None,
        trust_remote_code: bool | None = None,
    ) -> None:
        self.path = path
        self.config_name = config_name
        self.data_dir = data_dir
        self.data_files = data_files
        self.split = split
        self.revision = revision
        self.trust_remote_code = trust_remote_code

    @staticmethod
    def _get_source_type() -> str:
        return "hugging_face"

    def load(self, **kwargs: Any) -> Any:
        """Load it with `datasets.load_dataset`.

        Args:
            kwargs: further arguments of that function.

        Raises:
            ImportError: the `datasets` library is not installed.
        """
        import datasets  # pyright: ignore[reportMissingImports]

        known: dict[str, Any] = {
            "path": self.path,
            "name": self.config_name,
            "data_dir": self.data_dir,
            "data_files": self.data_files,
            "split": self.split,
            "revision": self.revision,
        }
        if self.trust_remote_code is not None:  # newer versions of the library have no such argument
            known["trust_remote_code"] = self.trust_remote_code
        return datasets.load_dataset(**{**known, **kwargs})

    @staticmethod
    def _can_resolve(raw_source: Any) -> bool:
        # A name in the hub looks like a path; `mlflow.data.from_huggingface` says which is meant.
        return False

    @classmethod
    def _resolve(cls, raw_source: Any) -> HuggingFaceDatasetSource:
        raise NotImplementedError("Nothing is resolved to the Hugging Face hub: make a HuggingFaceDatasetSource.")

    def to_dict(self) -> dict[str, Any]:
        """The arguments, as JSON has them."""
        return {
            "path": self.path,
            "config_name": self.config_name,
            "data_dir": self.data_dir,
            "data_files": self.data_files,
            "split": str(self.split),
            "revision": self.revision,
        }

    @classmethod
    def from_dict(cls, source_dict: dict[Any, Any]) -> HuggingFaceDatasetSource:
        """The source that `to_dict` described; whether to trust it is for the caller to say again."""
        split = source_dict.get("split")
        return cls(
            path=source_dict.get("path"),  # type: ignore[arg-type]  # as MLflow reads it
            config_name=source_dict.get("config_name"),
            data_dir=source_dict.get("data_dir"),
            data_files=source_dict.get("data_files"),
            split=None if split == "None" else split,
            revision=source_dict.get("revision"),
        )


__all__ = ["HuggingFaceDatasetSource"]
