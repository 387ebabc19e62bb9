"""Calls that list artifacts; their bytes travel outside of calls."""

from __future__ import annotations

from millrace.calls.base import Answer, Call, Read, Required, endpoint
from millrace.model import FileInfo


class ArtifactPage(Answer, frozen=True):
    """The files and folders directly below a path, and where the artifact root is."""

    root_uri: str = ""
    files: list[FileInfo] = []
    next_page_token: str | None = None


@endpoint("GET", "mlflow/artifacts/list", needs=Read.run)
class ListArtifacts(Call[ArtifactPage], frozen=True):
    """List the artifacts of a run directly below a path."""

    run_id: Required
    path: str = ""
    page_token: str = ""


@endpoint("GET", "mlflow/logged-models/{model_id}/artifacts/directories", needs=Read.logged_model)
class ListLoggedModelArtifacts(Call[ArtifactPage], frozen=True):
    """List the artifacts of a logged model directly below a path."""

    model_id: Required
    artifact_directory_path: str = ""
    page_token: str = ""
