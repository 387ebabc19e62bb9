"""`mlflow.pmdarima.autolog`: fits of ARIMA models are logged by themselves. MLflow has no such thing."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

from mlflow.autologging import AutologgedRun, Call, Integration
from mlflow.autologging.datasets import dataset_of
from mlflow.autologging.inputs import described
from mlflow.models.interface import ModelSignature
from mlflow.pmdarima.model_io import FLAVOR, FLAVOR_NAME, log_model, predictor_of
from mlflow.types.inference import find_schema

SUPPORTED = ("2.0", "3")
"""The first version of pmdarima that this was made for, and the first that it was not tried with."""

_CRITERIA = ("aic", "aicc", "bic", "hqic", "oob")
_FOUND = ("order", "seasonal_order", "with_intercept")
_DATA = frozenset({"y", "X"})


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
    """Log every fit of pmdarima from now on, to the active run or to a run of its own.

    Logged are `auto_arima` and the `fit` of `ARIMA`, `AutoARIMA` and pipelines: the parameters, defaults included, and
    of searches what they found, as `best_order`, `best_seasonal_order` and `best_with_intercept`; the information
    criteria `aic`, `aicc`, `bic`, `hqic`, the error `oob` on samples that were held out, and the errors on the data
    that it was fitted to; the summary, as `model_summary.txt`; the data, as a dataset; the model. What cannot be
    logged is a warning; it never stops a fit.

    Args:
        log_input_examples: log an example of the input, a number of periods, with each model.
        log_model_signatures: log what each model takes and gives; not of models with regressors.
        log_models: log the models.
        log_datasets: log what they were fitted to.
        disable: stop logging instead, and leave pmdarima as it was.
        exclusive: log nothing while a run is active that the user started.
        disable_for_unsupported_versions: log nothing with versions of pmdarima that this was not made for.
        silent: show no messages of autologging.
        registered_model_name: also make a version of this registered model for each model.
        extra_tags: tags of every run that autologging starts.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    pmdarima = FLAVOR.library()
    for kind in (pmdarima.ARIMA, pmdarima.AutoARIMA, FLAVOR.library("pmdarima.pipeline").Pipeline):
        INTEGRATION.watch(kind, "fit", _fit)
    for module in (pmdarima, FLAVOR.library("pmdarima.arima"), FLAVOR.library("pmdarima.arima.auto")):
        INTEGRATION.watch(module, "auto_arima", _fit)
    for name in ("_fit_and_score", "_fit_and_predict"):  # what all ways of cross-validation go through
        INTEGRATION.mute(FLAVOR.library("pmdarima.model_selection._validation"), name)


def _fit(call: Call) -> Generator[None, None, None]:
    run, y, x = call.run(), call.argument("y"), call.argument("X")
    with call.safely("log the parameters"):
        run.log_params(_params_of(call))
    dataset = call.log_training_data(lambda: _dataset(x, y))
    yield
    model = call.result
    if isinstance(model, list):  # all that `auto_arima` tried, the best first
        model = model[0] if model else None
    if model is None:
        return
    with call.safely("log what was found"):
        _log_found(run, call, model, dataset)
    if call.options["log_models"]:
        _log_model(call, model, with_regressors=x is not None)


def _params_of(call: Call) -> dict[str, Any]:
    """The parameters of the model, or of a search; of a pipeline those of its steps."""
    given = {name: value for name, value in call.arguments().items() if name not in _DATA}
    own: dict[str, Any] = {} if call.owner is None else dict(call.owner.get_params())
    steps = own.get("steps")
    if steps is not None:
        own = {"steps": [name for name, _ in steps]}
        for name, step in steps:
            own |= {f"{name}__{key}": value for key, value in step.get_params().items()}
    return {**own, **{key: value for key, value in given.items() if key not in own}}


def _dataset(x: Any, y: Any) -> Any:
    import numpy as np

    values = np.asarray(y)
    return dataset_of(values) if x is None else dataset_of(x, values)


def _last_step(model: Any) -> Any:
    return model.steps_[-1][1] if hasattr(model, "steps_") else model


def _log_found(run: AutologgedRun, call: Call, model: Any, dataset: Any) -> None:
    last = _last_step(model)
    arima = getattr(last, "model_", last)
    if arima is not last or call.owner is None:
        with call.safely("log what the search found"):
            run.log_params({f"best_{name}": getattr(arima, name, None) for name in _FOUND})
    with call.safely("log the summary"):
        run.log_text(str(arima.summary()), "model_summary.txt")
    run.log_metrics(fit_metrics(arima), dataset=dataset)


def fit_metrics(arima: Any) -> dict[str, float]:
    """What a fitted ARIMA model says of its fit: information criteria, the error on samples that were held out, and
    `training_mse`, `training_rmse` and `training_mae`, of the residuals."""
    import numpy as np

    found: dict[str, float] = {}
    for name in _CRITERIA:
        try:
            value = float(getattr(arima, name)())
        except (AttributeError, TypeError, ValueError):
            continue  # versions and models without it
        if not math.isnan(value):
            found[name] = value
    residuals = np.asarray(arima.resid(), dtype=float)
    mse = float(np.mean(residuals**2))
    return found | {
        "training_mse": mse,
        "training_rmse": math.sqrt(mse),
        "training_mae": float(np.mean(np.abs(residuals))),
    }


def _log_model(call: Call, model: Any, *, with_regressors: bool) -> None:
    import pandas as pd

    # What regressors of periods to come look like, nobody knows.
    example = None if with_regressors else pd.DataFrame({"n_periods": [5]})

    def infer() -> ModelSignature:
        # Not by `infer_signature`, which warns of every column of integers: a number of periods is one.
        return ModelSignature(find_schema(example), find_schema(predictor_of(model).predict(example)))

    interface = described(call, example, infer)
    with call.safely("log the model"):
        log_model(model, name="model", registered_model_name=call.options["registered_model_name"], **interface)


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="pmdarima", supported=SUPPORTED)

__all__ = ["autolog"]
