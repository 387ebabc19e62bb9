"""HTTP headers of plugins: what they want to be sent with every request to a server, e.g. a token that expires."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping

_logger = logging.getLogger("mlflow.tracking.request_header.registry")
PLUGIN_GROUP = "mlflow.request_header_provider"


class RequestHeaderProvider(ABC):
    """Headers for requests; plugins subclass this."""

    @abstractmethod
    def in_context(self) -> bool:
        """Whether this provider has headers for a request that is sent now."""

    @abstractmethod
    def request_headers(self) -> dict[str, str]:
        """The headers."""


class RequestHeaderProviderRegistry:
    """The providers of this process, in the order in which they are asked; plugins are found at the first question."""

    def __init__(self) -> None:
        self._registry: list[RequestHeaderProvider] = []
        self._is_complete = False

    def register(self, request_header_provider: Callable[[], RequestHeaderProvider]) -> None:
        """Add a provider by its class, or by a function that makes one."""
        self._registry.append(request_header_provider())

    def register_entrypoints(self) -> None:
        """Add the providers that installed plugins declare."""
        from importlib.metadata import entry_points  # most processes send no request

        self._is_complete = True
        for plugin in entry_points(group=PLUGIN_GROUP):
            try:
                self.register(plugin.load())
            except Exception as error:
                _logger.warning('Failure attempting to register request header provider "%s": %s', plugin.name, error)

    def __iter__(self) -> Iterator[RequestHeaderProvider]:
        if not self._is_complete:
            self.register_entrypoints()
        return iter(self._registry)


REGISTRY = RequestHeaderProviderRegistry()
"""Those that requests of this process ask."""


def resolve_request_headers(request_headers: Mapping[str, str] | None = None) -> dict[str, str]:
    """The headers of all providers that have any now, then the given ones, which win.

    Of two providers with the same header both values are sent, with a space between them. A provider that fails is
    left out with a warning: a faulty plugin must not stop a training.

    Args:
        request_headers: headers of one request.
    """
    found: dict[str, str] = {}
    for provider in REGISTRY:
        try:
            if provider.in_context():
                for name, value in provider.request_headers().items():
                    found[name] = f"{found[name]} {value}" if name in found else value
        except Exception as error:
            _logger.warning("Encountered unexpected error during resolving request headers: %s", error)
    return {**found, **(request_headers or {})}
