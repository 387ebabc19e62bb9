"""Our own calls by which the page finds its way: experiments at a glance, and anything by a part of its name."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from millrace.calls.base import Answer, Call, Read, endpoint
from millrace.model import ExperimentTag


class ExperimentFacts(Struct, frozen=True, omit_defaults=True):
    """An experiment with what is in it."""

    experiment_id: str
    name: str
    lifecycle_stage: str
    creation_time: int
    last_update_time: int
    runs: int = 0
    """Active runs."""
    running: int = 0
    """Those of them that have not ended."""
    models: int = 0
    last_activity: int = 0
    """When its newest run began or ended, or it was changed itself: milliseconds since 1970, UTC."""
    days: list[int] = []
    """How many runs began on each of the last 30 days (UTC), the oldest first; empty when none did."""
    tags: list[ExperimentTag] = []


class ExperimentOverview(Answer, frozen=True):
    """All experiments at a glance, the one with the last activity first."""

    experiments: list[ExperimentFacts] = []


@endpoint("GET", "experiments/overview", needs=Read.experiment, version="millrace/1")
class GetExperimentOverview(Call[ExperimentOverview], frozen=True):
    """Get all experiments with the numbers of their runs and models and their last activity."""

    view_type: str | int = "ACTIVE_ONLY"


class Hit(Struct, frozen=True, omit_defaults=True):
    """Something that was found."""

    kind: Literal["experiment", "run", "logged_model", "registered_model", "metric", "param", "tag"]
    id: str
    """Its id; the name of a registered model; of a metric, param or tag its key."""
    name: str
    experiment_id: str = ""
    """Where it is; of a key: an experiment in which it was logged."""
    detail: str = ""
    """What tells it from others of that name, e.g. the name of its experiment."""


class Hits(Answer, frozen=True):
    """What was found, the best first."""

    hits: list[Hit] = []


@endpoint("GET", "find", needs=Read.experiment, version="millrace/1")
class FindAnything(Call[Hits], frozen=True):
    """Find experiments, runs, models and keys by the beginning of an id or a part of a name, whatever the case."""

    text: str = ""
    max_hits: Annotated[int, Meta(ge=1, le=200)] = 40
