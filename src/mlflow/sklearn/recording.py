"""What is logged of an estimator: parameters and class."""

from __future__ import annotations

from typing import Any

from millrace.model import Param
from mlflow.autologging.recording import as_params as params_from
from mlflow.autologging.recording import log_dataset, log_numbers, log_params
from mlflow.sklearn.estimators import class_path, is_search

__all__ = ["as_params", "log_dataset", "log_estimator", "log_numbers", "params_of"]


def params_of(estimator: Any) -> dict[str, Any]:
    """The parameters of an estimator, defaults and those of inner estimators included.

    Those of a search are its own only: inner ones differ from one trial to the next.
    """
    return dict(estimator.get_params(deep=not is_search(estimator)))


def log_estimator(run_id: str, estimator: Any, *, fresh: bool) -> None:
    """Log parameters and class of an estimator in one request; `fresh`: the run has no params yet."""
    tags = {"estimator_name": type(estimator).__name__, "estimator_class": class_path(estimator)}
    log_params(run_id, params_of(estimator), fresh=fresh, tags=tags)


def as_params(estimator: Any) -> list[Param]:
    """The parameters of an estimator as params of a run; those whose names cannot be stored are left out."""
    return params_from(params_of(estimator))
