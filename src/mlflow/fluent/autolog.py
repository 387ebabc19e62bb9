"""`mlflow.autolog`: autologging of every library that has a flavor, now or when it is imported."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
import logging
from typing import Any

from mlflow.autologging.imports import when_imported
from mlflow.autologging.options import GLOBAL, enable, is_set_by_user, set_globally

_logger = logging.getLogger("mlflow.tracking.fluent")

FLAVORS: dict[str, str] = {
    # models
    "sklearn": "mlflow.sklearn",
    "xgboost": "mlflow.xgboost",
    "lightgbm": "mlflow.lightgbm",
    "statsmodels": "mlflow.statsmodels",
    "prophet": "mlflow.prophet",
    "pmdarima": "mlflow.pmdarima",
    "keras": "mlflow.keras",
    "tensorflow": "mlflow.tensorflow",
    "lightning": "mlflow.pytorch",
    "pytorch_lightning": "mlflow.pytorch",
    "paddle": "mlflow.paddle",
    "fastai": "mlflow.fastai",
    "transformers": "mlflow.transformers",
    "setfit": "mlflow.transformers",
    "pyspark": "mlflow.spark",
    "pyspark.ml": "mlflow.pyspark.ml",
    # traces
    "openai": "mlflow.openai",
    "anthropic": "mlflow.anthropic",
    "langchain": "mlflow.langchain",
    "llama_index.core": "mlflow.llama_index",
    "litellm": "mlflow.litellm",
    "dspy": "mlflow.dspy",
    "google.genai": "mlflow.gemini",
    "google.generativeai": "mlflow.gemini",
    "groq": "mlflow.groq",
    "mistralai": "mlflow.mistral",
    "boto3": "mlflow.bedrock",
    "crewai": "mlflow.crewai",
    "autogen": "mlflow.ag2",
    "autogen_agentchat": "mlflow.autogen",
    "pydantic_ai": "mlflow.pydantic_ai",
    "smolagents": "mlflow.smolagents",
    "agno": "mlflow.agno",
    "haystack": "mlflow.haystack",
    "semantic_kernel": "mlflow.semantic_kernel",
    "strands": "mlflow.strands",
}
"""The libraries that can be logged, and the module whose `autolog` does it: MLflow 3.8's list in its spelling, and
those that it has none for.

Modules that this package does not have are passed over.
"""


def autolog(
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    log_traces: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    extra_tags: dict[str, str] | None = None,
    exclude_flavors: list[str] | None = None,
) -> None:
    """Log what every supported library does, without further calls; for libraries not yet imported, from then on.

    A flavor whose own `autolog` was called keeps its options: these are for all others. Options that a flavor does not
    have are not passed to it.

    Args:
        log_input_examples: log a few rows of the input with each model.
        log_model_signatures: log the signature of each model.
        log_models: log the models.
        log_datasets: log what they were trained on.
        log_traces: log the calls of libraries for generative AI as traces.
        disable: stop autologging instead.
        exclusive: do not log to runs that the user started.
        disable_for_unsupported_versions: leave library versions alone that were not tested.
        silent: show neither events nor warnings of autologging.
        extra_tags: tags for every run that autologging starts.
        exclude_flavors: flavors to leave alone, e.g. `["sklearn"]`.
    """
    options = dict(locals())
    enable(GLOBAL, options)
    excluded = options.pop("exclude_flavors") or ()
    for library, flavor in FLAVORS.items():
        if _name(flavor) in excluded or not _exists(flavor):
            continue
        when_imported(library, functools.partial(_enable, flavor, options), key="mlflow.autolog")


def _name(flavor: str) -> str:
    return flavor.removeprefix("mlflow.")


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # its parent is missing
        return False


def _enable(flavor: str, options: dict[str, Any]) -> None:
    try:
        module = importlib.import_module(flavor)
        name = getattr(module, "FLAVOR_NAME", _name(flavor))
        if is_set_by_user(name):
            return
        known = inspect.signature(module.autolog).parameters
        module.autolog(**{key: value for key, value in options.items() if key in known})
        set_globally(name)
    except Exception as error:
        # A library must be importable whatever happens to its logging.
        if not options["silent"]:
            _logger.warning("Exception raised while enabling autologging for %s: %s", _name(flavor), error)
        return
    if not options["silent"] and not options["disable"]:
        _logger.info("Autologging successfully enabled for %s.", _name(flavor))
