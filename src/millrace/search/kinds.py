"""What can be searched for in each kind of thing: entities, attributes, operators, and MLflow's words for mistakes."""

from __future__ import annotations

from typing import NamedTuple

ORDERED = ("!=", "<", "<=", "=", ">", ">=")
MATCHED = ("!=", "=", "ILIKE", "LIKE")
LISTED = ("!=", "=", "ILIKE", "IN", "LIKE", "NOT IN")


class Kind(NamedTuple):
    """A kind of thing that is searched."""

    entities: dict[str, str]
    """How entities are called in a filter, to attribute, metric, param, tag or dataset."""
    attributes: dict[str, str]
    """How attributes are called in a filter, to their own names."""
    numbers: frozenset[str]
    """The attributes that are numbers; the others are texts."""
    orders: dict[str, str]
    """How attributes are called in an order, to their own names."""
    unknown_entity: str
    """What MLflow says when an entity is not known, with {} for it."""
    ordered_entities: frozenset[str] = frozenset()
    """The entities besides attributes that results may be ordered by."""
    quoted_numbers: bool = False
    """Whether a number may stand in quotes, as in `version_number = '1'`."""
    keys: dict[str, frozenset[str]] = {}
    """The keys that entities other than attributes have, where they are known."""
    patterns: bool = False
    """Whether texts may be compared by regular expressions, with RLIKE."""


def _attributes(*names: str, **aliases: str) -> dict[str, str]:
    return {**{name: name for name in names}, **aliases}


_TAGS_ONLY = {"attribute": "attribute", "attributes": "attribute", "attr": "attribute", "tag": "tag", "tags": "tag"}
_TAGS_ONLY_UNKNOWN = "Invalid entity type '{}'. Valid entity types are ('attribute', 'tag', 'tags')"

RUNS = Kind(
    entities={
        **dict.fromkeys(("attribute", "attributes", "attr", "run"), "attribute"),
        **dict.fromkeys(("metric", "metrics"), "metric"),
        **dict.fromkeys(("parameter", "parameters", "param", "params"), "param"),
        **dict.fromkeys(("tag", "tags"), "tag"),
        **dict.fromkeys(("dataset", "datasets"), "dataset"),
    },
    attributes={
        **_attributes("artifact_uri", "end_time", "run_id", "run_name", "start_time", "status", "user_id"),
        **dict.fromkeys(("created", "Created"), "start_time"),
        **dict.fromkeys(("run name", "Run name", "Run Name"), "run_name"),
    },
    numbers=frozenset(("start_time", "end_time")),
    orders={
        **_attributes("artifact_uri", "end_time", "run_id", "run_name", "start_time", "status", "user_id"),
        **dict.fromkeys(("created", "Created"), "start_time"),
    },
    unknown_entity="Invalid entity type '{}'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']",
    ordered_entities=frozenset(("metric", "param", "tag")),
)
TABLE = RUNS._replace(
    orders={**RUNS.orders, **_attributes("duration", "experiment_id", "lifecycle_stage", "parent_run_id", "points")}
)
"""Runs in our own table of them, which may be ordered by more than MLflow's search."""
EXPERIMENTS = Kind(
    entities=_TAGS_ONLY,
    attributes=_attributes("creation_time", "last_update_time", "name"),
    numbers=frozenset(("creation_time", "last_update_time")),
    orders=_attributes("creation_time", "experiment_id", "last_update_time", "name"),
    unknown_entity=_TAGS_ONLY_UNKNOWN,
)
_MODEL_ATTRIBUTES = _attributes(
    "name",
    "model_id",
    "model_type",
    "status",
    "source_run_id",
    "experiment_id",
    "creation_timestamp",
    "last_updated_timestamp",
    creation_timestamp_ms="creation_timestamp",
    creation_time="creation_timestamp",
    last_updated_timestamp_ms="last_updated_timestamp",
)
LOGGED_MODELS = Kind(
    entities={
        **dict.fromkeys(("attribute", "attributes"), "attribute"),
        "metrics": "metric",
        "params": "param",
        "tags": "tag",
    },
    attributes=_MODEL_ATTRIBUTES,
    numbers=frozenset(("creation_timestamp", "last_updated_timestamp")),
    orders=_MODEL_ATTRIBUTES,
    unknown_entity="Invalid entity type: '{}'. Expected one of ['attributes', 'metrics', 'params', 'tags'].",
    ordered_entities=frozenset(("metric",)),
)
_TRACE_NUMBERS = {
    **_attributes("timestamp_ms", "execution_time_ms", "end_time_ms"),
    "timestamp": "timestamp_ms",
    "execution_time": "execution_time_ms",
    "end_time": "end_time_ms",
}
TRACES = Kind(
    entities={
        **dict.fromkeys(("attribute", "attributes", "attr", "trace"), "attribute"),
        **dict.fromkeys(("tag", "tags"), "tag"),
        **dict.fromkeys(("metadata", "request_metadata"), "metadata"),
        **{name: name for name in ("feedback", "expectation", "span")},
    },
    attributes={
        **_TRACE_NUMBERS,
        **_attributes("client_request_id", "name", "prompt", "request_id", "run_id", "status", "text"),
    },
    numbers=frozenset(_TRACE_NUMBERS.values()),
    orders={**_TRACE_NUMBERS, **_attributes("experiment_id", "name", "request_id", "run_id", "status")},
    unknown_entity=(
        "Invalid entity type '{}'. Valid values are {{'attribute', 'attributes', 'expectation', 'feedback', "
        "'metadata', 'request_metadata', 'span', 'tag', 'tags', 'trace'}}"
    ),
    ordered_entities=frozenset(("tag", "metadata")),
    quoted_numbers=True,
    keys={"span": frozenset(("name", "status", "type", "content"))},
    patterns=True,
)
REGISTERED_MODELS = Kind(
    entities=_TAGS_ONLY,
    attributes=_attributes("name"),
    numbers=frozenset(),
    orders=_attributes("name", "last_updated_timestamp", timestamp="last_updated_timestamp"),
    unknown_entity=_TAGS_ONLY_UNKNOWN,
)
MODEL_VERSIONS = Kind(
    entities=_TAGS_ONLY,
    attributes=_attributes("name", "run_id", "source_path", "version_number"),
    numbers=frozenset(("version_number",)),
    orders=_attributes("name", "version_number", "creation_timestamp", "last_updated_timestamp"),
    unknown_entity=_TAGS_ONLY_UNKNOWN,
    quoted_numbers=True,
)
