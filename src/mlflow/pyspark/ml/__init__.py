"""`mlflow.pyspark.ml.autolog`: Spark's estimators log their training by themselves."""

from __future__ import annotations

from mlflow.pyspark.ml.autologging import AUTOLOGGING_INTEGRATION_NAME, autolog

__all__ = ["AUTOLOGGING_INTEGRATION_NAME", "autolog"]
