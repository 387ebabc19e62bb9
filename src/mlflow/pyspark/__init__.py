"""Autologging of Spark's machine learning: `mlflow.pyspark.ml.autolog`."""

from __future__ import annotations

from mlflow.pyspark import ml

__all__ = ["ml"]
