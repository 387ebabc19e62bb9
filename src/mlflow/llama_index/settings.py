"""The global `Settings` of LlamaIndex as a file: which classes, and with what; never a key of a provider."""

from __future__ import annotations

import importlib
import json
import logging
from pathlib import Path
from typing import Any

from mlflow.environment.libraries import library

_logger = logging.getLogger("mlflow.llama_index")

FILE = "settings.json"
_OBJECTS = ("_llm", "_embed_model", "_node_parser", "_prompt_helper")
_LISTS = ("_transformations",)


def write(path: str) -> None:
    """Write the settings that were made so far; what cannot be written is left out, and named in a warning."""
    settings = library("llama_index.core").Settings
    found: dict[str, Any] = {}
    for name in _OBJECTS:
        value = getattr(settings, name, None)
        if value is not None and (written := _written(value)) is not None:
            found[name] = written
    for name in _LISTS:
        values = [_written(each) for each in getattr(settings, name, None) or ()]
        if values and None not in values:
            found[name] = values
    Path(path).write_text(json.dumps(found, indent=2))


def read(path: str) -> None:
    """Let the settings of a file hold.

    Raises:
        ImportError: a class that they need is not installed.
    """
    settings = library("llama_index.core").Settings
    for name, value in json.loads(Path(path).read_text()).items():
        if name in _OBJECTS:
            setattr(settings, name, _made(value))
        elif name in _LISTS:
            setattr(settings, name, [_made(each) for each in value])


def _written(value: Any) -> dict[str, Any] | None:
    kind = type(value)
    try:
        fields = value.to_dict()
        fields.pop("class_name", None)
        for name in list(fields):
            if "api_key" in name or name.endswith(("token", "secret")) or callable(getattr(value, name, None)):
                fields.pop(name)
        json.dumps(fields)
        return {"object_constructor": f"{kind.__module__}.{kind.__name__}", "object_kwargs": fields}
    except Exception as error:
        _logger.warning("The setting %s of LlamaIndex is not saved with the model: %s", kind.__name__, error)
        return None


def _made(written: dict[str, Any]) -> Any:
    module, _, name = written["object_constructor"].rpartition(".")
    kind = getattr(importlib.import_module(module), name)
    return kind.from_dict(written["object_kwargs"]) if hasattr(kind, "from_dict") else kind(**written["object_kwargs"])
