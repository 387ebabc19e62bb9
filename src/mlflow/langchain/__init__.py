"""LangChain and LangGraph: what their chains, models, tools and retrievers do as traces."""

from __future__ import annotations

from mlflow.langchain.autologging import FLAVOR_NAME, autolog

__all__ = ["FLAVOR_NAME", "autolog"]
