"""What may be logged: limits on names, values and batches, with MLflow's sentences for what may not.

The numbers and the sentences are those of MLflow 3.8's tracking server; clients and users rely on both.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from millrace.errors import InvalidParameterValue
from millrace.model.datasets import DatasetInput
from millrace.model.entity import Pair
from millrace.model.runs import Metric, Param, RunTag

MAX_KEY_LENGTH: Final = 250
MAX_PARAM_LENGTH: Final = 6000
MAX_TAG_LENGTH: Final = 8000
MAX_EXPERIMENT_TAG_LENGTH: Final = 5000
MAX_EXPERIMENT_NAME_LENGTH: Final = 500
MAX_METRICS_PER_BATCH: Final = 1000
MAX_PARAMS_PER_BATCH: Final = 100
MAX_TAGS_PER_BATCH: Final = 100
MAX_ENTITIES_PER_BATCH: Final = 1000
MAX_DATASET_NAME_LENGTH: Final = 500
MAX_DATASET_DIGEST_LENGTH: Final = 36
MAX_DATASET_SOURCE_LENGTH: Final = 65_535
MAX_DATASET_SCHEMA_LENGTH: Final = 1_048_575
MAX_DATASET_PROFILE_LENGTH: Final = 16_777_215
MAX_INPUT_TAG_KEY_LENGTH: Final = 255
MAX_INPUT_TAG_VALUE_LENGTH: Final = 500
MAX_REGISTRY_TAG_LENGTH: Final = 100_000
MAX_ALIAS_LENGTH: Final = 255
MAX_INT64: Final = 2**63 - 1

_NOT_IN_MODEL_NAMES: Final = ("/", ":", ".", "%", '"', "'")
_ALIAS = re.compile(r"[\w\-]+")
_LIKE_A_VERSION = re.compile(r"[vV]\d+")
_KEY = re.compile(r"[/\w.\- :]*")
_KEY_RULE: Final = (
    "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) "
    "and slashes (/)."
)
_PATH_RULE: Final = (
    "Names may be treated as files in certain cases, and must not resolve to other names when treated as such. "
    "This name would resolve to {!r}"
)


def has_key_characters(name: str) -> bool:
    """Whether a name has only the characters that keys of metrics, params and tags may have."""
    return _KEY.fullmatch(name) is not None


def check_key(key: object, parameter: str = "name") -> None:
    """Check the key of a metric, param or tag.

    Raises:
        InvalidParameterValue: it is absent, has other characters than letters, digits and `_-. :/`, is no plain
            relative path, or is longer than 250 characters.
    """
    if isinstance(key, str) and _is_fine(key):
        return
    if key is None or (key == "" and "[" in parameter):
        path = parameter.replace(".name", ".key")
        raise InvalidParameterValue(
            f"Missing value for required parameter '{path}'. "
            "See the API docs for more information about request parameters."
        )
    given = f"Invalid value {json.dumps(key)} for parameter '{parameter}' supplied"
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise InvalidParameterValue(f"{given}: {_KEY_RULE}")
    raise InvalidParameterValue(f"{given}: {_PATH_RULE.format(posixpath.normpath(key))}")


@lru_cache(maxsize=10_000)  # a training logs the same few keys over and over
def _is_fine(key: str) -> bool:
    plain = posixpath.normpath(key)
    return bool(_KEY.fullmatch(key)) and plain == key and plain != "." and not plain.startswith(("..", "/"))


def check_length(what: str, text: str, limit: int) -> None:
    """Raise InvalidParameterValue when a text has more than `limit` characters."""
    if len(text) > limit:
        raise InvalidParameterValue(f"'{what}' exceeds the maximum length of {limit} characters")


def check_metric(metric: Metric, path: str = "") -> None:
    """Check a point of a metric; raises InvalidParameterValue."""
    check_key(metric.key, f"{path}.name" if path else "name")
    check_length("Metric name", metric.key, MAX_KEY_LENGTH)
    if not isinstance(metric.value, int | float) or isinstance(metric.value, bool):
        raise InvalidParameterValue(
            f"Invalid value \"{metric.value}\" for parameter 'value' supplied: (timestamp={metric.timestamp}). "
            "Please specify value as a valid double (64-bit floating point)"
        )
    for name, number in (("timestamp", metric.timestamp), ("step", metric.step)):
        if not isinstance(number, int) or not -MAX_INT64 - 1 <= number <= MAX_INT64:
            raise InvalidParameterValue(
                f"Invalid value \"{number}\" for parameter '{name}' supplied: metric '{metric.key}' "
                f"(value={metric.value}). Please specify {name} as a valid 64-bit integer"
            )
    if bool(metric.dataset_name) != bool(metric.dataset_digest):
        raise InvalidParameterValue("Both dataset_name and dataset_digest must be provided if one is provided")
    if metric.timestamp < 0:
        raise InvalidParameterValue(
            f"Invalid value {metric.timestamp} for parameter 'timestamp' supplied: metric '{metric.key}' "
            f"(value={metric.value}). Timestamp must be a nonnegative long (64-bit integer) "
        )


def check_metrics(metrics: Sequence[Metric]) -> None:
    """Check all points of a batch; raises InvalidParameterValue for the first that is wrong."""
    if not metrics or are_fine(metrics):
        return
    for index, metric in enumerate(metrics):
        check_metric(metric, f"metrics[{index}]")


def are_fine(metrics: Sequence[Metric]) -> bool:
    """Whether nothing is wrong with points: the same as `check_metric` says of each, in a fraction of the time."""
    return columns_are_fine(
        {metric.key for metric in metrics},
        [metric.step for metric in metrics],
        [metric.timestamp for metric in metrics],
        [metric.value for metric in metrics],
    ) and not [
        one
        for one in metrics
        if (one.dataset_name or one.dataset_digest) and not (one.dataset_name and one.dataset_digest)
    ]


def columns_are_fine(
    keys: Iterable[str], steps: Sequence[int], timestamps: Sequence[int], values: Sequence[float]
) -> bool:
    """Whether nothing is wrong with points that name no dataset, given as their different keys and as columns."""
    return (
        {*map(type, values)} <= {float, int}
        and {*map(type, timestamps), *map(type, steps)} == {int}
        and min(timestamps) >= 0
        and max(timestamps) <= MAX_INT64
        and min(steps) >= -MAX_INT64 - 1
        and max(steps) <= MAX_INT64
        and all(len(key) <= MAX_KEY_LENGTH and _is_fine(key) for key in keys)
    )


def check_param(param: Pair, path: str = "") -> None:
    """Check a param; raises InvalidParameterValue."""
    check_key(param.key, f"{path}.key" if path else "key")
    check_length(f"{path}.key" if path else "Param key", param.key, MAX_KEY_LENGTH)
    check_length(f"{path}.value" if path else "Param value", param.value, MAX_PARAM_LENGTH)


def check_tag(tag: Pair, path: str = "") -> None:
    """Check a tag of a run; raises InvalidParameterValue."""
    check_key(tag.key, f"{path}.key" if path else "key")
    check_length(f"{path}.key" if path else "key", tag.key, MAX_KEY_LENGTH)
    check_length(f"{path}.value" if path else "value", tag.value, MAX_TAG_LENGTH)


def check_batch(metrics: Sequence[Metric], params: Sequence[Param], tags: Sequence[RunTag]) -> None:
    """Check everything that one request logs; raises InvalidParameterValue."""
    for items, what, limit in (
        (metrics, "metrics", MAX_METRICS_PER_BATCH),
        (params, "params", MAX_PARAMS_PER_BATCH),
        (tags, "tags", MAX_TAGS_PER_BATCH),
    ):
        if len(items) > limit:
            raise InvalidParameterValue(
                f"A batch logging request can contain at most {limit} {what}. Got {len(items)} {what}. "
                f"Please split up {what} across multiple requests and try again."
            )
    total = len(metrics) + len(params) + len(tags)
    if total > MAX_ENTITIES_PER_BATCH:
        raise InvalidParameterValue(
            f"A batch logging request can contain at most {MAX_ENTITIES_PER_BATCH} metrics, params, and tags. "
            f"Got {total} metrics, params, and tags. "
            "Please split up metrics, params, and tags across multiple requests and try again."
        )
    counts = Counter(param.key for param in params)
    repeated = [key for key, count in counts.items() if count > 1]
    if repeated:
        raise InvalidParameterValue(
            f"Duplicate parameter keys have been submitted: {repeated}. "
            "Please ensure the request contains only one param value per param key."
        )
    check_metrics(metrics)
    for index, param in enumerate(params):
        check_param(param, f"params[{index}]")
    for index, tag in enumerate(tags):
        check_tag(tag, f"tags[{index}]")


def check_dataset_input(one: DatasetInput) -> None:
    """Check a dataset input and its tags; raises InvalidParameterValue."""
    check_length("name", one.dataset.name, MAX_DATASET_NAME_LENGTH)
    check_length("digest", one.dataset.digest, MAX_DATASET_DIGEST_LENGTH)
    check_length("source", one.dataset.source, MAX_DATASET_SOURCE_LENGTH)
    check_length("schema", one.dataset.schema or "", MAX_DATASET_SCHEMA_LENGTH)
    check_length("profile", one.dataset.profile or "", MAX_DATASET_PROFILE_LENGTH)
    for tag in one.tags:
        check_length("key", tag.key, MAX_INPUT_TAG_KEY_LENGTH)
        check_length("value", tag.value, MAX_INPUT_TAG_VALUE_LENGTH)


def check_experiment_name(name: object) -> None:
    """Check the name of an experiment; raises InvalidParameterValue."""
    if name is None or name == "":
        raise InvalidParameterValue(f"Invalid experiment name: '{name}'")
    if not isinstance(name, str):
        raise InvalidParameterValue(f"Invalid experiment name: {name}. Expects a string.")
    check_length("name", name, MAX_EXPERIMENT_NAME_LENGTH)


def check_logged_model_name(name: object) -> None:
    """Check the name of a logged model; raises InvalidParameterValue."""
    if not isinstance(name, str) or not name or any(character in _NOT_IN_MODEL_NAMES for character in name):
        raise InvalidParameterValue(
            f"Invalid model name ({name!r}) provided. Model name must be a non-empty string and cannot contain "
            f"the following characters: {_NOT_IN_MODEL_NAMES}"
        )


def check_registry_tag(tag: Pair) -> None:
    """Check a tag of a registered model or of a version; raises InvalidParameterValue."""
    check_key(tag.key, "key")
    check_length("key", tag.key, MAX_KEY_LENGTH)
    check_length("value", tag.value, MAX_REGISTRY_TAG_LENGTH)


def check_alias(alias: str) -> None:
    """Check the name of an alias; raises InvalidParameterValue."""
    if not _ALIAS.fullmatch(alias):
        raise InvalidParameterValue(
            f"Invalid alias name: '{alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-)."
        )
    check_length("Registered model alias name", alias, MAX_ALIAS_LENGTH)
    if alias.lower() == "latest":
        raise InvalidParameterValue("'latest' alias name (case insensitive) is reserved.")
    if _LIKE_A_VERSION.fullmatch(alias):
        raise InvalidParameterValue(f"Version alias name '{alias}' is reserved.")
