"""`mlflow.store.tracking`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.client.logging import HISTORY_PAGE_SIZE as GET_METRIC_HISTORY_MAX_RESULTS
from mlflow.client.runs import SEARCH_MAX_RESULTS_DEFAULT

DEFAULT_LOCAL_FILE_AND_ARTIFACT_PATH = "./mlruns"
DEFAULT_ARTIFACTS_URI = "mlflow-artifacts:/"
SEARCH_MAX_RESULTS_THRESHOLD = 50_000
SEARCH_LOGGED_MODEL_MAX_RESULTS_DEFAULT = 100
