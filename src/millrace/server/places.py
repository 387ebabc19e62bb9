"""Where the artifacts of runs and models are, as seen from the server, and which of these places it may read.

Clients choose artifact locations. A server that read whatever they name would hand out `/etc` and call addresses inside
its network, so it reads only what it serves itself, what lies below the roots that it was started with, and object
stores, whose own permissions decide.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from millrace.artifacts import Artifacts, Below, LocalArtifacts, local_folder, open_artifacts, parts_of
from millrace.artifacts.cloud import SCHEMES
from millrace.errors import NotImplementedHere, PermissionDenied

PROXIED = "mlflow-artifacts"


class Places:
    """The artifacts that a server can reach.

    Args:
        served: what `mlflow-artifacts:/` means here, or None where the server serves no artifacts.
        roots: further roots, paths or URIs, below which it may read.
        hidden: names directly below roots that are folders that are not artifacts.
    """

    def __init__(self, served: Artifacts | None, roots: tuple[str, ...] = (), *, hidden: tuple[str, ...] = ()) -> None:
        self.served = served
        self._hidden = hidden
        folders = {folder for root in roots if root and (folder := local_folder(root)) is not None}
        # The innermost first: what it hides is hidden, whatever contains it.
        self._folders = sorted(folders, key=lambda folder: len(folder.parts), reverse=True)
        self._uris = tuple(root.rstrip("/") for root in roots if root and local_folder(root) is None)

    def at(self, uri: str) -> Artifacts:
        """The artifacts below a location.

        Raises:
            InvalidParameterValue: "Invalid path": it leads out of where it seems to be.
            PermissionDenied: the server does not read there.
            NotImplementedHere: it is served by a server, and this one serves no artifacts.
        """
        folder = local_folder(uri)
        if folder is not None:
            return self._local(folder)
        parts = urlsplit(uri)
        below = any(uri == root or uri.startswith(root + "/") for root in self._uris)
        if parts.scheme == PROXIED and not parts.netloc:
            if self.served is None:
                raise NotImplementedHere(
                    f"The artifacts at {uri} are served by a server that was started with --serve-artifacts; "
                    "this one was not."
                )
            return Below(self.served, "/".join(parts_of(unquote(parts.path).lstrip("/"))))
        if below or parts.scheme in SCHEMES:
            return open_artifacts(uri)
        raise self._refused(uri)

    def owns(self, uri: str) -> bool:
        """Whether a location lies below what this server serves or was started with, so that it may delete there."""
        folder = local_folder(uri)
        if folder is not None:
            return any(root in folder.parents for root in self._folders)
        parts = urlsplit(uri)
        served = parts.scheme == PROXIED and not parts.netloc and self.served is not None
        return served or any(uri.startswith(root + "/") for root in self._uris)

    def _local(self, folder: Path) -> Artifacts:
        for root in self._folders:
            if folder == root or root in folder.parents:
                # Walked from the allowed root on, so that a link on the way cannot lead out of it.
                return Below(LocalArtifacts(root, hidden=self._hidden), folder.relative_to(root).as_posix())
        raise self._refused(str(folder))

    def _refused(self, uri: str) -> PermissionDenied:
        return PermissionDenied(
            f"This server does not read artifacts at {uri}. Start it with a --default-artifact-root or an "
            "--artifacts-destination that contains them."
        )
