"""Names that others import from here; their home is `mlflow.tracing.prediction`."""

from __future__ import annotations

from mlflow.tracing.prediction import Context, get_prediction_context, set_prediction_context

__all__ = ["Context", "get_prediction_context", "set_prediction_context"]
