"""A store over HTTP: calls sent to a server, Millrace's or MLflow's."""

from __future__ import annotations

from millrace.remote.store import RemoteStore

__all__ = ["RemoteStore"]
