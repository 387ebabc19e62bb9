"""`mlflow.utils.validation`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model.limits import MAX_DATASET_DIGEST_LENGTH as MAX_DATASET_DIGEST_SIZE
from millrace.model.limits import MAX_DATASET_NAME_LENGTH as MAX_DATASET_NAME_SIZE
from millrace.model.limits import MAX_ENTITIES_PER_BATCH, MAX_EXPERIMENT_NAME_LENGTH, MAX_METRICS_PER_BATCH
from millrace.model.limits import MAX_EXPERIMENT_TAG_LENGTH as MAX_EXPERIMENT_TAG_VAL_LENGTH
from millrace.model.limits import MAX_KEY_LENGTH as MAX_ENTITY_KEY_LENGTH
from millrace.model.limits import MAX_KEY_LENGTH as MAX_EXPERIMENT_TAG_KEY_LENGTH
from millrace.model.limits import MAX_PARAM_LENGTH as MAX_PARAM_VAL_LENGTH
from millrace.model.limits import MAX_PARAMS_PER_BATCH as MAX_PARAMS_TAGS_PER_BATCH
from millrace.model.limits import MAX_TAG_LENGTH as MAX_TAG_VAL_LENGTH
from millrace.model.limits import check_experiment_name as _validate_experiment_name
from millrace.model.limits import check_key as _validate_metric_name
from millrace.model.limits import check_key as _validate_param_name
from millrace.model.limits import check_key as _validate_tag_name
from millrace.model.limits import has_key_characters as validate_param_and_metric_name
