"""What installed plugins declare, as entry points: looked for when something is named that Millrace does not know."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from millrace.errors import MlflowException

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

TRACKING_STORES = "mlflow.tracking_store"
REGISTRY_STORES = "mlflow.model_registry_store"
ARTIFACTS = "mlflow.artifact_repository"
REQUEST_AUTH = "mlflow.request_auth_provider"
DEFAULT_EXPERIMENT = "mlflow.default_experiment_provider"


@cache
def plugins(group: str) -> Mapping[str, EntryPoint]:
    """The entry points of a group by name; the last installed of two with the same name."""
    from importlib.metadata import entry_points  # most programs name nothing that is a plugin's

    return {one.name: one for one in entry_points(group=group)}


def scheme_of(uri: str) -> str:
    """The scheme of a URI; empty for a path and for `file:`."""
    scheme, colon, _ = uri.partition(":")
    return "" if not colon or len(scheme) < 2 or "/" in scheme or scheme.lower() == "file" else scheme


def load(group: str, name: str) -> Any | None:
    """What the plugin of that name in a group is; None when there is none.

    Raises:
        MlflowException: it cannot be imported.
    """
    found = plugins(group).get(name)
    if found is None:
        return None
    try:
        return found.load()
    except Exception as error:
        raise MlflowException(
            f"The plugin {found.value!r} that handles {name!r} ({group}) cannot be loaded: {error}"
        ) from error
