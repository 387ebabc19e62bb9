"""Models: their file, signature, input example and environment."""

from __future__ import annotations

from mlflow.models.signature import ModelSignature, infer_signature

__all__ = ["ModelSignature", "infer_signature"]
