"""Watching what trained estimators predict, and what is computed from it: scikit-learn's, and those made like them."""

from __future__ import annotations

import sys
from collections.abc import Generator
from types import FunctionType
from typing import Any

from mlflow.autologging import Call, Integration
from mlflow.sklearn.post_training import Recorder
from mlflow.sklearn.recording import RUN_ATTRIBUTE

PREDICTING = ("predict", "predict_proba", "predict_log_proba", "transform")
_NO_METRICS = frozenset({"check_scoring", "get_scorer", "get_scorer_names", "make_scorer"})

_recorder = Recorder()


def watch_metrics(integration: Integration) -> None:
    """See calls of the functions of `sklearn.metrics`; of the patches of several integrations the outermost counts."""
    import sklearn.metrics

    for name in sklearn.metrics.__all__:
        if name not in _NO_METRICS and isinstance(getattr(sklearn.metrics, name), FunctionType):
            integration.watch(sklearn.metrics, name, measure)


def watch_estimators(integration: Integration, kinds: list[type]) -> None:
    """See what estimators of other libraries predict and score, where scikit-learn is there: they import it then."""
    if "sklearn" not in sys.modules:
        return
    watch_metrics(integration)
    for kind in kinds:
        for name in PREDICTING:
            if name in kind.__dict__:
                integration.watch(kind, name, predict)
        if hasattr(kind, "score"):  # it is scikit-learn's, which may not be watched itself
            integration.watch(kind, "score", score)


def trained(estimator: Any, run_id: str, model_id: str | None, dataset: Any) -> None:
    """Have later predictions of an estimator belong to the run of its training."""
    # After the model was saved: one that is loaded elsewhere should not log to this run.
    setattr(estimator, RUN_ATTRIBUTE, run_id)
    _recorder.trained(estimator, run_id, model_id, dataset)


def _is_watched(call: Call) -> bool:
    return call.options.get("log_post_training_metrics", True)


def predict(call: Call) -> Generator[None, None, None]:
    """The hook of what predicts."""
    if not (_is_watched(call) and getattr(call.owner, RUN_ATTRIBUTE, None)):
        return
    yield
    x = call.args[0] if call.args else call.kwargs.get("X")
    _recorder.predicted(call.owner, x, call.result, log_datasets=call.options["log_datasets"])


def score(call: Call) -> Generator[None, None, None]:
    """The hook of an estimator's own `score`."""
    if not (_is_watched(call) and getattr(call.owner, RUN_ATTRIBUTE, None)):
        return
    yield
    _recorder.scored(call)


def measure(call: Call) -> Generator[None, None, None]:
    """The hook of functions of `sklearn.metrics`."""
    if not _is_watched(call):
        return
    yield
    _recorder.measured(call)
