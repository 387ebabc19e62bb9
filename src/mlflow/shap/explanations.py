"""Explanations of what a model predicts, as artifacts of a run."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from typing import Any

import mlflow
from mlflow.shap.explainers import FLAVOR

DEFAULT_FOLDER = "model_explanations_shap"
MAX_BACKGROUND = 100
"""At most so many rows, made by k-means, stand for the data that the features are compared with."""


def log_explanation(predict_function: Callable[[Any], Any], features: Any, artifact_path: str | None = None) -> str:
    """Explain predictions by SHAP's kernel explainer, and log what comes of it to the active run, or to a new one.

    Logged are `base_values.npy`, `shap_values.npy` and, as a picture of how much each feature matters,
    `summary_bar_plot.png`.

    Args:
        predict_function: predicts an array or DataFrame of features, e.g. `model.predict_proba`.
        features: what is explained, an array or DataFrame; it also stands for the features' usual values.
        artifact_path: the folder of the artifacts; `model_explanations_shap` by default.

    Returns:
        The URI of the folder.

    Raises:
        ModuleNotFoundError: SHAP, scikit-learn or matplotlib is not installed.
    """
    import numpy as np
    from matplotlib import pyplot

    shap = FLAVOR.library()
    folder = DEFAULT_FOLDER if artifact_path is None else artifact_path
    # Of rows that are there more than once, k-means makes one.
    rows = getattr(features, "drop_duplicates", lambda: np.unique(features, axis=0))()
    background = shap.kmeans(features, min(MAX_BACKGROUND, len(rows)))
    explainer = shap.KernelExplainer(predict_function, background)
    values = explainer.shap_values(features)
    with tempfile.TemporaryDirectory() as scratch:
        np.save(os.path.join(scratch, "base_values.npy"), explainer.expected_value)
        np.save(os.path.join(scratch, "shap_values.npy"), values)
        figure = pyplot.figure()
        try:
            shap.summary_plot(values, features, plot_type="bar", show=False)
            figure.savefig(os.path.join(scratch, "summary_bar_plot.png"), bbox_inches="tight")
        finally:
            pyplot.close(figure)
        mlflow.log_artifacts(scratch, folder)
    return mlflow.get_artifact_uri(folder)
