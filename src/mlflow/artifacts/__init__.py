"""Artifacts by URI: download, list, and load them."""

from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from millrace.errors import BadRequest, InvalidParameterValue
from millrace.model import FileInfo
from mlflow.client.locations import Stores, download_from_run, download_from_uri, list_at, locate, place_in_run
from mlflow.client.repository import check_path

if TYPE_CHECKING:
    import PIL.Image

__all__ = ["download_artifacts", "list_artifacts", "load_dict", "load_image", "load_text"]


def download_artifacts(
    artifact_uri: str | None = None,
    run_id: str | None = None,
    artifact_path: str | None = None,
    dst_path: str | None = None,
    tracking_uri: str | None = None,
    registry_uri: str | None = None,
) -> str:
    """Make a file or folder of artifacts available as a local path.

    Args:
        artifact_uri: `runs:/<run id>/<path>`, `models:/<name>/<version>`, `models:/<name>@<alias>`,
            `models:/m-<id>`, a path, or a URI of an artifact store.
        run_id: a run, instead of a URI.
        artifact_path: the path among the run's artifacts; all of them when omitted.
        dst_path: a folder to copy it to, which comes into being; without it, local artifacts are given in place, and
            others are downloaded to a new temporary folder.
        tracking_uri: where runs and models are looked up; the process's tracking URI when omitted.
        registry_uri: where registered models are looked up.

    Raises:
        MlflowException: neither or both of `artifact_uri` and `run_id` are given, or there is nothing there.
    """
    _check_one(artifact_uri, run_id)
    if artifact_uri is not None:
        if artifact_path is not None:
            raise InvalidParameterValue("`artifact_path` cannot be specified if `artifact_uri` is specified")
        return download_from_uri(str(artifact_uri), dst_path, tracking_uri, registry_uri)
    return download_from_run(str(run_id), artifact_path or "", dst_path, Stores.of(tracking_uri).tracking)


def list_artifacts(
    artifact_uri: str | None = None,
    run_id: str | None = None,
    artifact_path: str | None = None,
    tracking_uri: str | None = None,
) -> list[FileInfo]:
    """The files and folders directly below a folder of artifacts, by name; nothing for a file.

    Args:
        artifact_uri: as of `download_artifacts`.
        run_id: a run, instead of a URI.
        artifact_path: the folder among the run's artifacts; the root when omitted.
        tracking_uri: where runs and models are looked up; the process's tracking URI when omitted.
    """
    _check_one(artifact_uri, run_id)
    stores = Stores.of(tracking_uri)
    if artifact_uri is None:
        return list_at(place_in_run(str(run_id), check_path(artifact_path), stores.tracking), stores.tracking)
    if artifact_path is not None:
        raise InvalidParameterValue("`artifact_path` cannot be specified if `artifact_uri` is specified")
    place = locate(str(artifact_uri), stores)
    found = list_at(place, stores.tracking)
    above = place.path.rpartition("/")[0]
    if not above or place.stands_for or not str(artifact_uri).startswith("runs:"):
        return found
    # Below a URI of a run, MLflow gives paths from the folder that the URI's last name is in.
    return [FileInfo(one.path.removeprefix(f"{above}/"), one.is_dir, one.file_size) for one in found]


def _check_one(artifact_uri: str | None, run_id: str | None) -> None:
    if (artifact_uri is None) == (run_id is None):
        raise InvalidParameterValue("Exactly one of `run_id` or `artifact_uri` must be specified")


def load_text(artifact_uri: str) -> str:
    """The text of a file of artifacts, which is in UTF-8."""
    return _bytes(artifact_uri).decode("utf-8")


def load_dict(artifact_uri: str) -> dict[str, Any]:
    """The object in a JSON file of artifacts; raises MlflowException (BAD_REQUEST) when it is no JSON."""
    try:
        return json.loads(load_text(artifact_uri))  # type: ignore[no-any-return]
    except json.JSONDecodeError:
        raise BadRequest("Unable to form a JSON object from file content") from None


def load_image(artifact_uri: str) -> PIL.Image.Image:
    """The image in a file of artifacts, as PIL has it; raises MlflowException when it is no image."""
    import PIL.Image

    try:
        return PIL.Image.open(io.BytesIO(_bytes(artifact_uri)))
    except PIL.UnidentifiedImageError:
        raise BadRequest("Unable to form a PIL Image object from file content") from None


def _bytes(artifact_uri: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return Path(download_from_uri(artifact_uri, folder)).read_bytes()
