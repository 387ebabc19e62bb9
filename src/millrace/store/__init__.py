"""Stores: the port, and the one place that turns a URI into a store."""

from __future__ import annotations

from millrace.store.port import GroupingStore, Store

__all__ = ["GroupingStore", "Store", "open_store"]


def open_store(uri: str, *, artifact_root: str = "") -> Store:
    """The store at a URI.

    Args:
        uri: a folder (path or `file:` URI), `sqlite:///file.db`, `postgresql://…`, or a server's `http(s)://…`.
        artifact_root: where the artifacts of new experiments go; by default beside the data.

    Raises:
        InvalidParameterValue: no kind of store has such a URI.
        MlflowException: the store is there but cannot be opened; the message says why and what to do.
    """
    # The engine (SQL drivers) and the remote store (an HTTP client) are heavy, and no process needs both.
    if uri.startswith(("http://", "https://")):
        from millrace.remote import RemoteStore

        return RemoteStore(uri)
    from millrace.engine import open_engine

    return open_engine(uri, artifact_root=artifact_root)
