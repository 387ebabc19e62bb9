"""`mlflow.lightgbm.autolog`: trainings of boosters and estimators are logged by themselves."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from mlflow.autologging import Call, Integration, safe_callbacks
from mlflow.autologging.boosting import Boosting, BoostingHooks, with_subclasses
from mlflow.autologging.datasets import dataset_of
from mlflow.autologging.inputs import example_of
from mlflow.lightgbm.model_io import FLAVOR, FLAVOR_NAME, log_model
from mlflow.sklearn.predictions import watch_estimators

SUPPORTED = ("4.0", "5")
"""The first version of LightGBM that this was made for, and the first that it was not tried with."""

EXAMPLE = "_mlflow_example"
"""What a `Dataset` carries that was made with autologging: rows of what it was made of."""

_NOT_LOGGED = frozenset(
    ["params", "train_set", "valid_sets", "valid_names", "feval", "fobj", "init_model", "callbacks", "evals_result"]
)


def autolog(
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    registered_model_name: str | None = None,
    extra_tags: dict[str, str] | None = None,
) -> None:
    """Log every training of LightGBM from now on, to the active run or to a run of its own.

    What is logged: the parameters of `lightgbm.train`, defaults included; the metrics of each iteration; with early
    stopping the iterations that were the best and the last, counted from 1, and the metrics of the best once more; the
    importance of each feature by splits and by gain, as JSON and as pictures; the data, as datasets; the model. That
    holds for estimators such as `lightgbm.LGBMClassifier` too; of those also what their `score` and functions of
    `sklearn.metrics` say later of what they predict. What cannot be logged is a warning; it never stops a training.

    Args:
        log_input_examples: log the first five rows of the input with each model.
        log_model_signatures: log what each model takes and gives.
        log_models: log the models.
        log_datasets: log what they were trained and evaluated on.
        disable: stop logging instead, and leave LightGBM as it was.
        exclusive: log nothing while a run is active that the user started.
        disable_for_unsupported_versions: log nothing with versions of LightGBM that this was not made for.
        silent: show no messages of autologging.
        registered_model_name: also make a version of this registered model for each model.
        extra_tags: tags of every run that autologging starts.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    lightgbm = FLAVOR.library()
    INTEGRATION.watch(lightgbm.Dataset, "__init__", _make_dataset)
    INTEGRATION.watch(lightgbm, "train", _hooks.train)
    INTEGRATION.watch(FLAVOR.library("lightgbm.engine"), "train", _hooks.train)
    estimators = FLAVOR.library("lightgbm.sklearn")
    INTEGRATION.trace(estimators, "train", _hooks.train_in_fit)
    kinds = with_subclasses(estimators.LGBMModel)
    for kind in kinds:
        if "fit" in kind.__dict__:
            INTEGRATION.watch(kind, "fit", _hooks.fit)
    watch_estimators(INTEGRATION, kinds)


def _make_dataset(call: Call) -> Generator[None, None, None]:
    data = call.argument("data")
    yield
    if hasattr(data, "shape"):
        setattr(call.owner, EXAMPLE, example_of(data))


class BoosterTraining(Boosting):
    """A call of `lightgbm.train`, or one of an estimator's `fit`, which makes one of those."""

    def before(self, train: Call) -> None:
        """See `Boosting.before`."""
        given = train.arguments()
        params = {key: value for key, value in given.items() if key not in _NOT_LOGGED}
        self.log_params({**params, **dict(given["params"])})
        self.example = getattr(given["train_set"], EXAMPLE, self.example)
        self._log_data(given["train_set"], "train", None)
        evaluated, names = _listed(given.get("valid_sets")), _listed(given.get("valid_names"))
        for index, data in enumerate(evaluated):
            self._log_data(data, "eval", names[index] if index < len(names) else None)
        train.put("callbacks", [_LogMetrics(self), *(given.get("callbacks") or ())])

    def _log_data(self, data: Any, context: str, name: str | None) -> None:
        # One that was trained on before may have let go of what it was made of.
        if data.data is not None:
            self.log_dataset(lambda _: dataset_of(data.data, data.label, name), context)

    def after(self, booster: Any) -> None:
        """See `Boosting.after`."""
        with self.call.safely("log early stopping"):
            if booster.best_iteration > 0 and self.measured:
                self.log_best(booster.best_iteration, self.iterations)
                self.log_metrics_of(booster.best_iteration - 1 - self.first)
        features = booster.feature_name()
        for kind in ("split", "gain"):
            with self.call.safely(f"find the importance of features ({kind})"):
                importance = booster.feature_importance(importance_type=kind).tolist()
                self.log_importance(kind, dict(zip(features, importance, strict=True)))

    def log_booster(self, booster: Any) -> None:
        """See `Boosting.log_booster`."""
        self._log_model(booster, booster.predict)

    def log_estimator(self, estimator: Any) -> None:
        """See `Boosting.log_estimator`."""
        self._log_model(estimator, estimator.predict)

    def _log_model(self, model: Any, predict: Callable[[Any], Any]) -> None:
        self.log_model(model, log_model, self.example, predict)


def _listed(value: Any) -> list[Any]:
    """What may be one thing or several."""
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


@safe_callbacks(FLAVOR_NAME)
class _LogMetrics:
    """Logs what each iteration measured; before any other callback, which may stop the training."""

    before_iteration = False
    order = -100

    def __init__(self, training: BoosterTraining) -> None:
        self._training = training

    def __call__(self, env: Any) -> None:
        """See LightGBM's callbacks."""
        self._training.first = env.begin_iteration
        if env.evaluation_result_list:
            self._training.log_iteration({f"{each[0]}-{each[1]}": each[2] for each in env.evaluation_result_list})


_hooks = BoostingHooks(BoosterTraining)
INTEGRATION = Integration(FLAVOR_NAME, _patch, module="lightgbm", supported=SUPPORTED)

__all__ = ["autolog"]
