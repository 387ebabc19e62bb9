"""The two calls that a server answers itself, because they concern bytes: what is below an artifact root."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from millrace.artifacts import Artifacts, parts_of
from millrace.calls import (
    ArtifactPage,
    Call,
    GetLoggedModel,
    GetRun,
    ListArtifacts,
    ListLoggedModelArtifacts,
)
from millrace.server.places import Places
from millrace.store import Store


def location_of_run(store: Store, run_id: str) -> str:
    """The artifact root of a run."""
    return store.call(GetRun(run_id)).run.info.artifact_uri or ""


def location_of_model(store: Store, model_id: str) -> str:
    """The artifact root of a logged model."""
    return store.call(GetLoggedModel(model_id)).model.info.artifact_uri


def list_artifacts(store: Store, places: Places, call: ListArtifacts) -> ArtifactPage:
    """List what is directly below a path of a run's artifact root."""
    parts_of(call.path)  # a bad path is told before a bad id
    return _page(places, location_of_run(store, call.run_id), call.path)


def list_logged_model_artifacts(store: Store, places: Places, call: ListLoggedModelArtifacts) -> ArtifactPage:
    """List what is directly below a path of a logged model's artifact root."""
    parts_of(call.artifact_directory_path)
    return _page(places, location_of_model(store, call.model_id), call.artifact_directory_path)


def _page(places: Places, location: str, path: str) -> ArtifactPage:
    artifacts: Artifacts = places.at(location)
    return ArtifactPage(root_uri=location, files=artifacts.list(path))


ANSWERS: dict[type[Call[Any]], Callable[[Store, Places, Any], Any]] = {
    ListArtifacts: list_artifacts,
    ListLoggedModelArtifacts: list_logged_model_artifacts,
}
"""The function that answers each call of this file."""
