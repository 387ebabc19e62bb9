"""Semantic Kernel: kernels, functions, agents and what they ask models as traces."""

from __future__ import annotations

from mlflow.semantic_kernel.autologging import FLAVOR_NAME, autolog

__all__ = ["FLAVOR_NAME", "autolog"]
