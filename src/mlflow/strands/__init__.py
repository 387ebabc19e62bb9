"""Strands Agents: what agents, their models and tools, graphs and swarms do, as traces."""

from __future__ import annotations

from mlflow.strands.autologging import FLAVOR_NAME, autolog

__all__ = ["FLAVOR_NAME", "autolog"]
