"""Which models are logged by themselves: those of classes whose size does not grow with the data."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from typing import Any

ALLOWED: dict[str, str] = {
    "classification": "DecisionTreeClassificationModel GBTClassificationModel LinearSVCModel LogisticRegressionModel "
    "NaiveBayesModel OneVsRestModel RandomForestClassificationModel",
    "clustering": "BisectingKMeansModel GaussianMixtureModel KMeansModel",
    "feature": "BucketedRandomProjectionLSHModel ChiSqSelectorModel CountVectorizerModel IDFModel ImputerModel "
    "MaxAbsScalerModel MinHashLSHModel MinMaxScalerModel OneHotEncoderModel RFormulaModel RobustScalerModel "
    "StandardScalerModel StringIndexerModel UnivariateFeatureSelectorModel VarianceThresholdSelectorModel "
    "VectorIndexerModel",
    "pipeline": "PipelineModel",
    "regression": "AFTSurvivalRegressionModel DecisionTreeRegressionModel GBTRegressionModel "
    "GeneralizedLinearRegressionModel LinearRegressionModel RandomForestRegressionModel",
    "tuning": "CrossValidatorModel TrainValidationSplitModel",
}
"""MLflow's list, by the modules of `pyspark.ml`."""

FILE_SETTING = "spark.mlflow.pysparkml.autolog.logModelAllowlistFile"
"""The session's setting that names a file with other classes, one a line; lines that begin with `#` do not count."""


def is_allowed(model: Any, given: Iterable[str] | None) -> bool:
    """Whether a model is logged: its class and those of all models in it are on the list.

    Args:
        model: the model.
        given: the list, as `autolog` got it.
    """
    patterns = _patterns(given)
    return all(
        any(fnmatch.fnmatchcase(f"{type(each).__module__}.{type(each).__name__}", pattern) for pattern in patterns)
        for each in _models(model)
    )


def _patterns(given: Iterable[str] | None) -> list[str]:
    if given is not None:
        return list(given)
    from pyspark import SparkContext  # pyright: ignore[reportMissingImports]

    context: Any = SparkContext._active_spark_context
    path = None if context is None else context.getConf().get(FILE_SETTING)
    if context is not None and path:
        lines = context._jvm.scala.io.Source.fromInputStream(_opened(context, path), "UTF-8").mkString().splitlines()
        return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
    return [f"pyspark.ml.{module}.{name}" for module, names in ALLOWED.items() for name in names.split()]


def _opened(context: Any, path: str) -> Any:
    """A file on any file system that Spark knows; a path without a scheme is one on this machine."""
    at = context._jvm.org.apache.hadoop.fs.Path(path if ":" in path else f"file://{path}")
    return at.getFileSystem(context._jsc.hadoopConfiguration()).open(at)


def _models(model: Any) -> Iterable[Any]:
    """A model and those in it; transformers that were not trained do not count."""
    from pyspark.ml import Model  # pyright: ignore[reportMissingImports]

    if not isinstance(model, Model):
        return
    yield model
    best = getattr(model, "bestModel", None)
    for each in (*getattr(model, "stages", ()), *getattr(model, "models", ()), *([] if best is None else [best])):
        yield from _models(each)
