"""Track experiments, runs, models and what they measured: `import mlflow` costs next to nothing.

Every name is imported when it is first used: see the table below, and `mlflow/__init__.pyi` for type checkers.
"""

from __future__ import annotations

import importlib
import os
import sys

from mlflow.version import VERSION

__version__ = VERSION

_HOMES: dict[str, str] = {
    "mlflow.client": "MlflowClient",
    "mlflow.client.stores": "get_registry_uri get_tracking_uri is_tracking_uri_set set_registry_uri set_tracking_uri",
    "mlflow.config.system_metrics": (
        "disable_system_metrics_logging enable_system_metrics_logging set_system_metrics_node_id "
        "set_system_metrics_samples_before_logging set_system_metrics_sampling_interval"
    ),
    "mlflow.fluent.active": "ActiveRun active_run end_run last_active_run",
    "mlflow.client.images": "Image",
    "mlflow.fluent.artifacts": (
        "flush_artifact_async_logging get_artifact_uri load_table log_artifact log_artifacts log_dict log_figure "
        "log_image log_table log_text"
    ),
    "mlflow.fluent.autolog": "autolog",
    "mlflow.fluent.experiments": (
        "create_experiment delete_experiment delete_experiment_tag get_experiment get_experiment_by_name "
        "search_experiments set_experiment set_experiment_tag set_experiment_tags"
    ),
    "mlflow.fluent.logging": (
        "delete_tag flush_async_logging log_input log_inputs log_metric log_metrics log_outputs log_param log_params "
        "set_tag set_tags"
    ),
    "mlflow.fluent.models": (
        "ActiveModel clear_active_model create_external_model delete_logged_model_tag finalize_logged_model "
        "get_active_model_id get_logged_model initialize_logged_model last_logged_model log_model_params "
        "search_logged_models set_active_model set_logged_model_tags"
    ),
    "mlflow.fluent.registry": "register_model search_model_versions search_registered_models set_model_version_tag",
    "mlflow.fluent.assessments": (
        "delete_assessment get_assessment log_assessment log_expectation log_feedback override_feedback "
        "update_assessment"
    ),
    "mlflow.fluent.traces": (
        "add_trace delete_trace_tag get_trace log_trace search_traces set_trace_tag update_current_trace"
    ),
    "mlflow.tracing.decorating": "trace",
    "mlflow.tracing.sending": "flush_trace_async_logging",
    "mlflow.tracing.state": "get_last_active_trace_id",
    "mlflow.tracing.starting": "get_active_trace_id get_current_active_span start_span start_span_no_context",
    "mlflow.fluent.runs": "delete_run get_parent_run get_run search_runs start_run",
    "millrace.errors": "MlflowException",
}
"""Module to the names that are taken from it."""

_SUBMODULES = frozenset(
    # a flavor (save, load, autologging) or a library whose calls are traced, each imported when it is named
    "ag2 agno anthropic autogen bedrock catboost crewai diviner dspy fastai gemini groq h2o haystack keras langchain "
    "lightgbm litellm llama_index mistral onnx openai paddle pmdarima prophet pydantic_ai pyspark pytorch "
    "semantic_kernel sentence_transformers shap sklearn smolagents spacy spark statsmodels strands tensorflow "
    "transformers xgboost "
    "artifacts client config data entities environment_variables exceptions models pyfunc store system_metrics "
    "tracing tracking types utils".split()
)
"""Subpackages that are attributes of `mlflow` without being imported first."""

_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is not None:
        value = getattr(importlib.import_module(home), name)
        _keep_loaded_names()
    elif name in _SUBMODULES:
        value = importlib.import_module(f"mlflow.{name}")
    else:
        raise AttributeError(f"module 'mlflow' has no attribute {name!r}")
    globals()[name] = value
    return value


def _keep_loaded_names() -> None:
    """Make the names of all topics that are loaded attributes: when Python ends, finalizers can import no more."""
    for home, names in _HOMES.items():
        module = sys.modules.get(home)
        if module is not None and not getattr(module.__spec__, "_initializing", False):
            globals().update((name, getattr(module, name)) for name in names.split())


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_SUBMODULES})


def _stop_beside_upstream() -> None:
    """Stop when MLflow itself is installed in the same place: its files and ours would overwrite each other."""
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    installed = [path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")]
    # An editable install lives elsewhere, and any of these folders may shadow it.
    for folder in [home] if home in installed else installed:
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        found = [name for name in names if name.endswith(".dist-info") and name.startswith(_UPSTREAM)]
        if found:
            packages = " ".join(sorted(name.split("-")[0].replace("_", "-") for name in found))
            raise ImportError(
                f"Millrace and {packages} both provide the package `mlflow`, and both are installed in {folder}: run "
                f"`pip uninstall {packages}` and then `pip install --force-reinstall --no-deps millrace`; or keep "
                f"{packages} here, uninstall millrace, and run Millrace's server from an environment of its own with "
                "`uvx --from millrace mlflow server`."
            )


_UPSTREAM = ("mlflow-", "mlflow_skinny-", "mlflow_tracing-")
_stop_beside_upstream()
