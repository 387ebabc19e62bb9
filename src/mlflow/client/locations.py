"""Where the bytes behind a URI are: the one resolver of `runs:/`, `models:/` and plain URIs and paths."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from millrace.artifacts import SCHEMES, is_known, repository_of
from millrace.calls import (
    GetLatestVersions,
    GetLoggedModel,
    GetModelVersionByAlias,
    GetModelVersionDownloadUri,
    GetRun,
    SearchLoggedModels,
    SearchModelVersions,
)
from millrace.errors import MlflowException
from millrace.model import FileInfo, LoggedModel
from mlflow.client.afterwards import settle
from mlflow.client.repository import ArtifactRepository, check_path
from mlflow.client.stores import get_tracking_uri, registry_uri_for, store_at
from mlflow.plugins.artifacts import AbstractArtifactRepository

_MODEL_ID = re.compile(r"m-[0-9a-f]{32}")
_RUNS_FORM = "Runs URIs must be of the form 'runs:/<run_id>/run-relative/path/to/artifact'"
_MODELS_FORM = (
    "Models URIs must be of the form 'models:/name/suffix' or 'models:/name@alias' where suffix is a version, stage, "
    "or the string 'latest' and where alias is a registered model alias. Only one of suffix or alias can be defined "
    "at a time."
)
_MAX_HOPS = 5


class Place(NamedTuple):
    """An artifact root and a path below it; the path may be empty."""

    root: str
    path: str
    stands_for: str = ""
    """The folder of a run that the root stands for, when it is the root of a logged model that the run made."""


class Stores(NamedTuple):
    """The URIs of the stores that a resolution asks."""

    tracking: str
    registry: str

    @classmethod
    def of(cls, tracking_uri: str | None = None, registry_uri: str | None = None) -> Stores:
        """The given ones, else those of the process."""
        return cls(tracking_uri or get_tracking_uri(), registry_uri_for(registry_uri, tracking_uri))


def locate(uri: str, stores: Stores) -> Place:
    """Where an artifact URI leads.

    Args:
        uri: `runs:/<run id>/<path>`, `models:/<name>/<version, stage or latest>`, `models:/<name>@<alias>`,
            `models:/m-<id>` (each with a path below, if wanted), a path, or a URI of an artifact store.
        stores: where runs and models are looked up.

    Raises:
        MlflowException: the URI is malformed, or names a run or model that does not exist.
    """
    for _ in range(_MAX_HOPS):
        if uri.startswith("runs:"):
            return _run_place(uri, stores)
        if not uri.startswith("models:"):
            return _split(uri)
        root, path, _ = _model_root(uri, stores)
        if not root.startswith(("runs:", "models:")):
            return Place(root, path)
        uri = f"{root.rstrip('/')}/{path}" if path else root
    raise MlflowException(f"The model at {uri!r} leads in circles: its source is a URI of a model of the same kind.")


def _split(uri: str) -> Place:
    head, slash, tail = uri.rstrip("/").rpartition("/")
    if not slash:
        return Place(".", uri) if not urlsplit(uri).scheme else Place(uri, "")
    if head.endswith((":", ":/")) and tail:
        return Place(uri, "")
    return Place(head or "/", tail)


def run_id_of(uri: str) -> tuple[str, str]:
    """The run id and the path in a `runs:/` URI; raises MlflowException for a malformed one."""
    path = urlsplit(uri).path
    run_id, _, rest = path.removeprefix("/").partition("/")
    if not path.startswith("/") or not run_id:
        raise MlflowException(f"Not a proper runs:/ URI: {uri}. {_RUNS_FORM}")
    return run_id, _normal(rest, uri)


def _normal(path: str, uri: str) -> str:
    if ".." in path.split("/"):
        raise MlflowException(f"Invalid path in {uri!r}: it must not lead upwards.", "INVALID_PARAMETER_VALUE")
    return path.strip("/")


def _run_place(uri: str, stores: Stores) -> Place:
    return place_in_run(*run_id_of(uri), stores.tracking)


def place_in_run(run_id: str, path: str, tracking_uri: str) -> Place:
    """A run's own artifacts, or, when there are none at that path, those of the logged model of that name."""
    root = run_root(tracking_uri, run_id)
    name, _, rest = path.partition("/")
    if name and not ArtifactRepository(root, tracking_uri).exists(path):
        model = model_of_run(run_id, name, tracking_uri)
        if model is not None:
            return Place(model.artifact_location, rest, name)
    return Place(root, path)


def list_at(place: Place, tracking_uri: str) -> list[FileInfo]:
    """What is directly below a place, by name."""
    found = ArtifactRepository(place.root, tracking_uri).list_artifacts(place.path)
    if not place.stands_for:
        return found
    return [FileInfo(f"{place.stands_for}/{one.path}", one.is_dir, one.file_size) for one in found]


def download_from_run(run_id: str, path: str, dst_path: str | None, tracking_uri: str) -> str:
    """Make a file or folder of a run available as a local path.

    Args:
        run_id: the run.
        path: the path among its artifacts; empty for all of them. One that ends in a slash means what is in the folder.
        dst_path: a folder to copy it to, which comes into being; without it, local artifacts are given in place, and
            others are downloaded to a new temporary folder.
        tracking_uri: where the run is.
    """
    place = place_in_run(run_id, check_path(path), tracking_uri)
    repository = ArtifactRepository(place.root, tracking_uri)
    if not place.stands_for:
        return repository.download_alone(path if place.path else "", dst_path)
    if dst_path is not None:
        dst_path = str(Path(dst_path, place.stands_for))
        Path(dst_path).mkdir(parents=True, exist_ok=True)
    return repository.download_artifacts(place.path, dst_path)


def model_of_run(run_id: str, name: str, tracking_uri: str) -> LoggedModel | None:
    """The newest logged model of a name that a run made; None when there is none."""
    store = store_at(tracking_uri)
    run = store.call(GetRun(run_id)).run
    found = store.call(
        SearchLoggedModels(
            experiment_ids=[run.info.experiment_id],
            filter=f"source_run_id = '{run_id}' AND name = '{name}'" if "'" not in name else "",
            max_results=1,
        )
    ).models
    return found[0] if found and found[0].name == name else None


@lru_cache(maxsize=1024)
def run_root(tracking_uri: str, run_id: str) -> str:
    """The artifact root of a run, which never changes."""
    return store_at(tracking_uri).call(GetRun(run_id)).run.info.artifact_uri or ""


@lru_cache(maxsize=1024)
def model_root(tracking_uri: str, model_id: str) -> str:
    """The artifact root of a logged model, which never changes."""
    return store_at(tracking_uri).call(GetLoggedModel(model_id)).model.artifact_location


class ModelReference(NamedTuple):
    """What a `models:/` URI names: a logged model by id, or a registered model with a version, stage or alias."""

    path: str = ""
    model_id: str | None = None
    name: str = ""
    suffix: str | None = None
    alias: str | None = None


def parse_model_uri(uri: str) -> ModelReference:
    """What a `models:/` URI names; raises MlflowException for a malformed one."""
    path = urlsplit(uri).path
    head, _, rest = path.removeprefix("/").partition("/")
    if not uri.startswith("models:") or not path.startswith("/") or not head:
        raise MlflowException(f"Not a proper models:/ URI: {uri}. {_MODELS_FORM}")
    if _MODEL_ID.fullmatch(head) or (not rest and "@" not in head):
        return ModelReference(_normal(rest, uri), model_id=head)
    name, at, alias = head.partition("@")
    if at:
        if not name or not alias:
            raise MlflowException(f"Not a proper models:/ URI: {uri}. {_MODELS_FORM}")
        return ModelReference(_normal(rest, uri), name=name, alias=alias)
    suffix, _, rest = rest.partition("/")
    return ModelReference(_normal(rest, uri), name=head, suffix=suffix)


def _model_root(uri: str, stores: Stores) -> Place:
    reference = parse_model_uri(uri)
    if reference.model_id is not None:
        return Place(model_root(stores.tracking, reference.model_id), reference.path)
    name, version = version_of(reference, stores.registry)
    source = store_at(stores.registry).call(GetModelVersionDownloadUri(name, version)).artifact_uri
    return Place(source, reference.path)


def version_of(reference: ModelReference, registry_uri: str) -> tuple[str, str]:
    """The registered model and the version that a reference names.

    Raises:
        MlflowException: there is no such alias, or no version in that stage.
    """
    store = store_at(registry_uri)
    name, suffix = reference.name, reference.suffix or ""
    if reference.alias is not None:
        return name, store.call(GetModelVersionByAlias(name, reference.alias)).model_version.version
    if suffix.isdigit():
        return name, suffix
    if suffix.lower() == "latest":
        quoted = name.replace("'", "''")
        found = store.call(
            SearchModelVersions(filter=f"name = '{quoted}'", max_results=1, order_by=["version_number DESC"])
        ).model_versions
        missing = f"No versions of model with name '{name}' found"
    else:
        found = store.call(GetLatestVersions(name, [suffix])).model_versions
        missing = f"No versions of model with name '{name}' and stage '{suffix}' found"
    if not found:
        raise MlflowException(missing)
    return name, str(max(int(one.version) for one in found))


def repository_at(
    artifact_uri: str, tracking_uri: str | None = None, registry_uri: str | None = None
) -> AbstractArtifactRepository:
    """The artifacts at a URI: a root that can be listed, read and written; of a plugin, the plugin's own object."""
    stores = Stores.of(tracking_uri, registry_uri)
    if artifact_uri.startswith(("runs:", "models:")):
        root, path, _ = locate(artifact_uri, stores)
        artifact_uri = join(root, path)
    plugged = repository_of(artifact_uri, stores.tracking, stores.registry)
    if plugged is not None:
        return plugged  # type: ignore[no-any-return]
    if not is_known(artifact_uri):
        raise MlflowException(
            f"Could not find a registered artifact repository for: {artifact_uri}. Currently registered schemes are: "
            f"{sorted(SCHEMES)}, and those of plugins."
        )
    return ArtifactRepository(artifact_uri, stores.tracking)


def join(root: str, path: str | None) -> str:
    """A URI one path further down."""
    if not path:
        return root
    head, mark, query = root.partition("?")
    return f"{head.rstrip('/')}/{path.lstrip('/')}{mark}{query}"


def artifact_uri_of_run(run_id: str, artifact_path: str | None = None, tracking_uri: str | None = None) -> str:
    """The URI of an artifact of a run, whether it exists or not; who asks for it is about to look there."""
    settle()
    root = run_root(tracking_uri or get_tracking_uri(), run_id)
    return root if artifact_path is None else f"{root.rstrip('/')}/{artifact_path}"


def download_from_uri(
    artifact_uri: str, output_path: str | None = None, tracking_uri: str | None = None, registry_uri: str | None = None
) -> str:
    """Make the file or folder at a URI available as a local path.

    Args:
        artifact_uri: see `locate`.
        output_path: a folder to copy it to; without it, local artifacts are given in place, and others are
            downloaded to a new temporary folder.
    """
    stores = Stores.of(tracking_uri, registry_uri)
    if artifact_uri.startswith("runs:"):
        run_id, path = run_id_of(artifact_uri)
        ending = "/" if path and artifact_uri.endswith("/") else ""
        return download_from_run(run_id, path + ending, output_path, stores.tracking)
    if output_path is not None:
        Path(output_path).mkdir(parents=True, exist_ok=True)
    if artifact_uri.endswith("/") and not artifact_uri.startswith("models:"):
        return ArtifactRepository(artifact_uri, stores.tracking).download_artifacts("", output_path)
    root, path, _ = locate(artifact_uri, stores)
    local = ArtifactRepository(root, stores.tracking).download_artifacts(path, output_path)
    if output_path is not None and not path and artifact_uri.startswith("models:"):
        _name_model(local, parse_model_uri(artifact_uri), stores.registry)
    return local


def _name_model(folder: str, reference: ModelReference, registry_uri: str) -> None:
    """Write down, as MLflow does, which version a copy of a model is."""
    name, version = ("null", "null") if reference.model_id is not None else version_of(reference, registry_uri)
    text = f"model_name: {name}\nmodel_version: {version if version == 'null' else repr(version)}\n"
    Path(folder, "registered_model_meta").write_text(text, encoding="utf-8")


class RunsArtifactRepository(ArtifactRepository):
    """The artifacts at a `runs:/` URI."""

    def __init__(self, artifact_uri: str, tracking_uri: str | None = None, registry_uri: str | None = None) -> None:
        super().__init__(self.get_underlying_uri(artifact_uri, tracking_uri), tracking_uri)

    @staticmethod
    def is_runs_uri(uri: str) -> bool:
        """Whether a URI is of this kind."""
        return urlsplit(uri).scheme == "runs"

    @staticmethod
    def get_underlying_uri(runs_uri: str, tracking_uri: str | None = None) -> str:
        """Where the artifacts of the run are."""
        run_id, path = run_id_of(runs_uri)
        return join(artifact_uri_of_run(run_id, None, tracking_uri), path)

    @staticmethod
    def parse_runs_uri(run_uri: str) -> tuple[str, str]:
        """The run id and the path in a URI."""
        return run_id_of(run_uri)


class ModelsArtifactRepository(ArtifactRepository):
    """The artifacts at a `models:/` URI."""

    def __init__(self, artifact_uri: str, tracking_uri: str | None = None, registry_uri: str | None = None) -> None:
        super().__init__(self.get_underlying_uri(artifact_uri, tracking_uri, registry_uri), tracking_uri)

    @staticmethod
    def is_models_uri(uri: str) -> bool:
        """Whether a URI is of this kind."""
        return urlsplit(uri).scheme == "models"

    @staticmethod
    def get_underlying_uri(uri: str, tracking_uri: str | None = None, registry_uri: str | None = None) -> str:
        """Where the files of the model are."""
        root, path, _ = locate(uri, Stores.of(tracking_uri, registry_uri))
        return join(root, path)


__all__ = [
    "ModelReference",
    "ModelsArtifactRepository",
    "Place",
    "RunsArtifactRepository",
    "Stores",
    "artifact_uri_of_run",
    "download_from_run",
    "download_from_uri",
    "list_at",
    "locate",
    "parse_model_uri",
    "place_in_run",
    "repository_at",
]
