"""Stores: the port, and the one place that turns a URI into a store."""

from __future__ import annotations

from millrace.errors import InvalidParameterValue
from millrace.plugins import REGISTRY_STORES, TRACKING_STORES, load, plugins, scheme_of
from millrace.store.paging import pages
from millrace.store.plugged import PluggedStore
from millrace.store.port import GroupingStore, Store

__all__ = ["GroupingStore", "PluggedStore", "Store", "is_plugged", "online", "open_store", "pages"]

OWN_SCHEMES = frozenset({"", "http", "https", "sqlite", "postgresql", "postgres", "offline"})
"""The schemes of stores that are Millrace's own."""
_OFFLINE = "offline:"


def open_store(uri: str, *, artifact_root: str = "") -> Store:
    """The store at a URI.

    Args:
        uri: a folder (path or `file:` URI), `sqlite:///file.db`, `postgresql://…`, or a server's `http(s)://…`; or a
            URI whose scheme an installed plugin handles (entry points `mlflow.tracking_store` and
            `mlflow.model_registry_store`).
            `offline:./folder` is that folder: a name that says that `mlflow sync` is to bring it to a server later.
        artifact_root: where the artifacts of new experiments go; by default beside the data.

    Raises:
        InvalidParameterValue: no kind of store has such a URI.
        MlflowException: the store is there but cannot be opened; the message says why and what to do.
    """
    uri = online(uri)
    if scheme_of(uri) not in OWN_SCHEMES:
        plugged = _plugged(uri, artifact_root)
        if plugged is not None:
            return plugged
    # The engine (SQL drivers) and the remote store (an HTTP client) are heavy, and no process needs both.
    if uri.startswith(("http://", "https://")):
        from millrace.remote import RemoteStore

        return RemoteStore(uri)
    from millrace.engine import open_engine

    return open_engine(uri, artifact_root=artifact_root)


def is_plugged(uri: str) -> bool:
    """Whether a plugin provides the store at a URI; the schemes that Millrace knows stay its own."""
    scheme = scheme_of(uri)
    return scheme not in OWN_SCHEMES and (scheme in plugins(TRACKING_STORES) or scheme in plugins(REGISTRY_STORES))


def _plugged(uri: str, artifact_root: str) -> Store | None:
    scheme = scheme_of(uri)
    tracking, registry = load(TRACKING_STORES, scheme), load(REGISTRY_STORES, scheme)
    if tracking is None and registry is None:
        return None
    return PluggedStore(
        tracking and tracking(store_uri=uri, artifact_uri=artifact_root or None),
        registry and registry(store_uri=uri, tracking_uri=uri),
    )


def online(uri: str) -> str:
    """The URI of a store without a leading `offline:`, which only folders can have.

    Raises:
        InvalidParameterValue: it stands before another kind of URI.
    """
    if not uri.startswith(_OFFLINE):
        return uri
    folder = uri.removeprefix(_OFFLINE)
    if "://" in folder and not folder.startswith("file:"):
        raise InvalidParameterValue(f"{uri!r}: offline: names a folder, e.g. offline:./runs.")
    return folder or "mlruns"
