"""The states of model versions."""

from __future__ import annotations

from enum import StrEnum


class ModelVersionStatus(StrEnum):
    """The state of a model version: whether its files are all there."""

    PENDING_REGISTRATION = "PENDING_REGISTRATION"
    FAILED_REGISTRATION = "FAILED_REGISTRATION"
    READY = "READY"

    @staticmethod
    def from_string(status_str: str) -> ModelVersionStatus:
        """The state of that name; raises ValueError when there is none."""
        return ModelVersionStatus(status_str)

    @staticmethod
    def to_string(status: ModelVersionStatus) -> str:
        """The name of a state."""
        return ModelVersionStatus(status).value
