"""The scenario: every topic with its steps, in the order in which they are played against one fresh server."""

from __future__ import annotations

from scenario import Step

from topics import (
    artifacts,
    basics,
    experiments,
    inputs,
    logged_models,
    metrics,
    params_tags,
    registry,
    runs,
    search,
    traces,
)

TOPICS: dict[str, list[Step]] = {
    "basics": basics.STEPS,
    "experiments": experiments.STEPS,
    "experiments_search": experiments.SEARCH,
    "runs": runs.STEPS,
    "params_tags": params_tags.STEPS,
    "metrics": metrics.STEPS,
    "metrics_history": metrics.HISTORY,
    "batch": params_tags.BATCH,
    "inputs": inputs.STEPS,
    "runs_search": search.STEPS,
    "runs_search_bad": search.BAD,
    "logged_models": logged_models.STEPS,
    "logged_models_search": logged_models.SEARCH,
    "registry": registry.STEPS,
    "model_versions": registry.VERSIONS,
    "registry_search": registry.SEARCH,
    "artifacts": artifacts.STEPS,
    "artifacts_traversal": artifacts.TRAVERSAL,
    "traces": traces.STEPS,
    "traces_search": traces.SEARCH,
}
