"""What a fitted estimator scores on the data that it was trained on, as numbers and as plots."""

from __future__ import annotations

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


def evaluate(data: Labelled, prefix: str, directory: str | None = None) -> dict[str, float]:
    """Compute the metrics that go with the kind of an estimator; what cannot be computed is left out, with a warning.

    Args:
        data: the estimator and its data.
        prefix: what the names begin with, e.g. `"training_"`.
        directory: where plots are written to, as PNG; none are made when omitted.

    Returns:
        Metrics by name.
    """
    from sklearn.base import is_classifier, is_regressor

    found: dict[str, float] = {}
    metrics: Iterator[tuple[str, Callable[[], Any]]] = iter(())
    if is_classifier(data.estimator):
        predicted = data.estimator.predict(data.x)
        chances = _chances(data)
        metrics = _of_classifier(data, predicted, chances)
        if directory is not None:
            for name, plot in _plots(data, predicted, chances):
                _plot(plot, os.path.join(directory, f"{prefix}{name}.png"))
    elif is_regressor(data.estimator):
        metrics = _of_regressor(data, data.estimator.predict(data.x))
    for name, compute in [*metrics, *_own_score(data)]:
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


def _of_classifier(data: Labelled, predicted: Any, chances: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    from sklearn import metrics

    y, weight = data.y, {"sample_weight": data.weight}
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


def _of_regressor(data: Labelled, predicted: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    from sklearn import metrics

    y, weight = data.y, {"sample_weight": data.weight}
    yield "mean_squared_error", lambda: metrics.mean_squared_error(y, predicted, **weight)
    yield "root_mean_squared_error", lambda: metrics.root_mean_squared_error(y, predicted, **weight)
    yield "mean_absolute_error", lambda: metrics.mean_absolute_error(y, predicted, **weight)
    yield "r2_score", lambda: metrics.r2_score(y, predicted, **weight)


def _own_score(data: Labelled) -> Iterator[tuple[str, Callable[[], Any]]]:
    from sklearn.utils.validation import has_fit_parameter

    score = getattr(data.estimator, "score", None)
    if score is None:
        return
    weighted = data.weight is not None and _takes_weights(score)
    weight = {"sample_weight": data.weight} if weighted and has_fit_parameter(data.estimator, "sample_weight") else {}
    yield "score", lambda: score(data.x, data.y, **weight)


def _takes_weights(score: Callable[..., Any]) -> bool:
    import inspect

    return "sample_weight" in inspect.signature(score).parameters


# -- plots ----------------------------------------------------------------------------------------------------
def _plots(data: Labelled, predicted: Any, chances: Any) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """The plots of a classifier: name, and a function that draws on matplotlib's axes."""
    from sklearn import metrics
    from sklearn.utils.multiclass import type_of_target

    y, weight = data.y, data.weight
    kind = type_of_target(y)
    if kind in ("binary", "multiclass"):
        yield (
            "confusion_matrix",
            lambda axes: metrics.ConfusionMatrixDisplay.from_predictions(
                y, predicted, sample_weight=weight, normalize="true", cmap="Blues", ax=axes
            ),
        )
    scores = chances[:, 1] if chances is not None and kind == "binary" and chances.shape[1] == 2 else None
    if scores is None and kind == "binary" and hasattr(data.estimator, "decision_function"):
        scores = data.estimator.decision_function(data.x)
    if scores is None:
        return
    positive = data.estimator.classes_[1]
    if data.pos_label is not None and data.pos_label != positive:
        scores, positive = -scores, data.pos_label
    options = {"sample_weight": weight, "pos_label": positive, "name": type(data.estimator).__name__}
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
