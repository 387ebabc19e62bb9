"""Which classes of scikit-learn are logged when they are trained."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

_PREPARING = ("preprocessing", "impute", "feature_extraction", "feature_selection", "compose")
"""Modules whose classes prepare data: they would fill experiments with runs that nobody compares."""


def is_of_sklearn(kind: type) -> bool:
    """Whether a class is defined in scikit-learn itself."""
    return kind.__module__.partition(".")[0] == "sklearn"


@cache
def is_logged(kind: type) -> bool:
    """Whether the training of an estimator of this class is logged: it is, or extends, one of scikit-learn's own."""
    from sklearn.base import BaseEstimator

    for each in kind.__mro__:
        public = is_of_sklearn(each) and each is not BaseEstimator and not each.__name__.startswith("_")
        if public and issubclass(each, BaseEstimator):
            return each.__module__.split(".")[1] not in _PREPARING
    return False


def is_search(estimator: Any) -> bool:
    """Whether an estimator searches for parameters by cross-validation, e.g. `GridSearchCV`."""
    from sklearn.model_selection._search import BaseSearchCV

    return isinstance(estimator, BaseSearchCV)


def loaded_classes() -> Iterator[type]:
    """The classes of scikit-learn that are loaded and define what estimators do, mixins included."""
    from sklearn.base import BaseEstimator

    seen: set[type] = set()
    waiting: list[type] = [BaseEstimator]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        for each in own_classes(kind):
            if each not in seen:
                seen.add(each)
                yield each


def own_classes(kind: type) -> Iterator[type]:
    """A class and those that it inherits from, as far as they are scikit-learn's."""
    return (each for each in kind.__mro__ if is_of_sklearn(each))


def class_path(estimator: Any) -> str:
    """The full name of an estimator's class."""
    return f"{type(estimator).__module__}.{type(estimator).__name__}"
