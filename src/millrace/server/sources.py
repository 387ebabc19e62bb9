"""Which sources a client may register as versions of a model: none that would make others read this machine's files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from millrace.artifacts import local_folder, spellings
from millrace.calls import Call, CreateModelVersion, ModelVersionAnswer
from millrace.errors import InvalidParameterValue
from millrace.server.listing import location_of_model, location_of_run
from millrace.server.places import Places
from millrace.store import Store

_PROMPT_TAG = "mlflow.prompt.is_prompt"


def create_model_version(store: Store, places: Places, call: CreateModelVersion) -> ModelVersionAnswer:
    """Create a version of a registered model, after a look at its source.

    Raises:
        InvalidParameterValue: the source is a path on this machine outside the artifacts of the run or logged model
            that the call names, or has a `..`, however encoded.
    """
    is_prompt = any(tag.key == _PROMPT_TAG and tag.value.lower() == "true" for tag in call.tags)
    if not is_prompt:
        folder = local_folder(call.source)
        if folder is not None:
            _check_local(store, call, folder)
        elif _goes_up(call.source):
            raise InvalidParameterValue(
                f"Invalid model version source: '{call.source}'. If supplying a source as an http, https, local file "
                "path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative "
                "path references present. Please provide an absolute path."
            )
    return store.call(call)


def _check_local(store: Store, call: CreateModelVersion, folder: Path) -> None:
    """Let a path pass that lies below the artifact root of the call's run or logged model."""
    what, id_, located = (
        ("model", call.model_id, location_of_model) if call.model_id else ("run", call.run_id, location_of_run)
    )
    root = local_folder(located(store, id_)) if id_ else None
    absolute = call.source.startswith(("/", "file:"))
    if root is None or not absolute or _goes_up(call.source) or (folder != root and root not in folder.parents):
        raise InvalidParameterValue(
            f"Invalid model version source: '{call.source}'. To use a local path as a model version source, the "
            f"{what}_id request parameter has to be specified and the local path has to be contained within the "
            f"artifact directory of the {what} specified by the {what}_id."
        )


def _goes_up(source: str) -> bool:
    return any(".." in spelling.replace("\\", "/").split("/") for spelling in spellings(source))


ANSWERS: dict[type[Call[Any]], Callable[[Store, Places, Any], Any]] = {CreateModelVersion: create_model_version}
"""The function that answers each call of this file."""
