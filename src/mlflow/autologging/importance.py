"""Which features of its input a model uses, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def draw_importance(features: Sequence[str], importance: Sequence[Any], kind: str, path: str) -> None:
    """Draw bars, the longest on top, and write them to a file.

    Args:
        features: their names.
        importance: a number for each; or a list of numbers, one for each class, which are drawn beside each other.
        kind: what the numbers are, e.g. `"gain"`.
        path: the file; its ending says the format.
    """
    import numpy as np
    from matplotlib.figure import Figure

    values = np.atleast_2d(np.asarray(importance, dtype=float).T).T  # features × classes
    order = np.argsort(np.abs(values).sum(axis=1))
    count, classes = values.shape
    figure = Figure(figsize=(6.4, max(2.4, min(0.3 * count, 60.0) + 1)), layout="constrained")
    axes = figure.add_subplot()
    height = 0.8 / classes
    for index in range(classes):
        places = np.arange(count) + (index - (classes - 1) / 2) * height
        axes.barh(places, values[order, index], height, label=f"class {index}")
    axes.set_yticks(np.arange(count), [features[index] for index in order])
    axes.set_xlabel("importance")
    axes.set_title(f"Feature importance ({kind})")
    if classes > 1:
        axes.legend()
    figure.savefig(path)
