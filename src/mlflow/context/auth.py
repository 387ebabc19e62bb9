"""Authentication by plugins: `MLFLOW_TRACKING_AUTH` names one, which signs every request to the tracking server."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from typing import Any

from millrace.http import Outgoing
from millrace.plugins import REQUEST_AUTH, plugins
from millrace.settings import MLFLOW_TRACKING_AUTH


class RequestAuthProvider(ABC):
    """A way to authenticate; plugins subclass this."""

    @abstractmethod
    def get_name(self) -> str:
        """What `MLFLOW_TRACKING_AUTH` calls it."""

    @abstractmethod
    def get_auth(self) -> Any:
        """User and password, or a function that takes a request with `method`, `url`, `headers` and `body`, changes its
        headers and returns it, as the `auth` of the library requests."""


def fetch_auth(request_auth: str) -> Any:
    """What the provider of that name authenticates with; None, with a warning, when there is no such provider."""
    for plugin in plugins(REQUEST_AUTH).values():
        try:
            provider = plugin.load()()
        except Exception as error:
            warnings.warn(
                f'Failure attempting to register request auth provider "{plugin.name}": {error}', stacklevel=2
            )
            continue
        if provider.get_name() == request_auth:
            return provider.get_auth()
    warnings.warn(f"Could not find any registered plugin for {request_auth}.", stacklevel=2)
    return None


def sign(request: Outgoing) -> Outgoing:
    """A request as the provider that `MLFLOW_TRACKING_AUTH` names sends it."""
    name = MLFLOW_TRACKING_AUTH.get()
    auth = fetch_auth(name) if name else None
    if auth is None:
        return request
    if isinstance(auth, tuple):
        request.use_password(*auth)
        return request
    return auth(request) or request
