"""What every topic of the client shares: the two stores that it talks to."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, TypeVar

from millrace.calls import Call
from mlflow.client.stores import get_tracking_uri, registry_uri_for, store_at

R = TypeVar("R")
P = TypeVar("P")


class ClientBase:
    """Holds the URIs of a client and hands calls to the stores there."""

    def __init__(self, tracking_uri: str | None = None, registry_uri: str | None = None) -> None:
        """Make a client.

        Args:
            tracking_uri: where runs are; the process's tracking URI when omitted.
            registry_uri: where the model registry is; the process's registry URI, else the tracking URI.
        """
        self._tracking_uri = str(tracking_uri) if tracking_uri else get_tracking_uri()
        self._registry_uri = registry_uri_for(registry_uri, tracking_uri)

    @property
    def tracking_uri(self) -> str:
        """The URI of the store that this client tracks in."""
        return self._tracking_uri

    @property
    def registry_uri(self) -> str:
        """The URI of the store that this client's model registry is in."""
        return self._registry_uri

    def _call(self, call: Call[R]) -> R:
        return store_at(self._tracking_uri).call(call)

    def _registry_call(self, call: Call[R]) -> R:
        return store_at(self._registry_uri).call(call)


def now_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def as_pairs(kind: type[P], values: Mapping[str, Any] | None) -> list[P]:
    """A dict as tags or params of a kind; keys and values become texts."""
    return [kind(str(key), str(value)) for key, value in (values or {}).items()]  # type: ignore[call-arg]


def as_ids(ids: Any) -> list[str]:
    """Experiment ids as texts, whether one was given or many, as numbers or as texts."""
    if isinstance(ids, str | int):
        return [str(ids)]
    return [str(one) for one in ids or ()]
