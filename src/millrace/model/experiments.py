"""Experiments: named groups of runs."""

from __future__ import annotations

from typing import Final

from msgspec import field

from millrace.model.entity import Entity, Pair, as_dict

DEFAULT_EXPERIMENT_ID: Final = "0"
DEFAULT_EXPERIMENT_NAME: Final = "Default"


class LifecycleStage:
    """Whether a thing is active or deleted (deleted things can be restored until `mlflow gc`)."""

    ACTIVE: Final = "active"
    DELETED: Final = "deleted"


class ViewType:
    """Which lifecycle stages a search sees; both the names and the numbers travel on the wire."""

    ACTIVE_ONLY: Final = 1
    DELETED_ONLY: Final = 2
    ALL: Final = 3

    _STAGES: Final = {
        1: ("active",),
        2: ("deleted",),
        3: ("active", "deleted"),
        "ACTIVE_ONLY": ("active",),
        "DELETED_ONLY": ("deleted",),
        "ALL": ("active", "deleted"),
    }

    @classmethod
    def stages(cls, view_type: int | str) -> tuple[str, ...]:
        """The lifecycle stages that a view type (by number or name) shows; unknown ones show the active."""
        return cls._STAGES.get(view_type, ("active",))

    @classmethod
    def from_string(cls, view_str: str) -> int:
        """The number of a view type by name: active_only, deleted_only or all."""
        names = {"active_only": 1, "deleted_only": 2, "all": 3}
        if view_str.lower() not in names:
            raise ValueError(
                f"Could not get valid view type corresponding to string {view_str}. "
                f"Valid view types are {sorted(names)}"
            )
        return names[view_str.lower()]

    @classmethod
    def to_string(cls, view_type: int) -> str:
        """The name of a view type by number."""
        names = {1: "active_only", 2: "deleted_only", 3: "all"}
        if view_type not in names:
            raise ValueError(
                f"Could not get string corresponding to view type {view_type}. Valid view types are {sorted(names)}"
            )
        return names[view_type]


class ExperimentTag(Pair, frozen=True, gc=False):
    """A tag of an experiment."""


class Experiment(Entity, frozen=True):
    """A named group of runs; times are milliseconds since 1970, UTC."""

    experiment_id: str
    name: str
    artifact_location: str | None = None
    lifecycle_stage: str = field(default_factory=lambda: LifecycleStage.ACTIVE)
    tag_list: list[ExperimentTag] = field(name="tags", default_factory=list)
    creation_time: int | None = None
    last_update_time: int | None = None

    @property
    def tags(self) -> dict[str, str]:
        """The tags as a dict."""
        return as_dict(self.tag_list)
