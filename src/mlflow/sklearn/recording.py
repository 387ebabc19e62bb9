"""What is logged of an estimator itself: its parameters, and what it is."""

from __future__ import annotations

from typing import Any

from mlflow.sklearn.estimators import class_path, is_search

RUN_ATTRIBUTE = "_mlflow_run_id"
"""What an estimator that was trained with autologging carries, copies and pickles included."""


def params_of(estimator: Any) -> dict[str, Any]:
    """The parameters of an estimator, defaults and those of inner estimators included.

    Those of a search are its own only: inner ones differ from one trial to the next.
    """
    return dict(estimator.get_params(deep=not is_search(estimator)))


def tags_of(estimator: Any) -> dict[str, str]:
    """The tags that say what an estimator is."""
    return {"estimator_name": type(estimator).__name__, "estimator_class": class_path(estimator)}
