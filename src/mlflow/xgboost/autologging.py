"""`mlflow.xgboost.autolog`: trainings of boosters and estimators are logged by themselves."""

from __future__ import annotations

from collections.abc import Generator

from mlflow.autologging import Call, Integration
from mlflow.autologging.boosting import BoostingHooks, with_subclasses
from mlflow.autologging.inputs import example_of
from mlflow.sklearn.predictions import watch_estimators
from mlflow.xgboost.model_io import FLAVOR, FLAVOR_NAME
from mlflow.xgboost.training import EXAMPLE, BoosterTraining

SUPPORTED = ("2.0", "4")
"""The first version of XGBoost that this was made for, and the first that it was not tried with."""


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
    `xgboost.XGBClassifier` too; of those also what their `score` and functions of `sklearn.metrics` say later
    of what they predict. What cannot be logged is a warning; it never stops a training.

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
    INTEGRATION.enable(locals())


def _patch() -> None:
    xgboost = FLAVOR.library()
    INTEGRATION.watch(xgboost.DMatrix, "__init__", _make_matrix)
    INTEGRATION.watch(xgboost, "train", _hooks.train)
    INTEGRATION.watch(FLAVOR.library("xgboost.training"), "train", _hooks.train)
    estimators = FLAVOR.library("xgboost.sklearn")
    INTEGRATION.trace(estimators, "train", _hooks.train_in_fit)
    kinds = with_subclasses(estimators.XGBModel)
    for kind in kinds:
        if "fit" in kind.__dict__:
            INTEGRATION.watch(kind, "fit", _hooks.fit)
    watch_estimators(INTEGRATION, kinds)


def _make_matrix(call: Call) -> Generator[None, None, None]:
    data = call.argument("data")
    made = {"enable_categorical": bool(call.argument("enable_categorical"))}
    yield
    if hasattr(data, "shape"):
        setattr(call.owner, EXAMPLE, (example_of(data), made))


_hooks = BoostingHooks(BoosterTraining)
INTEGRATION = Integration(FLAVOR_NAME, _patch, module="xgboost", supported=SUPPORTED)

__all__ = ["autolog"]
