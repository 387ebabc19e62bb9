"""From a URI to artifacts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from millrace.artifacts.cloud import SCHEMES as CLOUD_SCHEMES
from millrace.artifacts.cloud import CloudArtifacts
from millrace.artifacts.local import LocalArtifacts
from millrace.artifacts.paths import invalid_path
from millrace.artifacts.plugged import PluggedArtifacts
from millrace.artifacts.port import Artifacts
from millrace.artifacts.served import API, PlainFiles, ServedArtifacts
from millrace.errors import InvalidParameterValue
from millrace.http import Client, StrangersClient
from millrace.plugins import ARTIFACTS, load, scheme_of

OWN_SCHEMES = frozenset({"http", "https", "mlflow-artifacts", "runs", "models"})
"""The schemes that no plugin can take over; a plugin for `s3` replaces what Millrace has for it."""

PROXIED = "mlflow-artifacts"
"""The scheme of artifacts that a tracking server serves."""

SCHEMES = ("", "file", "http", "https", PROXIED, *CLOUD_SCHEMES)
"""The schemes of artifacts that Millrace opens without a plugin."""


def open_artifacts(uri: str, *, tracking_uri: str = "") -> Artifacts:
    """The artifacts below a root.

    Args:
        uri: a folder (path or `file:` URI); `s3://`, `gs://`, `abfss://` and their kin; `mlflow-artifacts:/path` for
            those that the tracking server serves, or `mlflow-artifacts://host:port/path` for another server's; any
            other `http(s)://` address, to be read only; a URI whose scheme an installed plugin handles (entry point
            `mlflow.artifact_repository`).
        tracking_uri: the tracking server's address, for `mlflow-artifacts:/path`.

    Raises:
        InvalidParameterValue: no kind of artifacts has such a URI, or it leads out of where it may.
    """
    folder = local_folder(uri)
    if folder is not None:
        return LocalArtifacts(folder)
    plugged = repository_of(uri, tracking_uri)
    if plugged is not None:
        return PluggedArtifacts(plugged)
    parts = urlsplit(uri)
    if parts.scheme in CLOUD_SCHEMES:
        return CloudArtifacts(uri)
    if parts.scheme == PROXIED:
        return ServedArtifacts(Client(_server(uri, tracking_uri)), unquote(parts.path))
    if parts.scheme in ("http", "https"):
        server, found, rest = uri.partition(API)
        if not found:
            return PlainFiles(uri)
        is_ours = parts.netloc == urlsplit(tracking_uri).netloc
        return ServedArtifacts(Client(server) if is_ours else StrangersClient(server), unquote(rest))
    raise InvalidParameterValue(
        f"No artifacts can be opened at {uri!r}. Artifacts are in a folder, at s3://, gs:// or abfss://, behind a "
        "tracking server (mlflow-artifacts:/…), or, to be read only, at http(s)://."
    )


def repository_of(uri: str, tracking_uri: str = "", registry_uri: str | None = None) -> Any | None:
    """The artifact repository that a plugin makes for a URI; None when its scheme is none of an installed plugin."""
    scheme = scheme_of(uri)
    kind = load(ARTIFACTS, scheme) if scheme and scheme not in OWN_SCHEMES else None
    return None if kind is None else kind(uri, tracking_uri=tracking_uri or None, registry_uri=registry_uri)


def is_known(uri: str) -> bool:
    """Whether Millrace opens artifacts at URIs of this scheme without a plugin."""
    return scheme_of(uri) in SCHEMES


def local_folder(uri: str) -> Path | None:
    """The folder that a path or a `file:` URI means, or None for every other URI.

    Raises:
        InvalidParameterValue: "Invalid path": a `file:` URI of another machine, or one with a NUL.
    """
    if "\0" in uri:
        raise invalid_path()
    if uri.lower().startswith("file:"):
        parts = urlsplit(uri.replace("#", "%23").replace("?", "%3F"))
        if parts.netloc not in ("", "localhost"):
            raise invalid_path()
        return Path(os.path.abspath(unquote(parts.path) or "/"))
    if ":" in uri.partition("/")[0] and len(uri.partition(":")[0]) > 1:
        return None
    return Path(os.path.abspath(os.path.expanduser(uri)))


def _server(uri: str, tracking_uri: str) -> str:
    parts = urlsplit(uri)
    own = urlsplit(tracking_uri)
    if parts.netloc:
        scheme = own.scheme if own.netloc == parts.netloc and own.scheme else "http"
        # The credentials of the tracking server's address are for that server alone.
        return tracking_uri if own.netloc == parts.netloc else f"{scheme}://{parts.netloc}"
    if own.scheme not in ("http", "https"):
        raise InvalidParameterValue(
            f"{uri} is served by a tracking server, and the tracking URI {tracking_uri!r} is none: "
            "set it to the server's http(s):// address, e.g. with mlflow.set_tracking_uri."
        )
    return tracking_uri
