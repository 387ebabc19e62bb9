"""What a model's retrievers answer with: which field is the text, which the id, which the source of a document.

A script says so with `set_retriever_schema`; the next model that is saved has it in its metadata, and traces of it in
a tag, so that a page can show documents.
"""

from __future__ import annotations

import logging
from typing import Any

from mlflow.models.model import Model

_logger = logging.getLogger(__name__)
_KEY = "dependencies_schemas"
_retrievers: dict[str, dict[str, Any]] = {}
"""What was said since the last model was saved, by name."""


def set_retriever_schema(
    *,
    primary_key: str,
    text_column: str,
    doc_uri: str | None = None,
    other_columns: list[str] | None = None,
    name: str | None = "retriever",
) -> None:
    """Say what a retriever of the model answers with.

    Args:
        primary_key: the field with the id of a piece of a document.
        text_column: the field with its text.
        doc_uri: the field that says which document it is of.
        other_columns: further fields.
        name: the retriever, where there are several.
    """
    told = {
        "name": name,
        "primary_key": primary_key,
        "text_column": text_column,
        "doc_uri": doc_uri,
        "other_columns": other_columns or [],
    }
    before = _retrievers.get(str(name))
    if before is not None and before != told:
        _logger.warning(f"A retriever schema with the name '{name}' already exists. Overriding the existing schema.")
    _retrievers[str(name)] = told


def note_schemas(model: Model) -> None:
    """Put what was said about retrievers into a model's metadata, and forget it."""
    if _retrievers:
        model.metadata = {**(model.metadata or {}), _KEY: {"retrievers": list(_retrievers.values())}}
        forget_schemas()


def forget_schemas() -> None:
    """Forget what was said about retrievers: a script that says it ran to load a model, not to save one."""
    _retrievers.clear()


def schemas_of(model: Model) -> dict[str, Any] | None:
    """What a model's metadata says of its retrievers, as a prediction's context has it."""
    found = (model.metadata or {}).get(_KEY)
    return {_KEY: found} if found else None
