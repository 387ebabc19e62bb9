"""`mlflow.sklearn.autolog`: estimators log their training, and metrics that are computed from their predictions."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from mlflow.autologging import Call, Integration, inside, is_inside
from mlflow.sklearn.estimators import is_logged, is_of_sklearn, loaded_classes, own_classes
from mlflow.sklearn.model_io import FLAVOR_NAME, SERIALIZATION_FORMAT_CLOUDPICKLE
from mlflow.sklearn.predictions import PREDICTING, predict, score, watch_metrics
from mlflow.sklearn.training import Training

SUPPORTED = ("1.4", "2")
"""The first version of scikit-learn that this was made for, and the first that it was not."""

_TRAINING = ("fit", "fit_transform", "fit_predict")
_VALIDATING = (
    "cross_validate",
    "cross_val_predict",
    "cross_val_score",
    "learning_curve",
    "permutation_test_score",
    "validation_curve",
)
_VALIDATING_STEPS = ("_fit_and_score", "_fit_and_predict")


def autolog(
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    max_tuning_runs: int | None = 5,
    log_post_training_metrics: bool = True,
    serialization_format: str = SERIALIZATION_FORMAT_CLOUDPICKLE,
    registered_model_name: str | None = None,
    pos_label: int | str | None = None,
    extra_tags: dict[str, str] | None = None,
) -> None:
    """Log every training of a scikit-learn estimator from now on, to the active run or to a run of its own.

    What is logged: parameters, defaults included; what the estimator scores on its training data, and plots of it;
    the model; the data, as a dataset; for searches the results, the best estimator and the best trials as child runs;
    later, what functions of `sklearn.metrics` and `score` say of its predictions. A metric function is seen when it
    is called as `sklearn.metrics.…`, or was imported from there after this call.

    Estimators that only prepare data (scalers, encoders, vectorizers …) are not logged by themselves, nor are those
    that others train inside of them. Of what is predicted, the first 100 datasets of a run are recorded. What cannot
    be logged is a warning; it never stops a training.

    Args:
        log_input_examples: log the first five rows of the input with each model.
        log_model_signatures: log what each model takes and gives.
        log_models: log the models.
        log_datasets: log what they were trained on, and what they predict.
        disable: stop logging instead, and leave scikit-learn as it was.
        exclusive: log nothing while a run is active that the user started.
        disable_for_unsupported_versions: log nothing with versions of scikit-learn that this was not made for.
        silent: show no messages of autologging.
        max_tuning_runs: log at most so many trials of a search as child runs, the best ones; all when None.
        log_post_training_metrics: log metrics that are computed from predictions after a training.
        serialization_format: `"cloudpickle"` or `"pickle"`.
        registered_model_name: also make a version of this registered model for each model.
        pos_label: the label that counts as positive in precision, recall, F1 and the curves of binary classifiers;
            averages over all labels, weighted by their frequency, when omitted.
        extra_tags: tags of every run that autologging starts.
    """
    INTEGRATION.enable(locals())


# -- patching -------------------------------------------------------------------------------------------------
def _patch() -> None:
    import sklearn.base
    import sklearn.model_selection
    from sklearn.model_selection import _validation
    from sklearn.utils import parallel

    for kind in loaded_classes():
        _patch_class(kind)
    INTEGRATION.see_later_classes(sklearn.base.BaseEstimator, _patch_later_class)
    watch_metrics(INTEGRATION)
    for name in _VALIDATING:
        INTEGRATION.mute(sklearn.model_selection, name)
    # Those that were imported before go through these, as do the trials of searches in other threads.
    for name in _VALIDATING_STEPS:
        INTEGRATION.mute(_validation, name)
    INTEGRATION.patches.call(parallel.Parallel, "__call__", _send_tasks)
    INTEGRATION.patches.call(parallel._FuncWrapper, "__call__", _run_task)


def _patch_class(kind: type) -> None:
    hooks = {**dict.fromkeys(_TRAINING, _train), **dict.fromkeys(PREDICTING, predict), "score": score}
    for name, hook in hooks.items():
        if name in kind.__dict__:  # those that it inherits are patched where they are defined
            INTEGRATION.watch(kind, name, hook)


def _patch_later_class(kind: type) -> None:
    """See the classes of modules of scikit-learn that are imported after `autolog`."""
    if is_of_sklearn(kind):
        for each in own_classes(kind):
            _patch_class(each)


# -- what is called instead -----------------------------------------------------------------------------------
def _train(call: Call) -> Generator[None, None, None]:
    if not is_logged(type(call.owner)):
        return
    training = Training(call)
    training.begin()
    yield
    training.log_results()


# Tasks that scikit-learn gives to other threads belong to the training that made them.
def _send_tasks(call: Callable[..., Any], parallel: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if not is_inside() or len(args) != 1:
        return call(*args, **kwargs)
    return call(map(_marked, args[0]), **kwargs)


def _marked(task: tuple[Any, ...]) -> tuple[Any, ...]:
    if type(task[0]).__name__ == "_FuncWrapper":
        task[0]._mlflow_inside = True
    return task


def _run_task(call: Callable[..., Any], task: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if not getattr(task, "_mlflow_inside", False):
        return call(*args, **kwargs)
    with inside():
        return call(*args, **kwargs)


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="sklearn", package="scikit-learn", supported=SUPPORTED)

__all__ = ["autolog"]
