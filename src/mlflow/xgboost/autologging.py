"""`mlflow.xgboost.autolog`: trainings of boosters and estimators are logged by themselves."""

from __future__ import annotations

import importlib
import logging
import threading
from collections.abc import Callable
from typing import Any

from mlflow.autologging import Patches, argument, current, enable, is_inside, is_supported, safely
from mlflow.autologging.trainings import head, train
from mlflow.models.flavors import library
from mlflow.xgboost.model_io import FLAVOR_NAME
from mlflow.xgboost.training import EXAMPLE, BoosterTraining, EstimatorTraining

_logger = logging.getLogger("mlflow.xgboost")

SUPPORTED = ("2.0", "4")
"""The first version of XGBoost that this was made for, and the first that it was not."""

_patches = Patches()
_lock = threading.Lock()


class _Own(threading.local):
    """What belongs to one thread."""

    estimator: EstimatorTraining | None = None
    """The training of an estimator that has not trained its booster yet."""


_own = _Own()


def autolog(
    importance_types: list[str] | None = None,
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    registered_model_name: str | None = None,
    model_format: str = "ubj",
    extra_tags: dict[str, str] | None = None,
) -> None:
    """Log every training of XGBoost from now on, to the active run or to a run of its own.

    What is logged: the parameters of `xgboost.train`, defaults included; the metrics of each iteration; with early
    stopping the iterations that were the best and the last, and the metrics of the best once more; the importance of
    each feature, as JSON and as a picture; the data, as datasets; the model. That holds for estimators such as
    `xgboost.XGBClassifier` too. What cannot be logged is a warning; it never stops a training.

    Args:
        importance_types: kinds of feature importance to log, `["weight"]` by default.
        log_input_examples: log the first five rows of the input with each model.
        log_model_signatures: log what each model takes and gives.
        log_models: log the models.
        log_datasets: log what they were trained and evaluated on.
        disable: stop logging instead, and leave XGBoost as it was.
        exclusive: log nothing while a run is active that the user started.
        disable_for_unsupported_versions: log nothing with versions of XGBoost that this was not made for.
        silent: show no messages of autologging.
        registered_model_name: also make a version of this registered model for each model.
        model_format: the file format of models; see `save_model`.
        extra_tags: tags of every run that autologging starts.
    """
    options = dict(locals())
    with _lock:
        if not disable:
            version = library(FLAVOR_NAME, "xgboost").__version__
            if disable_for_unsupported_versions and not is_supported(version, *SUPPORTED):
                _logger.warning("XGBoost %s is not supported by autologging, which is disabled.", version)
                options["disable"] = True
        enable(FLAVOR_NAME, options)
        if options["disable"]:
            _patches.undo()
        else:
            _patch()


def _patch() -> None:
    xgboost = importlib.import_module("xgboost")
    training = importlib.import_module("xgboost.training")
    _patches.function(training, "train", _train)
    # The same function by the names that it is called by: users' and estimators'.
    for module in (xgboost, importlib.import_module("xgboost.sklearn")):
        if module.train is not training.train:
            _patches.attribute(module, "train", training.train)
    _patches.method(xgboost.DMatrix, "__init__", _make_matrix)
    for kind in _estimators(xgboost):
        _patches.method(kind, "fit", _fit)


def _estimators(xgboost: Any) -> list[type]:
    if not hasattr(xgboost, "XGBModel"):
        return []  # scikit-learn is not installed
    waiting, found = [xgboost.XGBModel], []
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += [each for each in kind.__subclasses__() if each.__module__ == "xgboost.sklearn"]
    return found


# -- what is called instead -----------------------------------------------------------------------------------
def _make_matrix(call: Callable[..., Any], matrix: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    call(*args, **kwargs)
    if current(FLAVOR_NAME) is not None and not is_inside():
        with safely(FLAVOR_NAME, "take an input example"):
            data = args[0] if args else kwargs.get("data")
            setattr(matrix, EXAMPLE, (head(data), {"enable_categorical": bool(kwargs.get("enable_categorical"))}))


def _train(call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    outer, _own.estimator = _own.estimator, None
    if outer is None:
        return train(lambda options: BoosterTraining(FLAVOR_NAME, options, call), FLAVOR_NAME, call, args, kwargs)
    given = args, kwargs
    with safely(FLAVOR_NAME, "log the training"):
        given = outer.before_booster(call, args, dict(kwargs))
    booster = call(*given[0], **given[1])
    with safely(FLAVOR_NAME, "log the training"):
        outer.after_booster(booster)
    return booster


def _fit(call: Callable[..., Any], estimator: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    def make(options: dict[str, Any]) -> EstimatorTraining:
        training = EstimatorTraining(FLAVOR_NAME, options, estimator, argument(call, "X", args, kwargs))
        _own.estimator = training
        return training

    try:
        return train(make, FLAVOR_NAME, call, args, kwargs)
    finally:
        if not is_inside():
            _own.estimator = None


__all__ = ["autolog"]
