"""The nouns of the model registry."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import ModelVersion, ModelVersionTag, RegisteredModel, RegisteredModelAlias, RegisteredModelTag
