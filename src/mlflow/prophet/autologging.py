"""`mlflow.prophet.autolog`: fits of forecasters are logged by themselves. MLflow has no such thing."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Generator
from typing import Any

from mlflow.autologging import Call, Integration
from mlflow.autologging.datasets import dataset_of
from mlflow.autologging.inputs import described, example_of, signature_of
from mlflow.prophet.model_io import FLAVOR, FLAVOR_NAME, log_model

SUPPORTED = ("1.1", "2")
"""The first version of Prophet that this was made for, and the first that it was not tried with."""

_TABLES = frozenset({"holidays", "changepoints"})
"""Arguments of a forecaster that are data; of these the number of rows is logged."""


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
    """Log every `Prophet.fit` from now on, to the active run or to a run of its own.

    What is logged: the forecaster's arguments, defaults included, its seasonalities and regressors, and the arguments
    of `fit`; how well it describes what it was fitted to; the data, as a dataset; the model. The fits of
    `prophet.diagnostics.cross_validation` are not logged. What cannot be logged is a warning; it never stops a fit.

    Args:
        log_input_examples: log the first five rows of the input with each model.
        log_model_signatures: log what each model takes and gives.
        log_models: log the models.
        log_datasets: log what they were fitted to.
        disable: stop logging instead, and leave Prophet as it was.
        exclusive: log nothing while a run is active that the user started.
        disable_for_unsupported_versions: log nothing with versions of Prophet that this was not made for.
        silent: show no messages of autologging.
        registered_model_name: also make a version of this registered model for each model.
        extra_tags: tags of every run that autologging starts.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    INTEGRATION.watch(FLAVOR.library().Prophet, "fit", _fit)
    INTEGRATION.mute(FLAVOR.library("prophet.diagnostics"), "cross_validation")


def _fit(call: Call) -> Generator[None, None, None]:
    run, model, data = call.run(), call.owner, call.argument("df")
    example = None
    with call.safely("log the parameters"):
        run.log_params({**_params_of(model), **{key: value for key, value in call.kwargs.items() if key != "df"}})
    dataset = call.log_training_data(lambda: dataset_of(data))
    with call.safely("take an input example"):
        example = example_of(data.drop(columns="y"))
    yield
    with call.safely("log how well it fits"):
        run.log_metrics(fit_metrics(model), dataset=dataset)
    if call.options["log_models"]:
        interface = described(call, example, lambda: signature_of(example, model.predict))
        with call.safely("log the model"):
            registered = call.options["registered_model_name"]
            log_model(model, name="model", registered_model_name=registered, **interface)


def _params_of(model: Any) -> dict[str, Any]:
    """The arguments that a forecaster was made with, and what was added to it since."""
    found = {}
    for name in inspect.signature(type(model).__init__).parameters:
        value = getattr(model, name, None)
        if name in _TABLES and value is not None:
            found[name] = f"{len(value)} rows"
        elif name == "stan_backend":
            found[name] = model.stan_backend.get_type()
        elif name not in ("self", "kwargs"):
            found[name] = value
    found["country_holidays"] = model.country_holidays
    found["added_seasonalities"] = sorted(model.seasonalities)
    found["extra_regressors"] = sorted(model.extra_regressors)
    return found


def fit_metrics(model: Any) -> dict[str, float]:
    """How far a fitted forecaster is from the data that it was fitted to, by the measures of
    `prophet.diagnostics.performance_metrics`: `training_mse`, `training_rmse`, `training_mae`, and, where no value is
    near 0, `training_mape` and `training_mdape`; `training_smape`."""
    import numpy as np

    history = model.history
    # Without intervals, which are sampled and take most of the time.
    alike = copy.copy(model)
    alike.uncertainty_samples = 0
    actual = history["y"].to_numpy(dtype=float)
    predicted = alike.predict(history)["yhat"].to_numpy(dtype=float)
    error = np.abs(actual - predicted)
    found = {
        "training_mse": np.mean(error**2),
        "training_rmse": np.sqrt(np.mean(error**2)),
        "training_mae": np.mean(error),
    }
    if np.min(np.abs(actual)) >= 1e-8:
        relative = error / np.abs(actual)
        found |= {"training_mape": np.mean(relative), "training_mdape": np.median(relative)}
    size = (np.abs(actual) + np.abs(predicted)) / 2
    found["training_smape"] = np.mean(np.divide(error, size, out=np.zeros_like(error), where=size > 0))
    return {key: float(value) for key, value in found.items()}


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="prophet", supported=SUPPORTED)

__all__ = ["autolog"]
