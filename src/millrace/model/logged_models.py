"""Logged models: models as first-class outputs of runs."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from msgspec import field

from millrace.model.entity import Entity, Pair, as_dict
from millrace.model.runs import Metric


class LoggedModelTag(Pair, frozen=True, gc=False):
    """A tag of a logged model."""


class LoggedModelParameter(Pair, frozen=True, gc=False):
    """A param of a logged model."""


class LoggedModelRegistration(Entity, frozen=True):
    """A registered model's version that was made from a logged model."""

    name: str
    version: str


class LoggedModelInfo(Entity, frozen=True):
    """What a logged model is; times are milliseconds since 1970, UTC."""

    model_id: str
    experiment_id: str
    name: str
    creation_timestamp_ms: int
    last_updated_timestamp_ms: int
    artifact_uri: str
    status: str
    model_type: str | None = None
    source_run_id: str | None = None
    status_message: str | None = None
    tag_list: list[LoggedModelTag] = field(name="tags", default_factory=list)
    registrations: list[LoggedModelRegistration] = field(default_factory=list)


class LoggedModelData(Entity, frozen=True):
    """The params of a logged model and the latest point of each metric linked to it."""

    param_list: list[LoggedModelParameter] = field(name="params", default_factory=list)
    metric_list: list[Metric] = field(name="metrics", default_factory=list)


class LoggedModelStatus:
    """The states of a logged model, by their names on the wire."""

    UNSPECIFIED: Final = "LOGGED_MODEL_STATUS_UNSPECIFIED"
    PENDING: Final = "LOGGED_MODEL_PENDING"
    READY: Final = "LOGGED_MODEL_READY"
    FAILED: Final = "LOGGED_MODEL_UPLOAD_FAILED"


class LoggedModelState(StrEnum):
    """The states of a logged model, as users see them (`mlflow.entities.LoggedModelStatus`)."""

    UNSPECIFIED = "UNSPECIFIED"
    PENDING = "PENDING"
    READY = "READY"
    FAILED = "FAILED"


class LoggedModel(Entity, frozen=True):
    """A model as an output of a run; users see it flat, the wire nests `info` and `data`."""

    info: LoggedModelInfo
    data: LoggedModelData = LoggedModelData()

    @property
    def model_id(self) -> str:
        """Its id, `m-` and 32 hex digits."""
        return self.info.model_id

    @property
    def experiment_id(self) -> str:
        """The experiment that it belongs to."""
        return self.info.experiment_id

    @property
    def name(self) -> str:
        """Its name, unique nowhere."""
        return self.info.name

    @property
    def artifact_location(self) -> str:
        """Where its files are."""
        return self.info.artifact_uri

    @property
    def creation_timestamp(self) -> int:
        """When it was created, in milliseconds since 1970, UTC."""
        return self.info.creation_timestamp_ms

    @property
    def last_updated_timestamp(self) -> int:
        """When it last changed, in milliseconds since 1970, UTC."""
        return self.info.last_updated_timestamp_ms

    @property
    def model_type(self) -> str | None:
        """A word of the user's, e.g. `agent`."""
        return self.info.model_type

    @property
    def source_run_id(self) -> str | None:
        """The run that made it."""
        return self.info.source_run_id

    @property
    def status(self) -> LoggedModelState:
        """PENDING, READY or FAILED."""
        return WIRE_TO_STATUS.get(self.info.status, LoggedModelState.UNSPECIFIED)

    @property
    def status_message(self) -> str | None:
        """More about the status."""
        return self.info.status_message

    @property
    def tags(self) -> dict[str, str]:
        """Its tags as a dict."""
        return as_dict(self.info.tag_list)

    @property
    def params(self) -> dict[str, str]:
        """Its params as a dict."""
        return as_dict(self.data.param_list)

    @property
    def metrics(self) -> list[Metric]:
        """The latest point of each metric that was linked to it, per run and dataset."""
        return self.data.metric_list

    @property
    def model_uri(self) -> str:
        """The URI that loads it."""
        return f"models:/{self.info.model_id}"

    def to_dictionary(self) -> dict[str, Any]:
        """The model as a flat dict of plain values."""
        flat = {name: value for name, value in self if name not in ("info", "data", "metrics")}
        return {**flat, "metrics": [metric.to_dictionary() for metric in self.metrics] or None}


WIRE_TO_STATUS: Final = {
    LoggedModelStatus.PENDING: LoggedModelState.PENDING,
    LoggedModelStatus.READY: LoggedModelState.READY,
    LoggedModelStatus.FAILED: LoggedModelState.FAILED,
    LoggedModelStatus.UNSPECIFIED: LoggedModelState.UNSPECIFIED,
}
"""The status of a logged model on the wire, to the one that users see."""
