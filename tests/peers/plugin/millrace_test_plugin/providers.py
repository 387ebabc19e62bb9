"""Providers of tags, headers, authentication and experiments."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from mlflow.tracking.context.abstract_context import RunContextProvider
from mlflow.tracking.default_experiment.abstract_context import DefaultExperimentProvider
from mlflow.tracking.request_auth.abstract_request_auth_provider import RequestAuthProvider
from mlflow.tracking.request_header.abstract_request_header_provider import RequestHeaderProvider


class Context(RunContextProvider):
    def in_context(self) -> bool:
        return True

    def tags(self) -> dict[str, str]:
        return {"plugin.context": "here", "mlflow.source.name": "named by the plugin"}


class Broken(Context):
    def tags(self) -> dict[str, str]:
        raise RuntimeError("broken")


class Headers(RequestHeaderProvider):
    def in_context(self) -> bool:
        return True

    def request_headers(self) -> dict[str, str]:
        return {"X-Plugin": "header"}


class Auth(RequestAuthProvider):
    def get_name(self) -> str:
        return "stamp"

    def get_auth(self) -> Any:
        def stamp(request: Any) -> Any:
            request.headers["X-Stamp"] = f"{request.method} {urlsplit(request.url).path.rsplit('/', 1)[-1]}"
            return request

        return stamp


class Experiment(DefaultExperimentProvider):
    def in_context(self) -> bool:
        return bool(os.environ.get("PLUGIN_EXPERIMENT"))

    def get_experiment_id(self) -> str:
        return os.environ["PLUGIN_EXPERIMENT"]
