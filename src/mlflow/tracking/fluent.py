"""`mlflow.tracking.fluent`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.client import MlflowClient
from mlflow.fluent.active import RUN_STACK as _active_run_stack
from mlflow.fluent.active import ActiveRun, active_run, end_run, last_active_run
from mlflow.fluent.active import changing as __getattr__
from mlflow.fluent.active import experiment_id as _get_experiment_id
from mlflow.fluent.artifacts import (
    get_artifact_uri,
    load_table,
    log_artifact,
    log_artifacts,
    log_dict,
    log_figure,
    log_image,
    log_table,
    log_text,
)
from mlflow.fluent.experiments import (
    create_experiment,
    delete_experiment,
    delete_experiment_tag,
    get_experiment,
    get_experiment_by_name,
    search_experiments,
    set_experiment,
    set_experiment_tag,
    set_experiment_tags,
)
from mlflow.fluent.logging import (
    delete_tag,
    flush_async_logging,
    log_input,
    log_inputs,
    log_metric,
    log_metrics,
    log_outputs,
    log_param,
    log_params,
    set_tag,
    set_tags,
)
from mlflow.fluent.logging import get_or_start_run as _get_or_start_run
from mlflow.fluent.models import (
    ActiveModel,
    clear_active_model,
    create_external_model,
    delete_logged_model_tag,
    finalize_logged_model,
    get_active_model_id,
    get_logged_model,
    initialize_logged_model,
    last_logged_model,
    log_model_params,
    search_logged_models,
    set_active_model,
    set_logged_model_tags,
)
from mlflow.fluent.models import initialize_logged_model_of_flavor as _initialize_logged_model
from mlflow.fluent.runs import SEARCH_MAX_RESULTS_PANDAS, delete_run, get_parent_run, get_run, search_runs, start_run
