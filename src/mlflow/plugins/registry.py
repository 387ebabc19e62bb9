"""Registries of models as plugins write them: MLflow's abstract store."""

from __future__ import annotations

from typing import Any


class AbstractStore:
    """Where registered models are kept; a plugin's store overrides what it offers.

    A method that is not overridden is answered with NOT_IMPLEMENTED.

    Args:
        store_uri: the registry's URI.
        tracking_uri: the tracking store's.
    """

    def __init__(self, store_uri: str | None = None, tracking_uri: str | None = None) -> None:
        self.store_uri = store_uri
        self.tracking_uri = tracking_uri

    def __getattr__(self, name: str) -> Any:
        if name in _METHODS:
            raise NotImplementedError(f"{type(self).__name__} has no method {name}.")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


_METHODS = frozenset(
    "create_registered_model get_registered_model update_registered_model rename_registered_model "
    "delete_registered_model search_registered_models get_latest_versions set_registered_model_tag "
    "delete_registered_model_tag set_registered_model_alias delete_registered_model_alias get_model_version_by_alias "
    "create_model_version get_model_version update_model_version transition_model_version_stage delete_model_version "
    "get_model_version_download_uri search_model_versions set_model_version_tag delete_model_version_tag "
    "copy_model_version".split()
)


__all__ = ["AbstractStore"]
