"""Pydantic AI: runs of agents, their model requests and tool calls as traces."""

from __future__ import annotations

from mlflow.pydantic_ai.autologging import FLAVOR_NAME, autolog

__all__ = ["FLAVOR_NAME", "autolog"]
