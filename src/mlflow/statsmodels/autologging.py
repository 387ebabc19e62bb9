"""`mlflow.statsmodels.autolog`: fits are logged by themselves."""

from __future__ import annotations

import numbers
from collections.abc import Generator
from typing import Any

from mlflow.autologging import Call, Integration
from mlflow.statsmodels.model_io import FLAVOR, FLAVOR_NAME, log_model

SUPPORTED = ("0.14", "0.15")
"""The first version of statsmodels that this was made for, and the first that it was not tried with."""

METRICS = (
    "aic bic centered_tss condition_number df_model df_resid ess f_pvalue fvalue llf mse_model mse_resid mse_total "
    "rsquared rsquared_adj scale ssr uncentered_tss"
).split()
"""The figures of results that are logged, those of MLflow; each kind of results has some of them."""


def autolog(
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    registered_model_name: str | None = None,
    extra_tags: dict[str, str] | None = None,
) -> None:
    """Log every `fit` of a model of statsmodels from now on, to the active run or to a run of its own.

    What is logged: the arguments of `fit`, defaults included; figures of the results such as `aic` and `rsquared`;
    their summary, as `model_summary.txt`; the results, as the model. What cannot be logged is a warning; it never
    stops a fit.

    Args:
        log_models: log the results.
        log_datasets: accepted for compatibility: as in MLflow, no dataset is logged.
        disable: stop logging instead, and leave statsmodels as it was.
        exclusive: log nothing while a run is active that the user started.
        disable_for_unsupported_versions: log nothing with versions of statsmodels that this was not made for.
        silent: show no messages of autologging.
        registered_model_name: also make a version of this registered model for each model.
        extra_tags: tags of every run that autologging starts.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    FLAVOR.library("statsmodels.api")
    for kind in _models(FLAVOR.library("statsmodels.base.model").Model):
        if "fit" in kind.__dict__:
            INTEGRATION.watch(kind, "fit", _fit)


def _models(kind: type) -> set[type]:
    """A class of statsmodels and those of its own that are made of it."""
    own = [each for each in kind.__subclasses__() if each.__module__.startswith("statsmodels.")]
    return {kind}.union(*(_models(each) for each in own))


def _fit(call: Call) -> Generator[None, None, None]:
    run = call.run()
    with call.safely("log the parameters"):
        run.log_params(call.arguments())
    yield
    results = call.result
    with call.safely("log the results' figures"):
        run.log_metrics(_figures(results))
    with call.safely("log the summary"):
        run.log_text(results.summary().as_text(), "model_summary.txt")
    if call.options["log_models"]:
        with call.safely("log the model"):
            log_model(results, name="model", registered_model_name=call.options["registered_model_name"])


def _figures(results: Any) -> dict[str, float]:
    found = {}
    for name in METRICS:
        try:
            value = getattr(results, name, None)
        except Exception:
            continue  # some results say that they have no such figure when they are asked for it
        if isinstance(value, numbers.Real):
            found[name] = float(value)
    return found


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="statsmodels", supported=SUPPORTED)

__all__ = ["autolog"]
