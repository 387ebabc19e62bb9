"""What every store must do with the model registry."""

from __future__ import annotations

from millrace.calls import (
    CreateModelVersion,
    CreateRegisteredModel,
    DeleteModelVersion,
    DeleteModelVersionTag,
    DeleteRegisteredModel,
    DeleteRegisteredModelAlias,
    DeleteRegisteredModelTag,
    GetLatestVersions,
    GetModelVersion,
    GetModelVersionByAlias,
    GetModelVersionDownloadUri,
    GetRegisteredModel,
    RenameRegisteredModel,
    SearchModelVersions,
    SearchRegisteredModels,
    SetModelVersionTag,
    SetRegisteredModelAlias,
    SetRegisteredModelTag,
    TransitionModelVersionStage,
    UpdateModelVersion,
    UpdateRegisteredModel,
)
from millrace.model import ModelVersion, ModelVersionTag, RegisteredModel, RegisteredModelTag
from millrace.store import Store
from millrace.testing.making import refused, unique

_SOURCE = "s3://bucket/models/1"


def _new(store: Store) -> str:
    return store.call(CreateRegisteredModel(unique("model"))).registered_model.name


def _get(store: Store, name: str) -> RegisteredModel:
    return store.call(GetRegisteredModel(name)).registered_model


def _version(store: Store, name: str) -> ModelVersion:
    return store.call(CreateModelVersion(name, _SOURCE)).model_version


class RegistrySuite:
    """Registered models, their versions, aliases, tags and stages."""

    def test_a_registered_model_is_made_changed_and_deleted(self, store: Store) -> None:
        name = unique("modèle")
        made = store.call(CreateRegisteredModel(name, [RegisteredModelTag("a", "1")], "about")).registered_model
        assert (made.name, made.tags, made.description) == (name, {"a": "1"}, "about")
        refused(store, CreateRegisteredModel(name), "RESOURCE_ALREADY_EXISTS", "already exists")
        store.call(UpdateRegisteredModel(name, "more"))
        store.call(SetRegisteredModelTag(name, "b", "2"))
        store.call(DeleteRegisteredModelTag(name, "a"))
        found = _get(store, name)
        assert (found.tags, found.description) == ({"b": "2"}, "more")
        store.call(DeleteRegisteredModel(name))
        refused(store, GetRegisteredModel(name), "RESOURCE_DOES_NOT_EXIST", "not found")

    def test_versions_are_numbered(self, store: Store) -> None:
        name = _new(store)
        versions = [_version(store, name) for _ in range(3)]
        assert [one.version for one in versions] == ["1", "2", "3"]
        assert versions[0] == store.call(GetModelVersion(name, "1")).model_version
        assert (versions[0].status, versions[0].current_stage, versions[0].source) == ("READY", "None", _SOURCE)
        assert store.call(GetModelVersionDownloadUri(name, "2")).artifact_uri == _SOURCE
        assert [one.version for one in _get(store, name).latest_versions] == ["3"]

    def test_a_version_is_changed_tagged_and_deleted(self, store: Store) -> None:
        name = _new(store)
        tags = [ModelVersionTag("a", "1")]
        store.call(CreateModelVersion(name, _SOURCE, tags=tags, description="about"))
        store.call(UpdateModelVersion(name, "1", "more"))
        store.call(SetModelVersionTag(name, "1", "b", "2"))
        store.call(DeleteModelVersionTag(name, "1", "a"))
        found = store.call(GetModelVersion(name, "1")).model_version
        assert (found.description, found.tags) == ("more", {"b": "2"})
        store.call(DeleteModelVersion(name, "1"))
        refused(store, GetModelVersion(name, "1"), "RESOURCE_DOES_NOT_EXIST", "not found")

    def test_aliases_point_to_versions(self, store: Store) -> None:
        name = _new(store)
        for _ in range(2):
            _version(store, name)
        store.call(SetRegisteredModelAlias(name, "champion", "1"))
        store.call(SetRegisteredModelAlias(name, "champion", "2"))
        assert store.call(GetModelVersionByAlias(name, "champion")).model_version.version == "2"
        assert _get(store, name).aliases == {"champion": "2"}
        assert store.call(GetModelVersion(name, "2")).model_version.aliases == ["champion"]
        store.call(DeleteRegisteredModelAlias(name, "champion"))
        refused(store, GetModelVersionByAlias(name, "champion"), "INVALID_PARAMETER_VALUE", "champion")

    def test_stages(self, store: Store) -> None:
        name = _new(store)
        for _ in range(2):
            _version(store, name)
        store.call(TransitionModelVersionStage(name, "1", "Production"))
        store.call(TransitionModelVersionStage(name, "2", "production", archive_existing_versions=True))
        stages = [store.call(GetModelVersion(name, version)).model_version.current_stage for version in ("1", "2")]
        assert stages == ["Archived", "Production"]
        latest = store.call(GetLatestVersions(name, ["Production"])).model_versions
        assert [one.version for one in latest] == ["2"]
        bad = TransitionModelVersionStage(name, "1", "Nowhere")
        refused(store, bad, "INVALID_PARAMETER_VALUE", "Nowhere")

    def test_a_renamed_model_keeps_everything(self, store: Store) -> None:
        name, new = _new(store), unique("renamed")
        _version(store, name)
        store.call(SetRegisteredModelAlias(name, "a", "1"))
        store.call(SetRegisteredModelTag(name, "t", "1"))
        store.call(RenameRegisteredModel(name, new))
        found = _get(store, new)
        assert (found.aliases, found.tags, len(found.latest_versions)) == ({"a": "1"}, {"t": "1"}, 1)
        refused(store, GetRegisteredModel(name), "RESOURCE_DOES_NOT_EXIST", "not found")

    def test_searches(self, store: Store) -> None:
        word = unique("searched")
        for n in range(5):
            store.call(CreateRegisteredModel(f"{word}-{n}", [RegisteredModelTag("n", str(n))]))
            _version(store, f"{word}-{n}")
        call = SearchRegisteredModels(f"name LIKE '{word}%'", 2)
        page = store.call(call)
        assert [one.name for one in page.registered_models] == [f"{word}-0", f"{word}-1"]
        rest = store.call(SearchRegisteredModels(call.filter, 10, page_token=page.next_page_token or ""))
        assert [one.name for one in rest.registered_models] == [f"{word}-{n}" for n in (2, 3, 4)]
        tagged = store.call(SearchRegisteredModels(f"name LIKE '{word}%' AND tags.n = '3'"))
        assert [one.name for one in tagged.registered_models] == [f"{word}-3"]
        versions = store.call(SearchModelVersions(f"name = '{word}-1'")).model_versions
        assert [(one.name, one.version) for one in versions] == [(f"{word}-1", "1")]

    def test_unknown_models_and_versions(self, store: Store) -> None:
        name = _new(store)
        missing = unique("missing")
        refused(store, CreateModelVersion(missing, _SOURCE), "RESOURCE_DOES_NOT_EXIST", "not found")
        refused(store, GetModelVersion(name, "1"), "RESOURCE_DOES_NOT_EXIST", "not found")
        refused(store, SetRegisteredModelAlias(name, "a", "7"), "RESOURCE_DOES_NOT_EXIST", "not found")
