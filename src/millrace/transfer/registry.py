"""Copying the registry: models by name, versions in the order of their numbers, aliases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from millrace.calls import (
    CreateModelVersion,
    CreateRegisteredModel,
    SearchModelVersions,
    SearchRegisteredModels,
    SetRegisteredModelAlias,
    SetRegisteredModelTag,
)
from millrace.errors import MlflowException
from millrace.model import ModelVersion, ModelVersionTag, RegisteredModel
from millrace.store import Store, pages

_ORIGIN = "millrace.copied_from"
"""The tag that says which version a copy is of: its number there, and when it was made."""
_PAGE = 100


def copy_registry(source: Store, target: Store, noted: Callable[[str], AbstractContextManager[object]]) -> int:
    """Copy registered models and their versions; returns how many versions were copied or were there.

    Args:
        source: what is copied.
        target: where it is copied to. Versions get the numbers that are next there.
        noted: makes a block in which what goes wrong is written down under a name.
    """
    count = 0
    for model in _models(source):
        with noted(f"registered model {model.name}"):
            _copy_model(target, model)
            numbers = _copy_versions(target, model.name, list(_versions(source, model.name)))
            count += len(numbers)
            for alias, version in model.aliases.items():
                if version in numbers:
                    target.call(SetRegisteredModelAlias(model.name, alias, numbers[version]))
    return count


def _copy_model(target: Store, model: RegisteredModel) -> None:
    try:
        target.call(CreateRegisteredModel(model.name, model.tag_list, model.description or ""))
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
        for tag in model.tag_list:
            target.call(SetRegisteredModelTag(model.name, tag.key, tag.value))


def _copy_versions(target: Store, name: str, versions: list[ModelVersion]) -> dict[str, str]:
    """The number of each version's copy."""
    there = {one.tags.get(_ORIGIN): one.version for one in _versions(target, name)}
    numbers = {}
    for one in sorted(versions, key=lambda version: int(version.version)):
        origin = f"{one.version}@{one.creation_timestamp}"
        if origin not in there:
            call = CreateModelVersion(
                name,
                _source(one),
                one.run_id or "",
                [*one.tag_list, ModelVersionTag(_ORIGIN, origin)],
                one.run_link or "",
                one.description or "",
                one.model_id or "",
            )
            there[origin] = target.call(call).model_version.version
        numbers[one.version] = there[origin]
    return numbers


def _source(version: ModelVersion) -> str:
    """Where the copy of a version finds its files: by the id of its logged model or run, which copies keep."""
    if version.model_id:
        return f"models:/{version.model_id}"
    source = version.source or ""
    mark = f"/{version.run_id}/artifacts/"
    if version.run_id and mark in source:
        return f"runs:/{version.run_id}/{source.partition(mark)[2]}"
    return source


def _models(store: Store) -> Iterator[RegisteredModel]:
    for page in pages(store, SearchRegisteredModels("", _PAGE)):
        yield from page.registered_models


def _versions(store: Store, name: str) -> Iterator[ModelVersion]:
    escaped = name.replace("'", "''")
    for page in pages(store, SearchModelVersions(f"name = '{escaped}'", _PAGE)):
        yield from page.model_versions
