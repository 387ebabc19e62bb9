"""Stores: the port, and the one place that turns a URI into a store."""

from __future__ import annotations

from millrace.errors import InvalidParameterValue
from millrace.store.paging import pages
from millrace.store.port import GroupingStore, Store

__all__ = ["GroupingStore", "Store", "online", "open_store", "pages"]

_OFFLINE = "offline:"


def open_store(uri: str, *, artifact_root: str = "") -> Store:
    """The store at a URI.

    Args:
        uri: a folder (path or `file:` URI), `sqlite:///file.db`, `postgresql://…`, or a server's `http(s)://…`.
            `offline:./folder` is that folder: a name that says that `mlflow sync` is to bring it to a server later.
        artifact_root: where the artifacts of new experiments go; by default beside the data.

    Raises:
        InvalidParameterValue: no kind of store has such a URI.
        MlflowException: the store is there but cannot be opened; the message says why and what to do.
    """
    uri = online(uri)
    # The engine (SQL drivers) and the remote store (an HTTP client) are heavy, and no process needs both.
    if uri.startswith(("http://", "https://")):
        from millrace.remote import RemoteStore

        return RemoteStore(uri)
    from millrace.engine import open_engine

    return open_engine(uri, artifact_root=artifact_root)


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
