"""The public names and their signatures, against those of MLflow 3.8.1 as recorded in signatures.json."""

from __future__ import annotations

import importlib
import inspect
import json
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

import mlflow
import mlflow.artifacts
import mlflow.config

RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("signatures.json").read_text())

# What MLflow has and we do not have yet, by the issue that brings it.
LATER = {
    "prompts": set("delete_prompt_alias load_prompt register_prompt search_prompts set_prompt_alias".split()),
    "evaluation": {"evaluate", "validate_evaluation_results"},
    "projects": {"run"},
    "gateway": {"gateway"},
    "command line": {"doctor"},
    "never: Databricks": {"login"},
}
LATER_OF_CLIENT = {
    "prompts": set(
        "create_prompt create_prompt_version delete_prompt delete_prompt_alias delete_prompt_tag delete_prompt_version "
        "delete_prompt_version_tag detach_prompt_from_run get_prompt get_prompt_version get_prompt_version_by_alias "
        "link_prompt_version_to_model link_prompt_version_to_run link_prompt_versions_to_trace list_logged_prompts "
        "load_prompt parse_prompt_uri register_prompt search_prompt_versions search_prompts set_prompt_alias "
        "set_prompt_tag set_prompt_version_tag".split()
    ),
    "evaluation datasets": set(
        "add_dataset_to_experiments create_dataset delete_dataset delete_dataset_tag get_dataset "
        "remove_dataset_from_experiments search_datasets set_dataset_tags".split()
    ),
    "webhooks": set("create_webhook delete_webhook get_webhook list_webhooks test_webhook update_webhook".split()),
}


# What our functions take beyond MLflow's, by keyword only.
OURS = {"start_run": ["log_console", "log_code"]}


def _shape(function: Callable[..., object]) -> list[list[str | None]]:
    return [
        [one.name, one.kind.name, None if one.default is inspect.Parameter.empty else repr(one.default)]
        for one in inspect.signature(function).parameters.values()
        if not (one.kind is one.KEYWORD_ONLY and one.name in OURS.get(function.__name__, ()))
    ]


def test_only_the_listed_names_are_missing() -> None:
    assert {name for name in RECORDED["all"] if not hasattr(mlflow, name)} == set().union(*LATER.values())
    recorded = RECORDED["MlflowClient"]
    assert {name for name in recorded if not hasattr(mlflow.MlflowClient, name)} == set().union(
        *LATER_OF_CLIENT.values()
    )


@pytest.mark.parametrize("home", ["mlflow", "MlflowClient", "artifacts", "config"])
def test_signatures_are_mlflows(home: str) -> None:
    here = mlflow if home == "mlflow" else getattr(mlflow, home)
    wrong = {
        name: (_shape(getattr(here, name)), recorded)
        for name, recorded in RECORDED[home].items()
        if hasattr(here, name) and _shape(getattr(here, name)) != recorded
    }
    assert wrong == {}


def test_a_missing_name_is_an_attribute_error_that_names_it() -> None:
    with pytest.raises(AttributeError, match="module 'mlflow' has no attribute 'start_spam'"):
        mlflow.start_spam  # noqa: B018


def test_dir_lists_what_is_lazy() -> None:
    assert {"log_metric", "MlflowClient", "sklearn", "__version__"} <= set(dir(mlflow))
    assert all(hasattr(mlflow, name) for name in mlflow.__all__)


@pytest.mark.parametrize(
    "statement",
    [
        "from mlflow.entities import Experiment, Metric, Param, Run, RunStatus, RunTag, SourceType, ViewType",
        "from mlflow.entities.lifecycle_stage import LifecycleStage",
        "from mlflow.entities.model_registry import ModelVersion, RegisteredModel",
        "from mlflow.entities.model_registry.model_version_stages import ALL_STAGES, STAGE_ARCHIVED",
        "from mlflow.entities.model_registry.model_version_status import ModelVersionStatus",
        "from mlflow.entities.param import Param",
        "from mlflow.entities.run_status import RunStatus",
        "from mlflow.entities.view_type import ViewType",
        "from mlflow.exceptions import MlflowException, RestException",
        "from mlflow.exceptions import INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST, MlflowException",
        "from mlflow.types.utils import _infer_schema",
        "from mlflow.models.utils import ModelInputExample",
        "from mlflow.models.signature import ModelSignature, infer_signature, set_signature",
        "from mlflow.types.schema import Array, ColSpec, DataType, Map, Object, ParamSchema, ParamSpec, TensorSpec",
        "from mlflow.data.pandas_dataset import PandasDataset, from_pandas",
        "from mlflow.data.code_dataset_source import CodeDatasetSource",
        "from mlflow.data.pyfunc_dataset_mixin import PyFuncConvertibleDatasetMixin",
        "from mlflow.utils.file_utils import TempDir, local_file_uri_to_path, path_to_local_file_uri",
        "from mlflow.utils.autologging_utils import autologging_is_disabled, get_autologging_config",
        "from mlflow.system_metrics import disable_system_metrics_logging, enable_system_metrics_logging",
        "from mlflow.system_metrics.metrics.base_metrics_monitor import BaseMetricsMonitor",
        "from mlflow.system_metrics.metrics.gpu_monitor import GPUMonitor",
        "from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor",
        "from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST, ErrorCode",
        "from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository",
        "from mlflow.store.artifact.models_artifact_repo import ModelsArtifactRepository",
        "from mlflow.store.artifact.runs_artifact_repo import RunsArtifactRepository",
        "from mlflow.store.db.db_types import DATABASE_ENGINES",
        "from mlflow.store.entities import PagedList",
        "from mlflow.store.tracking import SEARCH_MAX_RESULTS_DEFAULT",
        "from mlflow.tracking import MlflowClient, context, fluent, set_tracking_uri",
        "from mlflow.tracking._model_registry import DEFAULT_AWAIT_MAX_SLEEP_SECONDS",
        "from mlflow.tracking._model_registry.utils import _get_store, get_registry_uri",
        "from mlflow.tracking._tracking_service.utils import _get_store, _resolve_tracking_uri, is_tracking_uri_set",
        "from mlflow.tracking.artifact_utils import _download_artifact_from_uri, get_artifact_uri",
        "from mlflow.tracking.client import MlflowClient",
        "from mlflow.tracking.context.abstract_context import RunContextProvider",
        "from mlflow.tracking.context.registry import resolve_tags",
        "from mlflow.tracking.fluent import ActiveRun, _get_experiment_id, _get_or_start_run, start_run",
        "from mlflow.utils.async_logging.run_operations import RunOperations",
        "from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID, MLFLOW_RUN_NAME, MLFLOW_USER",
        "from mlflow.utils.name_utils import _generate_random_name",
        "from mlflow.utils.time import get_current_time_millis",
        "from mlflow.utils.validation import MAX_METRICS_PER_BATCH, MAX_PARAM_VAL_LENGTH, MAX_PARAMS_TAGS_PER_BATCH",
        "from mlflow.environment_variables import MLFLOW_TRACKING_URI",
        "from mlflow.entities.model_registry.model_version_stages import _CANONICAL_MAPPING",
        "from mlflow.entities import LiveSpan, NoOpSpan, Span, SpanEvent, SpanStatus, SpanStatusCode, SpanType, Trace",
        "from mlflow.entities import Assessment, AssessmentError, AssessmentSource, AssessmentSourceType, Feedback",
        "from mlflow.entities import Document, Expectation, TraceData, TraceInfo, TraceLocation, TraceState",
        "from mlflow.entities.assessment import DEFAULT_FEEDBACK_NAME, FeedbackValueType",
        "from mlflow.entities.span import NO_OP_SPAN_TRACE_ID, SpanAttributeKey, LiveSpan, SpanType",
        "from mlflow.entities.span_event import SpanEvent",
        "from mlflow.entities.span_status import SpanStatus, SpanStatusCode",
        "from mlflow.entities.trace import Trace",
        "from mlflow.entities.trace_data import TraceData",
        "from mlflow.entities.trace_info import TraceInfo",
        "from mlflow.entities.trace_location import MlflowExperimentLocation, TraceLocation, TraceLocationType",
        "from mlflow.entities.trace_state import TraceState",
        "from mlflow.entities.trace_status import TraceStatus",
        "from mlflow.tracing.assessment import log_feedback",
        "from mlflow.tracing.config import get_config",
        "from mlflow.tracing.constant import SpanAttributeKey, TokenUsageKey, TraceMetadataKey, TraceTagKey",
        "from mlflow.tracing.destination import MlflowExperiment",
        "from mlflow.tracing.fluent import start_span, start_span_no_context, trace, update_current_trace",
        "from mlflow.tracing.provider import detach_span_from_context, safe_set_span_in_context, set_span_in_context",
        "from mlflow.tracing.provider import is_tracing_enabled, trace_disabled",
        "from mlflow.tracing.utils import capture_function_input_args, set_span_chat_tools",
        "from mlflow.models.utils import _read_example, _save_example",
        "from mlflow.models.model import Model, set_model, update_model_requirements",
        "from mlflow.models.resources import DatabricksServingEndpoint, DatabricksTable",
        "from mlflow.pyfunc.model import ChatAgent, ChatModel, PythonModel, ResponsesAgent",
        "from mlflow.pyfunc.context import Context, get_prediction_context, set_prediction_context",
        "from mlflow.tracking.context.default_context import _get_user",
        "from mlflow.tracking.fluent import _active_run_stack, _initialize_logged_model",
        "from mlflow.utils.autologging_utils import autologging_integration, get_autologging_config, safe_patch",
        "from mlflow.utils.autologging_utils.client import MlflowAutologgingQueueingClient",
        "from mlflow.utils.autologging_utils.safety import safe_patch",
        "from mlflow.tracking.request_header.abstract_request_header_provider import RequestHeaderProvider",
        "from mlflow.utils import _get_fully_qualified_class_name",
        "from mlflow.utils.class_utils import _get_class_from_string",
        "from mlflow.utils.environment import _mlflow_conda_env, _process_pip_requirements, _PythonEnv",
        "from mlflow.utils.file_utils import write_to",
        "from mlflow.utils.model_utils import _get_flavor_configuration, _validate_and_copy_code_paths",
        "from mlflow.utils.requirements_utils import _get_pinned_requirement",
    ],
)
def test_deep_paths_that_other_libraries_import(statement: str) -> None:
    module, names = statement.removeprefix("from ").split(" import ")
    # A fresh interpreter each would be dearer; that every module can be the first one is tested below.
    found = importlib.import_module(module)
    assert all(hasattr(found, name) for name in names.split(", ")) or module == "mlflow.tracking"
    exec(statement, {})


def test_error_codes_go_by_name_and_by_number() -> None:
    from mlflow.exceptions import MlflowException
    from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST, ErrorCode

    error = MlflowException("gone", error_code=RESOURCE_DOES_NOT_EXIST)
    assert error.error_code == ErrorCode.Name(RESOURCE_DOES_NOT_EXIST) == "RESOURCE_DOES_NOT_EXIST"
    assert error.get_http_status_code() == 404
    assert ErrorCode.Value("RESOURCE_DOES_NOT_EXIST") == RESOURCE_DOES_NOT_EXIST == 3002
    with pytest.raises(ValueError, match="no value defined for name 'NOPE'"):
        ErrorCode.Value("NOPE")


SOURCE = Path(mlflow.__file__).parent
MODULES = sorted(
    "mlflow." + ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
    for folder in (
        "artifacts",
        "client",
        "config",
        "context",
        "entities",
        "fluent",
        "protos",
        "store",
        "tracing",
        "tracking",
        "utils",
    )
    for path in (SOURCE / folder).rglob("*.py")
)


def test_every_module_can_be_imported_first() -> None:
    # A cycle shows only in the process that enters it from the wrong side; forking makes each import a first one.
    script = (
        "import importlib, os, sys, millrace.artifacts, millrace.calls, millrace.store\n"
        "for name in sys.argv[1:]:\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        try:\n"
        "            importlib.import_module(name)\n"
        "        except BaseException as error:\n"
        "            os.write(2, f'{name}: {error!r}\\n'.encode())\n"
        "        os._exit(0)\n"
        "    os.waitpid(child, 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, *MODULES], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_upstream_beside_us_stops_the_import(tmp_path: Path) -> None:
    folder = tmp_path / "site-packages"
    (folder / "mlflow_skinny-3.8.1.dist-info").mkdir(parents=True)
    command = f"import sys; sys.path.append({str(folder)!r}); import mlflow"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True)
    assert done.returncode == 1
    assert "ImportError: Millrace and mlflow-skinny both provide the package `mlflow`" in done.stderr
    assert "pip uninstall mlflow-skinny" in done.stderr


@pytest.mark.parametrize(
    "path",
    [
        "utils.validation.MAX_PARAM_VAL_LENGTH",
        "utils.mlflow_tags.MLFLOW_RUN_NAME",
        "tracking.fluent._get_experiment_id",
        "tracking.context.registry.resolve_tags",
        "tracking.artifact_utils.get_artifact_uri",
        "tracking.client.MlflowClient",
        "entities.model_registry.ModelVersion",
        "entities.run.Run",
        "entities.view_type.ViewType.ALL",
        "exceptions.MlflowException",
        "config.enable_async_logging",
        "artifacts.load_text",
        "environment_variables.MLFLOW_TRACKING_URI",
    ],
)
def test_attributes_that_scripts_reach_after_a_plain_import(path: str) -> None:
    done = subprocess.run([sys.executable, "-c", f"import mlflow; mlflow.{path}"], capture_output=True, text=True)
    assert done.stderr == ""


def test_libraries_that_look_for_the_distribution_find_it() -> None:
    # src/mlflow-*.egg-info stands for it, in a checkout and in the wheel.
    assert metadata.version("mlflow") == mlflow.__version__
