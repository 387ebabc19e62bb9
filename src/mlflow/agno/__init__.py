"""Agno: what agents, teams and workflows do, what they ask models, and tools, as traces."""

from __future__ import annotations

from mlflow.agno.autologging import FLAVOR_NAME, autolog

__all__ = ["FLAVOR_NAME", "autolog"]
