"""The model registry: registered models, their versions, aliases and tags."""

from __future__ import annotations

from typing import Final

from msgspec import field

from millrace.model.entity import Entity, Pair, as_dict
from millrace.model.runs import Metric

STAGES: Final = ("None", "Staging", "Production", "Archived")
"""The stages of a model version, in MLflow's spelling."""
STAGE_OF_LOWER: Final = {stage.lower(): stage for stage in STAGES}
"""Users may write stages in any case: a stage in lower case to its spelling."""


class RegisteredModelTag(Pair, frozen=True, gc=False):
    """A tag of a registered model."""


class ModelVersionTag(Pair, frozen=True, gc=False):
    """A tag of a model version."""


class RegisteredModelAlias(Entity, frozen=True):
    """A name that points to one version of a registered model."""

    alias: str
    version: str


class ModelParam(Entity, frozen=True):
    """A param of the logged model that a version was made from."""

    name: str
    value: str


class ModelVersion(Entity, frozen=True):
    """One version of a registered model; times are milliseconds since 1970, UTC."""

    name: str
    version: str
    creation_timestamp: int
    last_updated_timestamp: int | None = None
    description: str | None = None
    user_id: str | None = None
    current_stage: str | None = None
    source: str | None = None
    run_id: str | None = None
    status: str | None = None
    status_message: str | None = None
    tag_list: list[ModelVersionTag] = field(name="tags", default_factory=list)
    run_link: str | None = None
    aliases: list[str] = field(default_factory=list)
    model_id: str | None = None
    params: list[ModelParam] = field(name="model_params", default_factory=list)
    metrics: list[Metric] = field(name="model_metrics", default_factory=list)

    @property
    def tags(self) -> dict[str, str]:
        """Its tags as a dict."""
        return as_dict(self.tag_list)


class RegisteredModel(Entity, frozen=True):
    """A named line of model versions; times are milliseconds since 1970, UTC."""

    name: str
    creation_timestamp: int
    last_updated_timestamp: int | None = None
    description: str | None = None
    latest_versions: list[ModelVersion] = field(default_factory=list)
    tag_list: list[RegisteredModelTag] = field(name="tags", default_factory=list)
    alias_list: list[RegisteredModelAlias] = field(name="aliases", default_factory=list)
    user_id: str | None = None

    @property
    def tags(self) -> dict[str, str]:
        """Its tags as a dict."""
        return as_dict(self.tag_list)

    @property
    def aliases(self) -> dict[str, str]:
        """Its aliases as a dict from alias to version."""
        return {one.alias: one.version for one in self.alias_list}
