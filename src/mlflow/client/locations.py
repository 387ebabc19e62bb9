"""Where the bytes behind a URI are: the one resolver of `runs:/`, `models:/` and plain URIs and paths."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

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
from millrace.model import LoggedModel
from mlflow.client.repository import ArtifactRepository
from mlflow.client.stores import get_tracking_uri, registry_uri_for, store_at

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
        root, path = _model_root(uri, stores)
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
    """A run's own artifacts, or, when there are none at that path, those of the logged model of that name."""
    run_id, path = run_id_of(uri)
    root = run_root(stores.tracking, run_id)
    name, _, rest = path.partition("/")
    if name and not ArtifactRepository(root, stores.tracking).exists(path):
        model = model_of_run(run_id, name, stores.tracking)
        if model is not None:
            return Place(model.artifact_location, rest)
    return Place(root, path)


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
) -> ArtifactRepository:
    """The artifacts at a URI: a root that can be listed, read and written."""
    stores = Stores.of(tracking_uri, registry_uri)
    if artifact_uri.startswith(("runs:", "models:")):
        root, path = locate(artifact_uri, stores)
        artifact_uri = join(root, path)
    return ArtifactRepository(artifact_uri, stores.tracking)


def join(root: str, path: str | None) -> str:
    """A URI one path further down."""
    if not path:
        return root
    head, mark, query = root.partition("?")
    return f"{head.rstrip('/')}/{path.lstrip('/')}{mark}{query}"


def artifact_uri_of_run(run_id: str, artifact_path: str | None = None, tracking_uri: str | None = None) -> str:
    """The URI of an artifact of a run, whether it exists or not."""
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
    root, path = locate(artifact_uri, stores)
    if output_path is not None:
        Path(output_path).mkdir(parents=True, exist_ok=True)
    return ArtifactRepository(root, stores.tracking).download_artifacts(path, output_path)


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
        return join(*locate(uri, Stores.of(tracking_uri, registry_uri)))


__all__ = [
    "ModelReference",
    "ModelsArtifactRepository",
    "Place",
    "RunsArtifactRepository",
    "Stores",
    "artifact_uri_of_run",
    "download_from_uri",
    "locate",
    "parse_model_uri",
    "repository_at",
]
