"""Names that others import from here; their homes are `mlflow.models.interface` and `.rewriting`."""

from __future__ import annotations

from mlflow.models.interface import ModelSignature, _TypeHints, infer_signature
from mlflow.models.rewriting import set_signature

__all__ = ["ModelSignature", "_TypeHints", "infer_signature", "set_signature"]
