"""What a fitted estimator scores on the data that it was trained on, as numbers and as plots."""

from __future__ import annotations

import copy
import inspect
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_logger = logging.getLogger("mlflow.sklearn")


@dataclass(frozen=True)
class Labelled:
    """An estimator with labelled data.

    Attributes:
        estimator: fitted.
        x: the input, as it was given to `fit`.
        y: the labels.
        weight: the samples' weights, or None.
        pos_label: the label that counts as positive; None for averages over all labels.
    """

    estimator: Any
    x: Any
    y: Any
    weight: Any = None
    pos_label: Any = None


@dataclass(frozen=True)
class Predicted:
    """What an estimator says of labelled data: all that its metrics and plots are made of, and nobody else's to change.

    Attributes:
        kind: `"classifier"`, `"regressor"`, or something else, of which nothing is computed but its own score.
        name: the name of the estimator's class.
        y: the labels.
        weight: the samples' weights, or None.
        pos_label: the label that counts as positive, or None.
        labels: what it predicts.
        chances: the probabilities of the classes, rows × classes, or None.
        curve: scores of the positive class and its label, for curves of binary classifiers, or None.
        score: the estimator's own score; a function where it takes time and depends on nothing that may change.
    """

    kind: str
    name: str
    y: Any
    weight: Any
    pos_label: Any
    labels: Any = None
    chances: Any = None
    curve: tuple[Any, Any] | None = None
    score: Callable[[], Any] | None = None


def predict(data: Labelled) -> Predicted:
    """Have an estimator predict what its metrics and plots need."""
    from sklearn.base import is_classifier, is_regressor

    y, weight = _copied(data.y), _copied(data.weight)
    about = {"name": type(data.estimator).__name__, "y": y, "weight": weight, "pos_label": data.pos_label}
    if is_classifier(data.estimator):
        labels, chances = data.estimator.predict(data.x), _chances(data)
        score = _own_score(data, y, labels)
        return Predicted(
            "classifier", labels=labels, chances=chances, curve=_curve(data, chances), score=score, **about
        )
    if is_regressor(data.estimator):
        labels = data.estimator.predict(data.x)
        return Predicted("regressor", labels=labels, score=_own_score(data, y, labels), **about)
    return Predicted("other", score=_own_score(data, y, None), **about)


def _copied(values: Any) -> Any:
    """Labels or weights, as they are now."""
    return values.copy() if hasattr(values, "copy") else copy.copy(values)


def evaluate(predicted: Predicted, prefix: str, directory: str | None = None) -> dict[str, float]:
    """Compute the metrics that go with the kind of an estimator; what cannot be computed is left out, with a warning.

    Args:
        predicted: what it predicted.
        prefix: what the names begin with, e.g. `"training_"`.
        directory: where plots are written to, as PNG; none are made when omitted.

    Returns:
        Metrics by name.
    """
    found: dict[str, float] = {}
    metrics: list[tuple[str, Callable[[], Any]]] = []
    if predicted.kind == "classifier":
        metrics += _of_classifier(predicted)
        if directory is not None:
            for name, plot in _plots(predicted):
                _plot(plot, os.path.join(directory, f"{prefix}{name}.png"))
    elif predicted.kind == "regressor":
        metrics += _of_regressor(predicted)
    if predicted.score is not None:
        metrics.append(("score", predicted.score))
    for name, compute in metrics:
        try:
            found[prefix + name] = float(compute())
        except Exception as error:
            _logger.warning("The metric %s%s will not be recorded: %s", prefix, name, error)
    return found


def _chances(data: Labelled) -> Any:
    """The probabilities of the classes, where the estimator knows them."""
    if not hasattr(data.estimator, "predict_proba"):
        return None
    try:
        return data.estimator.predict_proba(data.x)
    except Exception as error:
        _logger.warning("Metrics and plots that need probabilities will not be recorded: %s", error)
        return None


def _of_classifier(data: Predicted) -> Iterator[tuple[str, Callable[[], Any]]]:
    from sklearn import metrics

    y, weight, predicted, chances = data.y, {"sample_weight": data.weight}, data.labels, data.chances
    average = {"average": "weighted"} if data.pos_label is None else {"average": "binary", "pos_label": data.pos_label}
    # A class that is never predicted counts 0, as by default, but without a warning among the user's.
    options = {**weight, **average, "zero_division": 0}
    yield "precision_score", lambda: metrics.precision_score(y, predicted, **options)
    yield "recall_score", lambda: metrics.recall_score(y, predicted, **options)
    yield "f1_score", lambda: metrics.f1_score(y, predicted, **options)
    yield "accuracy_score", lambda: metrics.accuracy_score(y, predicted, **weight)
    if chances is not None:
        yield "log_loss", lambda: metrics.log_loss(y, chances, **weight)
        yield "roc_auc", lambda: _roc_auc(y, chances, data.weight)


def _roc_auc(y: Any, chances: Any, weight: Any) -> Any:
    from sklearn.metrics import roc_auc_score

    if len(chances[0]) == 2:
        return roc_auc_score(y, chances[:, 1], average="weighted", sample_weight=weight)
    return roc_auc_score(y, chances, average="weighted", sample_weight=weight, multi_class="ovo")


def _of_regressor(data: Predicted) -> Iterator[tuple[str, Callable[[], Any]]]:
    from sklearn import metrics

    y, weight, predicted = data.y, {"sample_weight": data.weight}, data.labels
    yield "mean_squared_error", lambda: metrics.mean_squared_error(y, predicted, **weight)
    yield "root_mean_squared_error", lambda: metrics.root_mean_squared_error(y, predicted, **weight)
    yield "mean_absolute_error", lambda: metrics.mean_absolute_error(y, predicted, **weight)
    yield "r2_score", lambda: metrics.r2_score(y, predicted, **weight)


def _own_score(data: Labelled, y: Any, labels: Any) -> Callable[[], Any] | None:
    """How to find what the estimator's `score` says; scores that are those of any classifier or regressor need no
    further prediction."""
    from sklearn import metrics
    from sklearn.base import ClassifierMixin, RegressorMixin
    from sklearn.utils.validation import has_fit_parameter

    score = getattr(data.estimator, "score", None)
    if score is None:
        return None
    weighted = data.weight is not None and _takes_weights(score)
    weight = {"sample_weight": data.weight} if weighted and has_fit_parameter(data.estimator, "sample_weight") else {}
    function = inspect.unwrap(getattr(score, "__func__", score))
    for mixin, compute in ((ClassifierMixin, metrics.accuracy_score), (RegressorMixin, metrics.r2_score)):
        if function is inspect.unwrap(mixin.score):
            owned = {key: _copied(value) for key, value in weight.items()}
            return lambda: compute(y, labels, **owned)
    try:
        value = score(data.x, data.y, **weight)
    except Exception as error:
        return _raising(error)
    return lambda: value


def _raising(error: Exception) -> Callable[[], Any]:
    def raise_it() -> Any:
        raise error

    return raise_it


def _takes_weights(score: Callable[..., Any]) -> bool:
    return "sample_weight" in inspect.signature(score).parameters


# -- plots ----------------------------------------------------------------------------------------------------
def _curve(data: Labelled, chances: Any) -> tuple[Any, Any] | None:
    """The scores of the positive class, and its label; None for others than binary classifiers with scores."""
    from sklearn.utils.multiclass import type_of_target

    if type_of_target(data.y) != "binary":
        return None
    scores = chances[:, 1] if chances is not None and chances.shape[1] == 2 else None
    if scores is None and hasattr(data.estimator, "decision_function"):
        scores = data.estimator.decision_function(data.x)
    if scores is None:
        return None
    positive = data.estimator.classes_[1]
    if data.pos_label is not None and data.pos_label != positive:
        return -scores, data.pos_label
    return scores, positive


def _plots(data: Predicted) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """The plots of a classifier: name, and a function that draws on matplotlib's axes."""
    from sklearn import metrics
    from sklearn.utils.multiclass import type_of_target

    y, weight = data.y, data.weight
    if type_of_target(y) in ("binary", "multiclass"):
        yield (
            "confusion_matrix",
            lambda axes: metrics.ConfusionMatrixDisplay.from_predictions(
                y, data.labels, sample_weight=weight, normalize="true", cmap="Blues", ax=axes
            ),
        )
    if data.curve is None:
        return
    scores, positive = data.curve
    options = {"sample_weight": weight, "pos_label": positive, "name": data.name}
    yield "roc_curve", lambda axes: metrics.RocCurveDisplay.from_predictions(y, scores, ax=axes, **options)
    yield (
        "precision_recall_curve",
        lambda axes: metrics.PrecisionRecallDisplay.from_predictions(y, scores, ax=axes, **options),
    )


def _plot(draw: Callable[[Any], Any], path: str) -> None:
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        # A canvas of its own: the user's figures, backend and current axes stay as they are, in every thread.
        figure = Figure(figsize=(6.0, 4.0), layout="tight")
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        draw(axes)
        title = os.path.basename(path).removesuffix(".png").replace("_", " ").capitalize()
        axes.set_title(title.replace("roc", "ROC"))
        figure.savefig(path)
    except Exception as error:
        _logger.warning("The plot %s will not be recorded: %s", os.path.basename(path), error)
