"""`mlflow.pyspark.ml.autolog`: estimators log their training, and metrics that are computed from their predictions."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from typing import Any

from mlflow.autologging import Call, Integration, inside, is_inside
from mlflow.environment.libraries import library
from mlflow.pyspark.ml.post_training import RUN_ATTRIBUTE, Recorder
from mlflow.pyspark.ml.training import AUTOLOGGING_INTEGRATION_NAME, Training, class_path

SUPPORTED = ("3.3", "5")
"""The first version of Spark that this was made for, and the first that it was not tried with."""

_PREPARING = "pyspark.ml.feature"
"""The module whose estimators prepare data: trained by themselves, they are nobody's experiment."""

_logger = logging.getLogger("mlflow.pyspark.ml")
_recorder = Recorder()


def autolog(
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    log_post_training_metrics: bool = True,
    registered_model_name: str | None = None,
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_model_allowlist: list[str] | set[str] | tuple[str, ...] | None = None,
    extra_tags: dict[str, str] | None = None,
) -> None:
    """Log every `fit` of an estimator of `pyspark.ml` from now on, to the active run or to a run of its own.

    What is logged: params, those of stages, tuned estimators and evaluators by their names; how a pipeline or search is
    made up, as `estimator_info.json`; of searches the results, the best params and model, and a child run for each
    combination; the data, as a dataset; the model; later, what evaluators say of what it predicts. Estimators of
    `pyspark.ml.feature` are not logged by themselves, nor are those that others train inside of them. What cannot be
    logged is a warning; it never stops a training.

    Args:
        log_models: log the models, of the classes that the allowlist names.
        log_datasets: log what they were trained on, and what is evaluated.
        disable: stop logging instead, and leave Spark as it was.
        exclusive: log nothing while a run is active that the user started.
        disable_for_unsupported_versions: log nothing with versions of Spark that this was not made for.
        silent: show no messages of autologging.
        log_post_training_metrics: log what evaluators answer for predictions after a training.
        registered_model_name: also make a version of this registered model for each model.
        log_input_examples: log the first five rows of the input with each model.
        log_model_signatures: log what each model takes and gives.
        log_model_allowlist: the classes of models that are logged, in full, or with a `*` at the end; those of Spark
            whose size does not grow with the data by default, or the lines of the file that the session's setting
            `spark.mlflow.pysparkml.autolog.logModelAllowlistFile` names.
        extra_tags: tags of every run that autologging starts.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    base = library("pyspark.ml.base", package="pyspark")
    INTEGRATION.watch(base.Estimator, "fit", _fit)
    INTEGRATION.watch(base.Transformer, "transform", _transform)
    INTEGRATION.watch(library("pyspark.ml.evaluation", package="pyspark").Evaluator, "evaluate", _evaluate)
    INTEGRATION.patches.call(library("pyspark.ml.tuning", package="pyspark"), "_parallelFitTasks", _within_search)
    classification = library("pyspark.ml.classification", package="pyspark")
    INTEGRATION.patches.call(classification, "inheritable_thread_target", _inherit)


# -- what is called instead -----------------------------------------------------------------------------------
def _fit(call: Call) -> Generator[None, None, None]:
    estimator, params = call.owner, call.argument("params")
    if type(estimator).__module__ == _PREPARING:
        return
    if isinstance(params, list | tuple):
        _logger.warning(
            "Skip pyspark ML autologging when calling %s.fit with a list of params,if you want to autolog for this "
            "case, you convert code to call `fit` with each single param map.",
            class_path(estimator),
        )
        yield  # the trainings that this one makes are not logged either
        return
    training = Training(call, estimator.copy(params) if params else estimator)
    training.begin()
    yield
    training.log_results()


def _transform(call: Call) -> Generator[None, None, None]:
    if not (call.options["log_post_training_metrics"] and getattr(call.owner, RUN_ATTRIBUTE, None)):
        return
    yield
    with call.safely("remember a prediction"):
        _recorder.predicted(call.owner, call.argument("dataset"), call.result)


def _evaluate(call: Call) -> Generator[None, None, None]:
    if not call.options["log_post_training_metrics"]:
        return
    yield
    _recorder.evaluated(call)


# The threads of searches and one-versus-rest trainings belong to the training that starts them.
def _within_search(call: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    tasks = call(*args, **kwargs)
    return [_within(task) for task in tasks] if is_inside() else tasks


def _inherit(call: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    made = call(*args, **kwargs)
    if not is_inside():
        return made
    if args and callable(args[0]):
        return _within(made)
    return lambda function: _within(made(function))


def _within(function: Callable[..., Any]) -> Callable[..., Any]:
    def within(*args: Any, **kwargs: Any) -> Any:
        with inside():
            return function(*args, **kwargs)

    return within


INTEGRATION = Integration(AUTOLOGGING_INTEGRATION_NAME, _patch, module="pyspark", supported=SUPPORTED)

__all__ = ["AUTOLOGGING_INTEGRATION_NAME", "autolog"]
