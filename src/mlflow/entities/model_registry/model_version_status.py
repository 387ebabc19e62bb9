"""The states of model versions."""

from __future__ import annotations

from enum import StrEnum


class ModelVersionStatus(StrEnum):
    """The state of a model version: whether its files are all there."""

    PENDING_REGISTRATION = "PENDING_REGISTRATION"
    FAILED_REGISTRATION = "FAILED_REGISTRATION"
    READY = "READY"
