"""What an estimator is made up of: names of its parts, and their params.

A part is named by its class; where several parts are of one class, numbers from 1 tell them apart (`StringIndexer_2`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any


class Hierarchy:
    """An estimator with its parts: stages of pipelines, classifiers of one-versus-rest, what searches tune and use.

    Args:
        estimator: the whole.
    """

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator
        parts = {part.uid: part for part in _parts(estimator)}
        total = Counter(type(part).__name__ for part in parts.values())
        seen: Counter[str] = Counter()
        self._names: dict[str, str] = {}
        for uid, part in parts.items():
            kind = type(part).__name__
            seen[kind] += 1
            self._names[uid] = kind if total[kind] == 1 else f"{kind}_{seen[kind]}"
        self.searches = [part for part in parts.values() if is_search(part)]

    def name(self, part: Any) -> str:
        """The name of a part."""
        return self._names.get(part.uid, type(part).__name__)

    def params(self) -> dict[str, Any]:
        """The params of the whole and, by the names of the parts, of all parts but those that are tuned."""
        return dict(self._params(self.estimator, ""))

    def tuned(self, search: Any) -> dict[str, Any]:
        """What a search starts from and what it tries: the params of its estimator, and each combination."""
        estimator = search.getEstimator()
        return {
            "tuned_estimator_parameter_map": dict(self._params(estimator, f"{self.name(estimator)}.")),
            "tuning_parameter_map_list": self.combinations(search),
        }

    def combinations(self, search: Any) -> list[dict[str, Any]]:
        """What a search tries, by `<part>.<param>`."""
        return [
            {
                f"{self._names.get(param.parent, param.parent)}.{param.name}": self._shown(value)
                for param, value in each.items()
            }
            for each in search.getEstimatorParamMaps()
        ]

    def tree(self) -> dict[str, Any]:
        """How the whole is made up, by the names of the parts."""
        return self._tree(self.estimator)

    def _tree(self, part: Any) -> dict[str, Any]:
        found: dict[str, Any] = {"name": self.name(part)}
        if is_pipeline(part):
            found["stages"] = [self._tree(stage) for stage in part.getStages()]
        elif is_one_versus_rest(part):
            found["classifier"] = self._tree(part.getClassifier())
        elif is_search(part):
            found["evaluator"] = self._tree(part.getEvaluator())
            found["tuned_estimator"] = self._tree(part.getEstimator())
        return found

    def _params(self, part: Any, prefix: str) -> Iterator[tuple[str, Any]]:
        for param in part.params:
            if param.name != "estimatorParamMaps" and part.isDefined(param):
                yield f"{prefix}{param.name}", self._shown(part.getOrDefault(param))
        # what a search tunes differs from one of its trainings to the next
        inner = [part.getEvaluator()] if is_search(part) else _inner(part)
        for each in inner:
            yield from self._params(each, f"{self.name(each)}.")

    def _shown(self, value: Any) -> Any:
        if hasattr(value, "uid"):
            return self.name(value)
        return [self._shown(each) for each in value] if isinstance(value, list) else value


def is_pipeline(part: Any) -> bool:
    """Whether it is a pipeline that is to be trained."""
    return hasattr(part, "getStages")


def is_one_versus_rest(part: Any) -> bool:
    """Whether it trains a classifier for each class."""
    return hasattr(part, "getClassifier") and hasattr(part, "fit")


def is_search(part: Any) -> bool:
    """Whether it searches for params: `CrossValidator`, `TrainValidationSplit`."""
    return hasattr(part, "getEstimatorParamMaps") and hasattr(part, "fit")


def is_made_up(part: Any) -> bool:
    """Whether an estimator has parts."""
    return is_pipeline(part) or is_one_versus_rest(part) or is_search(part)


def _inner(part: Any) -> list[Any]:
    if is_pipeline(part):
        return list(part.getStages())
    if is_one_versus_rest(part):
        return [part.getClassifier()]
    return [part.getEstimator(), part.getEvaluator()] if is_search(part) else []


def _parts(part: Any) -> Iterator[Any]:
    yield part
    for each in _inner(part):
        yield from _parts(each)
